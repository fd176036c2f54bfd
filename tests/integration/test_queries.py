"""The analysts' cookbook: every query says what it is for, names its tables truly, runs, and finds something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.support.dbt_warehouse import SyntheticWarehouse

FOLDER = Path(__file__).resolve().parents[2] / "warehouse" / "queries"
QUERIES = sorted(FOLDER.glob("*.sql"))

# Nothing in the synthetic world answers these: it has three full texts of no story, and no gold was measured.
EMPTY_HERE = {"elements_not_found"}

_HEADER = re.compile(r"\A-- Question: (?P<question>.+?)\n-- Tables: (?P<tables>.+?)\n-- Caveats: (?P<caveats>.+?)\n(?!--   )", re.DOTALL)
_RELATION = re.compile(r"(?<!distinct )\b(?:from|join)\s+((?:lake\.)?[a-z_]+)\b(?!\()")


@pytest.fixture(scope="module")
def warehouse(synthetic_warehouse: SyntheticWarehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(synthetic_warehouse.database), read_only=True) as connection:
        yield connection


def _tables_read(sql: str) -> set[str]:
    body = re.sub(r"--[^\n]*", "", sql).replace('"', "")
    named = set(re.findall(r"\b([a-z_]+) as \(\s*select", body))
    return set(_RELATION.findall(body)) - named


def test_there_are_enough_questions() -> None:
    assert len(QUERIES) >= 20
    assert FOLDER / "trace.sql" in QUERIES


@pytest.mark.parametrize("path", QUERIES, ids=lambda p: p.stem)
def test_query_has_a_true_header_and_runs(path: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    sql = path.read_text()
    header = _HEADER.match(sql)
    assert header, f"{path.name}: a query begins with its question, tables and caveats"
    assert header["question"].rstrip().endswith("?")
    stated = {name.strip(" -\n") for name in header["tables"].split(",")}
    assert stated == _tables_read(sql)
    rows = warehouse.execute(sql).fetchall()
    assert bool(rows) != (path.stem in EMPTY_HERE)


def test_trace_cuts_the_same_words(warehouse: duckdb.DuckDBPyConnection) -> None:
    """From a deed back to the bytes: the words at the offsets are the trigger, and the response is in the log."""
    result = warehouse.execute((FOLDER / "trace.sql").read_text())
    columns = [column[0] for column in result.description or []]
    rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    assert len(rows) == 7
    assert all(row["words_at_offsets"] == row["trigger"] and row["body_sha256"] and row["status"] in {200, 304} for row in rows)


def test_queries_hold_on_an_empty_record(tmp_path: Path, synthetic_warehouse: SyntheticWarehouse) -> None:
    """On the first day there is nothing to find; no query fails for that."""
    with duckdb.connect(str(tmp_path / "empty.duckdb")) as connection:
        connection.execute(f"ATTACH '{synthetic_warehouse.database}' AS filled (READ_ONLY)")
        connection.execute("CREATE SCHEMA lake")
        for schema, table in connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'filled' AND schema_name IN ('main', 'lake')"
        ).fetchall():
            connection.execute(f'CREATE TABLE "{schema}"."{table}" AS SELECT * FROM filled."{schema}"."{table}" LIMIT 0')
        connection.execute("DETACH filled")
        for path in QUERIES:
            assert connection.execute(path.read_text()).fetchall() == [], path.name
