-- Question: Which elements that most origins of a story have were not found in an outlet's full text?
-- Tables: not_found
-- Caveats: Full texts only. `is_not_found` is NULL unless the extractor's recall on this kind of element is known to
--   be 0.8 or more.
select
    story_id,
    outlet_id,
    element_type,
    element,
    origins_with,
    origins,
    is_not_found,
    reason
from not_found
where is_not_found is distinct from false
order by story_id, outlet_id, element_type, element;
