"""Two items side by side: the same event, the same story, or different matters.

For evaluation against labelled pairs, and for spot checks; the pipeline groups many by the same features (``cluster``, ``events``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipelines.stories import background
from pipelines.stories.comparison import Company, Reader, features
from pipelines.stories.judgement import Weights, probability
from pipelines.stories.names import Casing
from pipelines.stories.neighbours import Reach, near_pairs
from pipelines.stories.similarity import Idf, terms

PairLabel = Literal["same_event", "same_story", "different"]


@dataclass(frozen=True, slots=True)
class PairItem:
    """One side of a pair: an RSS item."""

    id: str
    published: datetime | None
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """The label, and a score in [0, 1] that grows with the evidence that both tell of one event."""

    label: PairLabel
    score: float


class PairJudge:
    """Judges pairs with term weights, casing and company taken from the items at hand and the shipped background; reads no labels."""

    def __init__(self, items: Sequence[PairItem], weights: Weights | None = None) -> None:
        self._weights = weights
        ordered = sorted(items, key=lambda i: (_day(i), i.id))
        counts = [terms(item.title, item.summary) for item in ordered]
        idf = Idf(counts, background.load())
        vectors = [idf.vector(c) for c in counts]
        reader = Reader(idf, Casing((item.summary for item in ordered), background.load()))
        self._number = {item.id: number for number, item in enumerate(ordered)}
        self._sides = [reader.read(i.title, i.summary, v) for i, v in zip(ordered, vectors, strict=True)]
        near: dict[int, dict[int, float]] = defaultdict(dict)
        for a, b, similarity in near_pairs(vectors, [_day(i) for i in ordered], Reach.for_company()):
            near[a][b] = near[b][a] = similarity
        self._company = Company(vectors, near)

    def features(self, a: PairItem, b: PairItem) -> dict[str, float]:
        """Return the features of a pair.

        Raises:
            KeyError: an item was not given at construction.
        """
        one, two = self._number[a.id], self._number[b.id]
        return features(self._sides[one], self._sides[two], _days(a, b), self._company.likeness(one, two))

    def judge(self, a: PairItem, b: PairItem) -> PairVerdict:
        """Compare two items that were given at construction.

        Raises:
            KeyError: an item was not among them.
        """
        found = self.features(a, b)
        event, story = (probability(part, found, self._weights) for part in ("event", "story"))
        label: PairLabel = "same_event" if event >= 0.5 else "same_story" if story >= 0.5 else "different"
        return PairVerdict(label, round(event, 6))


def _day(item: PairItem) -> float:
    return item.published.timestamp() / 86400 if item.published else 0.0


def _days(a: PairItem, b: PairItem) -> float:
    if a.published is None or b.published is None:
        return 0.0
    return abs((a.published - b.published).total_seconds()) / 86400
