-- Question: Which deeds are reported by some and denied by somebody?
-- Tables: corroboration, claims
-- Caveats: `Contested` means that a denial is carried somewhere, not that the deed is false.
select
    corroboration.event_id,
    corroboration.action,
    corroboration.actor,
    corroboration.target,
    corroboration.outlets,
    corroboration.origins,
    corroboration.denying_outlets,
    list(distinct coalesce(claims.source, claims.source_key)) filter (where claims.asserted_n > 0) as asserted_by,
    list(distinct coalesce(claims.source, claims.source_key)) filter (where claims.denied_n > 0) as denied_by
from corroboration
left join claims on corroboration.event_id = claims.event_id
where corroboration.standing = 'contested'
group by all
order by corroboration.outlets desc, corroboration.event_id;
