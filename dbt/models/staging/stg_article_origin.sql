-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    article_id,
    outlet_id,
    origin_id,
    copy_group_id,
    reuse,
    basis,
    evidence,
    wire,
    first_seen at time zone 'UTC' as first_seen
from {{ source('lake', 'article_origin') }}
