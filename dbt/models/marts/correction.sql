-- What people have set right, what it said before, and where it shows.
with told as (
    select
        corrections.correction_id,
        list(distinct articles.outlet_id order by articles.outlet_id) filter (where articles.outlet_id is not null) as outlets,
        min(date_trunc('month', articles.first_seen)::date) as month
    from {{ ref('stg_correction') }} as corrections
    left join {{ ref('int_article') }} as articles
        on corrections.article_id = articles.article_id or corrections.other_article_id = articles.article_id
    group by corrections.correction_id
)

select
    corrections.correction_id,
    corrections.kind,
    corrections.field,
    corrections.before,
    corrections.found,
    corrections.value,
    corrections.status,
    corrections.corrected_by,
    corrections.corrected_at,
    corrections.why,
    coalesce(told.outlets, []) as outlets,
    told.month,
    corrections.article_id,
    corrections.other_article_id,
    corrections.mention_ids,
    corrections.events,
    corrections.stories
from {{ ref('stg_correction') }} as corrections
left join told on corrections.correction_id = told.correction_id
