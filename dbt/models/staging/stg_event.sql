-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    event_id,
    story_id,
    action,
    actor,
    target,
    place_country,
    place_name,
    event_date_start,
    first_seen at time zone 'UTC' as first_seen,
    mentions,
    outlets
from {{ source('lake', 'event') }}
