"""Loads what two extractor versions made of the same article versions, for the mart ``mentions_diff``.

What belongs here: choosing the rows of the two versions. What does not: which two are compared (the station of coding decides) and how
their mentions are paired (dbt). These tables are no part of a generation's identity: an old generation that is made again may be compared
with another extractor than it was at first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.records import Table, table_of
from pipelines.extraction.records import Extraction, Mention
from pipelines.loading.records import RecodedMention, RecodedVersion


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two extractor versions, the earlier and the later one."""

    old: str
    new: str


def load_recoding(
    connection: duckdb.DuckDBPyConnection,
    comparison: Comparison | None,
    *,
    extractions: Sequence[Path],
    mentions: Sequence[Path],
    until: datetime | None = None,
) -> None:
    """Write ``lake.recoded_version`` and ``lake.recoded_mention``; both empty where there is nothing to compare.

    Only article versions that both extractors got through are in them: what one failed on, or has not reached yet, is no difference.
    """
    for row_type in (RecodedVersion, RecodedMention):
        table = table_of(row_type)
        connection.register("declared", table.schema.empty_table())
        connection.execute(f"CREATE OR REPLACE TABLE lake.{table.name} AS SELECT * FROM declared")
        connection.unregister("declared")
    if comparison is None or comparison.old == comparison.new or not extractions:
        return
    pair = [comparison.old, comparison.new]
    marks, values = _rows(connection, table_of(Extraction), extractions, pair, until)
    connection.execute(
        "INSERT INTO lake.recoded_version BY NAME SELECT version_id, outlet_id, seen_at, "
        "before.extractor_version AS old_extractor_version, after.extractor_version AS new_extractor_version, "
        "before.status AS old_status, after.status AS new_status, "
        "before.mentions AS old_mentions, after.mentions AS new_mentions "
        f"FROM ({marks}) AS before "
        f"JOIN (SELECT version_id, extractor_version, status, mentions FROM ({marks})) AS after USING (version_id) "
        "WHERE before.extractor_version = ? AND after.extractor_version = ? AND before.status <> 'failed' AND after.status <> 'failed' "
        "ORDER BY version_id",
        [*values, *values, *pair],
    )
    connection.unregister("declared_extraction")
    if mentions:
        coded, values = _rows(connection, table_of(Mention), mentions, pair, until)
        columns = ", ".join(f'"{c.name}"' for c in table_of(RecodedMention).columns)
        connection.execute(
            f"INSERT INTO lake.recoded_mention BY NAME SELECT {columns} FROM ({coded}) "
            "WHERE version_id IN (SELECT version_id FROM lake.recoded_version) ORDER BY mention_id",
            values,
        )
        connection.unregister("declared_mention")


def _rows(
    connection: duckdb.DuckDBPyConnection, table: Table, paths: Sequence[Path], pair: list[str], until: datetime | None
) -> tuple[str, list[Any]]:
    """A query for the rows of the two versions, each key once, and its values."""
    # The declared columns come first, so that a column which no file has yet is NULL.
    connection.register(f"declared_{table.name}", table.schema.empty_table())
    key = ", ".join(f'"{k}"' for k in table.key)
    cut, values = "", [[str(path) for path in paths], pair]
    if until is not None:
        cut = f' AND "{table.day}" <= ?'
        values.append(until)  # type: ignore[arg-type]
    query = (
        f"SELECT * FROM (SELECT * FROM declared_{table.name} UNION ALL BY NAME "
        "SELECT * FROM read_parquet(?, union_by_name = true, hive_partitioning = false)) "
        f"WHERE list_contains(?, extractor_version){cut} QUALIFY row_number() OVER (PARTITION BY {key}) = 1"
    )
    return query, values
