{%- set event_counts = [
    'articles', 'origins', 'mentions', 'own_voice_n', 'attributed_n', 'denied_n', 'negated_n', 'planned_own_voice_n',
    'planned_attributed_n', 'possible_own_voice_n', 'possible_attributed_n', 'other_version_n',
] -%}
-- Every deed beside every outlet that has its story: who reports it, in whose voice, and how sure.
with reporting as (
    select
        event_id,
        outlet_id,
        count(distinct article_id) filter (where is_latest_version) as articles,
        count(distinct origin_id) filter (where is_latest_version) as origins,
        count(*) filter (where is_latest_version) as mentions,
        count(*) filter (where is_latest_version and claim_status = 'reported' and voice = 'outlet') as own_voice_n,
        count(*) filter (where is_latest_version and claim_status = 'reported' and voice != 'outlet') as attributed_n,
        count(*) filter (where is_latest_version and claim_status = 'denied') as denied_n,
        count(*) filter (where is_latest_version and claim_status = 'negated') as negated_n,
        count(*) filter (where is_latest_version and claim_status = 'planned' and voice = 'outlet') as planned_own_voice_n,
        count(*) filter (where is_latest_version and claim_status = 'planned' and voice != 'outlet') as planned_attributed_n,
        count(*) filter (where is_latest_version and claim_status = 'possible' and voice = 'outlet') as possible_own_voice_n,
        count(*) filter (where is_latest_version and claim_status = 'possible' and voice != 'outlet') as possible_attributed_n,
        count(*) filter (where not is_latest_version) as other_version_n,
        bool_or(reuse = 'own') as has_own_text,
        min(seen_at) as first_reported_at,
        list(
            {
                'mention_id': mention_id,
                'unit': unit,
                'voice': voice,
                'source': speaker,
                'claim_status': claim_status,
                'sentence': sentence
            }
            order by seen_at, article_id, unit desc, trigger_start, mention_id
        ) as sentences
    from {{ ref('fct_event_mention') }}
    where event_id is not null
    group by event_id, outlet_id
),

reading as (
    select
        story_id,
        outlet_id,
        count(*) filter (where is_analysed) as articles_analysed,
        case
            when count(distinct stratum) filter (where is_analysed) > 1 then 'both'
            else min(stratum) filter (where is_analysed)
        end as text_read
    from {{ ref('int_article') }}
    where story_id is not null
    group by story_id, outlet_id
),

-- Whether an outlet could be read on the deed rests on which of its articles have the story.
moved as (
    select
        correction_id,
        outlet_id,
        unnest(story_ids) as story_id
    from {{ ref('int_corrected_article') }}
    where kind = 'story'
),

moved_articles as (
    {{ corrections_per(['story_id', 'outlet_id'], 'moved') }}
)

select
    events.event_id,
    outlets.outlet_id,
    outlets.publisher,
    events.story_id,
    events.action,
    events.actor,
    events.target,
    events.first_seen as event_first_seen,
    eligibility.is_eligible,
    eligibility.ineligible_reason,
    reading.text_read,
    case
        when reporting.mentions > 0 then 'reported'
        when reporting.event_id is not null then 'other_version'
        when reading.articles_analysed > 0 then 'not_found'
    end as finding,
    case when reporting.event_id is null and coalesce(reading.articles_analysed, 0) = 0 then 'not_analysed' end as finding_reason,
    -- Where nothing was read there is nothing to count: NULL, not zero.
    {% for name in event_counts %}
    case when reporting.event_id is not null or reading.articles_analysed > 0 then coalesce(reporting.{{ name }}, 0) end as {{ name }},
    {% endfor %}
    reporting.has_own_text,
    reporting.first_reported_at,
    coalesce(reporting.sentences, []) as sentences,
    accuracy.event_precision as matching_precision,
    accuracy.event_recall as matching_recall,
    list_sort(
        list_distinct(list_concat(coalesce(corrections.corrections, []), coalesce(moved_articles.corrections, [])))
    ) as corrections
from {{ ref('stg_event') }} as events
cross join {{ ref('int_outlet') }} as outlets
left join reporting on events.event_id = reporting.event_id and outlets.outlet_id = reporting.outlet_id
left join reading on events.story_id = reading.story_id and outlets.outlet_id = reading.outlet_id
inner join {{ ref('int_eligibility') }} as eligibility
    on
        events.story_id = eligibility.story_id and events.first_seen = eligibility.moment
        and outlets.outlet_id = eligibility.outlet_id
left join moved_articles on events.story_id = moved_articles.story_id and outlets.outlet_id = moved_articles.outlet_id
left join {{ ref('int_correction') }} as corrections on events.event_id = corrections.id and corrections.what = 'event'
cross join {{ ref('int_matching_accuracy') }} as accuracy
where reporting.event_id is not null or reading.story_id is not null
