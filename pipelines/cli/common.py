"""What all commands share: options, the console, progress bars, opening a workspace."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
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

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


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
        UsageError: an environment variable of ours has a value that its setting cannot take.
    """
    try:
        return Settings(home=home.expanduser().resolve()) if home else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "PARALLAX_" + str(first["loc"][0]).upper()
        raise UsageError(f"{name}: {first['msg']}; the value is {first.get('input')!r}.") from error


def open_workspace(home: Path | None, *, quiet: bool = True) -> Workspace:
    """Open the workspace of a home folder."""
    return Workspace(settings_for(home), progress=progress(quiet))


def progress(quiet: bool) -> ProgressProtocol:
    """Return bars, or nothing when quiet or when nobody looks."""
    return SILENT if quiet or not err.is_terminal else Bars()


def print_json(value: Any) -> None:
    """Print one JSON document; records, dates and paths are understood."""
    sys.stdout.write(json.dumps(value, default=plain, ensure_ascii=False, indent=2) + "\n")


def plain(value: Any) -> Any:
    """Turn a record, a date, a path or a set into what JSON knows."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | Sequence):
        return list(value)
    return str(value)
