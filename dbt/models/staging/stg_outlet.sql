-- Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit.
select
    outlet_id,
    name,
    publisher,
    country,
    language,
    timezone,
    owner,
    state_control,
    ownership_citation,
    ownership_date,
    full_text,
    enabled,
    verified,
    homepage,
    registered_at at time zone 'UTC' as registered_at
from {{ source('lake', 'outlet') }}
