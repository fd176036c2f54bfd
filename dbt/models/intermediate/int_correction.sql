-- Which corrections touched which story or event; one row per pair.
select
    'story' as what,
    touched.id,
    list(touched.correction_id order by touched.correction_id) as corrections
from (
    select
        correction_id,
        unnest(stories) as id
    from {{ ref('stg_correction') }}
) as touched
group by touched.id
union all
select
    'event' as what,
    touched.id,
    list(touched.correction_id order by touched.correction_id) as corrections
from (
    select
        correction_id,
        unnest(events) as id
    from {{ ref('stg_correction') }}
) as touched
group by touched.id
