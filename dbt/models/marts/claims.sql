-- Who asserts a deed, who denies it, who confirms it, when, and which outlets carry the one and the other.
with attributed as (
    select *
    from {{ ref('fct_event_mention') }}
    where event_id is not null and is_latest_version and voice != 'outlet'
),

counted as (
    select
        event_id,
        source_key,
        first(story_id order by seen_at, mention_id) as story_id,
        first(speaker order by seen_at, mention_id) filter (where speaker is not null) as source,
        first(speaker_id order by seen_at, mention_id) filter (where speaker_id is not null) as source_id,
        first(speaker_country order by seen_at, mention_id) filter (where speaker_country is not null) as source_country,
        list(distinct voice order by voice) as voices,
        bool_or(voice not in ('unnamed_official', 'unnamed_other')) as is_named,
        count(*) as mentions,
        count(*) filter (where claim_status = 'reported') as asserted_n,
        count(*) filter (where claim_status = 'denied') as denied_n,
        count(*) filter (where claim_status = 'negated') as negated_n,
        count(*) filter (where claim_status in ('planned', 'possible')) as not_yet_n,
        count(*) filter (where claim_status = 'reported' and lower(cue) like '%confirm%') as confirmed_n,
        least(count(distinct independent_id), count(distinct publisher)) as origins,
        min(seen_at) filter (where claim_status = 'reported') as first_asserted_at,
        min(seen_at) filter (where claim_status = 'denied') as first_denied_at,
        coalesce(list(distinct outlet_id order by outlet_id) filter (where claim_status = 'reported'), []) as asserted_in,
        coalesce(list(distinct outlet_id order by outlet_id) filter (where claim_status = 'denied'), []) as denied_in,
        list(mention_id order by seen_at, mention_id) as mention_ids
    from attributed
    group by event_id, source_key
),

touched as (
    select
        correction_id,
        source_key,
        unnest(event_ids) as event_id
    from {{ ref('int_corrected_mention') }}
    where is_latest_version and voice != 'outlet'
),

corrected as (
    {{ corrections_per(['event_id', 'source_key'], 'touched') }}
)

select
    counted.*,
    coalesce(corrected.corrections, []) as corrections
from counted
left join corrected on counted.event_id = corrected.event_id and counted.source_key = corrected.source_key
