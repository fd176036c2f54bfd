-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    snapshot_id,
    entry_id,
    feed_id,
    position,
    seen_at at time zone 'UTC' as seen_at
from {{ source('lake', 'sighting') }}
