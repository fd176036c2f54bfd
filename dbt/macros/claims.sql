{#
    What the text claims of the deed, in one word; each mention has exactly one.
    `reported`: it happens or happened. Only `positive` with `happened` or `ongoing` counts as such (codebook, section 6).
#}
{% macro claim_status(polarity, reality) -%}
    case
        when {{ polarity }} = 'denied' then 'denied'
        when {{ polarity }} = 'negated' then 'negated'
        when {{ reality }} in ('planned', 'threatened', 'demanded') then 'planned'
        when {{ reality }} in ('possible', 'question') then 'possible'
        else 'reported'
    end
{%- endmacro %}

{# Seconds between two timestamps, as a whole number. #}
{% macro seconds_between(earlier, later) -%}
    date_diff('second', {{ earlier }}, {{ later }})
{%- endmacro %}

{# Who speaks, as one key: the id where it stands for one actor, else the words in lower case, else the kind of source. #}
{% macro source_key(voice, speaker_id, speaker) -%}
    case
        when {{ voice }} = 'outlet' then null
        else coalesce(case when {{ is_one_actor(speaker_id) }} then {{ speaker_id }} end, lower(trim({{ speaker }})), {{ voice }})
    end
{%- endmacro %}

{#
    Whether an id stands for one actor. `GBR.CVL`, `USA.EDU` and the like are everybody of that kind in a country: two texts
    that share such an id need not mean the same person, and two words for it are no two labels of one actor.
#}
{% macro is_one_actor(actor_id) -%}
    ({{ actor_id }} is not null and not regexp_matches({{ actor_id }}, '\.(CVL|LAB|EDU|BUS|MED|HLH|REL|CRM|NGO|UNK)$'))
{%- endmacro %}
