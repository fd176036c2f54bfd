"""What all commands share: options, the console, progress bars, opening a workspace."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipelines.core.errors import UsageError
from pipelines.settings import Settings
from pipelines.stations.workspace import SILENT, Step, Workspace
from pipelines.stations.workspace import Progress as ProgressProtocol

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of registry, lake and databases. Default: PARALLAX_HOME, else warehouse/.", show_default=False),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars and no summary; errors are still told.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for scripts.")]

# Without emoji, or `:x:` in a headline would be shown as a picture.
out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)

# Control characters but line feed and tab, and what turns the direction of writing: they could rewrite the terminal.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: object) -> str:
    """Return foreign text as it may be printed in the terminal: it cannot style, script or turn what stands around it."""
    return escape(_UNSAFE.sub("", str(text)))


class Bars:
    """Progress bars on standard error."""

    @contextmanager
    def step(self, name: str, total: int | None) -> Iterator[Step]:
        """Show a bar for one step while the block runs."""
        columns = (SpinnerColumn(), TextColumn("{task.description:<9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=err, transient=not err.is_terminal) as bars:
            yield _Bar(bars, bars.add_task(name, total=total))


class _Bar:
    def __init__(self, bars: Progress, task: Any) -> None:
        self._bars, self._task = bars, task

    def advance(self, by: int = 1) -> None:
        """Move the bar on."""
        self._bars.advance(self._task, by)


def settings_for(home: Path | None) -> Settings:
    """Return the settings, with another home if one is asked for.

    Raises:
        UsageError: the home is no folder, or an environment variable of ours has a value that its setting cannot take.
    """
    try:
        settings = Settings(home=home) if home else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "PARALLAX_" + str(first["loc"][0]).upper()
        raise UsageError(f"{name}: {first['msg']}; the value is {first.get('input')!r}.") from error
    if settings.home.exists() and not settings.home.is_dir():
        raise UsageError(f"{settings.home} is a file; the home (--home or PARALLAX_HOME) must be a folder.")
    return settings


def readable(given: str | bytes, what: str) -> str:
    """Return a text from the command line or standard input.

    Raises:
        UsageError: it is not UTF-8.
    """
    try:
        # Python hands on bytes of the command line that are not UTF-8 as lone surrogates.
        return (given if isinstance(given, bytes) else given.encode()).decode()
    except UnicodeError as error:
        raise UsageError(f"{what} is not UTF-8; Parallax reads nothing else.") from error


def open_workspace(home: Path | None, *, quiet: bool = True) -> Workspace:
    """Open the workspace of a home folder."""
    return Workspace(settings_for(home), progress=progress(quiet))


def progress(quiet: bool) -> ProgressProtocol:
    """Return bars, or nothing when quiet or when nobody looks."""
    return SILENT if quiet or not err.is_terminal else Bars()


def print_json(value: Any) -> None:
    """Print one JSON document; records, dates and paths are understood."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=2) + "\n")


def plain(value: Any) -> Any:
    """Turn records, dates, paths, sets and what DuckDB returns into what JSON knows; NaN and infinity become null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value))
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(inner) for inner in value]
    return _scalar(value)


def _scalar(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | Decimal):
        number = float(value)
        return number if math.isfinite(number) else None
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
