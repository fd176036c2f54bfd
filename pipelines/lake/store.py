"""Reading and writing lake tables.

Layout: ``<root>/<table>/day=YYYY-MM-DD/<content hash>.parquet``. A recorded table is only ever added to; rows that
share a key are one row, so that a step which was killed and run again may write them twice. A derived table is
replaced whole: the file ``_current.json`` names the files that count, and is swapped atomically.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.errors import LakeError
from pipelines.core.files import atomic_path, write_text
from pipelines.core.records import Table, from_mapping, table_of, to_arrow

T = TypeVar("T")
log = logging.getLogger(__name__)

CURRENT = "_current.json"
QUARANTINE = "_quarantine"
REPAIRED = ".repaired.txt"
# pyarrow raises a bare OSError, without a number, for files whose content is damaged.
_DAMAGED = (pa.ArrowInvalid, OSError, EOFError)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A lake file that could not be read and was set aside: where it was, where it is, why."""

    table: str
    was: Path
    now: Path
    reason: str


class Lake:
    """The Parquet record under one folder. Safe for one writer per table and any number of readers."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.quarantined: list[Quarantined] = []

    def append(self, row_type: type[T], rows: Sequence[T]) -> list[Path]:
        """Add rows to a recorded table, one file per ingestion day; return the files written.

        Raises:
            LakeError: the table is derived, or a row does not fit the declared schema.
        """
        table = table_of(row_type)
        if table.derived:
            raise LakeError(f"lake table {table.name} is derived; use replace()")
        return [self._write(table, day, part) for day, part in sorted(_by_day(table, rows).items())]

    def replace(self, row_type: type[T], rows: Sequence[T], made_from: str) -> None:
        """Replace a derived table whole. ``made_from`` is the fingerprint of its inputs, kept beside it.

        Raises:
            LakeError: the table is a recorded one, or a row does not fit the declared schema.
        """
        table = table_of(row_type)
        if not table.derived:
            raise LakeError(f"lake table {table.name} is a record and cannot be replaced; use append()")
        files = [self._write(table, day, part) for day, part in sorted(_by_day(table, rows).items())]
        folder = self.root / table.name
        names = sorted(str(f.relative_to(folder)) for f in files)
        write_text(folder / CURRENT, json.dumps({"files": names, "made_from": made_from}, indent=1))
        for path in folder.glob("day=*/*.parquet"):
            if str(path.relative_to(folder)) not in names:
                path.unlink()

    def made_from(self, row_type: type[Any]) -> str | None:
        """Return the fingerprint that a derived table was made from; None where there is none yet."""
        manifest = self._manifest(table_of(row_type))
        return str(manifest["made_from"]) if manifest else None

    def files(self, row_type: type[Any], *, since: date | None = None, days: set[date] | None = None) -> list[Path]:
        """Return the files of a table that count, optionally only those of partitions from ``since`` on, or of ``days``."""
        table = table_of(row_type)
        folder = self.root / table.name
        if table.derived:
            manifest = self._manifest(table)
            paths = [folder / name for name in manifest["files"]] if manifest else []
        else:
            paths = sorted(folder.glob("day=*/*.parquet"))
        if since is not None:
            paths = [p for p in paths if _day_of(p) >= since]
        if days is not None:
            paths = [p for p in paths if _day_of(p) in days]
        return paths

    def days(self, row_type: type[Any]) -> list[date]:
        """Return the ingestion days for which a table has rows, in order."""
        return sorted({_day_of(p) for p in self.files(row_type)})

    def fingerprint(self, *row_types: type[Any]) -> str:
        """Hash the names of the files that make up some tables; names are content hashes, so it changes with the rows."""
        digest = hashlib.sha256()
        for row_type in row_types:
            for path in self.files(row_type):
                digest.update(str(path.relative_to(self.root)).encode())
        return digest.hexdigest()[:20]

    def read(
        self,
        row_type: type[T],
        *,
        since: date | None = None,
        days: set[date] | None = None,
    ) -> list[T]:
        """Read rows as records, each key once, ordered by key."""
        return list(self._read(row_type, since=since, days=days))

    def read_columns(self, row_type: type[Any], columns: Sequence[str], *, since: date | None = None) -> list[dict[str, Any]]:
        """Read some columns as dictionaries, each key once (the key columns are read too, but only returned if asked for)."""
        table = table_of(row_type)
        wanted = [*columns, *(k for k in table.key if k not in columns)]
        seen: dict[tuple[Any, ...], dict[str, Any]] = {}
        for part in self._tables(table, partial(self.files, row_type, since=since), wanted):
            for row in part.to_pylist():
                seen.setdefault(tuple(row[k] for k in table.key), {c: row[c] for c in columns})
        return [seen[key] for key in sorted(seen)]

    def keys(self, row_type: type[Any], *, since: date | None = None) -> set[Any]:
        """Return the keys of a table: plain values where the key is one column, else tuples."""
        table = table_of(row_type)
        found: set[Any] = set()
        for part in self._tables(table, partial(self.files, row_type, since=since), list(table.key)):
            columns = [part.column(k).to_pylist() for k in table.key]
            found.update(columns[0] if len(columns) == 1 else zip(*columns, strict=True))
        return found

    def compact(self, row_type: type[T], before: date) -> int:
        """Join the files of each closed ingestion day of a recorded table into one; return how many files went.

        A reader beside it sees some rows twice for a moment, which its keys resolve.
        """
        table = table_of(row_type)
        gone = 0
        for day in [d for d in self.days(row_type) if d < before]:
            paths = self.files(row_type, days={day})
            if len(paths) < 2 or table.derived:
                continue
            kept = self._write(table, day, list(self._read(row_type, since=None, days={day})))
            for path in paths:
                if path != kept:
                    path.unlink()
                    gone += 1
        return gone

    def rewrite(self, row_type: type[T], wanted: Mapping[str, Collection[Any]], change: Callable[[T], T | None]) -> int:
        """Change or take out rows of a recorded table that have one of the ``wanted`` values; return how many those are.

        The one exception to only ever adding: for what must be forgotten. Each file is whole before and after; the caller keeps
        other writers away. ``change`` returns the row as it should be, or None for one that goes.
        """
        table = table_of(row_type)
        sought = {column: frozenset(values) for column, values in wanted.items() if values}
        changed = 0
        for path in self.files(row_type) if sought else []:
            part = self._load(table, path, list(sought))
            if part is None or not any(not values.isdisjoint(part.column(c).to_pylist()) for c, values in sought.items()):
                continue
            whole = self._load(table, path, None)
            kept: dict[tuple[Any, ...], T] = {}
            for values in whole.to_pylist() if whole is not None else []:
                row: T | None = from_mapping(row_type, values)
                if any(values[c] in found for c, found in sought.items()):
                    row = change(row)  # type: ignore[arg-type]
                    changed += 1
                if row is not None:
                    kept.setdefault(tuple(getattr(row, k) for k in table.key), row)
            written = [self._write(table, day, rows) for day, rows in sorted(_by_day(table, list(kept.values())).items())]
            if path not in written:
                path.unlink()
        return changed

    def check(self, row_type: type[Any], *, thorough: bool = True) -> list[Path]:
        """Read every file of a table, set unreadable ones aside, and return those that are whole.

        ``thorough`` False reads only each file's end, which is enough to find one that was cut off.
        """
        columns: list[str] | None = None if thorough else []
        return [path for path in self.files(row_type) if self._load(table_of(row_type), path, columns) is not None]

    def clear(self, *row_types: type[Any], day: date | None = None) -> None:
        """Delete the files of tables, of one ingestion day or all, so that their rows are made anew.

        For tables whose rows another station makes from what stays; the caller keeps other writers away meanwhile.
        """
        for row_type in row_types:
            folder = self.root / table_of(row_type).name
            target = folder if day is None else folder / f"day={day.isoformat()}"
            if target.exists():
                shutil.rmtree(target)

    def _read(self, row_type: type[T], *, since: date | None, days: set[date] | None) -> Iterator[T]:
        table = table_of(row_type)
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for part in self._tables(table, partial(self.files, row_type, since=since, days=days), None):
            for row in part.to_pylist():
                rows.setdefault(tuple(row[k] for k in table.key), row)
        for key in sorted(rows):
            yield from_mapping(row_type, rows[key])

    def _tables(self, table: Table, listed: Callable[[], Iterable[Path]], columns: list[str] | None) -> Iterator[pa.Table]:
        """Read the listed files; they are listed again when one has gone, since its rows then stand in another one."""
        seen: set[Path] = set()
        while waiting := [path for path in listed() if path not in seen]:
            for path in waiting:
                seen.add(path)
                part = self._load(table, path, columns)
                if part is not None:
                    yield part
            if all(path.exists() for path in waiting):
                return

    def _load(self, table: Table, path: Path, columns: list[str] | None) -> pa.Table | None:
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                part = file.read(columns=columns)
        except FileNotFoundError:
            return None
        except _DAMAGED as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the machine's trouble (permissions, open files, the disk), not the file's
            self._set_aside(table, path, str(error))
            return None
        wanted = table.schema if columns is None else pa.schema([table.schema.field(c) for c in columns])
        return _conform(part, wanted, path)

    def _set_aside(self, table: Table, path: Path, reason: str) -> None:
        target = self.root / QUARANTINE / table.name / f"{path.parent.name}_{path.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.rename(target)
        except FileNotFoundError:
            return  # another process was faster
        if table.derived:
            # Without its manifest the table counts as not made yet, so the next matching makes it anew.
            (self.root / table.name / CURRENT).unlink(missing_ok=True)
        target.with_suffix(REPAIRED).unlink(missing_ok=True)
        first = reason.splitlines()[0] if reason else "unreadable"
        write_text(target.with_suffix(".reason.txt"), f"{path}\n{first}\n")
        self.quarantined.append(Quarantined(table.name, path, target, first))
        log.warning("lake file %s cannot be read (%s): moved to %s; the next run makes its rows anew", path, first, target)

    def _write(self, table: Table, day: date, rows: Sequence[Any]) -> Path:
        ordered = sorted(rows, key=lambda row: tuple(getattr(row, k) for k in table.key))
        for one, other in pairwise(ordered):
            if all(getattr(one, k) == getattr(other, k) for k in table.key) and one != other:
                key = ", ".join(str(getattr(one, k)) for k in table.key)
                raise LakeError(f"two different rows of lake table {table.name} have the key {key}: one of them would be lost")
        try:
            arrow = to_arrow(ordered, table)
            arrow.validate(full=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise LakeError(f"rows of lake table {table.name} do not fit its schema: {error}") from error
        for column in table.columns:
            if not column.nullable and arrow.column(column.name).null_count:
                raise LakeError(f"lake table {table.name}, column {column.name}: NULL in a column that must be filled")
        target = self.root / table.name / f"day={day.isoformat()}" / f"{_content_hash(table, arrow)}.parquet"
        if not target.exists():
            with atomic_path(target) as temporary:
                pq.write_table(arrow, temporary, compression="zstd", write_page_checksum=True)
        return target

    def _manifest(self, table: Table) -> dict[str, Any] | None:
        path = self.root / table.name / CURRENT
        try:
            loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(loaded["files"], list) and isinstance(loaded["made_from"], str):
                return loaded
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            log.warning("%s is damaged; the table counts as not made yet", path)
        return None


def _by_day(table: Table, rows: Sequence[Any]) -> dict[date, list[Any]]:
    parts: dict[date, list[Any]] = {}
    for row in rows:
        at: datetime = getattr(row, table.day)
        parts.setdefault(at.date(), []).append(row)
    return parts


def _day_of(path: Path) -> date:
    try:
        return date.fromisoformat(path.parent.name.removeprefix("day="))
    except ValueError as error:
        raise LakeError(f"{path.parent} is no partition of the lake; its name must be like day=2025-03-01. Move it elsewhere.") from error


def _content_hash(table: Table, arrow: pa.Table) -> str:
    """Hash the stable columns, so that a rerun over the same input names the same file."""
    stable = arrow.select(list(table.stable_columns)).combine_chunks()
    digest = hashlib.sha256(str(stable.num_rows).encode())
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, stable.schema.remove_metadata()) as writer:
        writer.write_table(stable)
    digest.update(sink.getvalue())
    return digest.hexdigest()[:20]


def _conform(part: pa.Table, schema: pa.Schema, path: Path) -> pa.Table:
    """Fit a file of an older schema to today's: new nullable columns come in as NULL; anything else is an error."""
    columns = []
    for field in schema:
        if field.name in part.column_names:
            columns.append(_cast(part.column(field.name), field, path))
        elif field.nullable:
            columns.append(pa.nulls(part.num_rows, field.type))
        else:
            raise LakeError(
                f"{path} has no column {field.name}: an older Parallax wrote it. `parallax rebuild --from snapshots` makes it anew."
            )
    return pa.Table.from_arrays(columns, schema=schema)


def _cast(column: pa.ChunkedArray[Any], field: pa.Field[Any], path: Path) -> pa.ChunkedArray[Any]:
    try:
        return column.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise LakeError(
            f"{path}, column {field.name}: {column.type} cannot be read as {field.type}: another version of Parallax wrote it. "
            "`parallax rebuild --from snapshots` makes it anew."
        ) from error
