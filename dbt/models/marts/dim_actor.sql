-- Who the actor ids stand for, as the texts name them, with the roles that they had and when.
with named as (
    select
        actor_id,
        actor_text,
        count(*) as n
    from {{ ref('int_mention_party') }}
    where actor_id is not null and not is_resolved
    group by actor_id, actor_text
),

names as (
    select
        actor_id,
        first(actor_text order by n desc, actor_text) as name,
        list(actor_text order by n desc, actor_text)[:20] as names
    from named
    group by actor_id
),

sectored as (
    select
        actor_id,
        actor_sector,
        min(event_date_start) as first_day,
        max(event_date_start) as last_day,
        count(*) as mentions
    from {{ ref('int_mention_party') }}
    where actor_id is not null and actor_sector is not null
    group by actor_id, actor_sector
),

roles as (
    select
        actor_id,
        list(
            { 'sector': actor_sector, 'first_day': first_day, 'last_day': last_day, 'mentions': mentions }
            order by first_day, actor_sector
        ) as roles
    from sectored
    group by actor_id
),

counted as (
    select
        actor_id,
        min(actor_country) as country,
        count(*) filter (where role = 'actor') as as_actor_n,
        count(*) filter (where role = 'target') as as_target_n,
        count(*) filter (where role = 'speaker') as as_speaker_n,
        count(distinct publisher) as outlets,
        min(seen_at) as first_seen
    from {{ ref('int_mention_party') }}
    where actor_id is not null
    group by actor_id
),

touched as (
    select *
    from {{ ref('int_corrected_party') }}
    where kind = 'mention' and actor_id is not null
),

corrected as (
    {{ corrections_per(['actor_id'], 'touched') }}
)

select
    counted.actor_id,
    coalesce(names.name, counted.actor_id) as name,
    coalesce(names.names, []) as names,
    case when contains(counted.actor_id, '.') then regexp_replace(counted.actor_id, '\.[^.]*$', '') end as parent_id,
    counted.country,
    coalesce(roles.roles, []) as roles,
    counted.as_actor_n,
    counted.as_target_n,
    counted.as_speaker_n,
    counted.outlets,
    counted.first_seen,
    coalesce(corrected.corrections, []) as corrections
from counted
left join names on counted.actor_id = names.actor_id
left join roles on counted.actor_id = roles.actor_id
left join corrected on counted.actor_id = corrected.actor_id
