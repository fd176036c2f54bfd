-- How many articles, outlets, origins and speakers each deed rests on: counted apart, never added (comparisons, rule 1).
with counted as (
    select
        event_id,
        count(*) as mentions,
        count(distinct article_id) filter (where claim_status = 'reported') as articles,
        count(distinct publisher) filter (where claim_status = 'reported') as outlets,
        least(
            count(distinct independent_id) filter (where claim_status = 'reported'),
            count(distinct publisher) filter (where claim_status = 'reported')
        ) as origins,
        count(distinct source_key) filter (
            where claim_status = 'reported' and voice not in ('outlet', 'unnamed_official', 'unnamed_other')
        ) as statement_sources,
        count(*) filter (where claim_status = 'reported' and voice in ('unnamed_official', 'unnamed_other')) as unnamed_mentions,
        count(distinct publisher) filter (where claim_status = 'reported' and voice = 'outlet') as own_voice_outlets,
        least(
            count(distinct independent_id) filter (where claim_status = 'reported' and voice = 'outlet'),
            count(distinct publisher) filter (where claim_status = 'reported' and voice = 'outlet')
        ) as own_voice_origins,
        -- Denying a plan or a possibility leaves what happened uncontested.
        count(distinct source_key) filter (where claim_status = 'denied' and reality in ('happened', 'ongoing')) as denying_sources,
        count(distinct publisher) filter (where claim_status = 'denied' and reality in ('happened', 'ongoing')) as denying_outlets,
        count(distinct publisher) filter (where claim_status = 'negated' and reality in ('happened', 'ongoing')) as negating_outlets,
        list(mention_id order by mention_id) filter (
            where claim_status in ('denied', 'negated') and reality in ('happened', 'ongoing')
        ) as against
    from {{ ref('fct_event_mention') }}
    where event_id is not null and is_latest_version
    group by event_id
),

wires as (
    select
        mentions.event_id,
        count(distinct mentions.article_id) as wire_articles
    from {{ ref('fct_event_mention') }} as mentions
    inner join {{ ref('int_article') }} as articles on mentions.article_id = articles.article_id
    where
        mentions.event_id is not null and mentions.is_latest_version
        and mentions.claim_status = 'reported' and articles.wire is not null
    group by mentions.event_id
),

eligible as (
    select
        eligibility.story_id,
        eligibility.moment,
        count(distinct outlets.publisher) as eligible_outlets
    from {{ ref('int_eligibility') }} as eligibility
    inner join {{ ref('int_outlet') }} as outlets on eligibility.outlet_id = outlets.outlet_id
    where eligibility.is_eligible
    group by eligibility.story_id, eligibility.moment
)

select
    events.event_id,
    events.story_id,
    events.action,
    events.actor,
    events.target,
    events.first_seen,
    coalesce(counted.mentions, 0) as mentions,
    coalesce(counted.articles, 0) as articles,
    coalesce(counted.outlets, 0) as outlets,
    coalesce(counted.origins, 0) as origins,
    coalesce(counted.statement_sources, 0) as statement_sources,
    coalesce(counted.unnamed_mentions, 0) as unnamed_mentions,
    coalesce(counted.own_voice_outlets, 0) as own_voice_outlets,
    coalesce(counted.own_voice_origins, 0) as own_voice_origins,
    coalesce(counted.denying_sources, 0) as denying_sources,
    coalesce(counted.denying_outlets, 0) as denying_outlets,
    coalesce(counted.negating_outlets, 0) as negating_outlets,
    coalesce(wires.wire_articles, 0) as wire_articles,
    case
        when counted.articles > 0 and counted.mentions >= {{ var('support_mentions') }}
            then coalesce(wires.wire_articles, 0) / counted.articles::double
    end as wire_share,
    case
        when coalesce(counted.articles, 0) = 0 then 'nothing_to_measure'
        when counted.mentions < {{ var('support_mentions') }} then 'below_support'
    end as wire_share_reason,
    coalesce(eligible.eligible_outlets, 0) as eligible_outlets,
    case
        when coalesce(counted.mentions, 0) = 0 then 'other_version'
        when counted.articles = 0 then 'not_reported'
        -- One outlet's own `did not` is more likely a misread sentence or another deed than a dispute.
        when counted.denying_outlets > 0 or counted.negating_outlets >= {{ var('negating_publishers') }} then 'contested'
        when counted.origins = 1 then 'single_origin'
        else 'several'
    end as standing,
    coalesce(counted.against, []) as contested_by,
    accuracy.event_precision as matching_precision,
    accuracy.event_recall as matching_recall,
    coalesce(corrections.corrections, []) as corrections
from {{ ref('stg_event') }} as events
left join counted on events.event_id = counted.event_id
left join wires on events.event_id = wires.event_id
left join eligible on events.story_id = eligible.story_id and events.first_seen = eligible.moment
left join {{ ref('int_correction') }} as corrections on events.event_id = corrections.id and corrections.what = 'event'
cross join {{ ref('int_matching_accuracy') }} as accuracy
