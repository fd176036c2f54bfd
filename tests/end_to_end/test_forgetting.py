"""Forgetting through the command, on a copy of the demo's home: no byte of it is left, and what is published is anew."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.stations.running import RunReport
from pipelines.stations.workspace import Workspace

runner = CliRunner()


@pytest.fixture(scope="module")
def home(demo_run: tuple[Workspace, RunReport], tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("forgetting") / "home"
    shutil.copytree(demo_run[0].settings.home, target, symlinks=True)
    return target


def call(home: Path, *arguments: str, code: int = 0, given: str | None = None) -> str:
    got = runner.invoke(app, ["forget", *arguments, "--home", str(home)], input=given)
    assert got.exit_code == code, got.output
    return got.output


def files_with(home: Path, texts: list[str]) -> list[str]:
    found = []
    for path in (p for p in home.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if path.suffix == ".gz":
            data += gzip.decompress(data)
        if path.suffix == ".parquet":
            data += str(pq.read_table(path).to_pylist()).encode()
        found += [str(path.relative_to(home))] if any(text.encode() in data for text in texts) else []
    return found


def test_an_article_leaves_everything_that_is_kept(home: Path) -> None:
    database = home / "current" / "parallax.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        # With headlines that no other article has: what a wire's clients carry is theirs, and is told, not taken.
        alone = "SELECT title FROM lake.article_version GROUP BY 1 HAVING count(DISTINCT article_id) = 1"
        article, url, titles = connection.execute(
            f"SELECT article_id, any_value(url), list(DISTINCT title) FROM lake.article_version GROUP BY 1 "
            f"HAVING bool_and(title IN ({alone})) ORDER BY count(*) DESC, 1 LIMIT 1"
        ).fetchall()[0]
        (count,) = connection.execute("SELECT count(*) FROM lake.article_version").fetchall()[0]
    old = (home / "current").resolve()
    assert "Would go" in call(home, url, "--dry-run")
    assert "says why" in call(home, url, code=2)
    call(home, url, "--why", "asked", given="n\n", code=1)
    assert files_with(home, titles)
    call(home, url, "--why", "asked", "--who", "ana", "--yes")
    assert files_with(home, [*titles, url]) == []
    assert not old.exists()
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM lake.article_version WHERE article_id = ?", [article]).fetchall() == [(0,)]
        assert 0 < connection.execute("SELECT count(*) FROM lake.article_version").fetchall()[0][0] < count
        assert not connection.execute("SELECT count(*) FROM headlines WHERE list_contains(?, headline)", [titles]).fetchall()[0][0]
    (stone,) = json.loads(call(home, "--list", "--json"))
    assert (stone["who"], stone["why"], stone["done"]) == ("ana", "asked", True)
    assert "Nothing was cut off" in call(home, "--resume")
