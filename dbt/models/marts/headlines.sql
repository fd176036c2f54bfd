-- The headline that each outlet gave a story, with the deed in it taken apart, and whether the article's own text agrees.
with placed as (
    select
        *,
        count(*) over (partition by story_id, outlet_id) as articles,
        row_number() over (partition by story_id, outlet_id order by first_seen, article_id) as turn
    from {{ ref('int_article') }}
    where story_id is not null
),

spread as (
    select
        event_id,
        count(distinct publisher) as publishers
    from {{ ref('fct_event_mention') }}
    where event_id is not null
    group by event_id
),

-- Of several deeds in one headline, the one that most publishers tell of, so that the headlines of a story line up.
titled as (
    select
        mentions.*,
        row_number() over (
            partition by mentions.version_id
            order by spread.publishers desc nulls last, mentions.trigger_start, mentions.mention_id
        ) as turn
    from {{ ref('fct_event_mention') }} as mentions
    left join spread on mentions.event_id = spread.event_id
    where mentions.unit = 'title'
),

texts as (
    select
        version_id,
        event_id,
        bool_or(voice = 'outlet') as has_own_voice,
        bool_or(voice != 'outlet') as has_attribution,
        bool_or(actor is not null) as names_actor,
        list(distinct claim_status) as claim_statuses
    from {{ ref('fct_event_mention') }}
    where unit != 'title' and event_id is not null
    group by version_id, event_id
),

figures as (
    select
        version_id,
        event_id,
        unit = 'title' as in_title,
        figure.slot as slot,
        min(coalesce(figure.low, '-infinity'::double)) as low,
        max(coalesce(figure.high, 'infinity'::double)) as high
    from (
        select
            version_id,
            event_id,
            unit,
            unnest(figures) as figure
        from {{ ref('fct_event_mention') }}
        where event_id is not null
    ) as unnested
    group by version_id, event_id, unit = 'title', figure.slot
),

number_conflicts as (
    select distinct
        titles.version_id,
        titles.event_id
    from figures as titles
    inner join figures as others
        on titles.version_id = others.version_id and titles.event_id = others.event_id and titles.slot = others.slot
    where titles.in_title and not others.in_title and (titles.low > others.high or others.low > titles.high)
),

compared as (
    select
        titled.version_id,
        list_filter(
            [
                case
                    when titled.voice = 'outlet' and not texts.has_own_voice then 'voice'
                    when titled.voice != 'outlet' and not texts.has_attribution then 'voice'
                end,
                case when not list_contains(texts.claim_statuses, titled.claim_status) then 'status' end,
                case when titled.actor is null and texts.names_actor then 'actor' end,
                case when number_conflicts.version_id is not null then 'number' end
            ],
            lambda difference: difference is not null
        ) as differences
    from titled
    inner join texts on titled.version_id = texts.version_id and titled.event_id = texts.event_id
    left join number_conflicts on titled.version_id = number_conflicts.version_id and titled.event_id = number_conflicts.event_id
    where titled.turn = 1
),

-- How many publishers tell of each deed chooses among several in one headline.
spread_changed as (
    select
        correction_id,
        unnest(events) as event_id
    from {{ ref('stg_correction') }}
    where kind != 'copy'
),

touched as (
    select
        spread_changed.correction_id,
        placed.story_id,
        placed.outlet_id
    from placed
    inner join titled on placed.latest_version_id = titled.version_id
    inner join titled as others on titled.version_id = others.version_id and titled.mention_id != others.mention_id
    inner join spread_changed on titled.event_id = spread_changed.event_id
    where placed.turn = 1
    union all
    select
        mentions.correction_id,
        placed.story_id,
        placed.outlet_id
    from placed
    inner join {{ ref('int_corrected_mention') }} as mentions on placed.latest_version_id = mentions.version_id
    where placed.turn = 1 and mentions.kind in ('mention', 'event')
    union all
    select
        correction_id,
        unnest(story_ids) as story_id,
        outlet_id
    from {{ ref('int_corrected_article') }}
    where kind = 'story'
    union all
    select
        articles.correction_id,
        placed.story_id,
        placed.outlet_id
    from placed
    inner join {{ ref('int_corrected_article') }} as articles on placed.article_id = articles.article_id
    where placed.turn = 1 and articles.kind = 'copy'
),

corrected as (
    {{ corrections_per(['story_id', 'outlet_id'], 'touched') }}
)

select
    placed.story_id,
    placed.outlet_id,
    placed.publisher,
    placed.article_id,
    placed.latest_version_id as version_id,
    placed.articles,
    placed.first_seen,
    placed.title as headline,
    placed.first_title as first_headline,
    placed.title != placed.first_title as headline_changed,
    placed.reuse,
    placed.url,
    case
        when not placed.is_analysed then 'not_analysed'
        when titled.mention_id is null then 'no_deed_found'
    end as no_deed_reason,
    titled.mention_id,
    titled.event_id,
    titled.action,
    titled.actor,
    titled.actor_id,
    case when titled.mention_id is not null then titled.actor is not null end as actor_named,
    titled.actor_omitted,
    titled.target,
    titled.target_id,
    case when titled.mention_id is not null then titled.target is not null end as target_named,
    titled.voice,
    titled.speaker,
    titled.claim_status,
    titled.figures,
    len(compared.differences) = 0 as text_agrees,
    compared.differences as text_differences,
    case
        when titled.mention_id is null then null
        when compared.version_id is null then 'deed_not_found_in_text'
    end as text_reason,
    coalesce(corrected.corrections, []) as corrections
from placed
left join titled on placed.latest_version_id = titled.version_id and titled.turn = 1
left join compared on placed.latest_version_id = compared.version_id
left join corrected on placed.story_id = corrected.story_id and placed.outlet_id = corrected.outlet_id
where placed.turn = 1
