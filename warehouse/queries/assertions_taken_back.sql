-- Question: Which edits turned a statement of fact into somebody's claim, took a deed or an actor out, or changed a
--   number?
-- Tables: edits
-- Caveats: Machine-compared: read both versions (fct_article_version) before you quote this. A rising toll is an
--   update, not a correction.
select
    outlet_id,
    edited_at,
    headline_before,
    headline_after,
    len(asserted_became_attributed) as became_attributed,
    len(events_gone) as deeds_gone,
    len(actor_removed) as actors_removed,
    numbers_changed,
    previous_version_id,
    version_id
from edits
where
    is_compared
    and (
        len(asserted_became_attributed) > 0 or len(events_gone) > 0
        or len(actor_removed) > 0 or len(numbers_changed) > 0
    )
order by edited_at desc, version_id;
