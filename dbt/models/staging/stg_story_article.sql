-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    story_id,
    article_id,
    outlet_id,
    first_seen at time zone 'UTC' as first_seen,
    similarity,
    reason,
    corrected_by
from {{ source('lake', 'story_article') }}
