-- Question: Which outlets share text, and is it clear who had it first?
-- Tables: reuse
-- Caveats: Even where the direction is clear, both may have a third source. Editions of one publisher are left out.
select
    outlet_id as seen_later_in,
    source as seen_earlier_in,
    sum(copies)::bigint as copies,
    sum(partial)::bigint as shared_passages,
    sum(credited)::bigint as credited,
    sum(clear_direction)::bigint as clear_direction,
    sum(unclear_direction)::bigint as unclear_direction
from reuse
where source_kind = 'outlet'
group by outlet_id, source
order by copies desc, shared_passages desc, seen_later_in, seen_earlier_in;
