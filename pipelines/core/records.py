"""Declared records: one dataclass is the row type, the Parquet schema, the documentation and the contract of a lake table.

A record is a frozen dataclass whose every field is a :func:`column` with a description; :func:`table` registers it
under its table name with its grain and key. Nested records (for structs in list columns) use :func:`struct`.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import pyarrow as pa

T = TypeVar("T")

_SCALARS: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", tz="UTC"),
    date: pa.date32(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, Arrow type, whether it may be NULL, what it means, and whether it only records how a run went."""

    name: str
    arrow: pa.DataType
    nullable: bool
    description: str
    volatile: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One lake table.

    ``key`` names the columns that identify a row; rows with one key are the same row, whatever file they are in.
    ``day`` names the timestamp column whose UTC date is the partition (the ingestion day). ``derived`` tables are
    replaced whole by each run; the others are only ever added to. ``stable_columns`` are the non-volatile ones.
    """

    name: str
    grain: str
    row: type
    key: tuple[str, ...]
    day: str
    derived: bool
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, with each description in the field's metadata."""
        return pa.schema([pa.field(c.name, c.arrow, nullable=c.nullable, metadata={"description": c.description}) for c in self.columns])

    @property
    def stable_columns(self) -> tuple[str, ...]:
        """Columns that two runs over the same input fill alike (all but the volatile ones)."""
        return tuple(c.name for c in self.columns if not c.volatile)


TABLES: dict[str, Table] = {}


def column(description: str, *, volatile: bool = False, default: Any = dataclasses.MISSING) -> Any:
    """Declare one column. ``volatile`` marks a column that records when or how long a run took."""
    metadata = {"description": description, "volatile": volatile}
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata=metadata)
    if isinstance(default, list | tuple):
        return dataclasses.field(metadata=metadata, default_factory=lambda: list(default))
    return dataclasses.field(metadata=metadata, default=default)


@typing.dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(column,))
def struct(cls: type[T]) -> type[T]:
    """Make ``cls`` a frozen record that may stand inside a column."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


@typing.dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(column,))
def table(name: str, *, grain: str, key: tuple[str, ...], day: str, derived: bool = False) -> Callable[[type[T]], type[T]]:
    """Make the decorated class a frozen record and register it as lake table ``name``.

    Raises:
        TypeError: a field's type has no Arrow counterpart, or the key or day names no column.
    """

    def register(cls: type[T]) -> type[T]:
        record = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        columns = tuple(_columns(record))
        names = {c.name for c in columns}
        if not {*key, day} <= names:
            raise TypeError(f"table {name}: key or day names a column that it does not have")
        TABLES[name] = Table(name=name, grain=grain, row=record, key=key, day=day, derived=derived, columns=columns)
        return record

    return register


def table_of(row: type) -> Table:
    """Return the table that a record class was registered as.

    Raises:
        KeyError: the class is no registered record.
    """
    for known in TABLES.values():
        if known.row is row:
            return known
    raise KeyError(f"{row.__name__} is not a registered record")


def to_arrow(rows: Iterable[Any], of: Table) -> pa.Table:
    """Convert records to an Arrow table with the declared schema, column by column."""
    kept = list(rows)
    return pa.Table.from_arrays(
        [pa.array([_plain(getattr(row, c.name)) for row in kept], type=c.arrow) for c in of.columns],
        schema=of.schema,
    )


def from_mapping(cls: type[T], values: Mapping[str, Any]) -> T:
    """Build a record (and the records nested in it) from a mapping of column names to plain values."""
    hints = _hints(cls)
    return cls(**{f.name: _revive(hints[f.name], values[f.name]) for f in dataclasses.fields(cls)})  # type: ignore[arg-type]


_HINTS: dict[type, dict[str, Any]] = {}


def _hints(cls: type) -> dict[str, Any]:
    if cls not in _HINTS:
        _HINTS[cls] = typing.get_type_hints(cls)
    return _HINTS[cls]


def _columns(record: type) -> Iterable[Column]:
    hints = _hints(record)
    for field in dataclasses.fields(record):
        inner, nullable = _strip_optional(hints[field.name])
        if "description" not in field.metadata:
            raise TypeError(f"{record.__name__}.{field.name} has no description; declare it with column(...)")
        yield Column(
            name=field.name,
            arrow=_arrow(inner, f"{record.__name__}.{field.name}"),
            nullable=nullable,
            description=field.metadata["description"],
            volatile=field.metadata["volatile"],
        )


def _strip_optional(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        inner = [a for a in typing.get_args(hint) if a is not types.NoneType]
        return inner[0], len(inner) < len(typing.get_args(hint))
    return hint, False


def _arrow(hint: Any, where: str) -> pa.DataType:
    if hint in _SCALARS:
        return _SCALARS[hint]
    if typing.get_origin(hint) is list:
        return pa.list_(_arrow(typing.get_args(hint)[0], where))
    if typing.get_origin(hint) is typing.Literal:
        return pa.string()
    if dataclasses.is_dataclass(hint):
        return pa.struct([pa.field(c.name, c.arrow, nullable=c.nullable) for c in _columns(typing.cast(type, hint))])
    raise TypeError(f"{where}: {hint!r} has no Arrow type here")


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


def _revive(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    inner, _ = _strip_optional(hint)
    if typing.get_origin(inner) is list:
        item = typing.get_args(inner)[0]
        return [_revive(item, v) for v in value]
    if dataclasses.is_dataclass(inner) and isinstance(value, Mapping):
        return from_mapping(typing.cast(type, inner), value)
    return value
