-- One row per article: its first and latest version, its origin and its story, and whom it counts for as a source.
with texts as (
    select
        version_id,
        title,
        words,
        stratum,
        published_at,
        url,
        wire
    from {{ ref('stg_article_version') }}
),

-- Two texts that one newsroom wrote itself are no two independent sources, nor is what others took from either.
newsrooms as (
    select
        origins.origin_id,
        first(outlets.publisher order by origins.first_seen, origins.article_id) as publisher
    from {{ ref('stg_article_origin') }} as origins
    inner join {{ ref('int_outlet') }} as outlets on origins.outlet_id = outlets.outlet_id
    where origins.reuse != 'copy' and origins.basis = 'own'
    group by origins.origin_id
),

articles as (
    select
        first_versions.article_id,
        first_versions.outlet_id,
        outlets.publisher,
        story_articles.story_id,
        first_versions.first_seen,
        first_versions.uncertainty_s,
        first_versions.versions,
        first_versions.version_id as first_version_id,
        latest_versions.version_id as latest_version_id,
        latest_versions.first_seen as latest_seen,
        first_texts.title as first_title,
        latest_texts.title,
        latest_texts.url,
        latest_texts.words,
        latest_texts.stratum,
        first_texts.published_at,
        latest_versions.is_analysed,
        latest_versions.analysis_status,
        latest_versions.analysed_words,
        -- Without a row there is no known origin but itself.
        coalesce(origins.origin_id, first_versions.article_id) as origin_id,
        coalesce('newsroom:' || newsrooms.publisher, 'origin:' || origins.origin_id, 'newsroom:' || outlets.publisher) as independent_id,
        coalesce(origins.reuse, 'own') as reuse,
        coalesce(origins.basis, 'own') as basis,
        coalesce(origins.wire, latest_texts.wire) as wire
    from {{ ref('int_version') }} as first_versions
    inner join {{ ref('int_version') }} as latest_versions
        on first_versions.article_id = latest_versions.article_id and latest_versions.is_latest
    inner join texts as first_texts on first_versions.version_id = first_texts.version_id
    inner join texts as latest_texts on latest_versions.version_id = latest_texts.version_id
    left join {{ ref('int_outlet') }} as outlets on first_versions.outlet_id = outlets.outlet_id
    left join {{ ref('stg_story_article') }} as story_articles on first_versions.article_id = story_articles.article_id
    left join {{ ref('stg_article_origin') }} as origins on first_versions.article_id = origins.article_id
    left join newsrooms on origins.origin_id = newsrooms.origin_id
    where first_versions.version_number = 1
),

-- A text that nobody was clearly first with may be by any newsroom that prints it. Where one of these tells of the matter in words of its
-- own as well, the text may be no more than that newsroom's second one, so it is no further source.
perhaps as (
    select
        shared.story_id,
        shared.origin_id,
        min(shared.publisher) as publisher
    from articles as shared
    inner join articles as own
        on shared.story_id = own.story_id and shared.publisher = own.publisher and own.independent_id = 'newsroom:' || own.publisher
    where
        shared.independent_id = 'origin:' || shared.origin_id
        and not exists (
            select 1 from {{ ref('stg_article_origin') }} as origins
            where shared.origin_id = origins.origin_id and origins.basis != 'shared_text'
        )
    group by shared.story_id, shared.origin_id
)

select
    articles.article_id,
    articles.outlet_id,
    articles.publisher,
    articles.story_id,
    articles.first_seen,
    articles.uncertainty_s,
    articles.versions,
    articles.first_version_id,
    articles.latest_version_id,
    articles.latest_seen,
    articles.first_title,
    articles.title,
    articles.url,
    articles.words,
    articles.stratum,
    articles.published_at,
    articles.is_analysed,
    articles.analysis_status,
    articles.analysed_words,
    articles.origin_id,
    coalesce('newsroom:' || perhaps.publisher, articles.independent_id) as independent_id,
    articles.reuse,
    articles.basis,
    articles.wire
from articles
left join perhaps on articles.story_id = perhaps.story_id and articles.origin_id = perhaps.origin_id
