"""The dbt project as a whole: it builds quietly, its contracts are enforced, and every column is described."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.loading.dbt_sources import STAGING, render_staging
from tests.support.dbt_warehouse import PROJECT, SyntheticWarehouse, run_dbt

ISSUE_MARTS = {"dim_outlet", "fct_article_version", "fct_event_mention", "story_outlet", "event_outlet", "headlines", "edits", "health"}


def test_build_passes_and_is_quiet(synthetic_warehouse: SyntheticWarehouse) -> None:
    """Every model, data test and unit test passes, and dbt has nothing to warn of."""
    failed = {k: v for k, v in synthetic_warehouse.results.items() if v not in {"success", "pass", "no-op"}}
    assert synthetic_warehouse.returncode == 0, synthetic_warehouse.output[-3000:]
    assert not failed
    noise = [line for line in synthetic_warehouse.output.splitlines() if "[WARN" in line or "eprecat" in line or "WARNING" in line]
    assert noise == []


def test_staging_is_rendered_from_the_records() -> None:
    """After a record has changed, `python -m pipelines.loading.dbt_sources` must be run."""
    committed = {p.name: p.read_text() for p in STAGING.iterdir() if p.suffix in {".sql", ".yml"}}
    assert committed == render_staging()


def test_no_python_package_hides_dbt() -> None:
    """A ``dbt/__init__.py`` here would hide the installed dbt package."""
    assert not list(PROJECT.rglob("__init__.py"))


def test_marts_have_contracts_and_unit_tests(synthetic_warehouse: SyntheticWarehouse) -> None:
    """Every mart has an enforced contract and at least one unit test; the issue's marts are there."""
    nodes = synthetic_warehouse.manifest["nodes"].values()
    marts = {n["name"]: n for n in nodes if n["resource_type"] == "model" and n["fqn"][1] == "marts"}
    assert set(marts) >= ISSUE_MARTS
    assert [name for name, node in marts.items() if not node["contract"]["enforced"] or node["schema"] != "main"] == []
    tested = {t["model"] for t in synthetic_warehouse.manifest["unit_tests"].values()}
    assert set(marts) - tested == set()


def test_every_column_is_described(synthetic_warehouse: SyntheticWarehouse) -> None:
    """Columns of marts and staging views are those in their YAML, each described; a mart's also in DuckDB's comments."""
    documented = {
        (n["schema"], n["name"]): {c["name"] for c in n["columns"].values() if c["description"].strip()}
        for n in synthetic_warehouse.manifest["nodes"].values()
        if n["resource_type"] == "model" and n["description"].strip()
    }
    with duckdb.connect(str(synthetic_warehouse.database), read_only=True) as connection:
        rows = connection.execute(
            "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() "
            "WHERE NOT internal AND schema_name IN ('main', 'staging')"
        ).fetchall()
    found: dict[tuple[str, str], set[str]] = {}
    uncommented = []
    for schema, table, column, comment in rows:
        found.setdefault((schema, table), set()).add(column)
        if not comment and schema == "main":
            uncommented.append(f"{schema}.{table}.{column}")
    assert uncommented == []
    assert {k: v for k, v in found.items() if documented.get(k) != v} == {}


def test_sources_join_the_asset_graph(synthetic_warehouse: SyntheticWarehouse) -> None:
    """Each source says which asset it is, so that lineage has no gap between lake and warehouse."""
    sources = synthetic_warehouse.manifest["sources"].values()
    assert len(sources) > 15
    assert [s["name"] for s in sources if s["config"]["meta"]["dagster"]["asset_key"] != ["lake", s["name"]]] == []


@pytest.mark.parametrize("name", ["marts", "staging", "intermediate"])
def test_layers_only_look_back(synthetic_warehouse: SyntheticWarehouse, name: str) -> None:
    """Staging reads the lake only; nothing but staging reads the lake."""
    for node in synthetic_warehouse.manifest["nodes"].values():
        if node["resource_type"] != "model" or node["fqn"][1] != name:
            continue
        kinds = {dependency.split(".")[0] for dependency in node["depends_on"]["nodes"]}
        assert kinds <= ({"source"} if name == "staging" else {"model"}), node["name"]


def test_build_without_a_lake_fails_in_words(tmp_path: Path) -> None:
    """A database without the lake's tables is no silent success."""
    finished = run_dbt(tmp_path / "parallax.duckdb", tmp_path / "dbt", "run", "--select", "stg_story")
    assert finished.returncode != 0
    assert "lake" in finished.stdout
