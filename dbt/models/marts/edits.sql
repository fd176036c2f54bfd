-- What each edit of an article changed: words, deeds, voices, actors, numbers.
with texts as (
    select
        version_id,
        concat_ws(chr(10), title, summary, body) as text
    from {{ ref('fct_article_version') }}
),

pairs as (
    select
        history.version_id,
        history.previous_version_id,
        earlier.text as text_before,
        later.text as text_after
    from {{ ref('int_version') }} as history
    inner join texts as earlier on history.previous_version_id = earlier.version_id
    inner join texts as later on history.version_id = later.version_id
),

-- A sentence that stands in both versions says the same in both, though the words around it may have it read otherwise.
deeds as (
    select
        pairs.version_id,
        mentions.event_id,
        mentions.version_id = pairs.version_id or contains(pairs.text_after, mentions.sentence) as is_after,
        mentions.version_id = pairs.previous_version_id or contains(pairs.text_before, mentions.sentence) as is_before,
        mentions.claim_status = 'reported' and mentions.voice = 'outlet' as is_asserted,
        mentions.claim_status = 'reported' and mentions.voice != 'outlet' as is_attributed,
        mentions.actor is not null as names_actor
    from pairs
    inner join {{ ref('fct_event_mention') }} as mentions on mentions.version_id in (pairs.version_id, pairs.previous_version_id)
    where mentions.event_id is not null
),

figures as (
    select
        version_id,
        event_id,
        figure.slot as slot,
        first(figure.low order by unit desc, trigger_start, figure.start) as low,
        first(figure.high order by unit desc, trigger_start, figure.start) as high,
        first(sentence order by unit desc, trigger_start, figure.start) as sentence
    from (
        select
            version_id,
            event_id,
            unit,
            trigger_start,
            sentence,
            unnest(figures) as figure
        from {{ ref('fct_event_mention') }}
        where event_id is not null
    ) as unnested
    group by version_id, event_id, figure.slot
),

deed_changes as (
    select
        version_id,
        event_id,
        bool_or(is_after) as is_after,
        bool_or(is_before) as is_before,
        bool_or(is_before and is_asserted) as asserted_before,
        bool_or(is_after and is_asserted) as asserted_after,
        bool_or(is_before and is_attributed) as attributed_before,
        bool_or(is_after and is_attributed) as attributed_after,
        bool_or(is_before and names_actor) as actor_before,
        bool_or(is_after and names_actor) as actor_after
    from deeds
    group by version_id, event_id
),

deed_lists as (
    select
        version_id,
        list(event_id order by event_id) filter (where is_after and not is_before) as events_added,
        list(event_id order by event_id) filter (where is_before and not is_after) as events_gone,
        list(event_id order by event_id) filter (
            where asserted_before and not attributed_before and attributed_after and not asserted_after
        ) as asserted_became_attributed,
        list(event_id order by event_id) filter (
            where attributed_before and not asserted_before and asserted_after and not attributed_after
        ) as attributed_became_asserted,
        list(event_id order by event_id) filter (where is_before and is_after and actor_before and not actor_after) as actor_removed,
        list(event_id order by event_id) filter (where is_before and is_after and actor_after and not actor_before) as actor_added
    from deed_changes
    group by version_id
),

number_lists as (
    select
        pairs.version_id,
        list(
            {
                'event_id': later.event_id,
                'slot': later.slot,
                'low_before': earlier.low,
                'high_before': earlier.high,
                'low_after': later.low,
                'high_after': later.high
            }
            order by later.event_id, later.slot
        ) as numbers_changed
    from pairs
    inner join figures as later on pairs.version_id = later.version_id
    inner join figures as earlier
        on pairs.previous_version_id = earlier.version_id and later.event_id = earlier.event_id and later.slot = earlier.slot
    where
        (later.low is distinct from earlier.low or later.high is distinct from earlier.high)
        and not contains(pairs.text_before, later.sentence)
    group by pairs.version_id
),

changes as (
    select
        later.version_id,
        earlier.version_id as previous_version_id,
        later.article_id,
        later.outlet_id,
        later.publisher,
        later.story_id,
        later.version_number,
        later.first_seen as edited_at,
        {{ seconds_between('earlier.first_seen', 'later.first_seen') }} as since_previous_s,
        later.changed,
        earlier.title as headline_before,
        later.title as headline_after,
        list_contains(later.changed, 'title') as headline_changed,
        earlier.words as words_before,
        later.words as words_after,
        later.stratum = earlier.stratum and later.is_analysed and earlier.is_analysed as is_compared,
        case
            when later.stratum != earlier.stratum then 'different_strata'
            when not (later.is_analysed and earlier.is_analysed) then 'not_analysed'
        end as not_compared_reason
    from {{ ref('fct_article_version') }} as later
    inner join {{ ref('fct_article_version') }} as earlier on later.previous_version_id = earlier.version_id
),

touched as (
    select
        mentions.correction_id,
        pairs.version_id
    from pairs
    inner join {{ ref('int_corrected_mention') }} as mentions on mentions.version_id in (pairs.version_id, pairs.previous_version_id)
    where mentions.kind != 'copy'
    union all
    select
        articles.correction_id,
        changes.version_id
    from changes
    inner join {{ ref('int_corrected_article') }} as articles on changes.article_id = articles.article_id
    where articles.kind = 'story'
),

corrected as (
    {{ corrections_per(['version_id'], 'touched') }}
)

select
    changes.version_id,
    changes.previous_version_id,
    changes.article_id,
    changes.outlet_id,
    changes.publisher,
    changes.story_id,
    changes.version_number,
    changes.edited_at,
    changes.since_previous_s,
    changes.changed,
    changes.headline_before,
    changes.headline_after,
    changes.headline_changed,
    changes.words_before,
    changes.words_after,
    changes.is_compared,
    changes.not_compared_reason,
    {% for name in [
        'events_added', 'events_gone', 'asserted_became_attributed', 'attributed_became_asserted', 'actor_removed', 'actor_added'
    ] %}
    case when changes.is_compared then coalesce(deed_lists.{{ name }}, []) end as {{ name }},
    {% endfor %}
    case when changes.is_compared then coalesce(number_lists.numbers_changed, []) end as numbers_changed,
    coalesce(corrected.corrections, []) as corrections
from changes
left join deed_lists on changes.version_id = deed_lists.version_id
left join number_lists on changes.version_id = number_lists.version_id
left join corrected on changes.version_id = corrected.version_id
