-- Question: How much of its reporting does each outlet tell in its own voice, and how much in named or unnamed
--   mouths?
-- Tables: attribution
-- Caveats: No rate under 20 mentions or 5 stories. Compare within one stratum only. High own voice is no fault and no
--   virtue.
select
    outlet_id,
    month,
    stratum,
    mentions,
    stories,
    round(own_voice_share, 3) as own_voice_share,
    round(own_voice_share_low, 3) as low,
    round(own_voice_share_high, 3) as high,
    round(named_share, 3) as named_share,
    round(unnamed_share, 3) as unnamed_share,
    round(mentions_per_1000_words, 1) as mentions_per_1000_words,
    rate_reason
from attribution
order by stratum, month, own_voice_share desc nulls last, outlet_id;
