-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    feed_id,
    outlet_id,
    url,
    section,
    registered_at at time zone 'UTC' as registered_at
from {{ source('lake', 'feed') }}
