-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    page_id,
    article_id,
    outlet_id,
    url,
    fetched_at at time zone 'UTC' as fetched_at,
    outcome,
    detail,
    body_sha256,
    text,
    duration_ms
from {{ source('lake', 'page') }}
