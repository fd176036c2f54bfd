-- What each outlet gives for each slot of a deed (a number, the place, the date, the actor): its latest, most exact value.
with mentions as (
    select
        mentions.*,
        versions.uncertainty_s
    from {{ ref('fct_event_mention') }} as mentions
    left join {{ ref('int_version') }} as versions on mentions.version_id = versions.version_id
    where mentions.event_id is not null and mentions.is_latest_version and mentions.claim_status = 'reported'
),

figures as (
    select
        * exclude (figure),
        figure.slot as slot,
        figure.text as value,
        figure.low as low,
        figure.high as high,
        figure.qualifier as qualifier
    from (
        select
            event_id,
            outlet_id,
            publisher,
            independent_id,
            mention_id,
            seen_at,
            uncertainty_s,
            unit,
            trigger_start,
            voice,
            speaker,
            unnest(figures) as figure
        from mentions
    ) as unnested
    where figure.slot in ('killed', 'injured', 'detained', 'displaced', 'troops')
),

given as (
    select
        event_id,
        outlet_id,
        publisher,
        independent_id,
        mention_id,
        seen_at,
        uncertainty_s,
        unit,
        trigger_start,
        voice,
        speaker,
        slot,
        value,
        low,
        high,
        qualifier,
        null::varchar as key,
        null::varchar as area,
        coalesce(high - low, 'infinity'::double) as width,
        low is not null or high is not null as is_comparable
    from figures
    union all
    select
        event_id,
        outlet_id,
        publisher,
        independent_id,
        mention_id,
        seen_at,
        uncertainty_s,
        unit,
        trigger_start,
        voice,
        speaker,
        'place',
        coalesce(place_name, place),
        null,
        null,
        place_precision,
        place_id,
        place_country,
        case place_precision when 'point' then 0 when 'city' then 1 when 'admin1' then 2 else 3 end,
        place_id is not null and place_country is not null
    from mentions
    where place is not null
    union all
    select
        event_id,
        outlet_id,
        publisher,
        independent_id,
        mention_id,
        seen_at,
        uncertainty_s,
        unit,
        trigger_start,
        voice,
        speaker,
        'date',
        date_text,
        date_diff('day', date '1970-01-01', event_date_start)::double,
        date_diff('day', date '1970-01-01', coalesce(event_date_end, event_date_start))::double,
        date_precision,
        null,
        null,
        date_diff('day', event_date_start, coalesce(event_date_end, event_date_start)),
        event_date_start is not null
    from mentions
    where date_source in ('stated', 'relative')
    union all
    select
        event_id,
        outlet_id,
        publisher,
        independent_id,
        mention_id,
        seen_at,
        uncertainty_s,
        unit,
        trigger_start,
        voice,
        speaker,
        'actor',
        actor,
        null,
        null,
        null,
        actor_id,
        actor_country,
        case when {{ is_one_actor('actor_id') }} then 0 else 1 end,
        {{ is_one_actor('actor_id') }}
    from mentions
    where actor is not null
)

select *
from given
qualify row_number() over (
    partition by event_id, slot, outlet_id
    order by seen_at desc, width, unit desc, trigger_start, mention_id
) = 1
