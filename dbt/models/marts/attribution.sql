-- In whose voice each outlet tells of deeds, topic by topic: its own, named, unnamed, other media, documents.
-- An article counts once among all, and once under each topic of its story.
with topics as (
    select
        article_id,
        'all' as topic
    from {{ ref('int_article') }}
    union all
    select
        articles.article_id,
        topics.topic
    from {{ ref('int_article') }} as articles
    inner join {{ ref('stg_story_topic') }} as topics on articles.story_id = topics.story_id
),

articles as (
    select
        articles.outlet_id,
        topics.topic,
        date_trunc('month', articles.first_seen)::date as month,
        articles.stratum,
        count(*) filter (where articles.reuse != 'copy') as articles,
        count(*) filter (where articles.reuse = 'copy') as copied_articles,
        coalesce(sum(articles.analysed_words) filter (where articles.reuse != 'copy'), 0)::bigint as words
    from {{ ref('int_article') }} as articles
    inner join topics on articles.article_id = topics.article_id
    where articles.is_analysed
    group by articles.outlet_id, topics.topic, date_trunc('month', articles.first_seen), articles.stratum
),

-- A copied text is another newsroom's choice of words.
mentions as (
    select
        mentions.outlet_id,
        topics.topic,
        date_trunc('month', articles.first_seen)::date as month,
        articles.stratum,
        count(*) as mentions,
        count(distinct mentions.story_id) as stories,
        count(*) filter (where mentions.voice = 'outlet') as own_voice_n,
        count(*) filter (where mentions.voice in ('named_person', 'named_org')) as named_n,
        count(*) filter (where mentions.voice in ('unnamed_official', 'unnamed_other')) as unnamed_n,
        count(*) filter (where mentions.voice = 'other_media') as other_media_n,
        count(*) filter (where mentions.voice = 'document') as document_n
    from {{ ref('fct_event_mention') }} as mentions
    inner join {{ ref('int_article') }} as articles on mentions.article_id = articles.article_id
    inner join topics on mentions.article_id = topics.article_id
    where mentions.is_latest_version and mentions.reuse != 'copy'
    group by mentions.outlet_id, topics.topic, date_trunc('month', articles.first_seen), articles.stratum
),

joined as (
    select
        articles.outlet_id,
        articles.topic,
        articles.month,
        articles.stratum,
        articles.articles,
        articles.copied_articles,
        articles.words,
        coalesce(mentions.stories, 0) as stories,
        coalesce(mentions.mentions, 0) as mentions,
        coalesce(mentions.own_voice_n, 0) as own_voice_n,
        coalesce(mentions.named_n, 0) as named_n,
        coalesce(mentions.unnamed_n, 0) as unnamed_n,
        coalesce(mentions.other_media_n, 0) as other_media_n,
        coalesce(mentions.document_n, 0) as document_n
    from articles
    left join mentions
        on
            articles.outlet_id = mentions.outlet_id and articles.topic = mentions.topic
            and articles.month = mentions.month and articles.stratum = mentions.stratum
),

touched as (
    select
        articles.correction_id,
        articles.outlet_id,
        unnest(articles.topics) as topic,
        articles.month,
        articles.stratum
    from {{ ref('int_corrected_article') }} as articles
    where
        articles.is_analysed
        and (
            articles.kind in ('story', 'copy')
            or exists (
                select 1 from {{ ref('int_corrected_mention') }} as mentions
                where
                    mentions.kind = 'mention' and mentions.correction_id = articles.correction_id
                    and mentions.article_id = articles.article_id and mentions.is_latest_version and mentions.reuse != 'copy'
            )
        )
    union all
    -- With a topic that its story gained or lost, every article of the story moves.
    select
        corrections.correction_id,
        articles.outlet_id,
        unnest(corrections.topics) as topic,
        date_trunc('month', articles.first_seen)::date as month,
        articles.stratum
    from (
        select
            correction_id,
            topics,
            unnest(stories) as story_id
        from {{ ref('stg_correction') }}
        where len(topics) > 0
    ) as corrections
    inner join {{ ref('int_article') }} as articles on corrections.story_id = articles.story_id
    where articles.is_analysed
),

corrected as (
    {{ corrections_per(['outlet_id', 'topic', 'month', 'stratum'], 'touched') }}
)

select
    joined.outlet_id,
    joined.topic,
    joined.month,
    joined.stratum,
    outlets.publisher,
    joined.articles,
    joined.copied_articles,
    joined.words,
    joined.stories,
    joined.mentions,
    {% for kind in ['own_voice', 'named', 'unnamed', 'other_media', 'document'] %}
    joined.{{ kind }}_n,
    {{ supported_share(kind ~ '_share', 'joined.' ~ kind ~ '_n', 'joined.mentions', has_support('joined.mentions', 'joined.stories')) }},
    {% endfor %}
    case
        when {{ has_support('joined.mentions', 'joined.stories') }} and joined.words > 0 then 1000.0 * joined.mentions / joined.words
    end as mentions_per_1000_words,
    {{ rate_reason('joined.mentions', has_support('joined.mentions', 'joined.stories')) }} as rate_reason,
    coalesce(corrected.corrections, []) as corrections
from joined
left join {{ ref('int_outlet') }} as outlets on joined.outlet_id = outlets.outlet_id
left join corrected
    on
        joined.outlet_id = corrected.outlet_id and joined.topic = corrected.topic
        and joined.month = corrected.month and joined.stratum = corrected.stratum
