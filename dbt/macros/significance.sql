{#
    Two-sided p-value of a standard normal deviate (Abramowitz and Stegun 7.1.26, absolute error below 2e-7; DuckDB has no erf).
#}
{% macro normal_p_value(z) -%}
    least(1.0, exp(-pow({{ z }}, 2) / 2) * (
        0.254829592 * {{ _normal_t(z) }} - 0.284496736 * pow({{ _normal_t(z) }}, 2) + 1.421413741 * pow({{ _normal_t(z) }}, 3)
        - 1.453152027 * pow({{ _normal_t(z) }}, 4) + 1.061405429 * pow({{ _normal_t(z) }}, 5)
    ))
{%- endmacro %}

{% macro _normal_t(z) -%}
    (1 / (1 + 0.3275911 * abs({{ z }}) / sqrt(2.0)))
{%- endmacro %}

{#
    Benjamini-Hochberg: the smallest false discovery rate at which a row counts as a difference, among all rows of its family with a p-value.
    `number` and `of` are window counts that the caller makes (rank by p, ties last; size of the family).
#}
{% macro benjamini_hochberg(p_value, rank, size, family) -%}
    min(least(1.0, {{ p_value }} * {{ size }} / {{ rank }})) over (
        partition by {{ family }} order by {{ p_value }} desc nulls first
        range between unbounded preceding and current row
    )
{%- endmacro %}
