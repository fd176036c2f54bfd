"""Fixtures that several integration tests share, since each of them costs seconds."""

from __future__ import annotations

import pytest

from tests.support.dbt_warehouse import SyntheticWarehouse, build_synthetic


@pytest.fixture(scope="session")
def synthetic_warehouse(tmp_path_factory: pytest.TempPathFactory) -> SyntheticWarehouse:
    """The synthetic world's warehouse, built by dbt once per session."""
    return build_synthetic(tmp_path_factory.mktemp("synthetic"))
