from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.core.errors import BuildError, BusyError, NothingPublishedError
from pipelines.core.records import table_of
from pipelines.evaluation.records import AccuracyRow
from pipelines.feeds.records import Sighting
from pipelines.lake.store import Lake
from pipelines.loading.load import Generation, connect, load, table_checksums
from pipelines.loading.publish import generations, publish, published, require_published
from pipelines.loading.tables import ALL_TABLES

NOW = datetime(2025, 3, 4, 12, tzinfo=UTC)
VERSIONS = {"code_version": "0.1+abc", "extractor_version": "x1", "model": "m"}


def sighting(n: int) -> Sighting:
    return Sighting(snapshot_id="s", entry_id=f"e{n}", feed_id="o/f", position=n, seen_at=NOW - timedelta(hours=n))


def accuracy(slot: str) -> AccuracyRow:
    return AccuracyRow(
        task="mentions", slot=slot, stratum="all", half="all", n=1, value=0.5, low=0.4, high=0.6, extractor_version="x1", data="d",
        measured_at=NOW,
    )  # fmt: skip


def built(root: Path, rows: int = 2, at: datetime = NOW) -> tuple[Path, Generation]:
    lake = Lake(root / "lake")
    lake.append(Sighting, [sighting(n) for n in range(rows)])
    database = root / "build" / "parallax.duckdb"
    generation, _ = load(lake, database, now=at, **VERSIONS)
    return database, generation


