-- Question: How many mentions are there at each level of confidence, and which measured accuracy stands behind the
--   tables?
-- Tables: fct_event_mention, lake.accuracy
-- Caveats: `confidence` is calibrated on our gold: of mentions at 0.8 about 80 % are right. A false merge of events
--   invents corroboration, a false split invents a blind spot.
select
    'mentions at confidence ' || (floor(confidence * 10) / 10)::varchar as measure,
    count(*)::double as value,
    null::double as low,
    null::double as high,
    count(*) as n
from fct_event_mention
where is_latest_version
group by floor(confidence * 10)
union all
select
    task || ' ' || slot || ' (' || stratum || ', ' || half || ')',
    value,
    low,
    high,
    n
from lake.accuracy
order by measure;
