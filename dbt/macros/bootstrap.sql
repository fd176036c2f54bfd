{#
    A number in [0, 1) from a hash of the key. MD5 is the same on every machine and in every version, which DuckDB's own
    hash() does not promise.
#}
{% macro unit_interval(key) -%}
    (md5_number_lower({{ key }}) / 18446744073709551616.0::double)
{%- endmacro %}

{# A Poisson(1) weight from a number in [0, 1): how often the unit is drawn in one resample. #}
{% macro poisson_weight(draw) -%}
    case
        when {{ draw }} < 0.367879 then 0
        when {{ draw }} < 0.735759 then 1
        when {{ draw }} < 0.919699 then 2
        when {{ draw }} < 0.981012 then 3
        when {{ draw }} < 0.996340 then 4
        when {{ draw }} < 0.999406 then 5
        else 6
    end
{%- endmacro %}
