-- Question: Which outlets share text, and is it clear who had it first?
-- Tables: reuse
-- Caveats: Where source_not_stated, both may have it from a third, such as an agency. Editions of one publisher are left out.
select
    outlet_id as carried_by,
    source as credited_or_earlier_in,
    sum(copies)::bigint as copies,
    sum(partial)::bigint as shared_passages,
    sum(credited)::bigint as credited,
    sum(source_not_stated)::bigint as source_not_stated,
    sum(clear_direction)::bigint as clear_direction,
    sum(unclear_direction)::bigint as unclear_direction
from reuse
where source_kind = 'outlet'
group by outlet_id, source
order by copies desc, shared_passages desc, carried_by, credited_or_earlier_in;
