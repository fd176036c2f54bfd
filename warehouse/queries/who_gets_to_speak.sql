-- Question: Who gets to speak in each outlet, directly or in other words?
-- Tables: speakers
-- Caveats: One person under two wordings may be two rows. Copies are left out.
select
    outlet_id,
    speaker,
    speaker_id,
    sum(statements)::bigint as statements,
    sum(direct_n)::bigint as direct,
    sum(indirect_n)::bigint as indirect,
    sum(denials_n)::bigint as denials
from speakers
group by outlet_id, speaker, speaker_id
order by statements desc, outlet_id, speaker
limit 100;
