-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    entry_id,
    article_id,
    version_id,
    outlet_id,
    seen_at at time zone 'UTC' as seen_at
from {{ source('lake', 'article_entry') }}
