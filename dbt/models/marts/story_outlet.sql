-- Every story beside every outlet: who covered it, how much, when, and who was first where that is clear.
with covering as (
    select
        story_id,
        outlet_id,
        publisher,
        count(*) as articles,
        sum(versions)::bigint as versions,
        count(distinct origin_id) as origins,
        count(*) filter (where reuse = 'own') as own_articles,
        count(*) filter (where reuse = 'copy') as copied_articles,
        count(*) filter (where reuse = 'partial') as partial_articles,
        count(*) filter (where stratum = 'title_summary') as articles_title_summary,
        count(*) filter (where stratum = 'full_text') as articles_full_text,
        coalesce(sum(words) filter (where stratum = 'title_summary'), 0)::bigint as words_title_summary,
        coalesce(sum(words) filter (where stratum = 'full_text'), 0)::bigint as words_full_text,
        count(*) filter (where is_analysed) as articles_analysed,
        min(first_seen) as first_seen,
        max(first_seen) as last_seen,
        min(published_at) as first_published_at,
        first(uncertainty_s order by first_seen, uncertainty_s desc nulls first) as uncertainty_s,
        list(article_id order by first_seen, article_id) as article_ids
    from {{ ref('int_article') }}
    where story_id is not null
    group by story_id, outlet_id, publisher
),

-- Clear only when the lead exceeds both outlets' poll interval plus the error of a timestamp (comparisons, rule 5).
-- Editions of one publisher do not compete.
precedence as (
    select
        one.story_id,
        one.outlet_id,
        count(*) as others,
        count(*) filter (
            where {{ seconds_between('one.first_seen', 'other.first_seen') }}
            > greatest(one.uncertainty_s, other.uncertainty_s) + {{ var('timestamp_error_s') }}
            and one.uncertainty_s is not null and other.uncertainty_s is not null
        ) as clearly_later_others,
        count(*) filter (
            where {{ seconds_between('other.first_seen', 'one.first_seen') }}
            > greatest(one.uncertainty_s, other.uncertainty_s) + {{ var('timestamp_error_s') }}
            and one.uncertainty_s is not null and other.uncertainty_s is not null
        ) as clearly_earlier_others
    from covering as one
    inner join covering as other on one.story_id = other.story_id and one.publisher != other.publisher
    group by one.story_id, one.outlet_id
),

mentions as (
    select
        story_id,
        outlet_id,
        count(*) as mentions,
        count(*) filter (where voice = 'outlet') as own_voice_mentions,
        count(*) filter (where voice != 'outlet') as attributed_mentions
    from {{ ref('fct_event_mention') }}
    where is_latest_version and story_id is not null
    group by story_id, outlet_id
)

select
    stories.story_id,
    outlets.outlet_id,
    outlets.publisher,
    stories.title as story_title,
    stories.first_seen as story_first_seen,
    eligibility.is_eligible,
    eligibility.ineligible_reason,
    case
        when covering.articles is not null then 'covered'
        when eligibility.is_eligible then 'not_found'
    end as coverage,
    case when covering.articles is not null or eligibility.is_eligible then coalesce(covering.articles, 0) end as articles,
    covering.versions,
    covering.origins,
    covering.own_articles,
    covering.copied_articles,
    covering.partial_articles,
    covering.articles_title_summary,
    covering.words_title_summary,
    covering.articles_full_text,
    covering.words_full_text,
    covering.articles_analysed,
    case when covering.articles_analysed > 0 then coalesce(mentions.mentions, 0) end as mentions,
    case when covering.articles_analysed > 0 then coalesce(mentions.own_voice_mentions, 0) end as own_voice_mentions,
    case when covering.articles_analysed > 0 then coalesce(mentions.attributed_mentions, 0) end as attributed_mentions,
    covering.first_seen,
    covering.last_seen,
    covering.first_published_at,
    {{ seconds_between('stories.first_seen', 'covering.first_seen') }} as lag_s,
    covering.uncertainty_s,
    case
        when covering.articles is null then null
        when precedence.others is null then 'only'
        when precedence.clearly_later_others = precedence.others then 'first'
        when precedence.clearly_earlier_others > 0 then 'later'
        else 'unclear'
    end as appearance,
    coalesce(covering.article_ids, []) as article_ids,
    accuracy.story_precision as matching_precision,
    accuracy.story_recall as matching_recall,
    coalesce(corrections.corrections, []) as corrections
from {{ ref('stg_story') }} as stories
cross join {{ ref('int_outlet') }} as outlets
inner join {{ ref('int_eligibility') }} as eligibility
    on
        stories.story_id = eligibility.story_id and stories.first_seen = eligibility.moment
        and outlets.outlet_id = eligibility.outlet_id
left join covering on stories.story_id = covering.story_id and outlets.outlet_id = covering.outlet_id
left join precedence on stories.story_id = precedence.story_id and outlets.outlet_id = precedence.outlet_id
left join mentions on stories.story_id = mentions.story_id and outlets.outlet_id = mentions.outlet_id
left join {{ ref('int_correction') }} as corrections on stories.story_id = corrections.id and corrections.what = 'story'
cross join {{ ref('int_matching_accuracy') }} as accuracy
