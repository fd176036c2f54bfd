"""What a world is made of: outlets, stories, articles and their versions, and when each is to be seen.

What belongs here: the plan as data. What does not: drawing one from a seed (``making``), writing it to a lake (``rows``) or as feeds
(``feeds``), what the tables must say of it (``truth``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.support.worlds.deed_texts import Deed, Text

FIRST_MONDAY = datetime(2001, 1, 1, tzinfo=UTC)
SPACING = timedelta(days=42)
"""Worlds are so far apart that no window of one reaches another: 28 days of field, 4 of matching."""
DAYS = 9
RETENTION = timedelta(hours=36)
"""How long a feed shows an article."""
HOUR = timedelta(hours=1)
POOL = 24


@dataclass(frozen=True, slots=True)
class Newsroom:
    """One outlet in one world: how often it is polled, what it leaves out, and when its feed is down.

    ``blind`` names countries of which it never writes; one that is ``small`` has too few articles to count, and a ``hobby`` outlet has none
    in the fields of the planted stories.
    """

    outlet_id: str
    publisher: str
    interval: timedelta
    phase: timedelta
    blind: frozenset[str] = frozenset()
    outage: tuple[datetime, datetime] | None = None
    small: bool = False
    language: str = "en"
    hobby: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What an article says from a moment on."""

    at: datetime
    text: Text


@dataclass(slots=True)
class Article:
    """One article: its versions, and where its text comes from.

    ``root`` names the text: copies of one text have one root. ``account`` is whose account it is: a publisher's or an agency's.
    """

    key: str
    outlet_id: str
    story: str
    states: list[State]
    root: str
    account: str
    kind: str = "own"
    sections: tuple[str, ...] = ()
    wire: str | None = None

    @property
    def published(self) -> datetime:
        """When its first version appeared."""
        return self.states[0].at

    def at(self, moment: datetime) -> Text | None:
        """What the feed shows of it then; None before and after."""
        if not self.published <= moment <= self.published + RETENTION:
            return None
        return [s.text for s in self.states if s.at <= moment][-1]


@dataclass(slots=True)
class Story:
    """One matter: its main deed, its toll over time, and the articles on it."""

    key: str
    deed: Deed
    begins: datetime
    nation: str
    tolls: list[tuple[datetime, int]]
    answer: Deed | None = None
    alike: str | None = None
    articles: list[Article] = field(default_factory=list)

    def toll(self, moment: datetime) -> int:
        """The number that is true at a moment."""
        return [n for at, n in self.tolls if at <= moment][-1]


@dataclass(slots=True)
class World:
    """Everything that is planted."""

    seed: int
    start: datetime
    newsrooms: tuple[Newsroom, ...]
    stories: list[Story]
    everyday: list[Article]

    def articles(self) -> Iterator[Article]:
        """All articles, those of everyday life included."""
        for story in self.stories:
            yield from story.articles
        yield from self.everyday

    def polls(self, newsroom: Newsroom) -> list[tuple[datetime, bool]]:
        """When the newsroom's feed is polled, and whether it answers."""
        times, at = [], self.start + newsroom.phase
        while at < self.start + timedelta(days=DAYS):
            times.append((at, not (newsroom.outage and newsroom.outage[0] <= at < newsroom.outage[1])))
            at += newsroom.interval
        return times


def publisher_of(number: int) -> str:
    """Return the publisher of an outlet of the pool: every third outlet is a second edition of the one before."""
    return f"House {number - 1 if number % 3 == 2 else number:02}"


def whole(moment: datetime) -> datetime:
    """Feeds tell the time in seconds."""
    return moment.replace(microsecond=0)
