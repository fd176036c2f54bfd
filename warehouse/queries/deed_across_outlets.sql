-- Question: Who reports one deed as a fact in its own voice, who only cites it, who carries a denial?
-- Tables: event_outlet, corroboration
-- Caveats: Counts are sentences in the latest versions. `not_found` in titles and summaries says nothing about the
--   article behind them. Put your own event id into `chosen`.
with chosen as (
    select event_id
    from corroboration
    order by outlets desc, mentions desc, event_id
    limit 1
)

select
    event_outlet.outlet_id,
    event_outlet.finding,
    event_outlet.finding_reason,
    event_outlet.text_read,
    event_outlet.own_voice_n,
    event_outlet.attributed_n,
    event_outlet.denied_n,
    event_outlet.negated_n,
    event_outlet.other_version_n,
    event_outlet.first_reported_at,
    event_outlet.sentences[1].sentence as first_sentence
from event_outlet
inner join chosen on event_outlet.event_id = chosen.event_id
order by event_outlet.first_reported_at nulls last, event_outlet.outlet_id;
