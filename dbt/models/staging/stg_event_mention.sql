-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    event_id,
    mention_id,
    first_seen at time zone 'UTC' as first_seen,
    score,
    reason,
    corrected_by
from {{ source('lake', 'event_mention') }}
