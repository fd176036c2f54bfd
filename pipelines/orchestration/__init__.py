"""Dagster's view of the stations: assets, checks, jobs, schedules, sensors, resources.

With ``definitions.py`` the only place that imports dagster. An asset's body calls one station and reports its numbers.
"""
