-- Who could have reported what was first seen at a given moment, and covers its field at all (comparisons, rule 2).
with moments as (
    select
        story_id,
        first_seen as moment
    from {{ ref('stg_story') }}
    union
    select
        story_id,
        first_seen as moment
    from {{ ref('stg_event') }}
),

-- An outlet whose latest poll lies far back is silent as much as one between two polls: the record goes on until somebody's latest poll.
polls as (
    select
        outlet_id,
        polled_at,
        lead(polled_at, 1, (select max(polled_at) from {{ ref('int_poll') }}))
            over (partition by outlet_id order by polled_at) as read_until
    from (
        select distinct
            outlet_id,
            polled_at
        from {{ ref('int_poll') }}
        where successful
    ) as successes
),

-- Running number of articles per outlet; the difference of two of them is the count of a window.
articles as (
    select
        outlet_id,
        first_seen,
        max(seen) as seen,
        max(analysed) as analysed
    from (
        select
            outlet_id,
            first_seen,
            count(*) over history as seen,
            count(*) filter (where is_analysed) over history as analysed
        from {{ ref('int_article') }}
        window history as (partition by outlet_id order by first_seen)
    ) as counted
    group by outlet_id, first_seen
),

-- The same per field: an outlet covers a field with its articles in the stories of that field.
field_articles as (
    select
        outlet_id,
        field,
        first_seen,
        max(analysed) as analysed
    from (
        select
            articles.outlet_id,
            fields.field,
            articles.first_seen,
            count(*) over (partition by articles.outlet_id, fields.field order by articles.first_seen) as analysed
        from {{ ref('int_article') }} as articles
        inner join {{ ref('int_story_field') }} as fields on articles.story_id = fields.story_id
        where articles.is_analysed
    ) as counted
    group by outlet_id, field, first_seen
),

pairs as (
    select
        moments.moment,
        moments.story_id,
        outlets.outlet_id,
        moments.moment + interval '{{ var("poll_window_hours") }} hours' as window_end,
        moments.moment + interval '{{ var("poll_window_hours") }} hours' - interval '{{ var("field_days") }} days' as window_start
    from moments
    cross join {{ ref('int_outlet') }} as outlets
),

-- Of the fields of a story, the one that the outlet covers most counts.
fields as (
    select
        pairs.moment,
        pairs.story_id,
        pairs.outlet_id,
        max(coalesce(until.analysed, 0) - coalesce(since.analysed, 0)) as field_articles,
        arg_max(
            fields.field,
            (coalesce(until.analysed, 0) - coalesce(since.analysed, 0), fields.field)
        ) as field
    from pairs
    inner join {{ ref('int_story_field') }} as fields on pairs.story_id = fields.story_id
    asof left join field_articles as until
        on pairs.outlet_id = until.outlet_id and fields.field = until.field and pairs.window_end >= until.first_seen
    asof left join field_articles as since
        on pairs.outlet_id = since.outlet_id and fields.field = since.field and pairs.window_start > since.first_seen
    group by pairs.moment, pairs.story_id, pairs.outlet_id
),

facts as (
    select
        pairs.moment,
        pairs.story_id,
        pairs.outlet_id,
        polled_before.polled_at as last_poll_before,
        polled_after.polled_at as first_poll_after,
        greatest(
            {{ seconds_between('polled_before.polled_at', 'polled_after.polled_at') }},
            {{ seconds_between('polled_last.polled_at', 'polled_last.read_until') }}
        ) as longest_gap_s,
        coalesce(until.seen, 0) - coalesce(since.seen, 0) as articles_seen,
        coalesce(until.analysed, 0) - coalesce(since.analysed, 0) as articles_analysed,
        fields.field,
        coalesce(fields.field_articles, 0) as field_articles,
        coalesce(days.status = 'failed', false) as has_failed_health
    from pairs
    asof left join polls as polled_before
        on pairs.outlet_id = polled_before.outlet_id and pairs.moment >= polled_before.polled_at
    asof left join polls as polled_after
        on pairs.outlet_id = polled_after.outlet_id and pairs.moment < polled_after.polled_at
    asof left join polls as polled_last
        on pairs.outlet_id = polled_last.outlet_id and pairs.window_end >= polled_last.polled_at
    asof left join articles as until
        on pairs.outlet_id = until.outlet_id and pairs.window_end >= until.first_seen
    asof left join articles as since
        on pairs.outlet_id = since.outlet_id and pairs.window_start > since.first_seen
    left join fields
        on pairs.moment = fields.moment and pairs.story_id = fields.story_id and pairs.outlet_id = fields.outlet_id
    left join {{ ref('int_outlet_day') }} as days
        on pairs.outlet_id = days.outlet_id and pairs.moment::date = days.day
),

reasons as (
    select
        *,
        case
            when
                last_poll_before is null or last_poll_before < moment - interval '{{ var("poll_window_hours") }} hours'
                then 'not_polled_before'
            when
                first_poll_after is null or first_poll_after > moment + interval '{{ var("poll_window_hours") }} hours'
                then 'not_polled_after'
            -- An outage that begins after the first poll hides what was published and taken off again meanwhile.
            when longest_gap_s > 3600 * {{ var('poll_gap_hours') }} then 'not_polled_throughout'
            when has_failed_health then 'failed_health'
            when articles_seen >= {{ var('field_articles') }} and articles_analysed < {{ var('field_articles') }} then 'not_analysed'
            when articles_analysed < {{ var('field_articles') }} then 'too_few_articles'
            -- What belongs to no topic and no pair of countries is no field of its own: a paper on gardens need not have it.
            when field = 'other' then 'field_not_known'
            when field_articles < {{ var('field_articles') }} then 'outside_field'
        end as ineligible_reason
    from facts
)

select
    *,
    ineligible_reason is null as is_eligible
from reasons
