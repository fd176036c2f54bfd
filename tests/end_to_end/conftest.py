"""One demo run, shared by all end-to-end tests; it takes about half a minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.stations.demonstrating import demo
from pipelines.stations.running import RunReport
from pipelines.stations.workspace import Workspace


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, RunReport]:
    """The workspace and report of one demo run; tests must not change it."""
    return demo(Settings(home=tmp_path_factory.mktemp("demo")))


@pytest.fixture
def warehouse(demo_run: tuple[Workspace, RunReport]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo's published database, read-only."""
    connection = duckdb.connect(str(demo_run[0].settings.published_database), read_only=True)
    connection.execute("SET TimeZone = 'UTC'")
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def database(demo_run: tuple[Workspace, RunReport]) -> Path:
    """The path of the demo's published database."""
    return demo_run[0].settings.published_database
