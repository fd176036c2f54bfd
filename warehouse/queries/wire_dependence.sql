-- Question: How much of each outlet's record credits which news agency?
-- Tables: reuse, dim_outlet
-- Caveats: Only credited wire copy can be seen; much of it runs without a credit. Counts, not shares of all that was
--   published.
select
    reuse.outlet_id,
    reuse.source as wire,
    sum(reuse.texts)::bigint as texts,
    any_value(dim_outlet.articles) as articles_of_outlet
from reuse
inner join dim_outlet on reuse.outlet_id = dim_outlet.outlet_id
where reuse.source_kind = 'wire'
group by reuse.outlet_id, reuse.source
order by texts desc, reuse.outlet_id;
