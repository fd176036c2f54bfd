"""The file of released figures: written once per extractor version, read back, and held against a new measurement."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.core.errors import UsageError
from pipelines.evaluation.records import AccuracyRow
from pipelines.evaluation.releases import Figure, drops, latest, read, release
from pipelines.evaluation.results import Measure, TaskResult

DAY = date(2026, 1, 2)


def row_of(slot: str, value: float | None = 0.65, *, version: str = "v1", **changes: object) -> AccuracyRow:
    row = AccuracyRow(
        task="mentions", slot=slot, stratum="all", half="all", n=500, value=value, low=0.6, high=0.7, extractor_version=version,
        data="mentions.dev.jsonl@abc", measured_at=datetime(2026, 1, 2, tzinfo=UTC),
    )  # fmt: skip
    return dataclasses.replace(row, **changes)


def result(value: float, slot: str = "event", data: str = "mentions.dev.jsonl@abc", stratum: str = "all") -> TaskResult:
    return TaskResult("mentions", "all", data, 200, (Measure(slot, value, 500, stratum=stratum),))


def test_a_release_replaces_its_own_figures_and_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "accuracy.csv"
    assert read(path) == []
    assert release(path, [row_of("event"), row_of("event", stratum="full_text"), row_of("event", half="odd")], DAY) == 1
    release(path, [row_of("event", version="v2"), row_of("date", None, version="v2", low=None, high=None)], date(2026, 2, 3))
    release(path, [row_of("event", 0.66666, version="v1")], date(2026, 3, 4))
    figures = read(path)
    assert [(f.extractor_version, f.slot, f.value, f.released) for f in figures] == [
        ("v2", "event", 0.65, "2026-02-03"), ("v2", "date", None, "2026-02-03"), ("v1", "event", 0.6667, "2026-03-04"),
    ]  # fmt: skip
    assert [f.extractor_version for f in latest(figures)] == ["v1"]
    assert latest([]) == []


def test_a_drop_is_a_figure_below_the_released_interval(tmp_path: Path) -> None:
    path = tmp_path / "accuracy.csv"
    release(path, [row_of("event"), row_of("calibration_error", 0.05)], DAY)
    released = latest(read(path))
    found, compared = drops(released, [result(0.5999), result(0.6), result(0.1, "calibration_error"), result(0.1, stratum="full_text")])
    assert ([d.value for d in found], compared) == ([0.5999], 2)
    assert drops(released, [result(0.1, data="mentions.dev.jsonl@other")]) == ([], 0)


def test_a_file_that_is_no_release_file_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "accuracy.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match="columns must be"):
        read(path)
    names = ",".join(field.name for field in dataclasses.fields(Figure))
    path.write_text(f"{names}\n2026-01-02,v1,mentions,d,event,many,1,1,1\n")
    with pytest.raises(UsageError, match="line 2"):
        read(path)
    with pytest.raises(UsageError, match="no figure"):
        release(tmp_path / "new.csv", [row_of("event", half="odd")], DAY)
