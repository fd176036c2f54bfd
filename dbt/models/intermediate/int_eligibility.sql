-- Who could have reported what was first seen at a given moment (comparisons, rule 2).
with moments as (
    select first_seen as moment from {{ ref('stg_story') }}
    union
    select first_seen as moment from {{ ref('stg_event') }}
),

polls as (
    select distinct
        outlet_id,
        polled_at
    from {{ ref('int_poll') }}
    where successful
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

pairs as (
    select
        moments.moment,
        outlets.outlet_id,
        moments.moment + interval '{{ var("poll_window_hours") }} hours' as window_end,
        moments.moment + interval '{{ var("poll_window_hours") }} hours' - interval '{{ var("field_days") }} days' as window_start
    from moments
    cross join {{ ref('int_outlet') }} as outlets
),

facts as (
    select
        pairs.moment,
        pairs.outlet_id,
        polled_before.polled_at as last_poll_before,
        polled_after.polled_at as first_poll_after,
        coalesce(until.seen, 0) - coalesce(since.seen, 0) as field_seen,
        coalesce(until.analysed, 0) - coalesce(since.analysed, 0) as field_articles,
        coalesce(days.status = 'failed', false) as has_failed_health
    from pairs
    asof left join polls as polled_before
        on pairs.outlet_id = polled_before.outlet_id and pairs.moment >= polled_before.polled_at
    asof left join polls as polled_after
        on pairs.outlet_id = polled_after.outlet_id and pairs.moment < polled_after.polled_at
    asof left join articles as until
        on pairs.outlet_id = until.outlet_id and pairs.window_end >= until.first_seen
    asof left join articles as since
        on pairs.outlet_id = since.outlet_id and pairs.window_start > since.first_seen
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
            when has_failed_health then 'failed_health'
            when field_seen >= {{ var('field_articles') }} and field_articles < {{ var('field_articles') }} then 'not_analysed'
            when field_articles < {{ var('field_articles') }} then 'too_few_articles'
        end as ineligible_reason
    from facts
)

select
    *,
    ineligible_reason is null as is_eligible
from reasons
