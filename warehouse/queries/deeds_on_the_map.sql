-- Question: Where did reported deeds happen, by place?
-- Tables: fct_event_mention, dim_place
-- Caveats: Events, not sentences. Only places that were resolved; a country stands for a deed whose place is no
--   closer known.
select
    dim_place.name,
    dim_place.country,
    dim_place.latitude,
    dim_place.longitude,
    dim_place.place_precision,
    count(distinct fct_event_mention.event_id) as deeds,
    count(distinct fct_event_mention.event_id) filter (where fct_event_mention.quad_class = 'material_conflict') as material_conflict
from fct_event_mention
inner join dim_place on fct_event_mention.place_id = dim_place.place_id
where fct_event_mention.is_latest_version and fct_event_mention.claim_status = 'reported'
group by all
order by deeds desc, dim_place.name;
