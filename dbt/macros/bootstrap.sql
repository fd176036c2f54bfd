{#
    A Poisson(1) weight from a hash of the key: how often the unit is drawn in one resample. MD5 is the same on every
    machine and in every version, which DuckDB's own hash() does not promise.
#}
{% macro poisson_weight(key) -%}
    case
        when {{ unit_interval(key) }} < 0.367879 then 0
        when {{ unit_interval(key) }} < 0.735759 then 1
        when {{ unit_interval(key) }} < 0.919699 then 2
        when {{ unit_interval(key) }} < 0.981012 then 3
        when {{ unit_interval(key) }} < 0.996340 then 4
        when {{ unit_interval(key) }} < 0.999406 then 5
        else 6
    end
{%- endmacro %}

{% macro unit_interval(key) -%}
    (md5_number_lower({{ key }}) / 18446744073709551616.0::double)
{%- endmacro %}
