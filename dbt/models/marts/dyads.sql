-- Who does what to whom, in each direction, in each outlet: counts only, by what is claimed and in whose voice.
{%- set counted = "actors.role = 'actor' and targets.role = 'target' and actors.actor_id is not null and targets.actor_id is not null
        and actors.is_latest_version and actors.reuse != 'copy'" %}
with dyads as (
    select
        actors.actor_id,
        targets.actor_id as target_id,
        actors.quad_class,
        actors.outlet_id,
        actors.month,
        actors.stratum,
        min(actors.publisher) as publisher,
        count(distinct actors.story_id) as stories,
        count(*) as mentions,
        count(*) filter (where actors.claim_status = 'reported' and actors.voice = 'outlet') as reported_own_voice_n,
        count(*) filter (where actors.claim_status = 'reported' and actors.voice != 'outlet') as reported_attributed_n,
        count(*) filter (where actors.claim_status = 'denied') as denied_n,
        count(*) filter (where actors.claim_status = 'negated') as negated_n,
        count(*) filter (where actors.claim_status = 'planned' and actors.voice = 'outlet') as planned_own_voice_n,
        count(*) filter (where actors.claim_status = 'planned' and actors.voice != 'outlet') as planned_attributed_n,
        count(*) filter (where actors.claim_status = 'possible' and actors.voice = 'outlet') as possible_own_voice_n,
        count(*) filter (where actors.claim_status = 'possible' and actors.voice != 'outlet') as possible_attributed_n
    from {{ ref('int_mention_party') }} as actors
    inner join {{ ref('int_mention_party') }} as targets on actors.mention_id = targets.mention_id
    where {{ counted }}
    group by actors.actor_id, targets.actor_id, actors.quad_class, actors.outlet_id, actors.month, actors.stratum
),

touched as (
    select
        actors.correction_id,
        actors.actor_id,
        targets.actor_id as target_id,
        actors.quad_class,
        actors.outlet_id,
        actors.month,
        actors.stratum
    from {{ ref('int_corrected_party') }} as actors
    inner join {{ ref('int_corrected_party') }} as targets
        on
            actors.correction_id = targets.correction_id and actors.mention_id = targets.mention_id
            and actors.is_as_coded = targets.is_as_coded
    where {{ counted }} and actors.kind != 'event'
),

corrected as (
    {{ corrections_per(['actor_id', 'target_id', 'quad_class', 'outlet_id', 'month', 'stratum'], 'touched') }}
)

select
    dyads.*,
    coalesce(corrected.corrections, []) as corrections
from dyads
left join corrected
    on
        dyads.actor_id = corrected.actor_id and dyads.target_id = corrected.target_id and dyads.quad_class = corrected.quad_class
        and dyads.outlet_id = corrected.outlet_id and dyads.month = corrected.month and dyads.stratum = corrected.stratum
