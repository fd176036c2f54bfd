-- The fields that each story belongs to: its topics, the pair of countries that most of it is about, or neither (`other`).
with parties as (
    select
        mention_id,
        article_id,
        list_distinct(list_filter(list_transform(actors, lambda party: party.country), lambda c: c is not null)) as acting,
        list_distinct(list_filter(list_transform(targets, lambda party: party.country), lambda c: c is not null)) as suffering
    from {{ ref('stg_mention') }}
),

-- Unordered, so that a deed and the answer to it are one field.
pairs as (
    select distinct
        sides.mention_id,
        articles.story_id,
        least(sides.actor_country, sides.target_country) || '-' || greatest(sides.actor_country, sides.target_country) as pair
    from (
        select
            halves.mention_id,
            halves.article_id,
            halves.actor_country,
            unnest(halves.suffering) as target_country
        from (
            select
                mention_id,
                article_id,
                suffering,
                unnest(acting) as actor_country
            from parties
        ) as halves
    ) as sides
    inner join {{ ref('stg_story_article') }} as articles on sides.article_id = articles.article_id
    where sides.actor_country != sides.target_country
),

ahead as (
    select
        story_id,
        pair
    from pairs
    group by story_id, pair
    qualify count(*) = max(count(*)) over (partition by story_id)
),

fields as (
    select
        story_id,
        'topic' as kind,
        topic as name
    from {{ ref('stg_story_topic') }}
    union all
    select
        story_id,
        'pair' as kind,
        pair as name
    from ahead
)

select
    stories.story_id,
    coalesce(fields.kind, 'other') as kind,
    coalesce(fields.kind || ':' || fields.name, 'other') as field
from {{ ref('stg_story') }} as stories
left join fields on stories.story_id = fields.story_id
