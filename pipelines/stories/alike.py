"""How probable it is that two articles tell of one event, worked out when it is asked for.

The judgement is that of ``judgement``; here it gets its texts, its season and its memory, for the linking of mentions (``events``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.stories import background
from pipelines.stories.comparison import Reader, Side, features
from pipelines.stories.judgement import probability
from pipelines.stories.names import Casing
from pipelines.stories.similarity import Idf, terms

LEAD = 400
"""Characters of a body that stand in where an article has no summary."""
SEASON_DAYS = 30


@dataclass(frozen=True, slots=True)
class Text:
    """An article's moment, title and summary or lead."""

    at: datetime
    title: str
    summary: str


class Seasons:
    """Term weights and casing by month, each from the texts of that month and the two beside it.

    A bounded season keeps the cost of an article from growing with the archive, and old articles from being judged anew for ever.
    """

    def __init__(self, texts: Mapping[str, Text]) -> None:
        self._texts: dict[int, list[Text]] = defaultdict(list)
        for _, text in sorted(texts.items()):
            self._texts[_season(text.at)].append(text)
        self._counts: dict[int, tuple[Casing, Idf]] = {}
        self._casings: dict[int, Casing] = {}
        self._readers: dict[int, Reader] = {}

    def casing(self, at: datetime) -> Casing:
        """Return the casing of the season around a moment."""
        season = _season(at)
        if season not in self._casings:
            self._casings[season] = Casing.merged((casing for casing, _ in self._around(season)), background.load())
        return self._casings[season]

    def reader(self, at: datetime) -> Reader:
        """Return a reader with the term weights of the season around a moment."""
        season = _season(at)
        if season not in self._readers:
            idf = Idf.merged((idf for _, idf in self._around(season)), background.load())
            self._readers[season] = Reader(idf, self.casing(at))
        return self._readers[season]

    def _around(self, season: int) -> list[tuple[Casing, Idf]]:
        return [self._counted(near) for near in (season - 1, season, season + 1) if near in self._texts]

    def _counted(self, season: int) -> tuple[Casing, Idf]:
        """Count the texts of one month, which three seasons ask for, once."""
        if season not in self._counts:
            texts = self._texts[season]
            idf = Idf(terms(text.title, text.summary) for text in texts)
            self._counts[season] = (Casing(text.summary for text in texts), idf)
        return self._counts[season]


class Alike:
    """Judges pairs of articles by id; each text is read once, and only if it is asked for."""

    def __init__(self, texts: Mapping[str, Text], seasons: Seasons) -> None:
        self._texts, self._seasons = texts, seasons
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
            side = self._sides[article] = self._seasons.reader(text.at).read(text.title, text.summary)
        return side


def _season(at: datetime) -> int:
    return int(at.timestamp() // (SEASON_DAYS * 86400))
