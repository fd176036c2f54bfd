-- A poll counts as successful when it left us holding a readable feed: a page of an error in place of a feed does not.
with polls as (
    select
        fetches.fetch_id,
        fetches.feed_id,
        fetches.outlet_id,
        fetches.requested_at as polled_at,
        fetches.outcome,
        snapshots.outcome as body_outcome,
        fetches.outcome in ('new_body', 'same_body', 'not_modified')
        and coalesce(snapshots.outcome in ('ok', 'partial'), false) as successful
    from {{ ref('stg_fetch') }} as fetches
    left join {{ ref('stg_snapshot') }} as snapshots
        on
            fetches.feed_id = snapshots.feed_id
            and coalesce(fetches.body_sha256, fetches.last_body_sha256) = snapshots.body_sha256
)

select
    *,
    lag(case when successful then polled_at end ignore nulls)
        over (partition by feed_id order by polled_at, fetch_id) as previous_success_at,
    lead(case when successful then polled_at end ignore nulls)
        over (partition by feed_id order by polled_at, fetch_id) as next_success_at
from polls
