from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from pipelines.core.errors import BuildError
from pipelines.settings import Settings
from pipelines.stations import building


def answer(monkeypatch: pytest.MonkeyPatch, code: int, output: str = "", results: str | None = None) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        if results is not None:
            (Path(command[command.index("--target-path") + 1]) / "run_results.json").write_text(results)
        return subprocess.CompletedProcess(command, code, output, "")

    monkeypatch.setattr(building.subprocess, "run", run)


def results(status: str) -> str:
    return json.dumps({"results": [{"unique_id": "model.parallax.edits", "status": status, "message": "broken"}]})


def test_what_failed_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, 1, results=results("error"))
    with pytest.raises(BuildError, match="edits: broken"):
        building.run_dbt(Settings(home=tmp_path))


def test_results_of_an_earlier_run_are_not_told_as_this_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, 1, results=results("error"))
    with pytest.raises(BuildError):
        building.run_dbt(Settings(home=tmp_path))
    answer(monkeypatch, 2, "the profile cannot be read")
    with pytest.raises(BuildError, match=r"the profile cannot be read\. The whole log"):
        building.run_dbt(Settings(home=tmp_path))


@pytest.mark.parametrize("left", [None, "", '{"results": ['])
def test_a_full_disk_is_named_whatever_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str | None) -> None:
    answer(monkeypatch, 1, "OSError: [Errno 28] No space left on device", left)
    with pytest.raises(BuildError, match="is full"):
        building.run_dbt(Settings(home=tmp_path))


def test_a_dbt_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(building.subprocess, "run", hang)
    with pytest.raises(BuildError, match="was not done"):
        building.run_dbt(Settings(home=tmp_path))
