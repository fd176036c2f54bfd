"""Parallax: how different news outlets report the same events.

One sub-package per stage of the data (see ``docs/guide/house.md``). A package may import those before it in this order
and never those after it: core, outlets, feeds, articles, extraction, stories, evaluation, lake, loading, stations, orchestration.
"""

__version__ = "0.1.0"
