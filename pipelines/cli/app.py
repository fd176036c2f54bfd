"""The command's root: sub-commands, errors in one sentence, exit codes (docs/guide/cli.md)."""

from __future__ import annotations

import logging
import os
import sys

import typer
from rich.markup import escape

from pipelines import __version__
from pipelines.cli import measuring, outlets, reading, running
from pipelines.cli.common import err
from pipelines.cli.doctor import register as register_doctor
from pipelines.core.errors import ParallaxError

EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="parallax",
    help="Shows how different news outlets report the same events: who acts, on whom, and who says so.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(outlets.app, name="outlets")
running.register(app)
reading.register(app)
measuring.register(app)
register_doctor(app)


@app.callback(invoke_without_command=True)
def root(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
    """Print the version, or hand over to a command."""
    if version:
        typer.echo(f"parallax {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command; an error that the user can mend ends in one sentence and its exit code, without a traceback."""
    logging.basicConfig(level=logging.WARNING, format="parallax: %(message)s")
    try:
        app()
    except ParallaxError as error:
        err.print(f"[bold red]parallax:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print("parallax: stopped; what was done is kept, and the next run goes on from there.")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader (head, less) has gone; the interpreter would complain again while flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
