-- Which corrections touched which story, event, article or mention; one row per pair.
{%- set lists = {'story': 'stories', 'event': 'events', 'mention': 'list_concat(mention_ids, moved_ids)', 'article': 'articles'} %}
with touched as (
    {% for what, ids in lists.items() %}
    select
        '{{ what }}' as what,
        correction_id,
        unnest({{ ids }}) as id
    from {{ ref('stg_correction') }}
    -- Only a link changes what is said of an article itself: its story, its origin.
    {% if what == 'article' %}where kind in ('story', 'copy'){% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

{{ corrections_per(['what', 'id'], 'touched') }}
