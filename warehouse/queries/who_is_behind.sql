-- Question: Who is behind each outlet, and who says so?
-- Tables: dim_outlet
-- Caveats: `Unknown` means that nobody has entered it with a citation, not that there is nothing to know.
select
    publisher,
    outlet_id,
    country,
    language,
    owner,
    state_control,
    ownership_citation,
    ownership_date,
    articles,
    full_text
from dim_outlet
order by publisher, outlet_id;
