-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    version_id,
    outlet_id,
    extractor_version,
    seen_at at time zone 'UTC' as seen_at,
    status,
    detail,
    sentences,
    words,
    mentions,
    quoted_words
from {{ source('lake', 'extraction') }}
