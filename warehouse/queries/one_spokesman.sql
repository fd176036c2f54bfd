-- Question: Which deeds stand in several outlets that all cite the same single source?
-- Tables: corroboration, claims
-- Caveats: Several origins, one statement source: independent texts, not independent knowledge.
select
    corroboration.event_id,
    corroboration.action,
    corroboration.outlets,
    corroboration.origins,
    coalesce(claims.source, claims.source_key) as only_source,
    claims.asserted_in
from corroboration
inner join claims on corroboration.event_id = claims.event_id and claims.is_named and claims.asserted_n > 0
where
    corroboration.statement_sources = 1
    and corroboration.own_voice_outlets < corroboration.outlets
    and corroboration.outlets >= 2
order by corroboration.outlets desc, corroboration.event_id;
