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
),

main_mentions as (
    select mentions.*
    from mentions
    inner join main_events on mentions.event_id = main_events.event_id
)

{{ story_elements(['story_id', 'outlet_id', 'independent_id'], 'mentions', 'main_mentions') }}
