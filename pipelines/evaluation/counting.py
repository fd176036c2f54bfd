"""Precision, recall, F1 and bootstrap intervals; knows nothing of tasks.

A statistic is a function of *weights*, one per unit that is resampled (an item, a document): how often the unit was drawn. The
figure itself is the statistic at weight one for all.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.int64]
Statistic = Callable[[Weights], Mapping[str, float]]

RESAMPLES = 400
SEED = 7
# 2.5 % of the resamples on each side: the 11th smallest and the 11th largest of 400.
_CUT = RESAMPLES // 40


@dataclass(frozen=True, slots=True)
class Scores:
    """Precision, recall and F1 from three counts; each is 0 where its denominator is."""

    precision: float
    recall: float
    f1: float

    @classmethod
    def of(cls, hit: int, predicted: int, gold: int) -> Scores:
        """``hit`` of ``predicted`` are right, out of ``gold`` that there are."""
        precision = hit / predicted if predicted else 0.0
        recall = hit / gold if gold else 0.0
        total = precision + recall
        return cls(precision, recall, 2 * precision * recall / total if total else 0.0)

    def named(self, slot: str) -> dict[str, float]:
        """Return the three under the names ``slot`` (F1), ``slot_precision`` and ``slot_recall``."""
        return {slot: self.f1, f"{slot}_precision": self.precision, f"{slot}_recall": self.recall}


class Table:
    """Counts per resampled unit, that add up: one row per unit, one column per name."""

    def __init__(self, rows: Sequence[Mapping[str, int]]) -> None:
        names = sorted({name for row in rows for name in row})
        self._column = {name: n for n, name in enumerate(names)}
        self._counts = np.zeros((len(rows), len(names)), dtype=np.int64)
        for i, row in enumerate(rows):
            for name, value in row.items():
                self._counts[i, self._column[name]] = value

    def __len__(self) -> int:
        return len(self._counts)

    def totals(self, weights: Weights) -> Callable[[str], int]:
        """Return a look-up of the weighted sum of a column; a name that never occurred sums to 0."""
        sums = weights @ self._counts
        return lambda name: int(sums[self._column[name]]) if name in self._column else 0


def ones(units: int) -> Weights:
    """Return the weights of the sample itself."""
    return np.ones(units, dtype=np.int64)


def resamples(units: int) -> Iterator[Weights]:
    """Draw ``units`` units with replacement, :data:`RESAMPLES` times, always the same draws for the same number."""
    draw = random.Random(SEED)
    for _ in range(RESAMPLES):
        drawn = draw.choices(range(units), k=units)
        yield np.bincount(np.asarray(drawn, dtype=np.int64), minlength=units).astype(np.int64)


def intervals(statistic: Statistic, units: int) -> dict[str, tuple[float, float]]:
    """Return the 95 % percentile interval of each figure of ``statistic``; none for an empty sample."""
    if not units:
        return {}
    draws: dict[str, list[float]] = {}
    for weights in resamples(units):
        for slot, value in statistic(weights).items():
            draws.setdefault(slot, []).append(value)
    ordered = {slot: sorted(values) for slot, values in draws.items()}
    return {slot: (values[_CUT], values[-_CUT - 1]) for slot, values in ordered.items() if len(values) == RESAMPLES}
