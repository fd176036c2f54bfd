-- Question: Who accuses whom, and in which outlets was an answer of the accused found?
-- Tables: blame
-- Caveats: An answer is any statement of the accused on the story. Where only titles and summaries were read, a
--   missing answer is NULL.
select
    accuser,
    accused,
    outlet_id,
    mentions,
    first_sentence,
    answer,
    answer_reason
from blame
order by accuser, accused, outlet_id, story_id;
