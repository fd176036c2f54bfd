"""Loads the lake into the build database, schema ``lake``, and writes the table ``generation``.

Full reload in one transaction: each lake table is read once from Parquet, each key once. Transformations belong to dbt.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.core.errors import BuildError, BusyError
from pipelines.core.ids import make_id
from pipelines.core.records import Table, table_of, to_arrow
from pipelines.extraction.records import Extraction, Mention
from pipelines.lake.store import Lake
from pipelines.loading.recoding import Comparison, load_recoding
from pipelines.loading.records import ReplacedMention
from pipelines.loading.tables import MADE_BY_LOADING, ROW_TYPES

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
_CODED = frozenset({"mention", "extraction"})
# What a full disk or too little memory looks like: while writing, at COMMIT, at CHECKPOINT.
_STOPPED = (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException, duckdb.OutOfMemoryException)


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """What was loaded of one lake table: rows, and a hash of their stable columns that does not depend on order or files."""

    name: str
    rows: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Generation:
    """What a published database is made of; the same content and code give the same id."""

    generation_id: str
    code_version: str
    extractor_version: str
    model: str
    lake_from: datetime | None
    lake_until: datetime | None
    lake_hash: str
    built_at: datetime
    schema_version: int = SCHEMA_VERSION


@contextmanager
def connect(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file in UTC and close it whatever happens.

    Raises:
        BusyError: another process holds the file.
        BuildError: the file is no DuckDB database that this version can open, or disk or memory failed it inside the block.
    """
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(path), read_only=read_only)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise BusyError(f"{path} is open for writing in another process; close it there and try again.") from error
        raise BuildError(f"{path} cannot be opened as a DuckDB database: {_first_line(error)}") from error
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    except _STOPPED as error:
        raise BuildError(f"{path}: DuckDB had to stop: {_first_line(error)}") from error
    finally:
        connection.close()


def load(
    lake: Lake,
    database: Path,
    *,
    code_version: str,
    extractor_version: str,
    model: str,
    now: datetime,
    until: datetime | None = None,
    corrected: Mapping[str, Mention] | None = None,
    gone: Collection[str] = (),
    compared: Comparison | None = None,
) -> tuple[Generation, list[LoadedTable]]:
    """Load every lake table into schema ``lake`` of ``database`` and write ``generation``.

    ``until`` cuts the record at an ingestion time (for making an old generation again). Mentions are those of
    ``extractor_version`` only: two versions never stand in one table. Those in ``corrected`` (by id) take the place of the
    coded ones, those in ``gone`` are left out: the lake keeps what was coded, the database says what people have set right.
    What two extractor versions made of the same article versions (``compared``) goes into tables of its own.

    Raises:
        BusyError: the database is open elsewhere.
        BuildError: the database was made by a newer Parallax.
    """
    with connect(database) as connection:
        _refuse_newer(connection, database)
        connection.execute("BEGIN")
        _empty(connection)
        connection.execute("CREATE SCHEMA lake")
        for row_type in ROW_TYPES:
            _load_table(connection, lake, row_type, until, extractor_version)
        _amend(connection, corrected or {}, gone)
        load_recoding(connection, compared, extractions=_readable(lake, Extraction), mentions=_readable(lake, Mention), until=until)
        for row_type in (*ROW_TYPES, *MADE_BY_LOADING):
            _comment(connection, table_of(row_type))
        loaded = loaded_tables(connection)
        generation = _describe(connection, loaded, code_version, extractor_version, model, now)
        _write_generation(connection, generation)
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT")
    return generation, loaded


def loaded_tables(connection: duckdb.DuckDBPyConnection) -> list[LoadedTable]:
    """Count and checksum the lake tables of an open database."""
    return [_measure(connection, table_of(row_type)) for row_type in ROW_TYPES]


def table_checksums(connection: duckdb.DuckDBPyConnection, volatile: Mapping[str, frozenset[str]]) -> dict[str, tuple[int, str]]:
    """Row count and order-independent checksum of every table of a database, by ``schema.table``.

    ``volatile`` names columns to leave out, by table name.
    """
    found = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1, 2").fetchall()
    result = {}
    for schema, name in found:
        columns = [
            row[0]
            for row in connection.execute(
                "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? ORDER BY column_index", [schema, name]
            ).fetchall()
            if row[0] not in volatile.get(name, frozenset())
        ]
        result[f"{schema}.{name}"] = _checksum(connection, f'"{schema}"."{name}"', columns)
    return result


