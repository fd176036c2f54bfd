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
)

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
