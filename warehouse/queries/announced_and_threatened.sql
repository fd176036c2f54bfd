-- Question: What is planned, threatened or demanded, and by whom?
-- Tables: fct_event_mention
-- Caveats: Not deeds: nothing here has happened, as far as these sentences say.
select
    seen_at,
    outlet_id,
    reality,
    action,
    actor,
    target,
    voice,
    speaker,
    sentence
from fct_event_mention
where is_latest_version and claim_status = 'planned'
order by seen_at desc, mention_id
limit 100;
