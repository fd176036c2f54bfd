-- Order of the versions of each article, how it was analysed, and how late its sighting may be.
with numbered as (
    select
        version_id,
        article_id,
        outlet_id,
        feed_id,
        snapshot_id,
        first_seen,
        row_number() over history as version_number,
        count(*) over (partition by article_id) as versions,
        lag(version_id) over history as previous_version_id
    from {{ ref('stg_article_version') }}
    window history as (partition by article_id order by first_seen, version_id)
)

select
    numbered.version_id,
    numbered.article_id,
    numbered.outlet_id,
    numbered.feed_id,
    numbered.first_seen,
    numbered.version_number,
    numbered.versions,
    numbered.version_number = numbered.versions as is_latest,
    numbered.previous_version_id,
    snapshots.fetch_id,
    -- The feed's first successful poll shows what was there already: how long, nobody knows.
    case
        when polls.previous_success_at is not null then greatest(
            {{ seconds_between('polls.previous_success_at', 'polls.polled_at') }},
            coalesce({{ seconds_between('polls.polled_at', 'polls.next_success_at') }}, 0)
        )
    end as uncertainty_s,
    extractions.status as analysis_status,
    coalesce(extractions.status in ('coded', 'capped'), false) as is_analysed,
    extractions.words as analysed_words,
    extractions.quoted_words,
    extractions.mentions
from numbered
left join {{ ref('stg_snapshot') }} as snapshots on numbered.snapshot_id = snapshots.snapshot_id
left join {{ ref('int_poll') }} as polls on snapshots.fetch_id = polls.fetch_id
left join {{ ref('stg_extraction') }} as extractions on numbered.version_id = extractions.version_id
