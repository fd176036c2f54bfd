-- What another extractor version makes of the same texts: mentions gained, lost and changed, field by field.
with compared as (
    select * from {{ ref('stg_recoded_version') }}
),

described as (
    select
        mentions.*,
        compared.old_extractor_version,
        compared.new_extractor_version,
        mentions.extractor_version = compared.new_extractor_version as is_new,
        nullif(array_to_string(list_transform(mentions.actors, lambda party: party.text), '; '), '') as actor,
        nullif(array_to_string(list_transform(mentions.actors, lambda party: party.id), '; '), '') as actor_id,
        nullif(array_to_string(list_transform(mentions.targets, lambda party: party.text), '; '), '') as target,
        nullif(array_to_string(list_transform(mentions.targets, lambda party: party.id), '; '), '') as target_id,
        mentions.speaker.text as speaker_text,
        mentions.speaker.id as speaker_id,
        -- Sorted, so that the order in which two numbers stand in the text is no change.
        nullif(array_to_string(list_sort(list_transform(
            mentions.figures, lambda figure:
            figure.slot || ' ' || figure.qualifier || ' ' || coalesce(figure.low::varchar, '') || '..' || coalesce(figure.high::varchar, '')
            || coalesce(' ' || figure.currency, '')
        )), '; '), '') as figure_text
    from {{ ref('stg_recoded_mention') }} as mentions
    inner join compared
        on
            mentions.version_id = compared.version_id
            and mentions.extractor_version in (compared.old_extractor_version, compared.new_extractor_version)
),

-- Two mentions are of one deed when their triggers overlap; one to one, the longest overlap first, then the likest mention.
candidates as (
    select
        olds.mention_id as old_id,
        news.mention_id as new_id,
        struct_pack(
            overlap := least(olds.trigger_end, news.trigger_end) - greatest(olds.trigger_start, news.trigger_start),
            alike := (olds.action = news.action)::int + (olds.actor is not distinct from news.actor)::int
            + (olds.target is not distinct from news.target)::int,
            nearness := -abs(olds.trigger_start - news.trigger_start),
            -- Only so that two runs choose alike.
            old_id := olds.mention_id,
            new_id := news.mention_id
        ) as fit
    from described as olds
    inner join described as news
        on
            olds.version_id = news.version_id
            and olds.unit = news.unit
            and olds.trigger_start < news.trigger_end
            and olds.trigger_end > news.trigger_start
    where not olds.is_new and news.is_new
),

best_pairs as (
    select
        old_id,
        new_id
    from candidates
    qualify
        row_number() over (partition by old_id order by fit desc) = 1
        and row_number() over (partition by new_id order by fit desc) = 1
),

left_over as (
    select candidates.*
    from candidates
    where
        candidates.old_id not in (select best_pairs.old_id from best_pairs)
        and candidates.new_id not in (select best_pairs.new_id from best_pairs)
),

paired as (
    select * from best_pairs
    union all
    select
        old_id,
        new_id
    from left_over
    qualify
        row_number() over (partition by old_id order by fit desc) = 1
        and row_number() over (partition by new_id order by fit desc) = 1
),

sides as (
    select
        paired.old_id,
        paired.new_id
    from paired
    union all
    select
        case when not described.is_new then described.mention_id end as old_id,
        case when described.is_new then described.mention_id end as new_id
    from described
    where
        described.mention_id not in (select paired.old_id from paired)
        and described.mention_id not in (select paired.new_id from paired)
),

joined as (
    select
        coalesce(news.version_id, olds.version_id) as version_id,
        coalesce(news.article_id, olds.article_id) as article_id,
        coalesce(news.outlet_id, olds.outlet_id) as outlet_id,
        coalesce(news.seen_at, olds.seen_at) as seen_at,
        coalesce(news.unit, olds.unit) as unit,
        coalesce(news.sentence, olds.sentence) as sentence,
        coalesce(news.trigger, olds.trigger) as trigger,
        coalesce(news.trigger_start, olds.trigger_start) as trigger_start,
        coalesce(news.trigger_end, olds.trigger_end) as trigger_end,
        coalesce(news.old_extractor_version, olds.old_extractor_version) as old_extractor_version,
        coalesce(news.new_extractor_version, olds.new_extractor_version) as new_extractor_version,
        case when sides.old_id is null then 'gained' when sides.new_id is null then 'lost' else 'changed' end as change,
        case
            when sides.old_id is null or sides.new_id is null then []::varchar[]
            else list_filter([
                case when olds.action != news.action then 'action' end,
                case when (olds.actor, olds.actor_id) is distinct from (news.actor, news.actor_id) then 'actor' end,
                case when (olds.target, olds.target_id) is distinct from (news.target, news.target_id) then 'target' end,
                case when olds.voice != news.voice then 'voice' end,
                case when (olds.speaker_text, olds.speaker_id) is distinct from (news.speaker_text, news.speaker_id) then 'speaker' end,
                case when olds.polarity != news.polarity then 'polarity' end,
                case when olds.reality != news.reality then 'reality' end,
                case
                    when
                        (olds.place, olds.place_id, olds.place_country) is distinct from (news.place, news.place_id, news.place_country)
                        then 'place'
                end,
                case
                    when
                        (olds.event_date_start, olds.event_date_end) is distinct from (news.event_date_start, news.event_date_end)
                        then 'date'
                end,
                case when olds.figure_text is distinct from news.figure_text then 'figures' end,
                case
                    when (olds.trigger_start, olds.trigger_end) is distinct from (news.trigger_start, news.trigger_end) then 'trigger'
                end
            ], lambda name: name is not null)
        end as changed_fields,
        sides.old_id as old_mention_id,
        sides.new_id as new_mention_id,
        olds.trigger as old_trigger,
        news.trigger as new_trigger,
        olds.action as old_action,
        news.action as new_action,
        olds.actor as old_actor,
        news.actor as new_actor,
        olds.actor_id as old_actor_id,
        news.actor_id as new_actor_id,
        olds.target as old_target,
        news.target as new_target,
        olds.target_id as old_target_id,
        news.target_id as new_target_id,
        olds.voice as old_voice,
        news.voice as new_voice,
        olds.speaker_text as old_speaker,
        news.speaker_text as new_speaker,
        olds.speaker_id as old_speaker_id,
        news.speaker_id as new_speaker_id,
        olds.polarity as old_polarity,
        news.polarity as new_polarity,
        olds.reality as old_reality,
        news.reality as new_reality,
        olds.place as old_place,
        news.place as new_place,
        olds.place_id as old_place_id,
        news.place_id as new_place_id,
        olds.place_country as old_place_country,
        news.place_country as new_place_country,
        olds.event_date_start as old_date_start,
        news.event_date_start as new_date_start,
        olds.event_date_end as old_date_end,
        news.event_date_end as new_date_end,
        olds.figure_text as old_figures,
        news.figure_text as new_figures,
        olds.confidence as old_confidence,
        news.confidence as new_confidence
    from sides
    left join described as olds on sides.old_id = olds.mention_id
    left join described as news on sides.new_id = news.mention_id
)

select *
from joined
where change != 'changed' or len(changed_fields) > 0
