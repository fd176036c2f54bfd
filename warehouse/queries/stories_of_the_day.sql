-- Question: What did most outlets write about on the latest day of the record?
-- Tables: story_outlet
-- Caveats: `publishers` counts editions of one publisher once; `could_have` counts only outlets that we were reading
--   at the time.
with latest as (
    select max(story_first_seen)::date as day
    from story_outlet
)

select
    story_outlet.story_id,
    any_value(story_outlet.story_title) as title,
    min(story_outlet.story_first_seen) as first_seen,
    count(distinct story_outlet.publisher) filter (where story_outlet.coverage = 'covered') as publishers,
    count(distinct story_outlet.publisher) filter (where story_outlet.is_eligible) as could_have
from story_outlet
inner join latest on story_outlet.story_first_seen::date = latest.day
group by story_outlet.story_id
order by publishers desc, first_seen
limit 25;
