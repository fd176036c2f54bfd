"""The present extractor is not worse than the released one: no figure on the gold lies below the release's interval."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.evaluation.releases import GUARDED, Figure, drops, latest, read
from pipelines.evaluation.results import TaskResult
from pipelines.evaluation.tasks import Tools, evaluate

pytestmark = pytest.mark.gold
FILE = Path(__file__).resolve().parents[3] / "docs" / "accuracy.csv"
SETS = ("mentions.dev.jsonl", "mentions.dev2.jsonl", "mentions.bodies.dev.jsonl")


@pytest.fixture(scope="session")
def measured(shared: Path) -> list[TaskResult]:
    tools = Tools()
    at = datetime(2000, 1, 1, tzinfo=UTC)
    return [evaluate("mentions", [shared / "gold" / name], tools, measured_at=at).result for name in SETS]


@pytest.fixture(scope="session")
def released() -> list[Figure]:
    figures = latest(read(FILE))
    if not figures:
        pytest.skip("no release was written yet: `parallax evaluate all --release`")
    return figures


def test_no_figure_has_dropped_below_the_released_interval(measured: list[TaskResult], released: list[Figure]) -> None:
    found, compared = drops(released, measured)
    if not compared:
        pytest.skip("the gold is not that of the release: write it anew with `parallax evaluate all --release`")
    words = [f"{d.released.data} {d.released.slot}: {d.value:.3f}, released {d.released.value} from {d.released.low}" for d in found]
    assert words == []


def test_a_release_has_every_guarded_figure_of_every_set(released: list[Figure]) -> None:
    has = {(f.data.split("@")[0], f.slot) for f in released if f.task == "mentions" and f.low is not None}
    assert {(name, slot) for name in SETS for slot in GUARDED} - has == set()
