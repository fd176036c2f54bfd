"""The Parquet record: partitioned by ingestion day, written atomically, read whole or not at all.

What a table holds is declared by the rooms that make it (``*/records.py``); here is only how it is kept.
"""
