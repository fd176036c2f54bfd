"""A small archive of our own, replayed: what it gives, that a second time changes nothing, and that damage is mended."""

from __future__ import annotations

import gzip
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.core.records import table_of
from pipelines.lake.store import Lake
from pipelines.loading.tables import ROW_TYPES
from pipelines.settings import Settings
from pipelines.stations.building import load_lake
from pipelines.stations.doctor import examine
from pipelines.stations.rebuilding import rebuild
from pipelines.stations.running import RunReport, process
from pipelines.stations.workspace import Workspace
from tests.support.checksums import checksums

WIRE = (
    "Soldiers from Norland shelled the Sudrian border town of Lenk on Saturday, killing nine people and wounding at least 40, "
    "the defence ministry of Sudria said. Norland denied that its troops had fired on the town and accused Sudria of staging the attack. "
    "Rescue workers searched the ruins of a school through the night while residents fled towards the capital by bus and on foot."
)
PAGE = b"<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head><body><h1>Try again later</h1></body></html>"


def feed(title: str, *items: tuple[str, str, str]) -> bytes:
    rows = "".join(
        f"<item><guid>{guid}</guid><link>https://{title}.example/{guid}</link><title>{headline}</title><description>{text}</description>"
        "<pubDate>Sat, 15 Mar 2025 08:00:00 GMT</pubDate></item>"
        for guid, headline, text in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{rows}</channel></rss>'.encode()


SHELLED = ("a1", "Norland shells Lenk, killing five", "Norland shelled Lenk on Saturday, killing five people, officials in Sudria said.")
EDITED = ("a1", "Norland shells Lenk, killing nine", "Norland shelled Lenk on Saturday, killing nine people, officials in Sudria said.")
HARVEST = ("a2", "Apple harvest begins early in the south", "Growers in Sudria began to pick apples two weeks early after a warm winter.")
CAPTURES = [
    ("delta", "2025-03-15T09:00:00Z", feed("delta", SHELLED)),
    ("mira", "2025-03-15T09:00:00Z", feed("mira", ("m1", "Council of Mira elects a new mayor", "Mira elected Ada Quill as its mayor."))),
    ("noon", "2025-03-15T09:00:00Z", feed("noon", ("n1", "Nine killed in shelling of Lenk, Sudria says", WIRE))),
    ("delta", "2025-03-15T11:00:00Z", feed("delta", EDITED, HARVEST)),
    ("mira", "2025-03-15T11:00:00Z", PAGE),
    ("noon", "2025-03-15T11:00:00Z", feed("noon", ("n1", "Nine killed in shelling of Lenk, Sudria says", WIRE))),
    ("delta", "2025-03-15T13:00:00Z", b""),
    ("mira", "2025-03-15T13:00:00Z", feed("mira", ("m2", "Shelling of Lenk kills nine, says Sudria", WIRE))),
    ("noon", "2025-03-16T09:00:00Z", feed("noon", ("n2", "Sudria recalls its ambassador from Norland", "Sudria recalled its ambassador."))),
    ("delta", "2025-03-16T09:00:00Z", feed("delta", EDITED, HARVEST)),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive; its index is neither in order nor free of doubles, and half of its files are compressed."""
    folder = tmp_path_factory.mktemp("archive")
    lines = []
    for number, (outlet, at, body) in enumerate(CAPTURES):
        name = f"{outlet}_{number}.xml" + (".gz" if number % 2 else "")
        (folder / name).write_bytes(gzip.compress(body) if number % 2 else body)
        lines.append(f"{outlet},{at},{name},{len(body)}")
    random.Random(7).shuffle(lines)
    (folder / "index.csv").write_text("\n".join(["outlet,captured_at,file,bytes", *lines, lines[0], lines[4]]) + "\n")
    return folder


@pytest.fixture(scope="module")
def home(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home into which it was replayed; tests must not change it."""
    folder = tmp_path_factory.mktemp("replayed") / "home"
    got = CliRunner().invoke(app, ["replay", str(archive), "--home", str(folder), "--quiet"])
    assert (got.exit_code, got.output) == (0, "")
    return folder


@pytest.fixture
def copied(home: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    return Workspace(Settings(home=tmp_path / "home"))


@pytest.fixture
def database(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(home / "current" / "parallax.duckdb"), read_only=True)
    yield connection
    connection.close()


def files(home: Path) -> dict[Path, int]:
    return {p: p.stat().st_mtime_ns for p in home.rglob("*") if p.is_file() and "locks" not in p.parts}


def test_a_second_replay_changes_no_file(archive: Path, home: Path) -> None:
    before = files(home)
    got = CliRunner().invoke(app, ["replay", str(archive), "--home", str(home)])
    assert got.exit_code == 0
    assert "0 requests to 3 feeds, none due" in got.output
    assert "nothing new" in got.output
    assert files(home) == before


def test_each_response_is_in_the_log_and_each_body_has_its_outcome(database: duckdb.DuckDBPyConnection) -> None:
    outcomes = dict(database.execute("SELECT outcome, count(*) FROM lake.fetch GROUP BY 1").fetchall())
    assert outcomes == {"new_body": 9, "same_body": 1}
    bodies = dict(database.execute("SELECT outcome, count(*) FROM lake.snapshot GROUP BY 1").fetchall())
    assert bodies == {"ok": 6, "not_a_feed": 1, "empty": 1}


def test_the_edit_is_a_version_and_what_was_seen_again_is_none(database: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT outlet_id, count(DISTINCT article_id), count(*) FROM fct_article_version GROUP BY 1 ORDER BY 1"
    versions = database.execute(query).fetchall()
    assert versions == [("delta", 2, 3), ("mira", 2, 2), ("noon", 2, 2)]
    (edit,) = database.execute("SELECT DISTINCT outlet_id FROM edits").fetchall()
    assert edit == ("delta",)


def test_the_copied_text_is_one_origin(database: duckdb.DuckDBPyConnection) -> None:
    reuse = database.execute("SELECT outlet_id, origin_id FROM lake.article_origin WHERE copy_group_id IS NOT NULL ORDER BY 1").fetchall()
    assert [outlet for outlet, _ in reuse] == ["mira", "noon"]
    assert reuse[0][1] == reuse[1][1]


def test_every_mention_leads_to_its_words_and_its_response(database: duckdb.DuckDBPyConnection) -> None:
    found = database.execute(
        "SELECT count(*), count(f.fetch_id) FROM lake.mention m JOIN lake.article_version v USING (version_id) "
        "JOIN lake.snapshot s ON s.snapshot_id = v.snapshot_id LEFT JOIN lake.fetch f USING (fetch_id)"
    ).fetchone()
    assert found is not None
    assert found[0] == found[1] > 5


RECORDED = [t for t in map(table_of, ROW_TYPES) if t.name not in ("page", "accuracy", "correction")]


@pytest.mark.parametrize("published", [True, False], ids=["published before", "never published"])
def test_cut_off_lake_files_are_mended_and_named(copied: Workspace, published: bool) -> None:
    wanted = {t.name: t.checksum for t in load_lake(copied)[1]}
    if not published:
        shutil.rmtree(copied.settings.snapshots)
    damaged = []
    for table in RECORDED:
        if table.name == "fetch" and not published:
            continue
        path = copied.lake.files(table.row)[0]
        path.write_bytes(path.read_bytes()[:-30])
        damaged.append(path)
    fresh = Workspace(copied.settings)
    broken = [f.sentence for f in examine(fresh) if f.level == "broken"]
    assert all(any(path.name in sentence for sentence in broken) for path in damaged)
    report = RunReport()
    stations(fresh, report)
    assert {t.name: t.checksum for t in load_lake(fresh)[1]} == wanted
    assert not [f for f in examine(fresh) if f.about == "lake" and f.level == "broken"]


def stations(workspace: Workspace, report: RunReport) -> None:
    """All stations up to matching: what is loaded is compared, so dbt is not needed."""
    from pipelines.stations.coding import code
    from pipelines.stations.matching import match
    from pipelines.stations.running import ingest

    ingest(workspace, report)
    code(workspace)
    match(workspace)


def test_lost_responses_take_only_what_hangs_on_them(copied: Workspace) -> None:
    shutil.rmtree(copied.settings.snapshots)
    path = next(p for p in copied.lake.files(ROW_TYPES[2]) if "2025-03-16" in str(p))
    path.write_bytes(b"")
    fresh = Workspace(copied.settings)
    process(fresh, RunReport())
    with duckdb.connect(str(fresh.settings.published_database), read_only=True) as connection:
        left = connection.execute("SELECT count(*), max(requested_at::DATE)::VARCHAR FROM lake.fetch").fetchone()
    assert left == (8, "2025-03-15")


@pytest.mark.parametrize("source", ["snapshots", "articles"])
def test_a_rebuild_gives_the_same_tables(home: Path, copied: Workspace, source: str) -> None:
    shutil.rmtree(copied.settings.build_database.parent)
    rebuild(copied, source=source)
    assert checksums(copied.settings.published_database) == checksums(home / "current" / "parallax.duckdb")


def test_a_rebuild_keeps_what_a_lost_body_gave(home: Path, copied: Workspace) -> None:
    bodies = sorted(copied.settings.archive.rglob("*.gz"), key=lambda p: p.stat().st_size)
    bodies[-1].unlink()
    bodies[-2].write_bytes(b"\x1f\x8bdamaged")
    assert sum(f.level == "broken" and f.about == "archive" for f in examine(copied)) == 1
    rebuild(copied, source="snapshots")
    assert checksums(copied.settings.published_database) == checksums(home / "current" / "parallax.duckdb")


def test_the_lake_has_no_stray_files(home: Path) -> None:
    assert not list(home.rglob("*.tmp"))
    assert Lake(home / "lake").quarantined == []
