{# Lower end of the Wilson 95 % interval of a share; NULL where the share itself is NULL. #}
{% macro wilson_low(successes, n) -%}
    case
        when {{ n }} > 0 then greatest(
            0.0,
            (
                {{ successes }} / {{ n }}::double + 1.920729 / {{ n }}
                - 1.959964 * sqrt(
                    ({{ successes }} / {{ n }}::double) * (1 - {{ successes }} / {{ n }}::double) / {{ n }}
                    + 0.960365 / ({{ n }}::double * {{ n }})
                )
            ) / (1 + 3.841459 / {{ n }})
        )
    end
{%- endmacro %}

{# Upper end of the Wilson 95 % interval of a share. #}
{% macro wilson_high(successes, n) -%}
    case
        when {{ n }} > 0 then least(
            1.0,
            (
                {{ successes }} / {{ n }}::double + 1.920729 / {{ n }}
                + 1.959964 * sqrt(
                    ({{ successes }} / {{ n }}::double) * (1 - {{ successes }} / {{ n }}::double) / {{ n }}
                    + 0.960365 / ({{ n }}::double * {{ n }})
                )
            ) / (1 + 3.841459 / {{ n }})
        )
    end
{%- endmacro %}

{# A share, its interval and the reason why there is none, as four columns; NULL below the support (comparisons, rule 4). #}
{% macro supported_share(name, successes, n, support) -%}
    case when {{ n }} >= {{ support }} and {{ n }} > 0 then {{ successes }} / {{ n }}::double end as {{ name }},
    case when {{ n }} >= {{ support }} then {{ wilson_low(successes, n) }} end as {{ name }}_low,
    case when {{ n }} >= {{ support }} then {{ wilson_high(successes, n) }} end as {{ name }}_high
{%- endmacro %}

{# Why a rate is NULL; NULL itself where there is a rate. #}
{% macro rate_reason(n, support) -%}
    case
        when {{ n }} is null or {{ n }} = 0 then 'nothing_to_measure'
        when {{ n }} < {{ support }} then 'below_support'
    end
{%- endmacro %}
