-- The mentions that corrections are about, as they stand now and as they were coded: whatever counts either was touched.
with touched as (
    select
        correction_id,
        kind,
        unnest(mention_ids) as mention_id
    from {{ ref('stg_correction') }}
    union
    -- Whatever was corrected, of these it changed the event only.
    select
        correction_id,
        'event' as kind,
        unnest(moved_ids) as mention_id
    from {{ ref('stg_correction') }}
    union
    -- A link of an article is about all that it tells.
    select
        articles.correction_id,
        articles.kind,
        mentions.mention_id
    from {{ ref('int_corrected_article') }} as articles
    inner join {{ ref('fct_event_mention') }} as mentions on articles.article_id = mentions.article_id
    where articles.kind in ('story', 'copy')
),

states as (
    select
        touched.correction_id,
        touched.kind,
        false as is_as_coded,
        mentions.mention_id,
        mentions.version_id,
        mentions.article_id,
        mentions.outlet_id,
        mentions.story_id,
        mentions.event_id,
        mentions.stratum,
        mentions.reuse,
        mentions.is_latest_version,
        mentions.seen_at,
        mentions.action,
        mentions.quad_class,
        mentions.actors,
        mentions.targets,
        mentions.place,
        mentions.place_id,
        mentions.date_source,
        mentions.voice,
        mentions.speaker_party as speaker,
        mentions.polarity,
        mentions.reality,
        mentions.figures
    from touched
    inner join {{ ref('fct_event_mention') }} as mentions on touched.mention_id = mentions.mention_id
    union all by name
    select
        touched.correction_id,
        touched.kind,
        true as is_as_coded,
        mentions.mention_id,
        mentions.version_id,
        mentions.article_id,
        mentions.outlet_id,
        articles.story_id,
        null as event_id,
        texts.stratum,
        articles.reuse,
        history.is_latest as is_latest_version,
        mentions.seen_at,
        mentions.action,
        mentions.quad_class,
        mentions.actors,
        mentions.targets,
        mentions.place,
        mentions.place_id,
        mentions.date_source,
        mentions.voice,
        mentions.speaker,
        mentions.polarity,
        mentions.reality,
        mentions.figures
    from touched
    inner join {{ ref('stg_replaced_mention') }} as mentions on touched.mention_id = mentions.mention_id and touched.kind = 'mention'
    inner join {{ ref('int_version') }} as history on mentions.version_id = history.version_id
    inner join {{ ref('stg_article_version') }} as texts on mentions.version_id = texts.version_id
    inner join {{ ref('int_article') }} as articles on mentions.article_id = articles.article_id
)

select
    states.correction_id,
    states.kind,
    states.is_as_coded,
    states.mention_id,
    states.version_id,
    states.article_id,
    states.outlet_id,
    states.stratum,
    -- A text that is a copy now was none before, or the reverse: tables that leave copies out lost it, or gained it.
    case when states.kind = 'copy' then 'own' else states.reuse end as reuse,
    states.is_latest_version,
    states.seen_at,
    date_trunc('month', states.seen_at)::date as month,
    states.action,
    states.quad_class,
    states.actors[1].text as actor,
    states.actors[1].id as actor_id,
    states.actors,
    states.targets[1].text as target,
    states.targets[1].id as target_id,
    states.targets,
    states.place,
    states.place_id,
    states.date_source,
    states.voice,
    states.speaker,
    {{ source_key('states.voice', 'states.speaker.id', 'states.speaker.text') }} as source_key,
    {{ claim_status('states.polarity', 'states.reality') }} as claim_status,
    states.figures,
    -- What it left as well: events that lost it, and by a link of stories the story.
    list_sort(list_filter(
        list_distinct(list_concat([states.story_id], case when states.kind = 'story' then corrections.stories else [] end)),
        lambda id: id is not null
    )) as story_ids,
    list_sort(list_filter(
        list_distinct(list_concat([states.event_id], case when states.kind != 'copy' then corrections.events else [] end)),
        lambda id: id is not null
    )) as event_ids
from states
inner join {{ ref('stg_correction') }} as corrections on states.correction_id = corrections.correction_id
