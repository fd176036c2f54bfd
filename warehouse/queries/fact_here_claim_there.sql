-- Question: Which deeds does one outlet state as a fact while another only cites somebody for them?
-- Tables: event_outlet
-- Caveats: Both may be right at their time: compare `first_reported_at`. Latest versions only.
select
    event_id,
    any_value(action) as action,
    list(outlet_id order by outlet_id) filter (where own_voice_n > 0) as in_own_voice,
    list(outlet_id order by outlet_id) filter (where own_voice_n = 0 and attributed_n > 0) as only_attributed
from event_outlet
where finding = 'reported'
group by event_id
having
    count(*) filter (where own_voice_n > 0) > 0
    and count(*) filter (where own_voice_n = 0 and attributed_n > 0) > 0
order by event_id;