def test_every_lake_table_is_loaded_even_when_it_is_empty(tmp_path: Path) -> None:
    database, _ = built(tmp_path)
    with connect(database, read_only=True) as connection:
        names = {r[0] for r in connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'lake'").fetchall()}
        assert names == {t.name for t in ALL_TABLES}
        query = "SELECT comment FROM duckdb_columns() WHERE table_name = 'mention' AND column_name = 'voice'"
        comment = connection.execute(query).fetchone()
        assert comment is not None and "Who says so" in comment[0]


def test_rows_written_twice_are_loaded_once_and_the_id_does_not_change(tmp_path: Path) -> None:
    database, first = built(tmp_path)
    Lake(tmp_path / "lake").append(Sighting, [sighting(1), sighting(0)][:1])
    again, loaded = load(Lake(tmp_path / "lake"), database, now=NOW + timedelta(days=1), **VERSIONS)
    assert again.generation_id == first.generation_id
    assert {t.name: t.rows for t in loaded}["sighting"] == 2


def test_the_lake_hash_changes_with_the_rows_and_until_cuts_the_record(tmp_path: Path) -> None:
    database, small = built(tmp_path, rows=2)
    lake = Lake(tmp_path / "lake")
    lake.append(Sighting, [Sighting(snapshot_id="s", entry_id="later", feed_id="o/f", position=9, seen_at=NOW + timedelta(hours=2))])
    grown, _ = load(lake, database, now=NOW, **VERSIONS)
    assert grown.lake_hash != small.lake_hash
    cut, _ = load(lake, database, now=NOW, until=NOW, **VERSIONS)
    assert cut.lake_hash == small.lake_hash


def test_a_truncated_lake_file_is_set_aside_and_the_load_goes_on(tmp_path: Path) -> None:
    built(tmp_path)
    lake = Lake(tmp_path / "lake")
    (bad,) = lake.append(Sighting, [sighting(30)])
    bad.write_bytes(bad.read_bytes()[:40])
    _, loaded = load(lake, tmp_path / "build" / "parallax.duckdb", now=NOW, **VERSIONS)
    assert {t.name: t.rows for t in loaded}["sighting"] == 2
    assert [q.was for q in lake.quarantined] == [bad]


def test_a_database_of_a_newer_parallax_is_refused_in_words(tmp_path: Path) -> None:
    database, _ = built(tmp_path)
    with connect(database) as connection:
        connection.execute("UPDATE main.generation SET schema_version = 99")
    with pytest.raises(BuildError, match="newer Parallax"):
        load(Lake(tmp_path / "lake"), database, now=NOW, **VERSIONS)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "parallax.duckdb"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(BuildError, match=r"parallax\.duckdb"), connect(path):
        pass


def test_a_database_held_by_another_process_is_busy(tmp_path: Path) -> None:
    import subprocess
    import sys

    database, _ = built(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import duckdb; c = duckdb.connect({str(database)!r}); print('open', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(BusyError, match="another process"), connect(database):
            pass
    finally:
        holder.kill()
        holder.wait()


def test_publishing_swaps_a_whole_folder_and_keeps_the_last_few(tmp_path: Path) -> None:
    current = tmp_path / "current"
    with pytest.raises(NothingPublishedError, match="parallax run"):
        require_published(current)
    for n in range(4):
        database, generation = built(tmp_path, rows=n + 1, at=NOW + timedelta(minutes=n))
        publish(database, tmp_path / "snapshots", current, generation, fingerprint=f"f{n}", keep=2)
    found = require_published(current)
    assert found.fingerprint == "f3"
    assert found.generation == generation
    assert stat.S_IMODE(found.database.stat().st_mode) == 0o444
    assert len(generations(tmp_path / "snapshots")) == 2
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_reader_keeps_its_generation_and_a_wal_beside_it_reaches_no_other(tmp_path: Path) -> None:
    current = tmp_path / "current"
    database, generation = built(tmp_path, rows=1)
    publish(database, tmp_path / "snapshots", current, generation, fingerprint="a", keep=5)
    old = published(current)
    assert old is not None
    reader = duckdb.connect(str(current / "parallax.duckdb"), read_only=True)
    (old.folder / "parallax.duckdb.wal").write_bytes(b"stale")
    database, generation = built(tmp_path, rows=3, at=NOW + timedelta(hours=1))
    publish(database, tmp_path / "snapshots", current, generation, fingerprint="b", keep=5)
    assert reader.execute("SELECT count(*) FROM lake.sighting").fetchone() == (1,)
    reader.close()
    with connect(current / "parallax.duckdb", read_only=True) as fresh:
        assert fresh.execute("SELECT count(*) FROM lake.sighting").fetchone() == (3,)


def test_checksums_ignore_order_and_volatile_columns(tmp_path: Path) -> None:
    database, _ = built(tmp_path)
    with connect(database) as connection:
        connection.execute("CREATE TABLE a AS SELECT * FROM (VALUES (1, 'x'), (2, 'y'), (2, 'y')) t(n, s)")
        one = table_checksums(connection, {})["main.a"]
        connection.execute("CREATE OR REPLACE TABLE a AS SELECT * FROM (VALUES (2, 'y'), (1, 'x'), (2, 'y')) t(n, s)")
        assert table_checksums(connection, {})["main.a"] == one
        connection.execute("CREATE OR REPLACE TABLE a AS SELECT * FROM (VALUES (2, 'y'), (1, 'z'), (2, 'y')) t(n, s)")
        assert table_checksums(connection, {})["main.a"] != one
        assert one[0] == 3
        assert table_checksums(connection, {"a": frozenset({"s"})})["main.a"][0] == 3


def test_what_an_older_build_left_is_never_published(tmp_path: Path) -> None:
    database, _ = built(tmp_path)
    with connect(database) as connection:
        connection.execute("CREATE SCHEMA intermediate; CREATE TABLE intermediate.old AS SELECT 1 AS a")
        connection.execute("CREATE TABLE main.renamed AS SELECT 1 AS a; CREATE VIEW main.looks AS SELECT * FROM main.renamed")
        connection.execute("CREATE TABLE lake.gone AS SELECT 1 AS a")
    built(tmp_path)
    with connect(database, read_only=True) as connection:
        names = {r[0] for r in connection.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    assert not names & {"old", "renamed", "looks", "gone"}


def test_a_column_that_no_file_has_yet_is_null(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(AccuracyRow, [accuracy("a")])
    (path,) = lake.files(AccuracyRow)
    nullable = [c.name for c in table_of(AccuracyRow).columns if c.nullable]
    pq.write_table(pq.read_table(path).drop_columns(nullable), path)
    database = tmp_path / "build" / "parallax.duckdb"
    load(lake, database, now=NOW, **VERSIONS)
    with connect(database, read_only=True) as connection:
        assert connection.execute(f'SELECT count(*), count("{nullable[0]}") FROM lake.accuracy').fetchone() == (1, 0)


def test_what_was_measured_after_the_last_poll_belongs_to_the_generation(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(AccuracyRow, [accuracy("a")])
    database = tmp_path / "build" / "parallax.duckdb"
    first, _ = load(lake, database, now=NOW, **VERSIONS)
    again, _ = load(lake, database, now=NOW, until=first.lake_until, **VERSIONS)
    assert again.lake_hash == first.lake_hash


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema_version": 1}'])
def test_a_damaged_manifest_is_named_and_the_other_generations_stay(tmp_path: Path, content: str) -> None:
    current = tmp_path / "current"
    for n in range(2):
        database, generation = built(tmp_path, rows=n + 1, at=NOW + timedelta(minutes=n))
        done = publish(database, tmp_path / "snapshots", current, generation, fingerprint=f"f{n}", keep=5)
    (done.folder / "generation.json").write_text(content)
    with pytest.raises(BuildError, match="parallax publish"):
        require_published(current)
    assert [g.fingerprint for g in generations(tmp_path / "snapshots")] == ["f0"]


def test_a_published_database_of_a_newer_parallax_is_refused_in_words(tmp_path: Path) -> None:
    database, generation = built(tmp_path)
    publish(database, tmp_path / "snapshots", tmp_path / "current", replace(generation, schema_version=99), fingerprint="f", keep=5)
    with pytest.raises(BuildError, match="newer Parallax"):
        require_published(tmp_path / "current")


def test_what_failed_publications_left_pushes_no_generation_out(tmp_path: Path) -> None:
    snapshots, current = tmp_path / "snapshots", tmp_path / "current"
    database, generation = built(tmp_path)
    first = publish(database, snapshots, current, generation, fingerprint="a", keep=2)
    for n in range(3):
        (snapshots / f"2999010{n}T000000-broken").mkdir()
    second = publish(database, snapshots, current, replace(generation, built_at=NOW + timedelta(hours=1)), fingerprint="b", keep=2)
    assert sorted(f.name for f in snapshots.iterdir()) == sorted([first.folder.name, second.folder.name])


def test_a_clock_that_went_back_does_not_delete_what_is_new(tmp_path: Path) -> None:
    snapshots, current = tmp_path / "snapshots", tmp_path / "current"
    database, generation = built(tmp_path)
    for n in range(3):
        last = publish(database, snapshots, current, replace(generation, built_at=NOW - timedelta(days=n)), fingerprint=f"f{n}", keep=1)
    found = published(current)
    assert found is not None
    assert (found.fingerprint, found.folder) == ("f2", last.folder)
