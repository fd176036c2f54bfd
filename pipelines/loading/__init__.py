"""From the lake to DuckDB: load, check, publish.

What the tables hold is declared by ``*/records.py``; what is computed from them stands in ``dbt/``.
"""
