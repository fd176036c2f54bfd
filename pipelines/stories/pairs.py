"""Two items side by side: the same event, the same story, or different matters.

For evaluation against labelled pairs, and for spot checks; the pipeline itself clusters (``cluster``, ``events``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipelines.stories.similarity import Idf, cosine, terms

PairLabel = Literal["same_event", "same_story", "different"]

EVENT_THRESHOLD = 0.32
STORY_THRESHOLD = 0.16
DAY_PENALTY = 0.02


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
    """Judges pairs with term weights taken from the items at hand (no labels are read)."""

    def __init__(self, items: Sequence[PairItem]) -> None:
        counts = {item.id: terms(item.title, item.summary) for item in items}
        idf = Idf(counts.values())
        self._vectors = {key: idf.vector(value) for key, value in counts.items()}

    def judge(self, a: PairItem, b: PairItem) -> PairVerdict:
        """Compare two items that were given at construction.

        Raises:
            KeyError: an item was not among them.
        """
        score = cosine(self._vectors[a.id], self._vectors[b.id]) - DAY_PENALTY * min(5.0, _days(a, b))
        label: PairLabel = "same_event" if score >= EVENT_THRESHOLD else "same_story" if score >= STORY_THRESHOLD else "different"
        return PairVerdict(label, round(max(0.0, min(1.0, score)), 6))


def _days(a: PairItem, b: PairItem) -> float:
    if a.published is None or b.published is None:
        return 0.0
    return abs((a.published - b.published).total_seconds()) / 86400
