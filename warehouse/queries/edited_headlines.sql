-- Question: Which headlines were changed after publication, and how soon?
-- Tables: edits
-- Caveats: Differences between two feeds of one outlet are left out. We see an edit only if we polled before and
--   after it.
select
    outlet_id,
    edited_at,
    round(since_previous_s / 3600.0, 1) as hours_since_previous,
    headline_before,
    headline_after,
    article_id
from edits
where headline_changed and not is_across_feeds
order by edited_at desc, version_id
limit 100;
