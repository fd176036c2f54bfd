"""Which articles are on one matter, and which mentions tell of one deed.

Pure functions over article versions, copies and mentions. Who copied whom is decided in ``articles/copies``; what the
tables make of it stands in ``dbt/``.
"""
