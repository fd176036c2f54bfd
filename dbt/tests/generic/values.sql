{# Each named rule is true or NULL on every row; a broken one is named with its number of rows. #}
{% test rules_hold(model, rules) %}
select
    broken_rule,
    count(*) as row_count
from (
    {% for name, rule in rules.items() %}
    select '{{ name }}' as broken_rule from {{ model }} where not coalesce(({{ rule }})::boolean, true)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
) as broken
group by broken_rule
{% endtest %}

{# Every value of each column lies in [low, high] or is NULL. #}
{% test accepted_range(model, columns, low, high) %}
select * from {{ model }}
where
    {% for name in columns %}
    {{ name }} not between {{ low }} and {{ high }}{{ ' or' if not loop.last }}
    {% endfor %}
{% endtest %}

{# The counts divide the total: each thing counted is in exactly one of them. #}
{% test mutually_exclusive(model, columns, total) %}
select * from {{ model }}
where {{ columns | join(' + ') }} != {{ total }}
{% endtest %}
