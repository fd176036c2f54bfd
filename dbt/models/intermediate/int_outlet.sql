-- The registry's outlets, and those that stand in the record only: what an outlet published stays when the user takes it out.
with recorded as (
    select outlet_id from {{ ref('stg_fetch') }}
    union
    select outlet_id from {{ ref('stg_article_version') }}
)

select
    outlets.outlet_id is not null as is_registered,
    coalesce(outlets.outlet_id, recorded.outlet_id) as outlet_id,
    coalesce(outlets.name, recorded.outlet_id) as name,
    coalesce(outlets.publisher, recorded.outlet_id) as publisher,
    coalesce(outlets.country, 'XXX') as country,
    coalesce(outlets.language, 'und') as language,
    coalesce(outlets.timezone, 'UTC') as timezone,
    coalesce(outlets.owner, 'unknown') as owner,
    coalesce(outlets.state_control, 'unknown') as state_control,
    outlets.ownership_citation,
    outlets.ownership_date,
    coalesce(outlets.full_text, false) as full_text,
    coalesce(outlets.enabled, false) as enabled,
    coalesce(outlets.verified, 'never') as verified,
    outlets.homepage
from {{ ref('stg_outlet') }} as outlets
full join recorded on outlets.outlet_id = recorded.outlet_id
