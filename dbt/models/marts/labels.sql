-- What each outlet calls the same actor, in its own voice.
{%- set counted = is_one_actor('actor_id') ~ " and role in ('actor', 'target') and voice = 'outlet' and is_latest_version
        and reuse != 'copy' and not is_resolved" %}
with labelled as (
    select
        *,
        lower(trim(actor_text)) as label
    from {{ ref('int_mention_party') }}
    where {{ counted }}
),

labels as (
    select
        actor_id,
        outlet_id,
        label,
        min(publisher) as publisher,
        count(*) as mentions,
        count(distinct story_id) as stories,
        sum(count(*)) over (partition by actor_id, outlet_id)::bigint as mentions_of_actor,
        min(seen_at) as first_seen,
        max(seen_at) as last_seen,
        list({ 'mention_id': mention_id, 'sentence': sentence } order by seen_at, mention_id)[:3] as examples
    from labelled
    group by actor_id, outlet_id, label
),

-- All namings of the actor are the n of each label.
touched as (
    select *
    from {{ ref('int_corrected_party') }}
    where {{ counted }} and kind != 'event'
),

corrected as (
    {{ corrections_per(['actor_id', 'outlet_id'], 'touched') }}
)

select
    labels.*,
    coalesce(corrected.corrections, []) as corrections
from labels
left join corrected on labels.actor_id = corrected.actor_id and labels.outlet_id = corrected.outlet_id
