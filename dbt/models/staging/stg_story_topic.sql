-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    story_id,
    topic,
    first_seen at time zone 'UTC' as first_seen,
    score,
    articles,
    reason
from {{ source('lake', 'story_topic') }}
