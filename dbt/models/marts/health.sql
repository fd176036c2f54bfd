-- Whether each outlet could be read and analysed on each day as usual; an outlet that fails leaves the comparisons of that day.
with touched as (
    select
        corrections.correction_id,
        articles.outlet_id,
        articles.first_seen::date as day
    from (
        select
            correction_id,
            unnest(stories) as story_id
        from {{ ref('stg_correction') }}
        -- What was extracted counts as it was found; only links change what stands here.
        where kind in ('story', 'copy')
    ) as corrections
    inner join {{ ref('int_article') }} as articles on corrections.story_id = articles.story_id
),

corrected as (
    {{ corrections_per(['outlet_id', 'day'], 'touched') }}
)

select
    days.outlet_id,
    days.day,
    outlets.publisher,
    days.status,
    days.problems,
    days.polls,
    days.polls_ok,
    days.polls_not_a_feed,
    days.polls_failed,
    days.articles,
    days.versions,
    days.dates_read,
    days.dates_missing,
    days.dates_unreadable,
    case when days.versions > 0 then days.dates_read / days.versions::double end as dates_read_share,
    days.guids_unusable,
    days.guids_changed,
    days.versions_analysed,
    days.versions_other_language,
    days.versions_failed,
    days.quoted_words,
    days.words_title_summary,
    days.mentions_title_summary,
    days.yield_title_summary,
    days.days_title_summary,
    days.median_title_summary,
    days.ratio_title_summary,
    days.words_full_text,
    days.mentions_full_text,
    days.yield_full_text,
    days.days_full_text,
    days.median_full_text,
    days.ratio_full_text,
    days.articles_in_stories,
    days.articles_unmatched,
    case
        when days.articles_in_stories >= {{ var('support_stories') }} then days.articles_unmatched / days.articles_in_stories::double
    end as unmatched_share,
    coalesce(corrected.corrections, []) as corrections
from {{ ref('int_outlet_day') }} as days
left join {{ ref('int_outlet') }} as outlets on days.outlet_id = outlets.outlet_id
left join corrected on days.outlet_id = corrected.outlet_id and days.day = corrected.day
