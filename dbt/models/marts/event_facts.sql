-- What the outlets give for each slot of a deed, compared at one cut-off: agree, overlap, rising or differ (comparisons, rule 7).
with cut as (
    select
        *,
        max(seen_at) over (partition by event_id, slot) as cut_off
    from {{ ref('int_event_value') }}
),

given as (
    select
        *,
        -- A toll rises: what an outlet wrote long before the cut-off is no contradiction of what others wrote since.
        is_comparable and (
            slot in ('place', 'date', 'actor')
            or seen_at >= cut_off - interval '{{ var("figure_window_hours") }} hours'
        ) as is_compared
    from cut
),

-- Numbers that exclude each other, of two origins. What was counted later may be more: only a lower number that is surely the later one,
-- or one of troops, who come and go, cannot be explained by a toll that rises.
conflicts as (
    select
        lower.event_id,
        lower.slot,
        bool_or(
            lower.slot = 'troops'
            or lower.seen_at - to_seconds(lower.uncertainty_s + {{ var('timestamp_error_s') }}) >= higher.seen_at
        ) as is_unexplained
    from given as lower
    inner join given as higher on lower.event_id = higher.event_id and lower.slot = higher.slot and lower.high < higher.low
    where
        lower.slot not in ('place', 'date', 'actor') and lower.is_compared and higher.is_compared
        and lower.independent_id is distinct from higher.independent_id and lower.publisher is distinct from higher.publisher
    group by lower.event_id, lower.slot
),

silent as (
    select
        mentions.event_id,
        list(mentions.outlet_id order by mentions.outlet_id) as omitted_by
    from (
        select
            event_id,
            outlet_id
        from {{ ref('fct_event_mention') }}
        where event_id is not null and is_latest_version and claim_status = 'reported' and action != 'INCIDENT'
        group by event_id, outlet_id
        having not bool_or(actor is not null)
    ) as mentions
    group by mentions.event_id
),

summed as (
    select
        event_id,
        slot,
        max(cut_off) as cut_off,
        count(distinct publisher) as outlets,
        count(distinct publisher) filter (where is_compared) as compared_outlets,
        least(
            count(distinct independent_id) filter (where is_compared),
            count(distinct publisher) filter (where is_compared)
        ) as compared_origins,
        min(low) filter (where is_compared) as lowest,
        max(high) filter (where is_compared) as highest,
        max(coalesce(low, '-infinity'::double)) filter (where is_compared) as max_low,
        min(coalesce(high, 'infinity'::double)) filter (where is_compared) as min_high,
        count(distinct coalesce(low::varchar, '') || '..' || coalesce(high::varchar, '')) filter (where is_compared) as ranges,
        count(distinct key) filter (where is_compared) as keys,
        count(distinct area) filter (where is_compared) as areas,
        count(*) filter (where is_compared and area is null) as without_area,
        bool_or(width >= 2) filter (where is_compared) as has_wide_place,
        list(
            {
                'outlet_id': outlet_id,
                'value': value,
                'low': low,
                'high': high,
                'qualifier': qualifier,
                'voice': voice,
                'source': speaker,
                'as_of': seen_at,
                'is_compared': is_compared,
                'mention_id': mention_id
            }
            order by outlet_id
        ) as by_outlet
    from given
    group by event_id, slot
),

slots as (
    select
        event_id,
        slot
    from summed
    union
    select
        event_id,
        'actor' as slot
    from silent
),

-- A mention fills the slots that it states, and that of the actor by silence as well.
stated as (
    select
        correction_id,
        event_ids,
        unnest(
            list_concat(
                [
                    'actor',
                    case when place is not null then 'place' end,
                    case when date_source in ('stated', 'relative') then 'date' end
                ],
                list_transform(figures, lambda figure: figure.slot)
            )
        ) as slot
    from {{ ref('int_corrected_mention') }}
    where is_latest_version and claim_status = 'reported'
),

touched as (
    select
        correction_id,
        slot,
        unnest(event_ids) as event_id
    from stated
),

corrected as (
    {{ corrections_per(['event_id', 'slot'], 'touched') }}
)

select
    slots.event_id,
    slots.slot,
    events.story_id,
    events.action,
    summed.cut_off,
    coalesce(summed.outlets, 0) as outlets,
    coalesce(summed.compared_outlets, 0) as compared_outlets,
    coalesce(summed.compared_origins, 0) as compared_origins,
    case when slots.slot not in ('place', 'date', 'actor') then summed.lowest end as lowest,
    case when slots.slot not in ('place', 'date', 'actor') then summed.highest end as highest,
    case
        when coalesce(summed.compared_origins, 0) < 2 then null
        when slots.slot = 'place'
            then
                case
                    when summed.areas > 1 then 'differ'
                    when summed.keys = 1 then 'agree'
                    when summed.has_wide_place then 'overlap'
                    else 'differ'
                end
        when slots.slot = 'actor'
            then
                case
                    when summed.keys = 1 then 'agree'
                    when summed.areas = 1 and summed.without_area = 0 then 'overlap'
                    else 'differ'
                end
        when slots.slot = 'date' and summed.max_low > summed.min_high then 'differ'
        when conflicts.is_unexplained then 'differ'
        when summed.max_low > summed.min_high then 'rising'
        when summed.ranges = 1 then 'agree'
        else 'overlap'
    end as agreement,
    case
        when coalesce(summed.compared_origins, 0) = 0 then 'nothing_to_compare'
        when summed.compared_origins = 1 then 'single_origin'
    end as agreement_reason,
    case when slots.slot = 'actor' then coalesce(silent.omitted_by, []) end as omitted_by,
    coalesce(summed.by_outlet, []) as by_outlet,
    accuracy.event_precision as matching_precision,
    accuracy.event_recall as matching_recall,
    coalesce(corrected.corrections, []) as corrections
from slots
inner join {{ ref('stg_event') }} as events on slots.event_id = events.event_id
left join summed on slots.event_id = summed.event_id and slots.slot = summed.slot
left join conflicts on slots.event_id = conflicts.event_id and slots.slot = conflicts.slot
left join silent on slots.event_id = silent.event_id and slots.slot = 'actor'
left join corrected on slots.event_id = corrected.event_id and slots.slot = corrected.slot
cross join {{ ref('int_matching_accuracy') }} as accuracy
