"""How probable it is that two articles tell of one event, worked out when it is asked for.

The judgement is that of ``judgement``; here it gets its texts, its company and its memory, for the linking of mentions (``events``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.stories import background
from pipelines.stories.comparison import Reader, Side, features
from pipelines.stories.judgement import probability
from pipelines.stories.names import Casing
from pipelines.stories.similarity import Idf, terms

LEAD = 400
"""Characters of a body that stand in where an article has no summary."""


@dataclass(frozen=True, slots=True)
class Text:
    """An article's moment, title and summary or lead."""

    at: datetime
    title: str
    summary: str


class Alike:
    """Judges pairs of articles by id; each text is read once, and only if it is asked for."""

    def __init__(self, texts: Mapping[str, Text], casing: Casing | None = None) -> None:
        self._texts = texts
        idf = Idf((terms(t.title, t.summary) for _, t in sorted(texts.items())), background.load())
        self._reader = Reader(idf, casing or Casing((t.summary for t in texts.values()), background.load()))
        self._sides: dict[str, Side] = {}
        self._known: dict[tuple[str, str], float] = {}

    def __call__(self, a: str, b: str) -> float:
        """Return the probability that two articles tell of one event; 1 for an article and itself.

        Raises:
            KeyError: an article is unknown.
        """
        if a == b:
            return 1.0
        pair = (min(a, b), max(a, b))
        known = self._known.get(pair)
        if known is None:
            days = abs((self._texts[a].at - self._texts[b].at).total_seconds()) / 86400
            # The judgement of one event does not rest on company.
            found = features(self._side(pair[0]), self._side(pair[1]), days, 0.0)
            known = self._known[pair] = round(probability("event", found), 6)
        return known

    def _side(self, article: str) -> Side:
        side = self._sides.get(article)
        if side is None:
            text = self._texts[article]
            side = self._sides[article] = self._reader.read(text.title, text.summary)
        return side


def near_by_article(near: Iterable[tuple[str, str, float]]) -> Mapping[str, Sequence[str]]:
    """Return, by article, the articles near to it."""
    found: dict[str, set[str]] = defaultdict(set)
    for a, b, _ in near:
        found[a].add(b)
        found[b].add(a)
    return {article: sorted(others) for article, others in found.items()}
