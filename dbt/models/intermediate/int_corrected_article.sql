-- The articles that corrections are about; one row per correction and article.
with touched as (
    select
        correction_id,
        kind,
        topics,
        case when kind = 'story' then stories else [] end as stories,
        unnest(articles) as article_id
    from {{ ref('stg_correction') }}
),

topics as (
    select
        story_id,
        list(topic) as topics
    from {{ ref('stg_story_topic') }}
    group by story_id
)

select
    touched.correction_id,
    touched.kind,
    touched.article_id,
    articles.outlet_id,
    articles.first_seen,
    date_trunc('month', articles.first_seen)::date as month,
    articles.stratum,
    articles.is_analysed,
    articles.wire,
    -- The story that it left as well.
    list_sort(list_distinct(list_concat([articles.story_id], touched.stories))) as story_ids,
    -- Those that it has, or had.
    list_sort(list_distinct(list_concat(['all'], coalesce(topics.topics, []), touched.topics))) as topics
from touched
inner join {{ ref('int_article') }} as articles on touched.article_id = articles.article_id
left join topics on articles.story_id = topics.story_id
