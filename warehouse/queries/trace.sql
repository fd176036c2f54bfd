-- Question: What does one number rest on: which mentions, sentences, versions, snapshots and HTTP responses?
-- Tables: corroboration, fct_event_mention, fct_article_version, lake.entry, lake.snapshot, lake.fetch
-- Caveats: Put your own event id into `chosen`, or filter fct_event_mention by any other column. `body_sha256` is the
--   name of the bytes in the archive; the maps in lake.article_version lead from clean to raw characters.
with chosen as (
    select event_id
    from corroboration
    order by outlets desc, mentions desc, event_id
    limit 1
)

select
    mentions.event_id,
    mentions.mention_id,
    mentions.outlet_id,
    mentions.unit,
    mentions.sentence,
    mentions.trigger,
    mentions.trigger_start,
    mentions.trigger_end,
    -- The same words, cut from the stored text at the stored offsets.
    substring(
        case mentions.unit when 'title' then versions.title when 'summary' then versions.summary else versions.body end,
        mentions.trigger_start + 1,
        mentions.trigger_end - mentions.trigger_start
    ) as words_at_offsets,
    mentions.voice,
    mentions.claim_status,
    mentions.confidence,
    mentions.rule,
    mentions.extractor_version,
    versions.version_id,
    versions.version_number,
    versions.url,
    versions.first_seen,
    entries.title as raw_title,
    entries.published_raw,
    snapshots.snapshot_id,
    snapshots.outcome as snapshot_outcome,
    fetches.fetch_id,
    fetches.requested_at,
    fetches.final_url,
    fetches.status,
    snapshots.body_sha256
from fct_event_mention as mentions
inner join chosen on mentions.event_id = chosen.event_id
inner join fct_article_version as versions on mentions.version_id = versions.version_id
inner join lake.entry as entries on versions.entry_id = entries.entry_id
inner join lake.snapshot as snapshots on versions.snapshot_id = snapshots.snapshot_id
inner join lake."fetch" as fetches on snapshots.fetch_id = fetches.fetch_id
order by mentions.seen_at, mentions.outlet_id, mentions.trigger_start, mentions.mention_id;