def _empty(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop everything, so that a table of an older Parallax, or a model that was renamed, is never published again."""
    schemas = connection.execute("SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND schema_name <> 'main'").fetchall()
    for (schema,) in schemas:
        connection.execute(f'DROP SCHEMA "{schema}" CASCADE')
    views = connection.execute("SELECT 'VIEW', view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'").fetchall()
    tables = connection.execute("SELECT 'TABLE', table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()
    for kind, name in [*views, *tables]:
        connection.execute(f'DROP {kind} main."{name}" CASCADE')


def _load_table(connection: duckdb.DuckDBPyConnection, lake: Lake, row_type: type, until: datetime | None, extractor_version: str) -> None:
    table = table_of(row_type)
    target = f'lake."{table.name}"'
    paths = [str(path) for path in _readable(lake, row_type)]
    columns = ", ".join(f'"{c.name}"' for c in table.columns)
    # The declared columns come first, so that a column which no file has yet (an older Parallax wrote them all) is NULL.
    connection.register("declared", table.schema.empty_table())
    if paths:
        conditions, values = ["TRUE"], [paths]
        if until is not None and not table.derived:
            conditions.append(f'"{table.day}" <= ?')
            values.append(until)  # type: ignore[arg-type]
        if table.name in _CODED:
            conditions.append("extractor_version = ?")
            values.append(extractor_version)  # type: ignore[arg-type]
        key = ", ".join(f'"{k}"' for k in table.key)
        connection.execute(
            f"CREATE OR REPLACE TABLE {target} AS SELECT {columns} FROM (SELECT * FROM declared UNION ALL BY NAME "
            "SELECT * FROM read_parquet(?, union_by_name = true, hive_partitioning = false)) "
            f"WHERE {' AND '.join(conditions)} QUALIFY row_number() OVER (PARTITION BY {key}) = 1 ORDER BY {key}",
            values,
        )
    else:
        connection.execute(f"CREATE OR REPLACE TABLE {target} AS SELECT * FROM declared")
    connection.unregister("declared")


def _comment(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    target = f'lake."{table.name}"'
    connection.execute(f"COMMENT ON TABLE {target} IS {_literal(f'One row per {table.grain}.')}")
    for column in table.columns:
        connection.execute(f'COMMENT ON COLUMN {target}."{column.name}" IS {_literal(column.description)}')


def _amend(connection: duckdb.DuckDBPyConnection, corrected: Mapping[str, Mention], gone: Collection[str]) -> None:
    """Put people's words in the place of the coded ones, which ``lake.replaced_mention`` keeps."""
    replaced, kept = [*corrected, *gone], table_of(ReplacedMention)
    connection.register("declared", kept.schema.empty_table())
    connection.execute(f"CREATE OR REPLACE TABLE lake.{kept.name} AS SELECT * FROM declared")
    connection.unregister("declared")
    if not replaced:
        return
    columns = ", ".join(f'"{c.name}"' for c in kept.columns)
    connection.execute(
        f"INSERT INTO lake.{kept.name} BY NAME SELECT {columns} FROM lake.mention WHERE list_contains(?, mention_id) ORDER BY mention_id",
        [replaced],
    )
    connection.execute("DELETE FROM lake.mention WHERE list_contains(?, mention_id)", [replaced])
    connection.register("corrected", to_arrow(corrected.values(), table_of(Mention)))
    connection.execute("INSERT INTO lake.mention BY NAME SELECT * FROM corrected")
    connection.unregister("corrected")


def _readable(lake: Lake, row_type: type) -> list[Path]:
    """Files whose footer can be read; the others are set aside by the lake, which names them."""
    paths = lake.files(row_type)
    for path in paths:
        try:
            pq.read_metadata(path)
        except Exception:  # whatever is wrong with the file, the lake's own check names it and sets it aside
            return lake.check(row_type)
    return paths


def _measure(connection: duckdb.DuckDBPyConnection, table: Table) -> LoadedTable:
    rows, checksum = _checksum(connection, f'lake."{table.name}"', list(table.stable_columns))
    return LoadedTable(table.name, rows, checksum)


def _checksum(connection: duckdb.DuckDBPyConnection, relation: str, columns: list[str]) -> tuple[int, str]:
    """Add up both halves of the MD5 of each row, so that the order of rows does not matter and twin rows do not cancel."""
    packed = ", ".join(f'"{c}" := "{c}"' for c in columns)
    got = connection.execute(
        "SELECT count(*), coalesce(sum(md5_number_lower(j)), 0), coalesce(sum(md5_number_upper(j)), 0) "
        f"FROM (SELECT to_json(struct_pack({packed}))::VARCHAR AS j FROM {relation})"
    ).fetchone()
    assert got is not None
    return int(got[0]), f"{int(got[1]):x}-{int(got[2]):x}"


def _describe(
    connection: duckdb.DuckDBPyConnection,
    loaded: list[LoadedTable],
    code_version: str,
    extractor_version: str,
    model: str,
    now: datetime,
) -> Generation:
    lake_hash = hashlib.sha256("\n".join(f"{t.name} {t.rows} {t.checksum}" for t in loaded).encode()).hexdigest()[:20]
    # The newest row of any recorded table: pages and measurements come after the poll, and belong to the generation too.
    days = " UNION ALL ".join(f'SELECT "{t.day}" FROM lake."{t.name}"' for t in map(table_of, ROW_TYPES) if not t.derived)
    newest = f"(SELECT max(day) FROM ({days}) AS every_table(day))"
    span = connection.execute(f"SELECT (SELECT min(requested_at) FROM lake.fetch), {newest}").fetchone()
    assert span is not None
    return Generation(
        generation_id=make_id("generation", lake_hash, code_version, extractor_version, model),
        code_version=code_version,
        extractor_version=extractor_version,
        model=model,
        lake_from=span[0],
        lake_until=span[1],
        lake_hash=lake_hash,
        built_at=now,
    )


GENERATION_COLUMNS: dict[str, tuple[str, str]] = {
    "generation_id": ("VARCHAR", "Cite this: the same record and code give the same id; `parallax rebuild --generation` makes it again."),
    "code_version": ("VARCHAR", "Version of Parallax and hash of its source files."),
    "extractor_version": ("VARCHAR", "Version of the extractor that coded the mentions."),
    "model": ("VARCHAR", "spaCy pipeline that the extractor stands on."),
    "lake_from": ("TIMESTAMPTZ", "Time of the first poll in the record."),
    "lake_until": ("TIMESTAMPTZ", "Time of the newest row in the record: a poll, a page or a measurement."),
    "lake_hash": ("VARCHAR", "Hash of all rows of the lake that were loaded."),
    "built_at": ("TIMESTAMPTZ", "When this database was made."),
    "schema_version": ("INTEGER", "Version of the tables; a Parallax refuses a database of a newer one."),
}


def _write_generation(connection: duckdb.DuckDBPyConnection, generation: Generation) -> None:
    definition = ", ".join(
        f"{name} {kind} {'' if name in ('lake_from', 'lake_until') else 'NOT NULL'}" for name, (kind, _) in GENERATION_COLUMNS.items()
    )
    connection.execute(f"CREATE OR REPLACE TABLE main.generation ({definition})")
    connection.execute(
        f"INSERT INTO main.generation VALUES ({', '.join('?' for _ in GENERATION_COLUMNS)})",
        [getattr(generation, name) for name in GENERATION_COLUMNS],
    )
    connection.execute("COMMENT ON TABLE main.generation IS 'One row: what this database is and what it was made from.'")
    for name, (_, text) in GENERATION_COLUMNS.items():
        connection.execute(f"COMMENT ON COLUMN main.generation.{name} IS {_literal(text)}")


def read_generation(connection: duckdb.DuckDBPyConnection) -> Generation:
    """Return what an open database says of itself.

    Raises:
        BuildError: it has no `generation` table, so it is no Parallax database.
    """
    try:
        row = connection.execute(f"SELECT {', '.join(GENERATION_COLUMNS)} FROM main.generation").fetchone()
    except duckdb.CatalogException as error:
        raise BuildError("This database has no table `generation`: it was not made by Parallax, or its build was cut off.") from error
    assert row is not None
    return Generation(**dict(zip(GENERATION_COLUMNS, row, strict=True)))


def _refuse_newer(connection: duckdb.DuckDBPyConnection, database: Path) -> None:
    known = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = 'generation'").fetchone()
    if not known or not known[0]:
        return
    found = connection.execute("SELECT max(schema_version) FROM main.generation").fetchone()
    if found and found[0] is not None and int(found[0]) > SCHEMA_VERSION:
        raise BuildError(
            f"{database} was made by a newer Parallax (schema {found[0]}, this one knows {SCHEMA_VERSION}). "
            "Upgrade Parallax, or delete that file to build anew from the lake."
        )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
