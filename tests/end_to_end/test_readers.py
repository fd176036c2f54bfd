"""Analysts who hold the published database open while builds pass: nothing fails and nothing stale shows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.stations.building import build
from pipelines.stations.running import RunReport
from pipelines.stations.workspace import Workspace

HOLDER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "ro")
print(connection.execute("SELECT generation_id FROM generation").fetchone()[0], flush=True)
sys.stdin.readline()
print(connection.execute("SELECT generation_id FROM generation").fetchone()[0], flush=True)
"""


def holder(database: Path, mode: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(database), mode]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("mode", ["ro", "rw"])
def test_three_publications_pass_beside_an_open_database(demo_run: tuple[Workspace, RunReport], tmp_path: Path, mode: str) -> None:
    home = tmp_path / "home"
    shutil.copytree(demo_run[0].settings.home, home, symlinks=True)
    workspace = Workspace(demo_run[0].settings.model_copy(update={"home": home}))
    current = workspace.settings.published_database
    # The file is published read-only; an analyst who lifts that, or is root, can still open it read-write.
    current.resolve().chmod(0o644)
    analyst = holder(current, mode)
    opened = line(analyst)
    assert opened
    for _ in range(3):
        done = build(workspace, force=True).published
        assert done is not None
        assert current.resolve() == done.database.resolve()
        with duckdb.connect(str(current), read_only=True) as fresh:
            assert fresh.execute("SELECT built_at FROM generation").fetchone() == (done.generation.built_at,)
    assert analyst.stdin is not None
    analyst.stdin.write("\n")
    analyst.stdin.flush()
    assert line(analyst) == opened
    assert analyst.wait(20) == 0
