-- Question: Who denies what, and which outlets carry the claim without the denial?
-- Tables: claims, event_outlet
-- Caveats: An outlet in `claim_only` may carry the denial in a part that we did not read; see `text_read` in
--   event_outlet.
with denied as (
    select
        event_id,
        coalesce(source, source_key) as denied_by,
        denied_in
    from claims
    where denied_n > 0
)

select
    denied.event_id,
    any_value(event_outlet.action) as action,
    denied.denied_by,
    denied.denied_in,
    list(event_outlet.outlet_id order by event_outlet.outlet_id) filter (
        where event_outlet.own_voice_n + event_outlet.attributed_n > 0
        and not list_contains(denied.denied_in, event_outlet.outlet_id)
    ) as claim_only
from denied
inner join event_outlet on denied.event_id = event_outlet.event_id
group by denied.event_id, denied.denied_by, denied.denied_in
order by denied.event_id, denied.denied_by;
