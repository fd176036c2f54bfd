-- Question: Which deeds are told without an actor in one outlet while another names one?
-- Tables: event_facts
-- Caveats: Only outlets whose every sentence on the deed leaves the actor open are listed; the text behind a summary
--   may name it.
select
    event_id,
    action,
    omitted_by,
    list_transform(by_outlet, lambda given: given.outlet_id || ': ' || given.value) as named_by
from event_facts
where slot = 'actor' and len(omitted_by) > 0 and outlets > 0
order by len(omitted_by) desc, event_id;
