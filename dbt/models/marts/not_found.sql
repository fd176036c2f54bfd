-- What most independent origins of a story have and an outlet's full text does not: only where the extractor would find it.
with readers as (
    select
        story_id,
        outlet_id,
        min(publisher) as publisher,
        count(*) as articles,
        sum(analysed_words)::bigint as words
    from {{ ref('int_article') }}
    where stratum = 'full_text' and is_analysed and story_id is not null
    group by story_id, outlet_id
),

origins as (
    select
        story_id,
        count(distinct independent_id) as origins
    from {{ ref('int_article') }}
    where stratum = 'full_text' and is_analysed and story_id is not null
    group by story_id
),

elements as (
    select
        element_type,
        element,
        story_id,
        min(recall_key) as recall_key,
        count(distinct independent_id) as origins_with,
        list(distinct outlet_id order by outlet_id) as found_in
    from {{ ref('int_element') }}
    group by story_id, element_type, element
),

known_recall as (
    select
        key,
        recall
    from (
        select
            null::varchar as key,
            null::double as recall
        {% for key in var('extractor_recall') %}
        union all
        select
            '{{ key }}',
            {{ var('extractor_recall')[key] }}::double
        {% endfor %}
    ) as given
    where key is not null
),

told as (
    select
        correction_id,
        unnest(story_ids) as story_id,
        event_ids,
        action,
        claim_status,
        actor,
        actor_id,
        target,
        target_id,
        source_key,
        figures
    from {{ ref('int_corrected_mention') }}
    where kind in ('mention', 'event') and is_latest_version and stratum = 'full_text'
),

told_of_events as (
    select
        * exclude (event_ids),
        unnest(event_ids) as event_id
    from told
),

touched as (
    {{ story_elements(['correction_id', 'story_id'], 'told_of_events', 'told_of_events') }}
),

corrected as (
    {{ corrections_per(['story_id', 'element_type', 'element'], 'touched') }}
),

-- A link changes who has the story, and how many origins it has: every element of it.
moved as (
    select
        correction_id,
        unnest(stories) as story_id
    from {{ ref('stg_correction') }}
    where kind in ('story', 'copy')
),

moved_stories as (
    {{ corrections_per(['story_id'], 'moved') }}
)

select
    elements.story_id,
    readers.outlet_id,
    elements.element_type,
    elements.element,
    readers.publisher,
    readers.articles,
    readers.words,
    elements.origins_with,
    origins.origins,
    elements.origins_with / origins.origins::double as origin_share,
    known_recall.recall as extractor_recall,
    case
        when list_contains(elements.found_in, readers.outlet_id) then false
        when known_recall.recall >= {{ var('not_found_recall') }} then true
    end as is_not_found,
    case
        when list_contains(elements.found_in, readers.outlet_id) then null
        when known_recall.recall is null then 'recall_not_known'
        when known_recall.recall < {{ var('not_found_recall') }} then 'recall_too_low'
    end as reason,
    elements.found_in,
    accuracy.event_precision as matching_precision,
    accuracy.event_recall as matching_recall,
    list_sort(
        list_distinct(list_concat(coalesce(corrected.corrections, []), coalesce(moved_stories.corrections, [])))
    ) as corrections
from elements
inner join origins on elements.story_id = origins.story_id
inner join readers on elements.story_id = readers.story_id
left join known_recall on elements.recall_key = known_recall.key
left join corrected
    on
        elements.story_id = corrected.story_id and elements.element_type = corrected.element_type
        and elements.element = corrected.element
left join moved_stories on elements.story_id = moved_stories.story_id
cross join {{ ref('int_matching_accuracy') }} as accuracy
where
    elements.origins_with >= {{ var('not_found_origins') }}
    and elements.origins_with >= {{ var('not_found_share') }} * origins.origins
