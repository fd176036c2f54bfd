-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    correction_id,
    kind,
    field,
    before,
    found,
    value,
    corrected_by,
    corrected_at at time zone 'UTC' as corrected_at,
    why,
    status,
    article_id,
    mention_ids,
    moved_ids,
    events,
    stories,
    topics,
    articles,
    other_article_id
from {{ source('lake', 'correction') }}
