-- Question: Which outlets left the comparisons on which days, and why?
-- Tables: health, story_outlet
-- Caveats: A day that is `not_judged` stays in. Reasons for single stories stand in story_outlet.
with refused as (
    select
        outlet_id,
        story_first_seen::date as day,
        count(*) as stories,
        mode(ineligible_reason order by ineligible_reason) as most_frequent_reason
    from story_outlet
    where not is_eligible
    group by outlet_id, story_first_seen::date
)

select
    refused.day,
    refused.outlet_id,
    refused.stories,
    refused.most_frequent_reason,
    health.status,
    health.problems,
    health.polls,
    health.polls_ok
from refused
left join health on refused.outlet_id = health.outlet_id and refused.day = health.day
order by refused.day desc, refused.outlet_id;
