-- Question: Which headlines were changed after publication, and how soon?
-- Tables: edits
-- Caveats: We see an edit only if we polled before and after it. A headline that came back to an earlier wording is
--   no row of its own.
select
    outlet_id,
    edited_at,
    round(since_previous_s / 3600.0, 1) as hours_since_previous,
    headline_before,
    headline_after,
    article_id
from edits
where headline_changed
order by edited_at desc, version_id
limit 100;
