-- Question: Which stories that several publishers have were not found in one outlet that could have been seen having
--   them?
-- Tables: story_outlet
-- Caveats: `Not found` is what matching by machine leaves: search the outlet for the story before you write that it
--   is not there.
with wide as (
    select
        story_id,
        count(distinct publisher) filter (where coverage = 'covered') as publishers,
        count(distinct publisher) filter (where is_eligible) as eligible
    from story_outlet
    group by story_id
    having count(distinct publisher) filter (where coverage = 'covered') >= 3
)

select
    story_outlet.outlet_id,
    story_outlet.story_title,
    story_outlet.story_first_seen,
    wide.publishers,
    wide.eligible
from story_outlet
inner join wide on story_outlet.story_id = wide.story_id
where story_outlet.coverage = 'not_found'
order by wide.publishers desc, story_outlet.story_first_seen, story_outlet.outlet_id;
