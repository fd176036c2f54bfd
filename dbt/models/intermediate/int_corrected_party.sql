-- Every actor, target and speaker of the mentions that corrections are about, as named now and as coded.
with parties as (
    select
        *,
        'actor' as role,
        unnest(actors) as party
    from {{ ref('int_corrected_mention') }}
    union all
    select
        *,
        'target' as role,
        unnest(targets) as party
    from {{ ref('int_corrected_mention') }}
    union all
    select
        *,
        'speaker' as role,
        speaker as party
    from {{ ref('int_corrected_mention') }}
    where speaker is not null
)

select
    correction_id,
    kind,
    is_as_coded,
    mention_id,
    role,
    party.id as actor_id,
    party.text as actor_text,
    party.pronoun is not null as is_resolved,
    outlet_id,
    stratum,
    reuse,
    is_latest_version,
    month,
    action,
    quad_class,
    voice,
    claim_status
from parties
