-- Question: Which actors does each outlet show acting, and which acted upon?
-- Tables: actor_roles, dim_actor
-- Caveats: Own voice only here. Rates stand from 20 mentions and 5 stories on; below, only counts.
select
    actor_roles.outlet_id,
    dim_actor.name,
    actor_roles.month,
    actor_roles.stratum,
    actor_roles.mentions,
    actor_roles.agent_n,
    actor_roles.target_n,
    round(actor_roles.agency_share, 2) as agency_share,
    actor_roles.violent_target_n,
    actor_roles.violent_agentless_n,
    actor_roles.rate_reason
from actor_roles
inner join dim_actor on actor_roles.actor_id = dim_actor.actor_id
where actor_roles.voice_class = 'own_voice'
order by actor_roles.mentions desc, actor_roles.outlet_id, dim_actor.name
limit 100;
