"""Before parsing: lake files that were cut off are set aside, and their rows are restored or made anew.

Rows come back from published databases, which hold all that was loaded; a file's name is the hash of its content, so it
is known whether they are the very rows. Where they are not, the stations make them again from what comes before.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import duckdb

from pipelines.articles.records import ArticleEntry, ArticleVersion
from pipelines.core.errors import ParallaxError
from pipelines.core.files import write_text
from pipelines.core.records import TABLES, Table, from_mapping
from pipelines.extraction.records import Extraction, Mention
from pipelines.feeds.records import Entry, Fetch, Sighting, Snapshot
from pipelines.lake.store import QUARANTINE, REPAIRED
from pipelines.loading.load import connect
from pipelines.loading.publish import Published, generations
from pipelines.loading.tables import ROW_TYPES
from pipelines.stations.workspace import Workspace

log = logging.getLogger(__name__)

_PARSED = (Snapshot, Entry, Sighting)
_CODED = (Mention, Extraction)
_ASSEMBLED = (ArticleVersion, ArticleEntry)
# What is cleared of the lost file's day, and what as a whole, so that the stations make the rows again.
_REMAKE: dict[type, tuple[tuple[type, ...], tuple[type, ...]]] = {
    **dict.fromkeys(_PARSED, (_PARSED, ())),
    **dict.fromkeys(_ASSEMBLED, ((), _ASSEMBLED)),
    **dict.fromkeys(_CODED, (_CODED, ())),
    Fetch: ((*_PARSED, *_CODED), _ASSEMBLED),
}


@dataclass(frozen=True, slots=True)
class Lost:
    """A lake file that was set aside: its table, ingestion day and content hash, and where it lies now."""

    table: Table
    day: date
    name: str
    path: Path

    @property
    def done(self) -> Path:
        """The file that says how its rows came back."""
        return self.path.with_suffix(REPAIRED)


def repair(workspace: Workspace) -> list[str]:
    """Set files aside that were cut off, bring back their rows, and say in a sentence for each file how."""
    for row_type in ROW_TYPES:
        workspace.lake.check(row_type, thorough=False)
    waiting = [lost for lost in set_aside(workspace) if not lost.done.exists()]
    if not waiting:
        return []
    with ExitStack() as stack:
        for station in ("parse", "assemble", "pages", "code"):
            stack.enter_context(workspace.lock(station))
        stack.enter_context(workspace.writing())
        return [_repair(workspace, lost) for lost in waiting]


def set_aside(workspace: Workspace) -> list[Lost]:
    """Return the lake files that could not be read, repaired or not."""
    found = []
    for path in sorted((workspace.settings.lake / QUARANTINE).glob("*/day=*_*.parquet")):
        day, _, name = path.stem.removeprefix("day=").partition("_")
        if path.parent.name in TABLES:
            found.append(Lost(TABLES[path.parent.name], date.fromisoformat(day), name, path))
    return found


def _repair(workspace: Workspace, lost: Lost) -> str:
    what = f"The rows of lake table {lost.table.name} of {lost.day} in it"
    if lost.table.derived:
        sentence = f"{what} are computed anew."
    else:
        source = _restored_from(workspace, lost)
        if source is not None:
            sentence = f"{what} were restored from generation {source}, every one."
        elif lost.table.row in _REMAKE:
            of_day, whole = _REMAKE[lost.table.row]
            workspace.lake.clear(*of_day, day=lost.day)
            workspace.lake.clear(*whole)
            sentence = f"{what} are made anew from what comes before them."
        if source is None and (lost.table.row is Fetch or lost.table.row not in _REMAKE):
            sentence = f"{what} were restored as far as they were published; later ones of that day are lost."
    log.warning("%s: %s", lost.path, sentence)
    write_text(lost.done, sentence + "\n")
    return sentence


def _restored_from(workspace: Workspace, lost: Lost) -> str | None:
    """Bring back rows from published databases, newest first; return the generation that gave the very rows of the file."""
    lake, row_type = workspace.lake, cast(type[object], lost.table.row)
    for generation in reversed(generations(workspace.settings.snapshots)):
        have = {_key(lost.table, row) for row in lake.read(row_type, days={lost.day})}
        rows: list[object] = [row for row in _published_rows(generation, lost) if _key(lost.table, row) not in have]
        if any(path.stem == lost.name for path in lake.append(row_type, rows)):
            return generation.generation.generation_id
    return None


def _key(table: Table, row: object) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in table.key)


def _published_rows(generation: Published, lost: Lost) -> Iterator[object]:
    columns = ", ".join(f'"{c.name}"' for c in lost.table.columns)
    query = f'SELECT {columns} FROM lake."{lost.table.name}" WHERE CAST("{lost.table.day}" AS DATE) = ?'
    try:
        with connect(generation.database, read_only=True) as connection:
            found = connection.execute(query, [lost.day]).to_arrow_table()
    except (ParallaxError, duckdb.Error) as error:
        log.warning("generation %s cannot give rows back: %s", generation.generation.generation_id, error)
        return
    for values in found.to_pylist():
        yield from_mapping(lost.table.row, values)
