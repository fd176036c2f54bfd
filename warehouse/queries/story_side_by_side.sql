-- Question: How do the outlets stand beside each other on one story?
-- Tables: story_outlet
-- Caveats: Put your own story id into `chosen`; it starts with the story that most publishers have. `coverage` is
--   NULL where we cannot tell, with the reason beside it.
with chosen as (
    select story_id
    from story_outlet
    where coverage = 'covered'
    group by story_id
    order by count(distinct publisher) desc, count(*) desc, story_id
    limit 1
)

select
    story_outlet.outlet_id,
    story_outlet.coverage,
    story_outlet.ineligible_reason,
    story_outlet.articles,
    story_outlet.origins,
    story_outlet.own_articles,
    story_outlet.copied_articles,
    story_outlet.first_seen,
    story_outlet.lag_s,
    story_outlet.uncertainty_s,
    story_outlet.appearance,
    story_outlet.own_voice_mentions,
    story_outlet.attributed_mentions
from story_outlet
inner join chosen on story_outlet.story_id = chosen.story_id
order by story_outlet.first_seen nulls last, story_outlet.outlet_id;
