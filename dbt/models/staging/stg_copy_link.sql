-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    article_id,
    other_article_id,
    kind,
    similarity,
    shared_words,
    evidence,
    direction,
    first_seen at time zone 'UTC' as first_seen,
    relation,
    corrected_by
from {{ source('lake', 'copy_link') }}
