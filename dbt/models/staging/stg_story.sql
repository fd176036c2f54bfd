-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    story_id,
    title,
    central_article_id,
    first_seen at time zone 'UTC' as first_seen,
    last_seen at time zone 'UTC' as last_seen,
    articles,
    outlets,
    origins
from {{ source('lake', 'story') }}
