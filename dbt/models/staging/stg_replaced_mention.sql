-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    mention_id,
    version_id,
    article_id,
    outlet_id,
    seen_at at time zone 'UTC' as seen_at,
    unit,
    action,
    quad_class,
    actors,
    targets,
    place,
    place_id,
    date_source,
    voice,
    speaker,
    polarity,
    reality,
    figures
from {{ source('lake', 'replaced_mention') }}
