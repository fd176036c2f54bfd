-- Who carries whose text: other outlets' and wires', with credit or without; a direction only where it is clear.
with links as (
    select
        later.outlet_id,
        earlier.outlet_id as source,
        'outlet' as source_kind,
        date_trunc('month', links.first_seen)::date as month,
        links.kind,
        links.direction,
        later.basis in ('wire_credit', 'source_element') as is_credited,
        earlier.basis not in ('wire_credit', 'source_element') as is_source_silent,
        links.article_id || '>' || links.other_article_id as link
    from {{ ref('stg_copy_link') }} as links
    inner join {{ ref('int_article') }} as earlier on links.article_id = earlier.article_id
    inner join {{ ref('int_article') }} as later on links.other_article_id = later.article_id
    where earlier.publisher is distinct from later.publisher
),

wires as (
    select
        outlet_id,
        wire as source,
        'wire' as source_kind,
        date_trunc('month', first_seen)::date as month,
        case reuse when 'partial' then 'partial' else 'exact' end as kind,
        'clear' as direction,
        true as is_credited,
        false as is_source_silent,
        article_id as link
    from {{ ref('int_article') }}
    where wire is not null
),

everything as (
    select * from links
    union all
    select * from wires
),

counted as (
    select
        everything.outlet_id,
        everything.source,
        everything.source_kind,
        everything.month,
        min(outlets.publisher) as publisher,
        count(*) as texts,
        count(*) filter (where everything.kind in ('exact', 'near')) as copies,
        count(*) filter (where everything.kind = 'partial') as partial,
        count(*) filter (where everything.is_credited) as credited,
        count(*) filter (where not everything.is_credited) as not_credited,
        count(*) filter (where not everything.is_credited and everything.is_source_silent) as source_not_stated,
        count(*) filter (where everything.direction = 'clear') as clear_direction,
        count(*) filter (where everything.direction != 'clear') as unclear_direction
    from everything
    left join {{ ref('int_outlet') }} as outlets on everything.outlet_id = outlets.outlet_id
    group by everything.outlet_id, everything.source, everything.source_kind, everything.month
),

-- A link that was taken out had an order, which nobody knows any more, and was first seen with one of the two texts.
pairs as (
    select
        corrections.correction_id,
        one.outlet_id as one,
        two.outlet_id as two,
        unnest([greatest(one.first_seen, two.first_seen), greatest(one.latest_seen, two.latest_seen)]) as seen_at
    from {{ ref('stg_correction') }} as corrections
    inner join {{ ref('int_article') }} as one on corrections.article_id = one.article_id
    inner join {{ ref('int_article') }} as two on corrections.other_article_id = two.article_id
    where corrections.kind = 'copy' and corrections.status = 'applied'
),

touched as (
    select
        correction_id,
        one as outlet_id,
        two as source,
        'outlet' as source_kind,
        date_trunc('month', seen_at)::date as month
    from pairs
    union all
    select
        correction_id,
        two as outlet_id,
        one as source,
        'outlet' as source_kind,
        date_trunc('month', seen_at)::date as month
    from pairs
    union all
    select
        correction_id,
        outlet_id,
        wire as source,
        'wire' as source_kind,
        month
    from {{ ref('int_corrected_article') }}
    where kind = 'copy' and wire is not null
),

corrected as (
    {{ corrections_per(['outlet_id', 'source', 'source_kind', 'month'], 'touched') }}
)

select
    counted.*,
    coalesce(corrected.corrections, []) as corrections
from counted
left join corrected
    on
        counted.outlet_id = corrected.outlet_id and counted.source = corrected.source
        and counted.source_kind = corrected.source_kind and counted.month = corrected.month
