-- Question: How many killed and injured does each outlet give, and do the numbers exclude each other?
-- Tables: event_facts
-- Caveats: A toll rises: values written more than a day before the latest are shown (`is_compared` false) and not
--   compared, and a higher number that may simply be the later one is `rising`. `At least 9` and 14 overlap.
select
    event_facts.event_id,
    event_facts.slot,
    event_facts.agreement,
    event_facts.agreement_reason,
    given.entry.outlet_id as outlet_id,
    given.entry.value as words,
    given.entry.low as low,
    given.entry.high as high,
    given.entry.qualifier as qualifier,
    coalesce(given.entry.source, given.entry.voice) as says,
    given.entry.as_of as as_of,
    given.entry.is_compared as is_compared
from event_facts, unnest(event_facts.by_outlet) as given (entry)
where event_facts.slot in ('killed', 'injured') and event_facts.outlets >= 2
order by event_facts.event_id, event_facts.slot, as_of;
