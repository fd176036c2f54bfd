-- Question: How many of the stories that others had did each outlet have, beside its peers?
-- Tables: coverage
-- Caveats: Only stories of two or more publishers, only while the outlet was eligible. The interval of the ratio is a
--   bootstrap over stories; with many outlets some lie outside 1 by chance, so look at `q_value`.
select
    week,
    outlet_id,
    eligible_stories,
    covered_stories,
    round(covered_share, 3) as covered_share,
    round(peer_share, 3) as peer_share,
    round(ratio, 2) as ratio,
    round(ratio_low, 2) as ratio_low,
    round(ratio_high, 2) as ratio_high,
    p_value,
    q_value,
    rate_reason
from coverage
order by week desc, ratio nulls last, outlet_id;
