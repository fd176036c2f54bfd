-- Every actor, target and speaker of every mention, with the mention's own facts beside it.
with parties as (
    select
        mention_id,
        'actor' as role,
        unnest(actors) as party,
        generate_subscripts(actors, 1) as position
    from {{ ref('fct_event_mention') }}
    union all
    select
        mention_id,
        'target',
        unnest(targets),
        generate_subscripts(targets, 1)
    from {{ ref('fct_event_mention') }}
    union all
    select
        mention_id,
        'speaker',
        speaker_party,
        1
    from {{ ref('fct_event_mention') }}
    where speaker is not null
)

select
    parties.mention_id,
    parties.role,
    parties.position,
    parties.party.id as actor_id,
    parties.party.text as actor_text,
    parties.party.country as actor_country,
    parties.party.sector as actor_sector,
    parties.party.pronoun is not null as is_resolved,
    mentions.outlet_id,
    mentions.publisher,
    mentions.story_id,
    mentions.article_id,
    mentions.stratum,
    mentions.reuse,
    mentions.is_latest_version,
    mentions.seen_at,
    date_trunc('month', mentions.seen_at)::date as month,
    mentions.action,
    mentions.quad_class,
    mentions.voice,
    mentions.claim_status,
    mentions.in_quotes,
    mentions.actor_omitted,
    mentions.event_date_start,
    mentions.sentence
from parties
inner join {{ ref('fct_event_mention') }} as mentions on parties.mention_id = mentions.mention_id
-- One naming per mention and role: a party that is named twice there counts once.
qualify row_number() over (
    partition by parties.mention_id, parties.role, coalesce(parties.party.id, lower(parties.party.text))
    order by parties.position
) = 1
