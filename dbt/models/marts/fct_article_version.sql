-- Every version of every article: what it said, when we saw it, what changed, and where it came from.
select
    texts.version_id,
    texts.article_id,
    texts.outlet_id,
    outlets.publisher,
    articles.story_id,
    history.version_number,
    history.versions,
    history.kind,
    history.is_latest,
    history.previous_version_id,
    texts.first_seen,
    history.last_seen,
    history.uncertainty_s,
    texts.published_at,
    texts.published_raw,
    texts.published_quality,
    texts.updated_at,
    texts.title,
    texts.summary,
    texts.body,
    texts.stratum,
    texts.body_source,
    texts.words,
    texts.language,
    texts.language_confidence,
    texts.author,
    texts.categories,
    texts.url,
    texts.canonical_url,
    -- NULL unless it is an edit: there is nothing that it could differ from.
    case
        when previous.version_id is not null then list_filter(
            [
                case when texts.title != previous.title then 'title' end,
                case when texts.summary != previous.summary then 'summary' end,
                case when texts.body != previous.body then 'body' end,
                case when texts.url is distinct from previous.url then 'url' end,
                case when texts.published_at is distinct from previous.published_at then 'published_at' end,
                case when texts.author is distinct from previous.author then 'author' end
            ],
            lambda part: part is not null
        )
    end as changed,
    articles.origin_id,
    articles.independent_id,
    articles.reuse,
    articles.basis as origin_basis,
    articles.wire,
    texts.wire_evidence,
    texts.source_url,
    texts.source_title,
    history.analysis_status,
    history.is_analysed,
    history.mentions,
    texts.identity,
    texts.guid,
    texts.flags,
    texts.feed_id,
    texts.entry_id,
    texts.snapshot_id,
    history.fetch_id,
    texts.page_id,
    coalesce(corrections.corrections, []) as corrections
from {{ ref('stg_article_version') }} as texts
inner join {{ ref('int_version') }} as history on texts.version_id = history.version_id
inner join {{ ref('int_article') }} as articles on texts.article_id = articles.article_id
left join {{ ref('stg_article_version') }} as previous on history.previous_version_id = previous.version_id
left join {{ ref('int_outlet') }} as outlets on texts.outlet_id = outlets.outlet_id
left join {{ ref('int_correction') }} as corrections on texts.article_id = corrections.id and corrections.what = 'article'
