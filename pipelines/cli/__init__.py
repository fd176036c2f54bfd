"""The `parallax` command: arguments in, words and tables out. What is computed stands in the stations and in dbt."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command on the process's arguments."""
    try:
        # Loading takes a second or more, in which Ctrl-C must not end in a traceback either.
        from pipelines.cli.app import EXIT_INTERRUPTED
        from pipelines.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        run()
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
