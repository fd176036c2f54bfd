-- How often each outlet shows an actor as the one who acts and as the one acted upon, by kind of deed.
select
    parties.actor_id,
    parties.outlet_id,
    parties.month,
    parties.stratum,
    parties.voice_class,
    min(parties.publisher) as publisher,
    count(distinct parties.story_id) as stories,
    count(*) as mentions,
    count(*) filter (where parties.role = 'actor') as agent_n,
    count(*) filter (where parties.role = 'target') as target_n,
    {{ supported_share(
        'agency_share', "count(*) filter (where parties.role = 'actor')", 'count(*)',
        has_support('count(*)', 'count(distinct parties.story_id)')
    ) }},
    {% for quad in ['verbal_cooperation', 'material_cooperation', 'verbal_conflict', 'material_conflict'] %}
    count(*) filter (where parties.role = 'actor' and parties.quad_class = '{{ quad }}') as agent_{{ quad }}_n,
    count(*) filter (where parties.role = 'target' and parties.quad_class = '{{ quad }}') as target_{{ quad }}_n,
    {% endfor %}
    count(*) filter (where parties.role = 'target' and parties.action = 'ASSAULT') as violent_target_n,
    count(*) filter (where parties.role = 'target' and parties.action = 'ASSAULT' and parties.is_agentless) as violent_agentless_n,
    {{ supported_share(
        'violent_agentless_share',
        "count(*) filter (where parties.role = 'target' and parties.action = 'ASSAULT' and parties.is_agentless)",
        "count(*) filter (where parties.role = 'target' and parties.action = 'ASSAULT')",
        has_support(
            "count(*) filter (where parties.role = 'target' and parties.action = 'ASSAULT')",
            "count(distinct parties.story_id) filter (where parties.role = 'target' and parties.action = 'ASSAULT')"
        )
    ) }},
    {{ rate_reason('count(*)', has_support('count(*)', 'count(distinct parties.story_id)')) }} as rate_reason
from (
    select
        everyone.*,
        case when everyone.voice = 'outlet' then 'own_voice' else 'attributed' end as voice_class,
        not exists (
            select 1 from {{ ref('int_mention_party') }} as agents
            where agents.mention_id = everyone.mention_id and agents.role = 'actor'
        ) as is_agentless
    from {{ ref('int_mention_party') }} as everyone
    where
        everyone.actor_id is not null and everyone.role in ('actor', 'target') and everyone.is_latest_version
        and everyone.claim_status = 'reported' and everyone.reuse != 'copy'
) as parties
group by parties.actor_id, parties.outlet_id, parties.month, parties.stratum, parties.voice_class
