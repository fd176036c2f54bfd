-- Question: What does each outlet call the same actor, in its own voice?
-- Tables: labels, dim_actor
-- Caveats: Actors that at least two outlets name, under at least two words. Read the examples: a word may stand in a
--   title of office.
with varied as (
    select actor_id
    from labels
    group by actor_id
    having count(distinct outlet_id) >= 2 and count(distinct label) >= 2
)

select
    dim_actor.name,
    labels.actor_id,
    labels.outlet_id,
    labels.label,
    labels.mentions,
    labels.mentions_of_actor,
    labels.examples[1].sentence as example
from labels
inner join varied on labels.actor_id = varied.actor_id
inner join dim_actor on labels.actor_id = dim_actor.actor_id
order by labels.actor_id, labels.outlet_id, labels.mentions desc, labels.label;
