-- Question: Which deeds stand in several outlets and still rest on one text?
-- Tables: corroboration
-- Caveats: `Origins` counts copies of one text, and reports that credit one wire, once. Other dependence (one press
--   conference) is not seen: compare `statement_sources`.
select
    event_id,
    action,
    actor,
    target,
    articles,
    outlets,
    origins,
    wire_articles,
    statement_sources,
    eligible_outlets
from corroboration
where standing = 'single_origin' and outlets >= 2
order by outlets desc, articles desc, event_id;
