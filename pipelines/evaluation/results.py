"""What an evaluation says: one measure per figure, one result per task, and their lake rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipelines.evaluation.records import AccuracyRow

Task = Literal["mentions", "pairs", "stories", "attribution", "actions", "roles", "places", "factuality"]
Half = Literal["all", "even", "odd"]

TASKS: tuple[Task, ...] = ("mentions", "pairs", "stories", "attribution", "actions", "roles", "places", "factuality")
HALVES: tuple[Half, ...] = ("all", "even", "odd")

ALL = "all"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: what was measured (``slot``), on how many gold items, and its 95 % bootstrap interval where one was made."""

    slot: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    stratum: str = ALL


@dataclass(frozen=True, slots=True)
class TaskResult:
    """All measures of one task on one gold file (or several, pooled)."""

    task: Task
    half: Half
    data: str
    lines: int
    measures: tuple[Measure, ...]

    def get(self, slot: str, stratum: str = ALL) -> Measure:
        """Return one measure.

        Raises:
            KeyError: this task has no such measure.
        """
        for measure in self.measures:
            if (measure.slot, measure.stratum) == (slot, stratum):
                return measure
        raise KeyError(f"{self.task} has no measure {slot!r} for {stratum!r}")

    def values(self) -> Mapping[tuple[str, str], float | None]:
        """Return the bare figures by (stratum, slot)."""
        return {(measure.stratum, measure.slot): measure.value for measure in self.measures}

    def to_rows(self, extractor_version: str, measured_at: datetime) -> list[AccuracyRow]:
        """Return the measures as rows of the lake table ``accuracy``."""
        return [
            AccuracyRow(
                task=self.task,
                slot=measure.slot,
                stratum=measure.stratum,
                half=self.half,
                n=measure.n,
                value=measure.value,
                low=measure.low,
                high=measure.high,
                extractor_version=extractor_version,
                data=self.data,
                measured_at=measured_at,
            )
            for measure in self.measures
        ]
