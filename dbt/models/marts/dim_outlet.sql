-- Who is behind each outlet, and how well we have been able to read it.
with feeds as (
    select
        outlet_id,
        list({ 'feed_id': feed_id, 'url': url, 'section': section } order by feed_id) as feeds
    from {{ ref('stg_feed') }}
    group by outlet_id
),

polls as (
    select
        outlet_id,
        min(polled_at) filter (where successful) as first_read_at,
        max(polled_at) filter (where successful) as last_read_at,
        count(*) as polls,
        count(*) filter (where successful) as polls_ok,
        median({{ seconds_between('previous_success_at', 'polled_at') }}) filter (where successful) as poll_interval_s
    from {{ ref('int_poll') }}
    group by outlet_id
),

articles as (
    select
        outlet_id,
        count(*) as articles,
        count(*) filter (where is_analysed) as articles_analysed,
        count(*) filter (where stratum = 'full_text') as articles_full_text
    from {{ ref('int_article') }}
    group by outlet_id
)

select
    outlets.outlet_id,
    outlets.name,
    outlets.publisher,
    outlets.country,
    outlets.language,
    outlets.timezone,
    outlets.owner,
    outlets.state_control,
    outlets.ownership_citation,
    outlets.ownership_date,
    outlets.full_text,
    outlets.is_registered,
    outlets.enabled,
    outlets.verified,
    outlets.homepage,
    coalesce(feeds.feeds, []) as feeds,
    polls.first_read_at,
    polls.last_read_at,
    coalesce(polls.polls, 0) as polls,
    coalesce(polls.polls_ok, 0) as polls_ok,
    polls.poll_interval_s,
    coalesce(articles.articles, 0) as articles,
    coalesce(articles.articles_analysed, 0) as articles_analysed,
    coalesce(articles.articles_full_text, 0) as articles_full_text
from {{ ref('int_outlet') }} as outlets
left join feeds on outlets.outlet_id = feeds.outlet_id
left join polls on outlets.outlet_id = polls.outlet_id
left join articles on outlets.outlet_id = articles.outlet_id
