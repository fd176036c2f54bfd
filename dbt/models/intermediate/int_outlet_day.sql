-- How well each outlet was read on each day, against its own earlier days (comparisons, rule 8).
with polls as (
    select
        outlet_id,
        polled_at::date as day,
        count(*) as polls,
        count(*) filter (where successful) as polls_ok,
        count(*) filter (where not successful and outcome in ('new_body', 'same_body', 'not_modified')) as polls_not_a_feed,
        count(*) filter (where outcome not in ('new_body', 'same_body', 'not_modified')) as polls_failed
    from {{ ref('int_poll') }}
    group by outlet_id, polled_at::date
),

versions as (
    select
        versions.outlet_id,
        versions.first_seen::date as day,
        count(*) as versions,
        count(*) filter (where versions.version_number = 1) as articles,
        count(*) filter (where texts.published_quality not in ('missing', 'unreadable')) as dates_read,
        count(*) filter (where texts.published_quality = 'missing') as dates_missing,
        count(*) filter (where texts.published_quality = 'unreadable') as dates_unreadable,
        count(*) filter (where texts.guid is null) as guids_unusable,
        count(*) filter (where list_contains(texts.flags, 'guid_changed')) as guids_changed,
        count(*) filter (where versions.is_analysed) as versions_analysed,
        count(*) filter (where versions.analysis_status = 'other_language') as versions_other_language,
        count(*) filter (where versions.analysis_status = 'failed') as versions_failed,
        coalesce(sum(versions.analysed_words) filter (where versions.is_analysed and texts.stratum = 'title_summary'), 0)::bigint
            as words_title_summary,
        coalesce(sum(versions.mentions) filter (where versions.is_analysed and texts.stratum = 'title_summary'), 0)::bigint
            as mentions_title_summary,
        coalesce(sum(versions.analysed_words) filter (where versions.is_analysed and texts.stratum = 'full_text'), 0)::bigint
            as words_full_text,
        coalesce(sum(versions.mentions) filter (where versions.is_analysed and texts.stratum = 'full_text'), 0)::bigint
            as mentions_full_text,
        coalesce(sum(versions.quoted_words) filter (where versions.is_analysed), 0)::bigint as quoted_words
    from {{ ref('int_version') }} as versions
    inner join {{ ref('stg_article_version') }} as texts on versions.version_id = texts.version_id
    group by versions.outlet_id, versions.first_seen::date
),

story_publishers as (
    select
        story_id,
        count(distinct publisher) as publishers
    from {{ ref('int_article') }}
    where story_id is not null
    group by story_id
),

matching as (
    select
        articles.outlet_id,
        articles.first_seen::date as day,
        count(*) as articles_in_stories,
        count(*) filter (where story_publishers.publishers = 1) as articles_unmatched
    from {{ ref('int_article') }} as articles
    inner join story_publishers on articles.story_id = story_publishers.story_id
    group by articles.outlet_id, articles.first_seen::date
),

days as (
    select
        coalesce(polls.outlet_id, versions.outlet_id) as outlet_id,
        coalesce(polls.day, versions.day) as day,
        coalesce(polls.polls, 0) as polls,
        coalesce(polls.polls_ok, 0) as polls_ok,
        coalesce(polls.polls_not_a_feed, 0) as polls_not_a_feed,
        coalesce(polls.polls_failed, 0) as polls_failed,
        coalesce(versions.articles, 0) as articles,
        coalesce(versions.versions, 0) as versions,
        coalesce(versions.dates_read, 0) as dates_read,
        coalesce(versions.dates_missing, 0) as dates_missing,
        coalesce(versions.dates_unreadable, 0) as dates_unreadable,
        coalesce(versions.guids_unusable, 0) as guids_unusable,
        coalesce(versions.guids_changed, 0) as guids_changed,
        coalesce(versions.versions_analysed, 0) as versions_analysed,
        coalesce(versions.versions_other_language, 0) as versions_other_language,
        coalesce(versions.versions_failed, 0) as versions_failed,
        coalesce(versions.words_title_summary, 0) as words_title_summary,
        coalesce(versions.mentions_title_summary, 0) as mentions_title_summary,
        coalesce(versions.words_full_text, 0) as words_full_text,
        coalesce(versions.mentions_full_text, 0) as mentions_full_text,
        coalesce(versions.quoted_words, 0) as quoted_words,
        coalesce(matching.articles_in_stories, 0) as articles_in_stories,
        coalesce(matching.articles_unmatched, 0) as articles_unmatched
    from polls
    full outer join versions on polls.outlet_id = versions.outlet_id and polls.day = versions.day
    left join matching
        on
            coalesce(polls.outlet_id, versions.outlet_id) = matching.outlet_id
            and coalesce(polls.day, versions.day) = matching.day
),

yields as (
    select
        *,
        case when words_title_summary >= {{ var('health_min_words') }} then 1000.0 * mentions_title_summary / words_title_summary end
            as yield_title_summary,
        case when words_full_text >= {{ var('health_min_words') }} then 1000.0 * mentions_full_text / words_full_text end
            as yield_full_text
    from days
),

medians as (
    select
        *,
        count(yield_title_summary) over earlier as days_title_summary,
        median(yield_title_summary) over earlier as median_title_summary,
        count(yield_full_text) over earlier as days_full_text,
        median(yield_full_text) over earlier as median_full_text,
        sum(quoted_words) over recent as quoted_words_recent,
        sum(words_title_summary + words_full_text) over recent as words_recent
    from yields
    window
        earlier as (
            partition by outlet_id order by day
            range between interval '{{ var("health_days") }} days' preceding and interval '1 day' preceding
        ),
        recent as (
            partition by outlet_id order by day
            range between interval '{{ var("health_days") }} days' preceding and current row
        )
),

ratios as (
    select
        *,
        case
            when days_title_summary >= {{ var('health_min_days') }} and median_title_summary > 0
                then yield_title_summary / median_title_summary
        end as ratio_title_summary,
        case
            when days_full_text >= {{ var('health_min_days') }} and median_full_text > 0
                then yield_full_text / median_full_text
        end as ratio_full_text
    from medians
),

judged as (
    select
        *,
        list_filter(
            [
                case when least(ratio_title_summary, ratio_full_text) < {{ var('health_low') }} then 'yield_low' end,
                case when greatest(ratio_title_summary, ratio_full_text) > {{ var('health_high') }} then 'yield_high' end,
                case when quoted_words_recent = 0 and words_recent >= 10 * {{ var('health_min_words') }} then 'no_quotes_read' end,
                case when versions_failed > 0.1 * versions then 'analysis_failed' end
            ],
            lambda problem: problem is not null
        ) as problems
    from ratios
)

select
    *,
    case
        when polls > 0 and polls_ok = 0 then 'not_read'
        when len(problems) > 0 then 'failed'
        when ratio_title_summary is null and ratio_full_text is null then 'not_judged'
        else 'ok'
    end as status
from judged
