-- How often each outlet shows an actor as the one who acts and as the one acted upon, by kind of deed, and whether others do so too.
{%- set counted = "actor_id is not null and role in ('actor', 'target') and is_latest_version
        and claim_status = 'reported' and reuse != 'copy'" -%}
{%- set voice_class = "case when voice = 'outlet' then 'own_voice' else 'attributed' end" -%}
{%- set keys = ['actor_id', 'outlet_id', 'month', 'stratum', 'voice_class'] %}
with agents as (
    select distinct mention_id
    from {{ ref('int_mention_party') }}
    where role = 'actor'
),

parties as (
    select
        everyone.*,
        {{ voice_class }} as voice_class,
        agents.mention_id is null as is_agentless
    from {{ ref('int_mention_party') }} as everyone
    left join agents on everyone.mention_id = agents.mention_id
    where {{ counted }}
),

counted as (
    select
        {{ keys | join(', ') }},
        min(publisher) as publisher,
        count(distinct story_id) as stories,
        count(*) as mentions,
        count(*) filter (where role = 'actor') as agent_n,
        count(*) filter (where role = 'target') as target_n,
        {% for quad in ['verbal_cooperation', 'material_cooperation', 'verbal_conflict', 'material_conflict'] %}
        count(*) filter (where role = 'actor' and quad_class = '{{ quad }}') as agent_{{ quad }}_n,
        count(*) filter (where role = 'target' and quad_class = '{{ quad }}') as target_{{ quad }}_n,
        {% endfor %}
        count(*) filter (where role = 'target' and action = 'ASSAULT') as violent_target_n,
        count(*) filter (where role = 'target' and action = 'ASSAULT' and is_agentless) as violent_agentless_n,
        count(distinct story_id) filter (where role = 'target' and action = 'ASSAULT') as violent_target_stories
    from parties
    group by {{ keys | join(', ') }}
),

-- Compared story by story: an outlet is held against what others made of the same matter, and a text of many mentions weighs no more
-- than one of few.
told as (
    select
        'agency' as measure,
        {{ keys | join(', ') }},
        story_id,
        publisher,
        count(*) filter (where role = 'actor') as n,
        count(*) as of_n
    from parties
    group by {{ keys | join(', ') }}, story_id, publisher
    union all
    select
        'violent_agentless' as measure,
        {{ keys | join(', ') }},
        story_id,
        publisher,
        count(*) filter (where is_agentless) as n,
        count(*) as of_n
    from parties
    where role = 'target' and action = 'ASSAULT'
    group by {{ keys | join(', ') }}, story_id, publisher
),

-- Publishers, not editions: each counts once in a story.
shares as (
    select
        *,
        n / of_n::double as share,
        sum(n) over whole / sum(of_n) over whole::double as publisher_share,
        row_number() over (whole order by outlet_id) = 1 as is_first_of_publisher
    from told
    where story_id is not null
    window whole as (partition by measure, actor_id, month, stratum, voice_class, story_id, publisher)
),

beside as (
    select
        *,
        count(*) filter (where is_first_of_publisher) over story as publishers,
        sum(publisher_share) filter (where is_first_of_publisher) over story - publisher_share as others,
        sum(pow(publisher_share, 2)) filter (where is_first_of_publisher) over story - pow(publisher_share, 2) as other_squares
    from shares
    window story as (partition by measure, actor_id, month, stratum, voice_class, story_id)
),

-- Were all publishers alike, the outlet would be any of those that name the actor in the story. Rounded, since the last digit of a sum
-- of fractions depends on the order in which threads add them.
matched as (
    select
        measure,
        {{ keys | join(', ') }},
        count(*) as matched_stories,
        round(avg(share), 6) as matched_share,
        round(avg(others / (publishers - 1)), 6) as peer_share,
        round(sum(share - (others + share) / publishers), 6) as difference,
        round(sum((other_squares + pow(share, 2)) / publishers - pow((others + share) / publishers, 2)), 6) as variance
    from beside
    where publishers >= 2
    group by measure, {{ keys | join(', ') }}
    having count(*) >= {{ var('support_stories') }} and sum(of_n) >= {{ var('support_mentions') }}
),

-- Half a story is taken off, as in coverage: few stories make few different sums, and a normal deviate is any number.
deviates as (
    select
        *,
        case when variance > 0 then greatest(0.0, abs(difference) - 0.5) / sqrt(variance) else 0.0 end as deviate
    from matched
),

tested as (
    select
        *,
        round({{ normal_p_value('deviate') }}, 6) as p_value
    from deviates
),

ranked as (
    select
        *,
        count(*) over (partition by measure, month order by p_value) as rank,
        count(*) over (partition by measure, month) as tests
    from tested
),

compared as (
    select
        *,
        round({{ benjamini_hochberg('p_value', 'rank', 'tests', 'measure, month') }}, 6) as q_value
    from ranked
),

touched as (
    select
        *,
        {{ voice_class }} as voice_class
    from {{ ref('int_corrected_party') }}
    where {{ counted }} and kind != 'event'
),

corrected as (
    {{ corrections_per(keys, 'touched') }}
)

select
    counted.actor_id,
    counted.outlet_id,
    counted.month,
    counted.stratum,
    counted.voice_class,
    counted.publisher,
    counted.stories,
    counted.mentions,
    counted.agent_n,
    counted.target_n,
    {{ supported_share('agency_share', 'counted.agent_n', 'counted.mentions', has_support('counted.mentions', 'counted.stories')) }},
    {% for quad in ['verbal_cooperation', 'material_cooperation', 'verbal_conflict', 'material_conflict'] %}
    counted.agent_{{ quad }}_n,
    counted.target_{{ quad }}_n,
    {% endfor %}
    counted.violent_target_n,
    counted.violent_agentless_n,
    {{ supported_share(
        'violent_agentless_share', 'counted.violent_agentless_n', 'counted.violent_target_n',
        has_support('counted.violent_target_n', 'counted.violent_target_stories')
    ) }},
    {% for measure in ['agency', 'violent_agentless'] %}
    {{ measure }}.matched_stories as {{ measure }}_matched_stories,
    {{ measure }}.matched_share as {{ measure }}_matched_share,
    {{ measure }}.peer_share as {{ measure }}_peer_share,
    {{ measure }}.p_value as {{ measure }}_p_value,
    {{ measure }}.q_value as {{ measure }}_q_value,
    {% endfor %}
    {{ rate_reason('counted.mentions', has_support('counted.mentions', 'counted.stories')) }} as rate_reason,
    coalesce(corrected.corrections, []) as corrections
from counted
{% for measure in ['agency', 'violent_agentless'] %}
left join compared as {{ measure }}
    on
        counted.actor_id = {{ measure }}.actor_id and counted.outlet_id = {{ measure }}.outlet_id and counted.month = {{ measure }}.month
        and counted.stratum = {{ measure }}.stratum and counted.voice_class = {{ measure }}.voice_class
        and {{ measure }}.measure = '{{ measure }}'
{% endfor %}
left join corrected
    on
        counted.actor_id = corrected.actor_id and counted.outlet_id = corrected.outlet_id and counted.month = corrected.month
        and counted.stratum = corrected.stratum and counted.voice_class = corrected.voice_class
