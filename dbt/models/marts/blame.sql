-- Who accuses whom in which story and outlet, in whose voice, and whether the accused's answer is carried.
with accusations as (
    select
        story_id,
        outlet_id,
        publisher,
        coalesce(actor_id, lower(trim(actor))) as accuser,
        coalesce(target_id, lower(trim(target))) as accused,
        article_id,
        mention_id,
        voice,
        sentence,
        seen_at,
        unit,
        trigger_start
    from {{ ref('fct_event_mention') }}
    where
        action = 'ACCUSE' and claim_status = 'reported' and is_latest_version and story_id is not null
        and actor is not null and target is not null
),

-- What counts as an answer: the accused is quoted or cited for anything, or is told to reject or accuse in turn.
answers as (
    select distinct
        story_id,
        outlet_id,
        source_key as answering,
        mention_id
    from {{ ref('fct_event_mention') }}
    where is_latest_version and source_key is not null and story_id is not null
    union
    select distinct
        story_id,
        outlet_id,
        coalesce(actor_id, lower(trim(actor))) as answering,
        mention_id
    from {{ ref('fct_event_mention') }}
    where is_latest_version and action in ('REJECT', 'ACCUSE') and actor is not null and story_id is not null
),

grouped as (
    select
        story_id,
        outlet_id,
        accuser,
        accused,
        min(publisher) as publisher,
        count(*) as mentions,
        count(distinct article_id) as articles,
        count(*) filter (where voice = 'outlet') as own_voice_n,
        count(*) filter (where voice != 'outlet') as attributed_n,
        first(sentence order by seen_at, article_id, unit desc, trigger_start, mention_id) as first_sentence,
        first(mention_id order by seen_at, article_id, unit desc, trigger_start, mention_id) as first_mention_id
    from accusations
    group by story_id, outlet_id, accuser, accused
),

answered as (
    select
        grouped.story_id,
        grouped.outlet_id,
        grouped.accuser,
        grouped.accused,
        list(distinct answers.mention_id order by answers.mention_id) as answer_mention_ids
    from grouped
    inner join answers
        on grouped.story_id = answers.story_id and grouped.outlet_id = answers.outlet_id and grouped.accused = answers.answering
    group by grouped.story_id, grouped.outlet_id, grouped.accuser, grouped.accused
),

reading as (
    select
        story_id,
        outlet_id,
        bool_or(stratum = 'full_text') as has_full_text
    from {{ ref('int_article') }}
    where is_analysed and story_id is not null
    group by story_id, outlet_id
),

read as (
    select
        correction_id,
        unnest(story_ids) as story_id,
        outlet_id,
        coalesce(actor_id, lower(trim(actor))) as accuser,
        coalesce(target_id, lower(trim(target))) as accused,
        source_key,
        action,
        claim_status
    from {{ ref('int_corrected_mention') }}
    where kind in ('mention', 'story') and is_latest_version
),

-- What is, or was, an accusation of the row, or an answer to it.
touched as (
    select
        read.correction_id,
        grouped.story_id,
        grouped.outlet_id,
        grouped.accuser,
        grouped.accused
    from grouped
    inner join read
        on
            grouped.story_id = read.story_id and grouped.outlet_id = read.outlet_id
            and (
                (
                    read.action = 'ACCUSE' and read.claim_status = 'reported'
                    and grouped.accuser = read.accuser and grouped.accused = read.accused
                )
                or grouped.accused = read.source_key
                or (read.action in ('REJECT', 'ACCUSE') and grouped.accused = read.accuser)
            )
),

corrected as (
    {{ corrections_per(['story_id', 'outlet_id', 'accuser', 'accused'], 'touched') }}
)

select
    grouped.story_id,
    grouped.accuser,
    grouped.accused,
    grouped.outlet_id,
    grouped.publisher,
    grouped.mentions,
    grouped.articles,
    grouped.own_voice_n,
    grouped.attributed_n,
    grouped.first_sentence,
    grouped.first_mention_id,
    case
        when answered.accused is not null then 'found'
        when reading.has_full_text then 'not_found'
    end as answer,
    case when answered.accused is null and not reading.has_full_text then 'only_title_and_summary_read' end as answer_reason,
    coalesce(answered.answer_mention_ids, []) as answer_mention_ids,
    coalesce(corrected.corrections, []) as corrections
from grouped
left join answered
    on
        grouped.story_id = answered.story_id and grouped.outlet_id = answered.outlet_id
        and grouped.accuser = answered.accuser and grouped.accused = answered.accused
left join reading on grouped.story_id = reading.story_id and grouped.outlet_id = reading.outlet_id
left join corrected
    on
        grouped.story_id = corrected.story_id and grouped.outlet_id = corrected.outlet_id
        and grouped.accuser = corrected.accuser and grouped.accused = corrected.accused
