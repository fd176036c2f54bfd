{#
    The elements that mentions give a story, one row per element and `by`. `main` holds the mentions of the story's main deed, whose
    actors are elements too.
#}
{% macro story_elements(by, mentions, main) -%}
    select distinct
        {{ by | join(', ') }},
        'event' as element_type,
        event_id as element,
        action as recall_key
    from {{ mentions }}
    where claim_status = 'reported'
    union
    select distinct
        {{ by | join(', ') }},
        'figure',
        event_id || ':' || slot,
        'figure'
    from (
        select
            {{ by | join(', ') }},
            event_id,
            unnest(list_transform(figures, lambda f: f.slot)) as slot
        from {{ mentions }}
        where claim_status = 'reported'
    ) as slots
    union
    select distinct
        {{ by | join(', ') }},
        'accusation',
        coalesce(actor_id, lower(actor)) || '>' || coalesce(target_id, lower(target)),
        'accusation'
    from {{ mentions }}
    where action = 'ACCUSE' and claim_status = 'reported' and actor is not null and target is not null
    union
    select distinct
        {{ by | join(', ') }},
        'denial',
        event_id || ':' || source_key,
        'denial'
    from {{ mentions }}
    where claim_status = 'denied' and source_key is not null
    union
    select distinct
        {{ by | join(', ') }},
        'actor',
        actor_id,
        'actor'
    from {{ main }}
    where claim_status = 'reported' and actor_id is not null
{%- endmacro %}
