-- Question: What does the new extractor code differently, field by field, and how much stays as it was?
-- Tables: mentions_diff, lake.recoded_version
-- Caveats: Gained is not better and lost is not worse: read the sentences (the last rows of `examples`), and measure both
--   versions on annotated data. Only article versions that both extractors coded are compared.
with compared as (
    select
        old_extractor_version,
        new_extractor_version,
        count(*) as article_versions,
        sum(old_mentions) as old_mentions
    from lake.recoded_version
    group by old_extractor_version, new_extractor_version
),

differences as (
    select
        change,
        unnest(case when change = 'changed' then changed_fields else [change] end) as what,
        coalesce(old_action, '-') || ' > ' || coalesce(new_action, '-') || ': ' || sentence as example,
        version_id,
        trigger_start
    from mentions_diff
)

select
    differences.change,
    differences.what,
    count(*) as mentions,
    round(count(*) / nullif(any_value(compared.old_mentions), 0), 4) as share_of_old_mentions,
    any_value(compared.article_versions) as article_versions,
    any_value(compared.old_extractor_version) as old_extractor_version,
    any_value(compared.new_extractor_version) as new_extractor_version,
    (array_agg(differences.example order by differences.version_id, differences.trigger_start))[1:3] as examples
from differences
cross join compared
group by differences.change, differences.what
order by mentions desc, differences.change, differences.what;
