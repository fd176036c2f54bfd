"""Asset specs made from the declared records, so that a column's meaning is written once."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence

import dagster as dg

from pipelines.core.records import Column, table_of

OWNERS = ("team:parallax",)
LAKE = "lake"

_TYPES = {"string": "string", "int64": "int", "double": "float", "bool": "bool", "date32[day]": "date"}


def lake_key(row_type: type) -> dg.AssetKey:
    """Return the asset key of a lake table: ``lake/<table>``, as in the dbt sources and the warehouse."""
    return dg.AssetKey([LAKE, table_of(row_type).name])


def lake_spec(row_type: type, group: str, *, deps: Iterable[type] = (), kinds: Sequence[str] = (), **more: object) -> dg.AssetSpec:
    """Return the spec of a lake table: grain, column schema, owners, kinds and what it is made from."""
    table = table_of(row_type)
    summary = inspect.cleandoc(row_type.__doc__ or "")
    return dg.AssetSpec(
        lake_key(row_type),
        deps=[lake_key(d) for d in deps],
        description=f"{summary}\n\nGrain: {table.grain}.",
        group_name=group,
        owners=list(OWNERS),
        kinds={"parquet", *kinds},
        metadata={
            "dagster/column_schema": dg.TableSchema(columns=[_column(c) for c in table.columns]),
            "grain": table.grain,
            "key": ", ".join(table.key),
        },
        **more,  # type: ignore[arg-type]
    )


def _column(column: Column) -> dg.TableColumn:
    kind = str(column.arrow)
    return dg.TableColumn(
        column.name,
        _TYPES.get(kind, "timestamp" if kind.startswith("timestamp") else kind if len(kind) < 40 else kind.split("<", maxsplit=1)[0]),
        description=column.description,
        constraints=dg.TableColumnConstraints(nullable=column.nullable),
    )
