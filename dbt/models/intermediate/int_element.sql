-- The elements of each story and the full-text articles that have them: deeds, figures, accusations, denials, the main deed's actors.
with mentions as (
    select
        mentions.*,
        count(*) over (partition by mentions.event_id) as event_size
    from {{ ref('fct_event_mention') }} as mentions
    where
        mentions.is_latest_version and mentions.stratum = 'full_text'
        and mentions.story_id is not null and mentions.event_id is not null
),

main_events as (
    select
        story_id,
        first(event_id order by event_size desc, event_id) as event_id
    from mentions
    group by story_id
)

select distinct
    story_id,
    outlet_id,
    independent_id,
    'event' as element_type,
    event_id as element,
    action as recall_key
from mentions
where claim_status = 'reported'
union
select distinct
    story_id,
    outlet_id,
    independent_id,
    'figure',
    event_id || ':' || slot,
    'figure'
from (
    select
        story_id,
        outlet_id,
        independent_id,
        event_id,
        unnest(list_transform(figures, lambda f: f.slot)) as slot
    from mentions
    where claim_status = 'reported'
) as slots
union
select distinct
    story_id,
    outlet_id,
    independent_id,
    'accusation',
    coalesce(actor_id, lower(actor)) || '>' || coalesce(target_id, lower(target)),
    'accusation'
from mentions
where action = 'ACCUSE' and claim_status = 'reported' and actor is not null and target is not null
union
select distinct
    story_id,
    outlet_id,
    independent_id,
    'denial',
    event_id || ':' || source_key,
    'denial'
from mentions
where claim_status = 'denied' and source_key is not null
union
select distinct
    mentions.story_id,
    mentions.outlet_id,
    mentions.independent_id,
    'actor',
    mentions.actor_id,
    'actor'
from mentions
inner join main_events on mentions.event_id = main_events.event_id
where mentions.claim_status = 'reported' and mentions.actor_id is not null
