-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    version_id,
    outlet_id,
    seen_at at time zone 'UTC' as seen_at,
    old_extractor_version,
    new_extractor_version,
    old_status,
    new_status,
    old_mentions,
    new_mentions
from {{ source('lake', 'recoded_version') }}
