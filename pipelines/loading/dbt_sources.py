"""The dbt staging layer, rendered from the declared records, so that the two can never differ.

What belongs here: turning :data:`pipelines.loading.tables.ALL_TABLES` into ``dbt/models/staging``: the sources file, one
view per lake table (times as UTC timestamps without a zone, all else as it is) and their descriptions.
What does not: reading the lake, loading DuckDB, running dbt, and any logic of ours (that starts in ``intermediate``).

Run as ``python -m pipelines.loading.dbt_sources`` to write the files anew after a record has changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from pipelines.core.files import write_text
from pipelines.core.records import Table
from pipelines.loading.tables import ALL_TABLES

STAGING = Path(__file__).resolve().parents[2] / "dbt" / "models" / "staging"
SOURCES_FILE = "_lake__sources.yml"
MODELS_FILE = "_staging__models.yml"
HEADER = "Rendered by pipelines/loading/dbt_sources.py from the declared records; do not edit."

# Warn only: a quiet feed or a paused schedule is no broken contract, and an archive that is replayed is old by nature.
FRESHNESS_HOURS = {"fetch": 6, "snapshot": 24, "article_version": 24}

_RESERVED = frozenset({"at", "end"})
_ARROW_TO_DUCKDB: dict[pa.DataType, str] = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE",
    pa.date32(): "DATE",
}


def duckdb_type(arrow: pa.DataType) -> str:
    """Return the DuckDB type that a declared Arrow type is loaded as.

    Raises:
        KeyError: the Arrow type is none that a record can declare.
    """
    if pa.types.is_list(arrow):
        return f"{duckdb_type(arrow.value_type)}[]"
    if pa.types.is_struct(arrow):
        fields = [arrow.field(i) for i in range(arrow.num_fields)]
        return "STRUCT(" + ", ".join(f"{_quoted(f.name)} {duckdb_type(f.type)}" for f in fields) + ")"
    return _ARROW_TO_DUCKDB[arrow]


def _quoted(name: str) -> str:
    return f'"{name}"' if name in _RESERVED else name


def render_staging() -> dict[str, str]:
    """Render every file of the staging folder: file name to text."""
    files = {SOURCES_FILE: render_sources(), MODELS_FILE: render_models()}
    files.update({f"stg_{table.name}.sql": render_view(table) for table in ALL_TABLES})
    return files


def render_sources(tables: Iterable[Table] | None = None) -> str:
    """Render the dbt sources file, one source table per lake table, every column described.

    ``tables`` defaults to all lake tables. Descriptions are JSON strings, which are YAML too.
    """
    lines = [
        f"# {HEADER}",
        "version: 2",
        "sources:",
        "  - name: lake",
        "    schema: lake",
        "    description: The lake's tables as loaded into DuckDB; one table per declared record, nothing changed on the way.",
        "    tables:",
    ]
    for table in _ordered(tables):
        lines.append(f"      - name: {table.name}")
        lines.append(f"        description: {_text(_table_description(table))}")
        lines.extend(f"        {line}" for line in _source_config(table))
        lines.extend(_column_lines(table, "        ", duckdb_type))
    return "\n".join(lines) + "\n"


def render_models(tables: Iterable[Table] | None = None) -> str:
    """Render the descriptions of the staging views."""
    lines = [f"# {HEADER}", "version: 2", "models:"]
    for table in _ordered(tables):
        description = f"{_table_description(table)} As in lake.{table.name}, with times in UTC without a zone."
        lines.append(f"  - name: stg_{table.name}")
        lines.append(f"    description: {_text(description)}")
        lines.extend(_column_lines(table, "    ", _staged_type))
    return "\n".join(lines) + "\n"


def render_view(table: Table) -> str:
    """Render one staging view."""
    columns = [
        f"    {_quoted(c.name)} at time zone 'UTC' as {_quoted(c.name)}" if _is_time(c.arrow) else f"    {_quoted(c.name)}"
        for c in table.columns
    ]
    return f"-- {HEADER}\nselect\n" + ",\n".join(columns) + f"\nfrom {{{{ source('lake', '{table.name}') }}}}\n"


def _ordered(tables: Iterable[Table] | None) -> list[Table]:
    return sorted(ALL_TABLES if tables is None else tables, key=lambda t: t.name)


def _table_description(table: Table) -> str:
    kind = "Derived: replaced whole by each run." if table.derived else "A record: only ever added to."
    doc = " ".join((table.row.__doc__ or "").split())
    return f"{doc} Grain: {table.grain}. Key: {', '.join(table.key)}. {kind}"


def _source_config(table: Table) -> Iterator[str]:
    yield "config:"
    if table.name in FRESHNESS_HOURS:
        yield f"  loaded_at_field: {table.day}"
        yield "  freshness:"
        yield f"    warn_after: {{count: {FRESHNESS_HOURS[table.name]}, period: hour}}"
    yield "  meta:"
    yield "    dagster:"
    yield f"      asset_key: [lake, {table.name}]"


def _column_lines(table: Table, indent: str, type_of: Callable[[pa.DataType], str]) -> Iterator[str]:
    yield f"{indent}columns:"
    for column in table.columns:
        notes = [column.description.rstrip()]
        if column.volatile:
            notes.append("Records how a run went, so two runs over the same input may differ in it.")
        yield f"{indent}  - name: {column.name}"
        yield f"{indent}    data_type: {_text(type_of(column.arrow))}"
        yield f"{indent}    description: {_text(' '.join(notes))}"


def _staged_type(arrow: pa.DataType) -> str:
    return "TIMESTAMP" if _is_time(arrow) else duckdb_type(arrow)


def _is_time(arrow: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(arrow))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Write the staging folder."""
    for name, text in render_staging().items():
        write_text(STAGING / name, text)


if __name__ == "__main__":
    main()
