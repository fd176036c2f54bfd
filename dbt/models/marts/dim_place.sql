-- The places of deeds, with the words that the texts have for them.
with named as (
    select
        place_id,
        place,
        count(*) as n
    from {{ ref('fct_event_mention') }}
    where place_id is not null
    group by place_id, place
),

names as (
    select
        place_id,
        list(place order by n desc, place)[:20] as names
    from named
    group by place_id
),

touched as (
    select *
    from {{ ref('int_corrected_mention') }}
    where kind = 'mention' and place_id is not null
),

corrected as (
    {{ corrections_per(['place_id'], 'touched') }}
)

select
    mentions.place_id,
    coalesce(min(mentions.place_name), first(names.names[1])) as name,
    first(names.names) as names,
    min(mentions.place_country) as country,
    min(mentions.place_admin1) as admin1,
    min(mentions.place_lat) as latitude,
    min(mentions.place_lon) as longitude,
    min(mentions.place_precision) as place_precision,
    case
        when min(mentions.place_precision) = 'country' then null
        else min(mentions.place_country)
    end as parent_country,
    count(*) filter (where mentions.is_latest_version) as mentions,
    count(distinct mentions.publisher) as outlets,
    coalesce(first(corrected.corrections), []) as corrections
from {{ ref('fct_event_mention') }} as mentions
inner join names on mentions.place_id = names.place_id
left join corrected on mentions.place_id = corrected.place_id
group by mentions.place_id
