-- How many of the stories that others had each outlet had too, week by week and topic by topic, beside the rate of its peers.
with eligible as (
    select
        story_id,
        outlet_id,
        publisher,
        date_trunc('week', story_first_seen)::date as week,
        coverage = 'covered' as is_covered
    from {{ ref('story_outlet') }}
    where is_eligible
),

-- Publishers, not editions: a publisher covers what any of its editions covers.
publishers as (
    select
        story_id,
        publisher,
        bool_or(is_covered) as is_covered
    from eligible
    group by story_id, publisher
),

-- Stories that two eligible publishers have: otherwise the outlet that has a story alone would be its own measure.
stories as (
    select
        story_id,
        count(*) as publishers,
        count(*) filter (where is_covered) as covering
    from publishers
    group by story_id
    having count(*) filter (where is_covered) >= 2
),

-- A story counts once among all, and once under each of its topics.
topics as (
    select distinct
        story_id,
        'all' as topic
    from eligible
    union all
    select
        story_id,
        topic
    from {{ ref('stg_story_topic') }}
),

matched as (
    select
        eligible.week,
        topics.topic,
        eligible.outlet_id,
        eligible.publisher,
        eligible.story_id,
        eligible.is_covered::int as own,
        (stories.covering - publishers.is_covered::int) / (stories.publishers - 1)::double as peers,
        -- Were all publishers alike, the outlet would be any of those that have the story.
        (stories.covering - publishers.is_covered::int + eligible.is_covered::int) / stories.publishers::double as chance
    from eligible
    inner join stories on eligible.story_id = stories.story_id
    inner join publishers on eligible.story_id = publishers.story_id and eligible.publisher = publishers.publisher
    inner join topics on eligible.story_id = topics.story_id
),

supported as (
    select
        week,
        topic,
        outlet_id
    from matched
    group by week, topic, outlet_id
    having count(*) >= {{ var('support_stories') }}
),

-- A Poisson bootstrap over stories. The weights come from a hash, so that the same record gives the same interval.
draws as (
    select
        stories.story_id,
        replicates.replicate,
        {{ unit_interval("stories.story_id || ':' || replicates.replicate::varchar") }} as draw
    from stories
    cross join range({{ var('bootstrap_replicates') }}) as replicates (replicate)
),

weights as (
    select
        story_id,
        replicate,
        {{ poisson_weight('draw') }} as weight
    from draws
),

weighted as (
    select
        matched.week,
        matched.topic,
        matched.outlet_id,
        weights.replicate,
        matched.own,
        matched.peers,
        weights.weight
    from matched
    inner join supported
        on matched.week = supported.week and matched.topic = supported.topic and matched.outlet_id = supported.outlet_id
    inner join weights on matched.story_id = weights.story_id
    where weights.weight > 0
),

resampled as (
    select
        week,
        topic,
        outlet_id,
        replicate,
        sum(own * weight) / nullif(sum(peers * weight), 0) as ratio
    from weighted
    group by week, topic, outlet_id, replicate
),

intervals as (
    select
        week,
        topic,
        outlet_id,
        quantile_cont(ratio, 0.025) as ratio_low,
        quantile_cont(ratio, 0.975) as ratio_high
    from resampled
    group by week, topic, outlet_id
),

counted as (
    select
        week,
        topic,
        outlet_id,
        min(publisher) as publisher,
        count(*) as eligible_stories,
        sum(own)::bigint as covered_stories,
        avg(peers) as peer_mean,
        sum(peers) as peer_sum,
        round(sum(chance), 6) as expected,
        round(sum(chance * (1 - chance)), 6) as variance
    from matched
    group by week, topic, outlet_id
),

-- Half a story is taken off, since counts are whole numbers and a normal deviate is not.
deviates as (
    select
        counted.week,
        counted.topic,
        counted.outlet_id,
        case
            when counted.variance > 0 then greatest(0.0, abs(counted.covered_stories - counted.expected) - 0.5) / sqrt(counted.variance)
            else 0.0
        end as deviate
    from counted
    inner join supported
        on counted.week = supported.week and counted.topic = supported.topic and counted.outlet_id = supported.outlet_id
),

tested as (
    select
        week,
        topic,
        outlet_id,
        round({{ normal_p_value('deviate') }}, 6) as p_value
    from deviates
),

ranked as (
    select
        *,
        count(*) over (partition by week order by p_value) as rank,
        count(*) over (partition by week) as tests
    from tested
),

discoveries as (
    select
        week,
        topic,
        outlet_id,
        p_value,
        {{ benjamini_hochberg('p_value', 'rank', 'tests', 'week') }} as q_value
    from ranked
),

corrected_stories as (
    select
        correction_id,
        kind,
        topics,
        unnest(stories) as story_id
    from {{ ref('stg_correction') }}
),

corrected_topics as (
    select
        corrected_stories.correction_id,
        corrected_stories.kind,
        corrected_stories.story_id,
        topics.topic
    from corrected_stories
    inner join topics on corrected_stories.story_id = topics.story_id
    union all
    -- Those that it lost.
    select
        correction_id,
        kind,
        story_id,
        unnest(topics) as topic
    from corrected_stories
),

-- A story is in the denominator of everybody who could have had it. One that a publisher has alone counts nowhere, but may have counted
-- before a link was set right.
touched as (
    select
        corrected_topics.correction_id,
        eligible.week,
        corrected_topics.topic,
        eligible.outlet_id
    from corrected_topics
    inner join eligible on corrected_topics.story_id = eligible.story_id
    left join stories on corrected_topics.story_id = stories.story_id
    where stories.story_id is not null or corrected_topics.kind in ('story', 'copy')
),

corrected as (
    {{ corrections_per(['week', 'topic', 'outlet_id'], 'touched') }}
)

select
    counted.week,
    counted.topic,
    counted.outlet_id,
    counted.publisher,
    counted.eligible_stories,
    counted.covered_stories,
    {{ supported_share(
        'covered_share', 'counted.covered_stories', 'counted.eligible_stories',
        '(counted.eligible_stories >= ' ~ var('support_stories') ~ ')'
    ) }},
    -- Rounded, since the last digit of a sum of fractions depends on the order in which threads add them.
    case when intervals.week is not null then round(counted.peer_mean, 6) end as peer_share,
    case
        when intervals.week is not null and counted.peer_sum > 0 then round(counted.covered_stories / counted.peer_sum, 6)
    end as ratio,
    round(intervals.ratio_low, 6) as ratio_low,
    -- No bootstrap of zeros is ever more than zero: there the end is that of Wilson's interval of the share.
    case
        when intervals.week is not null and counted.covered_stories = 0
            then round({{ wilson_high('counted.covered_stories', 'counted.eligible_stories') }} / nullif(counted.peer_mean, 0), 6)
        else round(intervals.ratio_high, 6)
    end as ratio_high,
    discoveries.p_value,
    round(discoveries.q_value, 6) as q_value,
    case when intervals.week is null then 'below_support' end as rate_reason,
    accuracy.story_precision as matching_precision,
    accuracy.story_recall as matching_recall,
    coalesce(corrected.corrections, []) as corrections
from counted
left join intervals
    on counted.week = intervals.week and counted.topic = intervals.topic and counted.outlet_id = intervals.outlet_id
left join discoveries
    on counted.week = discoveries.week and counted.topic = discoveries.topic and counted.outlet_id = discoveries.outlet_id
left join corrected
    on counted.week = corrected.week and counted.topic = corrected.topic and counted.outlet_id = corrected.outlet_id
cross join {{ ref('int_matching_accuracy') }} as accuracy
