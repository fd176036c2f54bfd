{#
    Ids of the corrections that touched each row of a table: `rows` holds what corrections are about (int_corrected_mention and the
    like) under the table's own conditions, `keys` are the table's. As every table shows them: a list, in order.
#}
{% macro corrections_per(keys, rows) -%}
    select
        {{ keys | join(', ') }},
        list(distinct correction_id order by correction_id) as corrections
    from {{ rows }}
    group by {{ keys | join(', ') }}
{%- endmacro %}
