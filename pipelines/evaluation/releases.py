"""The figures of released extractors, kept as a file in the repository, and what has dropped since.

What belongs here: reading and writing that file, and comparing a new measurement with the latest release in it. What does not:
measuring (tasks.py) and where the file lies (the caller says).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path

from pipelines.core import files
from pipelines.core.errors import UsageError
from pipelines.evaluation.records import AccuracyRow
from pipelines.evaluation.results import ALL, TaskResult

GUARDED = (
    "event", "who_whom", "full", "voice", "polarity", "reality", "negation", "modality", "actor", "target", "place", "date", "figures",
)  # fmt: skip
"""Slots of mentions whose drop below a release's interval is a fault; all are the better the higher."""
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a released extractor; the columns of the file."""

    released: str
    extractor_version: str
    task: str
    data: str
    slot: str
    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Drop:
    """A figure that lies below the interval of the released one."""

    released: Figure
    value: float


def read(path: Path) -> list[Figure]:
    """Read the file, oldest release first; an absent file holds no release.

    Raises:
        UsageError: it has other columns, or a number in it cannot be read.
    """
    if not path.exists():
        return []
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    names = [field.name for field in fields(Figure)]
    if rows.fieldnames != names:
        raise UsageError(f"{path}: the columns must be {', '.join(names)}; write it anew with `parallax evaluate all --release`.")
    try:
        return [
            Figure(row["released"], row["extractor_version"], row["task"], row["data"], row["slot"], int(row["n"]),
                   *(float(row[name]) if row[name] else None for name in ("value", "low", "high")))
            for row in rows
        ]  # fmt: skip
    except (TypeError, ValueError) as error:
        raise UsageError(f"{path}, line {rows.line_num}: {error}; write it anew with `parallax evaluate all --release`.") from None


def release(path: Path, rows: Iterable[AccuracyRow], day: date) -> int:
    """Write an extractor's figures (all lines, whole sets) into the file, in place of those that it has of this version; return how many.

    Raises:
        UsageError: the file cannot be read, or there is no figure to write.
    """
    new = [
        Figure(day.isoformat(), row.extractor_version, row.task, row.data, row.slot, row.n, *map(_rounded, (row.value, row.low, row.high)))
        for row in rows
        if row.stratum == ALL and row.half == ALL
    ]
    if not new:
        raise UsageError("There is no figure to release: a release is measured on all lines.")
    versions = {figure.extractor_version for figure in new}
    kept = [figure for figure in read(path) if figure.extractor_version not in versions]
    sink = io.StringIO()
    writer = csv.DictWriter(sink, [field.name for field in fields(Figure)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(figure) for figure in [*kept, *new])
    files.write_text(path, sink.getvalue())
    return len(new)


def latest(figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures of the release that was written last."""
    return [figure for figure in figures if figure.extractor_version == figures[-1].extractor_version]


def drops(released: Sequence[Figure], results: Iterable[TaskResult], guarded: Sequence[str] = GUARDED) -> tuple[list[Drop], int]:
    """Return the guarded figures of ``results`` that lie below a release's interval, and how many could be compared.

    Only figures over the same data are compared: gold that was changed makes a release say nothing.
    """
    before = {(f.task, f.data, f.slot): f for f in released if f.slot in guarded and f.low is not None}
    compared, found = 0, []
    for result in results:
        for measure in result.measures:
            figure = before.get((result.task, result.data, measure.slot))
            if figure is None or measure.stratum != ALL or measure.value is None or figure.low is None:
                continue
            compared += 1
            if round(measure.value, _DIGITS) < figure.low:
                found.append(Drop(figure, measure.value))
    return found, compared


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
