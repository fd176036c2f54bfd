from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.core.errors import BuildError, UsageError
from pipelines.feeds.records import Sighting
from pipelines.lake.store import Lake
from pipelines.loading.load import load
from pipelines.loading.publish import publish
from pipelines.settings import Settings
from pipelines.stations.rebuilding import rebuild, rebuild_generation
from pipelines.stations.running import sweep
from pipelines.stations.workspace import Workspace, code_version

AT = datetime(2025, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A home with one published generation."""
    opened = Workspace(Settings(home=tmp_path / "home"))
    opened.lake.append(Sighting, [Sighting(snapshot_id="s", entry_id="e", feed_id="o/f", position=0, seen_at=AT)])
    s = opened.settings
    generation, _ = load(opened.lake, s.build_database, code_version=code_version(), extractor_version="x", model=s.model, now=AT)
    publish(s.build_database, s.snapshots, s.current, generation, fingerprint="f", keep=2)
    return opened


@pytest.mark.parametrize("wanted", ["", "zzz", "../../etc"])
def test_a_generation_that_is_not_kept_is_named(workspace: Workspace, wanted: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="kept are: "):
        rebuild_generation(workspace, wanted, tmp_path / "again")


def test_making_a_generation_again_never_writes_over_a_folder_with_something_in_it(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    with_id = next(workspace.settings.snapshots.iterdir()).name.split("-")[1]
    for target in (workspace.settings.home, tmp_path / "mine", tmp_path / "file"):
        with pytest.raises(UsageError, match="holds something else"):
            rebuild_generation(workspace, with_id, target)
    assert len(Lake(workspace.settings.lake).read(Sighting)) == 1
    assert (tmp_path / "file").read_text() == "mine"


def test_a_generation_of_other_code_is_refused(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_id = next(workspace.settings.snapshots.iterdir()).name.split("-")[1]
    monkeypatch.setattr("pipelines.stations.rebuilding.code_version", lambda: "0.2.0+other")
    with pytest.raises(BuildError, match=r"0\.2\.0\+other"):
        rebuild_generation(workspace, with_id, tmp_path / "again")


def test_a_rebuild_from_nowhere_deletes_nothing(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="choose one of"):
        rebuild(workspace, source="scratch")
    assert len(workspace.lake.read(Sighting)) == 1
    assert workspace.settings.build_database.exists()


def test_only_old_temporary_files_are_swept_away(workspace: Workspace) -> None:
    folder = workspace.settings.lake / "sighting" / "day=2025-03-04"
    old, new, whole = folder / ".a.parquet.1.tmp", folder / ".b.parquet.2.tmp", next(folder.glob("*.parquet"))
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    past = time.time() - 2 * 86400
    os.utime(old, (past, past))
    os.utime(whole, (past, past))
    assert sweep(workspace) == 1
    assert not old.exists()
    assert new.exists()
    assert whole.exists()
