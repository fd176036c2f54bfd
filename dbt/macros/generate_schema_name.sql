{# Schemas carry plain names: marts in `main`, the layers before them in `staging` and `intermediate`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
