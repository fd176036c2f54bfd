"""The `parallax` command: arguments in, words and tables out. What is computed stands in the stations and in dbt."""

from pipelines.cli.app import main

__all__ = ["main"]
