{#
    Ends of the Wilson 95 % interval of a share (z = 1.959964); NULL where there is nothing to divide by.
    Rounding must not put the share itself outside of its interval.
#}
{% macro wilson_low(successes, n) -%}
    case
        when {{ n }} > 0 then least(
            {{ successes }} / {{ n }}::double,
            greatest(0.0, {{ wilson_centre(successes, n) }} - {{ wilson_half(successes, n) }})
        )
    end
{%- endmacro %}

{% macro wilson_high(successes, n) -%}
    case
        when {{ n }} > 0 then greatest(
            {{ successes }} / {{ n }}::double,
            least(1.0, {{ wilson_centre(successes, n) }} + {{ wilson_half(successes, n) }})
        )
    end
{%- endmacro %}

{% macro wilson_centre(successes, n) -%}
    ({{ successes }} / {{ n }}::double + 1.920729 / {{ n }}) / (1 + 3.841459 / {{ n }})
{%- endmacro %}

{% macro wilson_half(successes, n) -%}
    1.959964 * sqrt(
        ({{ successes }} / {{ n }}::double) * (1 - {{ successes }} / {{ n }}::double) / {{ n }}
        + 0.960365 / ({{ n }}::double * {{ n }})
    ) / (1 + 3.841459 / {{ n }})
{%- endmacro %}

{# Whether a rate may be given at all: enough mentions and enough stories (comparisons, rule 4). #}
{% macro has_support(mentions, stories) -%}
    ({{ mentions }} >= {{ var('support_mentions') }} and {{ stories }} >= {{ var('support_stories') }})
{%- endmacro %}

{# A share and its interval as three columns; NULL without support. #}
{% macro supported_share(name, successes, n, supported) -%}
    case when {{ supported }} and {{ n }} > 0 then {{ successes }} / {{ n }}::double end as {{ name }},
    case when {{ supported }} then {{ wilson_low(successes, n) }} end as {{ name }}_low,
    case when {{ supported }} then {{ wilson_high(successes, n) }} end as {{ name }}_high
{%- endmacro %}

{# Why a rate is NULL; NULL itself where there is a rate. #}
{% macro rate_reason(n, supported) -%}
    case
        when coalesce({{ n }}, 0) = 0 then 'nothing_to_measure'
        when not {{ supported }} then 'below_support'
    end
{%- endmacro %}
