"""One function per step of the way: read the lake, call the domain, write the lake, report in numbers.

The command line and Dagster call these and nothing below them. Every station can run twice, or be killed and run again,
and leaves the same rows: rows that mark a thing as done are written after the rows that it stands for.
"""
