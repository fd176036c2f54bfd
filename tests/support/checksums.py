"""Checksums of all tables of a published database, without the columns that only record when and how long."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.loading.load import table_checksums
from pipelines.loading.tables import ALL_TABLES

VOLATILE = {
    **{t.name: frozenset(c.name for c in t.columns if c.volatile) for t in ALL_TABLES},
    "generation": frozenset({"built_at"}),
}


def checksums(database: Path) -> dict[str, tuple[int, str]]:
    """Row count and checksum by ``schema.table``."""
    connection = duckdb.connect(str(database), read_only=True)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        return table_checksums(connection, VOLATILE)
    finally:
        connection.close()
