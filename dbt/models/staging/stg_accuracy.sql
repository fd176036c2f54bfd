-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    task,
    slot,
    stratum,
    half,
    n,
    value,
    low,
    high,
    extractor_version,
    data,
    measured_at at time zone 'UTC' as measured_at
from {{ source('lake', 'accuracy') }}
