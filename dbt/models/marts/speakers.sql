-- Who gets to speak in each outlet: statements, stories, quoted directly or in other words.
{%- set counted = "is_latest_version and voice != 'outlet' and speaker is not null and reuse != 'copy'" %}
with statements as (
    select
        *,
        date_trunc('month', seen_at)::date as month
    from {{ ref('fct_event_mention') }}
    where {{ counted }}
),

counted as (
    select
        source_key as speaker_key,
        outlet_id,
        month,
        stratum,
        min(publisher) as publisher,
        first(speaker order by seen_at, mention_id) as speaker,
        first(speaker_id order by seen_at, mention_id) as speaker_id,
        first(speaker_country order by seen_at, mention_id) as speaker_country,
        list(distinct voice order by voice) as voices,
        count(*) as statements,
        count(distinct story_id) as stories,
        count(distinct article_id) as articles,
        count(*) filter (where in_quotes) as direct_n,
        count(*) filter (where not in_quotes) as indirect_n,
        count(*) filter (where claim_status = 'denied') as denials_n
    from statements
    group by source_key, outlet_id, month, stratum
),

touched as (
    select
        *,
        source_key as speaker_key
    from {{ ref('int_corrected_mention') }}
    where {{ counted }} and kind != 'event'
),

corrected as (
    {{ corrections_per(['speaker_key', 'outlet_id', 'month', 'stratum'], 'touched') }}
)

select
    counted.*,
    coalesce(corrected.corrections, []) as corrections
from counted
left join corrected
    on
        counted.speaker_key = corrected.speaker_key and counted.outlet_id = corrected.outlet_id
        and counted.month = corrected.month and counted.stratum = corrected.stratum
