"""The command's root: sub-commands, errors in one sentence, exit codes (docs/guide/cli.md)."""

from __future__ import annotations

import errno
import io
import logging
import os
import sys
from contextlib import suppress
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from pipelines import __version__
from pipelines.cli import correct, measuring, outlets, reading, running, topics
from pipelines.cli.common import err, safe
from pipelines.cli.doctor import register as register_doctor
from pipelines.cli.forget import register as register_forget
from pipelines.core.errors import ParallaxError

EXIT_INTERRUPTED = 130

_PERMISSION = "look at the permissions there, or name another folder with --home or PARALLAX_HOME."
_MACHINE = {
    errno.ENOSPC: "the disk is full; make room and run it again. What was stored before is whole.",
    errno.EDQUOT: "your quota of disk space is used up; make room and run it again. What was stored before is whole.",
    errno.EROFS: f"this may only be read, not written; {_PERMISSION}",
    errno.EACCES: f"access is not permitted; {_PERMISSION}",
    errno.EPERM: f"access is not permitted; {_PERMISSION}",
    errno.ENOTDIR: "a file stands where a folder is needed; move it away.",
    errno.EEXIST: "a file stands where a folder is needed; move it away.",
    errno.EISDIR: "a folder stands where a file is needed.",
    errno.ENAMETOOLONG: "this name is too long for the file system.",
    errno.ELOOP: "the symbolic links there lead round in a circle.",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n).",
    errno.EIO: "the disk reports an error; look at its health before you go on.",
}


class Root(TyperGroup):
    """The root command: turns what the user can mend into one sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the sub-command; anything that is no matter of the user goes on to the interpreter, with its traceback."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except ParallaxError as error:
            _stop(str(error), error.exit_code, error)
        except KeyboardInterrupt as error:
            _stop("stopped; what was done is kept, and the next run goes on from there.", EXIT_INTERRUPTED, error)
        except BrokenPipeError as error:
            _let_go_of_output()  # the reader (head, less) has gone
            raise typer.Exit(0) from error
        except (OSError, ExceptionGroup) as error:
            sentence = _machine_sentence(error)
            if sentence is None:
                raise
            _let_go_of_output()
            _stop(sentence, ParallaxError.exit_code, error)


def _let_go_of_output() -> None:
    """Send what is still to be written to nowhere: the interpreter would fail again while flushing at exit."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        return
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _stop(sentence: str, code: int, cause: BaseException) -> NoReturn:
    err.print(f"[bold red]parallax:[/] {safe(sentence)}", soft_wrap=True)
    raise typer.Exit(code) from cause


def _machine_sentence(error: Exception) -> str | None:
    """Return what the machine refused, in words; None where it is no matter of the machine, but a defect."""
    if isinstance(error, ExceptionGroup):
        sentences = [_machine_sentence(inner) for inner in error.exceptions]
        return None if None in sentences else sentences[0]
    if not isinstance(error, OSError) or error.errno not in _MACHINE:
        return None
    where = error.filename2 or error.filename
    return f"{where}: {_MACHINE[error.errno]}" if where else f"{error.strerror or error}: {_MACHINE[error.errno]}"


app = typer.Typer(
    name="parallax",
    cls=Root,
    help="Shows how different news outlets report the same events: who acts, on whom, and who says so.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(outlets.app, name="outlets")
app.add_typer(topics.app, name="topics")
app.add_typer(correct.app, name="correct")
running.register(app)
reading.register(app)
measuring.register(app)
register_doctor(app)
register_forget(app)


@app.callback(invoke_without_command=True)
def root(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
    """Print the version, or hand over to a command."""
    if version:
        typer.echo(f"parallax {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command on the process's arguments."""
    logging.basicConfig(level=logging.WARNING, format="parallax: %(message)s")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character gets a question mark, not a traceback.
            stream.reconfigure(errors="replace")
    app()
