"""The warehouse's README and the dbt sources say what the tables are."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.core.records import Table, to_arrow
from pipelines.loading.dbt_sources import duckdb_type, render_models, render_sources, render_view
from pipelines.loading.tables import ALL_TABLES
from pipelines.loading.warehouse_docs import MARKER, README, render_page


def test_readme_is_rendered_from_the_tables() -> None:
    """After a table has changed, ``python -m pipelines.loading.warehouse_docs`` must be run."""
    page = README.read_text()
    assert page == render_page(page)


def test_readme_keeps_its_introduction() -> None:
    page = render_page(f"# By hand\n{MARKER}\nold")
    assert page.startswith("# By hand\n")
    assert "old" not in page.split("## ")[0]
    assert "### fct_event_mention" in page
    assert "### lake.fetch" in page


def test_readme_without_marker_is_refused() -> None:
    with pytest.raises(ValueError, match="marker"):
        render_page("# By hand\n")


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda t: t.name)
def test_types_are_those_that_duckdb_gives(table: Table) -> None:
    """What the sources and the README say of a column's type is how DuckDB loads it."""
    connection = duckdb.connect()
    connection.register("loaded", to_arrow([], table))
    found = {name: kind for name, kind, *_ in connection.execute("DESCRIBE SELECT * FROM loaded").fetchall()}
    said = {c.name: duckdb_type(c.arrow) for c in table.columns}
    assert {k: v.replace('"', "") for k, v in found.items()} == {k: v.replace('"', "") for k, v in said.items()}


def test_one_table_is_rendered_whole() -> None:
    """Every column of a record stands in source, view and description; only times change type on the way."""
    fetch = next(t for t in ALL_TABLES if t.name == "fetch")
    source, models, view = render_sources([fetch]), render_models([fetch]), render_view(fetch)
    for column in fetch.columns:
        assert f"- name: {column.name}\n" in source
        assert f"- name: {column.name}\n" in models
        assert f"    {column.name}" in view
    assert "requested_at at time zone 'UTC' as requested_at" in view
    assert "asset_key: [lake, fetch]" in source
    assert "warn_after: {count: 6, period: hour}" in source
    assert "error_after" not in source
