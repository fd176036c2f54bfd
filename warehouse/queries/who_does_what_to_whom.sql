-- Question: Who does what to whom, in both directions, over all outlets?
-- Tables: dyads
-- Caveats: Sentences, not deeds: ten outlets that tell of one attack are ten. Denied and planned deeds stand in
--   columns of their own.
select
    actor_id,
    target_id,
    quad_class,
    count(distinct publisher) as outlets,
    sum(reported_own_voice_n)::bigint as own_voice,
    sum(reported_attributed_n)::bigint as attributed,
    sum(denied_n)::bigint as denied,
    sum(planned_own_voice_n + planned_attributed_n)::bigint as planned
from dyads
group by actor_id, target_id, quad_class
order by own_voice + attributed desc, actor_id, target_id, quad_class;
