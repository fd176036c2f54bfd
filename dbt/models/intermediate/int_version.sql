-- Order and kind of the versions of each article, which one it shows now, how each was analysed, how late its sighting may be.
with texts as (
    select
        version_id,
        article_id,
        outlet_id,
        feed_id,
        entry_id,
        snapshot_id,
        first_seen,
        coalesce(body_source = 'page', false) as is_page
    from {{ ref('stg_article_version') }}
),

-- What each feed showed of each article, snapshot by snapshot.
shown as (
    select
        entries.article_id,
        sightings.feed_id,
        sightings.seen_at,
        first(entries.version_id order by sightings.position, sightings.entry_id) as version_id
    from {{ ref('stg_sighting') }} as sightings
    inner join {{ ref('stg_article_entry') }} as entries on sightings.entry_id = entries.entry_id
    group by entries.article_id, sightings.feed_id, sightings.seen_at
),

-- An edit follows what the same feed showed before. Two feeds of an outlet may word one article in two ways at once.
followed as (
    select
        texts.*,
        case when not texts.is_page then before.version_id end as previous_version_id,
        row_number() over (partition by texts.article_id order by texts.first_seen, texts.version_id) as version_number,
        count(*) over (partition by texts.article_id) as versions
    from texts
    asof left join shown as before
        on texts.article_id = before.article_id and texts.feed_id = before.feed_id and texts.first_seen > before.seen_at
),

kinds as (
    select
        *,
        case
            when version_number = 1 then 'first'
            when is_page then 'page'
            when previous_version_id is not null then 'edit'
            else 'variant'
        end as kind
    from followed
),

-- A page's version has the entry of the text that the page was fetched for.
entries as (
    select
        version_id,
        entry_id
    from {{ ref('stg_article_entry') }}
    union
    select
        version_id,
        entry_id
    from texts
),

last_shown as (
    select
        kinds.version_id,
        greatest(max(sightings.seen_at), any_value(kinds.first_seen)) as last_seen
    from kinds
    left join entries on kinds.version_id = entries.version_id
    left join {{ ref('stg_sighting') }} as sightings
        on entries.entry_id = sightings.entry_id and kinds.feed_id = sightings.feed_id
    group by kinds.version_id
),

main_feeds as (
    select
        article_id,
        first(feed_id order by first_seen desc, version_id desc) as feed_id
    from kinds
    where kind != 'variant'
    group by article_id
),

-- A text that came back is no new version, so the latest is the one that was shown last, not the one that was new last.
latest as (
    select
        kinds.article_id,
        first(kinds.version_id order by last_shown.last_seen desc, kinds.first_seen desc, kinds.version_id desc) as version_id
    from kinds
    inner join main_feeds on kinds.article_id = main_feeds.article_id and kinds.feed_id = main_feeds.feed_id
    inner join last_shown on kinds.version_id = last_shown.version_id
    where kinds.kind != 'variant'
    group by kinds.article_id
)

select
    kinds.version_id,
    kinds.article_id,
    kinds.outlet_id,
    kinds.feed_id,
    kinds.first_seen,
    last_shown.last_seen,
    kinds.version_number,
    kinds.versions,
    kinds.kind,
    kinds.version_id = latest.version_id as is_latest,
    kinds.previous_version_id,
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
from kinds
inner join latest on kinds.article_id = latest.article_id
inner join last_shown on kinds.version_id = last_shown.version_id
left join {{ ref('stg_snapshot') }} as snapshots on kinds.snapshot_id = snapshots.snapshot_id
left join {{ ref('int_poll') }} as polls on snapshots.fetch_id = polls.fetch_id
left join {{ ref('stg_extraction') }} as extractions on kinds.version_id = extractions.version_id
