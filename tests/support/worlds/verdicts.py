"""What is so and what the tables say: verdicts, their sums, and the marts of one database.

What belongs here: counting, and reading tables. What does not: the truth of a world (``truth``, ``deed_truth``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that is so, or that the tables say, or both."""

    kind: str
    what: str
    planted: bool
    claimed: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Verdicts of one kind, counted."""

    planted: int
    found: int
    claims: int
    wrong: int

    @property
    def found_rate(self) -> float:
        """Found of planted."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def wrong_rate(self) -> float:
        """Wrong of claimed."""
        return self.wrong / self.claims if self.claims else 0.0


def tally(verdicts: Iterable[Verdict]) -> Tally:
    """Count verdicts."""
    rows = list(verdicts)
    return Tally(
        sum(v.planted for v in rows), sum(v.planted and v.claimed for v in rows), sum(v.claimed for v in rows),
        sum(v.claimed and not v.planted for v in rows),
    )  # fmt: skip


class Tables:
    """The marts of one database, read once."""

    def __init__(self, database: Path) -> None:
        with duckdb.connect(str(database), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            self.mentions = _rows(connection, "SELECT mention_id, event_id, article_id, is_latest_version FROM fct_event_mention")
            self.corroboration = _by(connection, "SELECT * FROM corroboration", "event_id")
            self.links = _rows(connection, "SELECT article_id, other_article_id, kind, direction FROM lake.copy_link")
            self.origins = _by(connection, "SELECT article_id, origin_id FROM lake.article_origin", "article_id")
            self.story_of = _by(connection, "SELECT article_id, story_id FROM lake.story_article", "article_id")
            self.story_outlet = _by(
                connection, "SELECT story_id, outlet_id, coverage, appearance FROM story_outlet", "story_id", "outlet_id"
            )
            self.event_outlet = _by(connection, "SELECT * EXCLUDE (sentences) FROM event_outlet", "event_id", "outlet_id")
            self.facts = _by(connection, "SELECT event_id, slot, agreement, omitted_by, by_outlet FROM event_facts", "event_id", "slot")
            self.claims = _by(connection, "SELECT event_id, source_key, asserted_in, denied_in FROM claims", "event_id", "source_key")
            self.edits = _by(connection, "SELECT * FROM edits", "version_id")
            self.latest = {r["version_id"] for r in _rows(connection, "SELECT version_id FROM fct_article_version WHERE is_latest")}
            self.headlines = _by(
                connection, "SELECT story_id, outlet_id, article_id, actor_named, voice FROM headlines", "story_id", "outlet_id"
            )
            self.blame = _rows(connection, "SELECT story_id, accuser, accused, outlet_id, own_voice_n, attributed_n, answer FROM blame")
            self.coverage = _by(
                connection,
                "SELECT week, outlet_id, eligible_stories, covered_stories FROM coverage WHERE topic = 'all'",
                "week",
                "outlet_id",
            )
            self.topics: dict[str, set[str]] = defaultdict(set)
            for row in _rows(connection, "SELECT story_id, topic FROM lake.story_topic"):
                self.topics[row["story_id"]].add(row["topic"])
            self.topical = set(self.topics)
            self.first_seen = _by(connection, "SELECT story_id, first_seen FROM lake.story", "story_id")
        self.articles_of: dict[str, list[str]] = defaultdict(list)
        for article, row in self.story_of.items():
            self.articles_of[row["story_id"]].append(article)


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql)
    names = [d[0] for d in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _by(connection: duckdb.DuckDBPyConnection, sql: str, *keys: str) -> dict[Any, dict[str, Any]]:
    return {(row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)): row for row in _rows(connection, sql)}


def word(kind: str, what: str, truth: object, said: object) -> Iterator[Verdict]:
    """A word or a value is right, absent, or wrong."""
    yield Verdict(kind, what, True, said == truth)
    if said is not None and said != truth:
        yield Verdict(kind, what, False, True)
