-- Question: Which feeds failed lately, how, and since when?
-- Tables: lake.fetch, lake.snapshot
-- Caveats: From the fetch log itself: every request is there. A page in place of a feed is a good answer with a bad
--   body.
with polls as (
    select
        fetches.feed_id,
        fetches.requested_at,
        case
            when fetches.outcome in ('new_body', 'same_body', 'not_modified') then coalesce(snapshots.outcome, 'ok')
            else fetches.outcome
        end as result,
        fetches.detail
    from lake."fetch" as fetches
    left join lake.snapshot as snapshots
        on
            fetches.feed_id = snapshots.feed_id
            and coalesce(fetches.body_sha256, fetches.last_body_sha256) = snapshots.body_sha256
)

select
    feed_id,
    max(requested_at) filter (where result in ('ok', 'partial')) as last_good,
    count(*) filter (where result not in ('ok', 'partial')) as failures,
    count(*) as polls,
    arg_max(result, requested_at) as latest_result,
    arg_max(detail, requested_at) as latest_detail
from polls
group by feed_id
having count(*) filter (where result not in ('ok', 'partial')) > 0
order by failures desc, feed_id;
