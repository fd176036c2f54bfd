-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    change_id,
    "at" at time zone 'UTC' as "at",
    story_id,
    change,
    other_id,
    articles,
    reason
from {{ source('lake', 'story_change') }}
