-- Question: Which deeds stand in several outlets while only one named source is cited for them?
-- Tables: corroboration, claims
-- Caveats: Several origins, one statement source: independent texts, perhaps not independent knowledge.
--   `own_voice_outlets` assert it themselves.
select
    corroboration.event_id,
    corroboration.action,
    corroboration.outlets,
    corroboration.origins,
    corroboration.own_voice_outlets,
    coalesce(claims.source, claims.source_key) as only_source,
    claims.asserted_in
from corroboration
inner join claims on corroboration.event_id = claims.event_id and claims.is_named and claims.asserted_n > 0
where
    corroboration.statement_sources = 1
    and corroboration.own_voice_outlets < corroboration.outlets
    and corroboration.outlets >= 2
order by corroboration.outlets desc, corroboration.event_id;
