{# No two rows share these columns: they are the table's grain. #}
{% test unique_combination(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as copies
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{# Every id in the column (or in each list of the column) is a row of the other table: a number leads back to what it was made from. #}
{% test leads_back(model, column, to, field, is_list=false) %}
select pointers.pointer
from (
    select distinct {{ 'unnest(' ~ column ~ ')' if is_list else column }} as pointer
    from {{ model }}
) as pointers
anti join {{ to }} as found on pointers.pointer = found.{{ field }}
where pointers.pointer is not null
{% endtest %}
