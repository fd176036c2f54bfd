"""What two extractor versions made of the same article versions is loaded side by side; nothing else changes."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.extraction.records import Extraction, Mention
from pipelines.lake.store import Lake
from pipelines.loading.load import connect, load
from pipelines.loading.recoding import Comparison
from tests.support.lake_world import LakeWorld, at

NOW = datetime(2025, 3, 4, 12, tzinfo=UTC)
VERSIONS = {"code_version": "0.1+abc", "extractor_version": "x1", "model": "m"}
PAIR = Comparison("x1", "x2")


def coded_by(world: LakeWorld, extractor: str, *, mentions: bool = True, status: str = "coded") -> tuple[list[Extraction], list[Mention]]:
    marks = [dataclasses.replace(e, extractor_version=extractor, status=status) for e in world.rows["extraction"]]
    found = [dataclasses.replace(m, extractor_version=extractor, mention_id=f"{extractor}-{m.mention_id}") for m in world.rows["mention"]]
    return marks, found if mentions else []


def lake_of(root: Path, *codings: tuple[list[Extraction], list[Mention]]) -> Lake:
    lake = Lake(root / "lake")
    for marks, mentions in codings:
        lake.append(Extraction, marks)
        lake.append(Mention, mentions)
    return lake


def world_of_two() -> LakeWorld:
    world = LakeWorld()
    world.outlet("alpha", "Alpha Media", "GBR")
    for number in range(2):
        when = at("2025-03-01 09:00") + timedelta(days=number)
        world.poll("alpha/main", when)
        version = world.article(f"a{number}", "alpha/main", when, f"Council {number} approves plan", "The mayor spoke.")
        world.mention(version, "approves", "AGREE", actors=[(f"Council {number}", None)])
    return world


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with connect(database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_both_versions_stand_side_by_side_and_the_marts_see_one(tmp_path: Path) -> None:
    world = world_of_two()
    old, new = coded_by(world, "x1"), coded_by(world, "x2", mentions=False)
    lake = lake_of(tmp_path, old, (new[0][:1], []))
    database = tmp_path / "b" / "parallax.duckdb"
    load(lake, database, now=NOW, compared=PAIR, **VERSIONS)
    done = new[0][0].version_id
    versions = "SELECT version_id, old_extractor_version, new_extractor_version FROM lake.recoded_version"
    assert rows(database, versions) == [(done, "x1", "x2")]
    assert rows(database, "SELECT version_id, extractor_version FROM lake.recoded_mention") == [(done, "x1")]
    assert rows(database, "SELECT count(*), any_value(extractor_version) FROM lake.mention") == [(2, "x1")]
    comment = "SELECT comment FROM duckdb_columns() WHERE table_name = 'recoded_mention' AND column_name = 'voice'"
    assert "Who says so" in rows(database, comment)[0][0]


def test_what_one_extractor_failed_on_is_not_compared(tmp_path: Path) -> None:
    world = world_of_two()
    lake = lake_of(tmp_path, coded_by(world, "x1"), coded_by(world, "x2", mentions=False, status="failed"))
    database = tmp_path / "parallax.duckdb"
    load(lake, database, now=NOW, compared=PAIR, **VERSIONS)
    assert rows(database, "SELECT version_id FROM lake.recoded_version UNION ALL SELECT mention_id FROM lake.recoded_mention") == []


def test_a_comparison_is_no_part_of_the_generation_and_is_cut_with_the_record(tmp_path: Path) -> None:
    world = world_of_two()
    lake = lake_of(tmp_path, coded_by(world, "x1"), coded_by(world, "x2"))
    database = tmp_path / "parallax.duckdb"
    plain, loaded = load(lake, database, now=NOW, **VERSIONS)
    assert rows(database, "SELECT count(*) FROM lake.recoded_mention") == [(0,)]
    compared, again = load(lake, database, now=NOW, compared=PAIR, **VERSIONS)
    assert (compared.generation_id, again) == (plain.generation_id, loaded)
    assert rows(database, "SELECT count(*), count(DISTINCT extractor_version) FROM lake.recoded_mention") == [(4, 2)]
    load(lake, database, now=NOW, compared=PAIR, until=at("2025-03-01 12:00"), **VERSIONS)
    assert rows(database, "SELECT count(*), count(DISTINCT version_id) FROM lake.recoded_mention") == [(2, 1)]
