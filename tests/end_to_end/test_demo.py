"""The demo's known truth, held against the published tables."""

from __future__ import annotations

import csv
import io
import json

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.demo.truth import load_truth
from pipelines.demo.world import load as load_world
from pipelines.stations.running import RunReport
from pipelines.stations.workspace import Workspace

runner = CliRunner()


def one(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> object:
    row = connection.execute(sql, list(values)).fetchone()
    assert row is not None
    return row[0]


def test_every_station_did_its_part(demo_run: tuple[Workspace, RunReport]) -> None:
    report = demo_run[1]
    assert report.poll is not None and report.poll.polled > 300
    assert report.parse is not None and report.parse.outcomes["ok"] > 200
    assert report.code is not None and report.code.mentions > 200
    assert report.build is not None and report.build.published is not None
    assert all(c.passed for c in report.build.checks if c.check.severity == "ERROR")


def test_articles_and_versions_are_those_of_the_truth(warehouse: duckdb.DuckDBPyConnection) -> None:
    world = load_world()
    got = dict(warehouse.execute("SELECT outlet_id, count(DISTINCT article_id) FROM fct_article_version GROUP BY 1").fetchall())
    assert got == {outlet.id: len(world.items[outlet.id]) for outlet in world.outlets}


def test_the_error_page_and_the_truncated_feed_are_named(warehouse: duckdb.DuckDBPyConnection) -> None:
    outcomes = dict(warehouse.execute("SELECT outcome, count(*) FROM lake.snapshot GROUP BY 1").fetchall())
    assert outcomes["not_a_feed"] >= 1
    assert outcomes["partial"] >= 1
    assert one(warehouse, "SELECT count(*) FROM lake.snapshot WHERE outcome <> 'ok' AND (detail IS NULL OR detail = '')") == 0


def test_planted_edits_are_found(warehouse: duckdb.DuckDBPyConnection) -> None:
    # An edit that only bumps the date is no new version.
    planted = {e.item for e in load_truth(load_world()).edits if set(e.kinds) != {"date_only"}}
    found = one(warehouse, "SELECT count(*) FROM (SELECT article_id FROM fct_article_version GROUP BY 1 HAVING count(*) > 1)")
    assert found == len(planted)


def test_every_mention_leads_back_to_a_response_and_to_its_words(warehouse: duckdb.DuckDBPyConnection) -> None:
    broken = one(
        warehouse,
        """
        SELECT count(*) FROM lake.mention m JOIN lake.article_version v USING (version_id)
        WHERE substring(CASE m.unit WHEN 'title' THEN v.title WHEN 'summary' THEN v.summary ELSE v.body END,
                        m.trigger_start + 1, m.trigger_end - m.trigger_start) <> m.trigger
        """,
    )
    assert broken == 0


def test_a_second_run_changes_nothing(demo_run: tuple[Workspace, RunReport]) -> None:
    from pipelines.settings import Settings
    from pipelines.stations.demonstrating import demo

    workspace = demo_run[0]
    before = {p: p.stat().st_mtime_ns for p in workspace.settings.lake.rglob("*.parquet")}
    _, again = demo(Settings(home=workspace.settings.home))
    assert again.poll is not None and again.poll.polled == 0
    assert again.build is not None and again.build.published is None
    assert {p: p.stat().st_mtime_ns for p in workspace.settings.lake.rglob("*.parquet")} == before


READING = [["today"], ["compare", "bridge"], ["sql", "SELECT count(*) AS n FROM fct_event_mention"], ["doctor"]]


@pytest.mark.parametrize("arguments", READING)
def test_commands_that_read(demo_run: tuple[Workspace, RunReport], arguments: list[str]) -> None:
    home = ["--home", str(demo_run[0].settings.home)]
    plain = runner.invoke(app, [*arguments, *home])
    assert plain.exit_code == 0, plain.output
    assert plain.output.strip()
    as_json = runner.invoke(app, [*arguments, *home, "--json"])
    assert json.loads(as_json.stdout)


def test_compare_csv_cannot_run_as_a_formula(demo_run: tuple[Workspace, RunReport]) -> None:
    got = runner.invoke(app, ["compare", "bridge", "--csv", "--home", str(demo_run[0].settings.home)])
    rows = list(csv.reader(io.StringIO(got.stdout)))
    assert len(rows) > 3
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@")]


def test_rebuilding_a_generation_gives_the_same_rows(demo_run: tuple[Workspace, RunReport]) -> None:
    from pipelines.loading.publish import require_published
    from pipelines.stations.rebuilding import rebuild_generation

    workspace = demo_run[0]
    wanted = require_published(workspace.settings.current).generation
    remade = rebuild_generation(workspace, wanted.generation_id, workspace.settings.home / "regenerated")
    assert remade.same, remade.differences
