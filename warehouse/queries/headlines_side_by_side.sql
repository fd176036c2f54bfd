-- Question: Who does it, to whom, and who says so, in each outlet's headline on one story?
-- Tables: headlines, story_outlet
-- Caveats: One headline per outlet: its earliest article, as it stands now. A copied headline is not this newsroom's
--   choice of words.
with chosen as (
    select story_id
    from story_outlet
    where coverage = 'covered'
    group by story_id
    order by count(distinct publisher) desc, count(*) desc, story_id
    limit 1
)

select
    headlines.outlet_id,
    headlines.headline,
    headlines.actor,
    headlines.target,
    headlines.voice,
    headlines.speaker,
    headlines.claim_status,
    headlines.actor_omitted,
    headlines.text_agrees,
    headlines.text_differences,
    headlines.no_deed_reason,
    headlines.reuse
from headlines
inner join chosen on headlines.story_id = chosen.story_id
order by headlines.first_seen, headlines.outlet_id;
