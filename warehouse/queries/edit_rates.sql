-- Question: Of the articles that we saw at least twice, how many had their headline changed, by outlet?
-- Tables: edits, lake.sighting, lake.article_entry
-- Caveats: An article that we saw once cannot show an edit, so it is not in the denominator. An outlet that we polled more often, or whose
--   feed keeps an article longer, shows more edits: compare outlets of like `median_hours_seen`. A poll that was answered "unchanged" gives
--   no sighting, so an article that only such polls followed counts as seen once. Wilson interval, 95 %.
with watched as (
    select
        places.outlet_id,
        places.article_id,
        date_diff('minute', min(sightings.seen_at), max(sightings.seen_at)) / 60.0 as hours_seen
    from lake.sighting as sightings
    inner join lake.article_entry as places on sightings.entry_id = places.entry_id
    group by places.outlet_id, places.article_id
    having count(distinct sightings.seen_at) > 1
),

headline_edits as (
    select distinct article_id
    from edits
    where headline_changed
),

counted as (
    select
        watched.outlet_id,
        count(*) as articles_seen_twice,
        count(headline_edits.article_id) as headline_changed,
        median(watched.hours_seen) as median_hours_seen
    from watched
    left join headline_edits on watched.article_id = headline_edits.article_id
    group by watched.outlet_id
)

select
    outlet_id,
    articles_seen_twice,
    headline_changed,
    round(headline_changed / articles_seen_twice, 3) as share,
    -- Wilson score interval (Wilson 1927) at 1.96 standard errors.
    round(
        greatest(
            0.0,
            headline_changed + 1.9208
            - 1.96 * sqrt(headline_changed * (articles_seen_twice - headline_changed) / articles_seen_twice + 0.9604)
        ) / (articles_seen_twice + 3.8416), 3
    ) as share_low,
    round(
        least(
            articles_seen_twice + 3.8416,
            headline_changed + 1.9208
            + 1.96 * sqrt(headline_changed * (articles_seen_twice - headline_changed) / articles_seen_twice + 0.9604)
        ) / (articles_seen_twice + 3.8416), 3
    ) as share_high,
    round(median_hours_seen, 1) as median_hours_seen
from counted
order by share desc, outlet_id;
