-- Question: Which outlets were clearly first, and how often could nobody say?
-- Tables: story_outlet
-- Caveats: First among the outlets that we read. `unclear` is the honest answer wherever the lead is within the poll
--   intervals; stories of one publisher are left out.
select
    outlet_id,
    count(*) as stories,
    count(*) filter (where appearance = 'first') as clearly_first,
    count(*) filter (where appearance = 'unclear') as unclear,
    count(*) filter (where appearance = 'later') as clearly_later
from story_outlet
where coverage = 'covered' and appearance != 'only'
group by outlet_id
order by stories desc, outlet_id;
