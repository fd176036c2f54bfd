-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    snapshot_id,
    feed_id,
    outlet_id,
    fetch_id,
    fetched_at at time zone 'UTC' as fetched_at,
    body_sha256,
    body_bytes,
    outcome,
    detail,
    format,
    encoding,
    title,
    language,
    entries,
    entries_kept,
    without_date,
    without_guid,
    repeated_guid
from {{ source('lake', 'snapshot') }}
