"""One world beside the tables: which story and event of the lake stand for what was planted.

What belongs here: finding the planted things in the tables. What does not: judging them (``truth``, ``deed_truth``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from tests.support.worlds.deed_texts import Claim
from tests.support.worlds.plan import Article, Story
from tests.support.worlds.rows import Written, key_of
from tests.support.worlds.verdicts import Tables


class Reading:
    """Holds one world against the tables."""

    def __init__(self, written: Written, tables: Tables) -> None:
        self.written, self.tables, self.world = written, tables, written.world
        self.rooms = {room.outlet_id: room for room in self.world.newsrooms}
        self.tag = f"world {self.world.seed}"
        self.seen = [a for s in self.world.stories for a in s.articles if written.shown(a)]
        ids = set(written.article_ids.values())
        self.by_id = {written.article_ids[key_of(a)]: a for a in self.world.articles() if written.shown(a)}
        self.links = {(r["article_id"], r["other_article_id"]): r for r in tables.links if r["article_id"] in ids}
        self.main_story = {s.key: self._main_story(s) for s in self.world.stories}
        self._events()

    def _events(self) -> None:
        """Which event stands for each deed: the one with most of its mentions in latest versions."""
        tables, deeds = self.tables, self.written.mention_deeds
        self.event_mentions: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.inner: set[str] = set()
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for row in tables.mentions:
            deed = deeds.get(row["mention_id"])
            if row["mention_id"] in self.written.inner:
                self.inner.add(row["event_id"])
            if deed and row["article_id"] in self.by_id:
                votes[deed][row["event_id"]] += 2 if row["is_latest_version"] else 1
                if row["is_latest_version"]:
                    self.event_mentions[row["event_id"]].append((deed, row["article_id"]))
        self.events = {deed: min(found, key=lambda e: (-found[e], e)) for deed, found in votes.items()}
        self.fragments = {deed: sorted(set(found) - {self.events[deed]}) for deed, found in votes.items()}

    def _main_story(self, story: Story) -> str | None:
        found = Counter(
            self.tables.story_of[self.written.article_ids[key_of(a)]]["story_id"] for a in story.articles if self.written.shown(a)
        )
        return min(found, key=lambda s: (-found[s], s)) if found else None

    def _matter(self, story: Story) -> list[Story]:
        """The story, and its look-alike where both became one story: one matter, though two deeds."""
        same = {story.key, f"{story.key}x", story.alike}
        return [s for s in self.world.stories if s.key in same and self.main_story[s.key] == self.main_story[story.key]]

    def _claims(self, article: Article, deed: str) -> list[Claim]:
        text = self.written.shown(article)
        return [s.claim for _, _, s in text.claims() if s.claim and s.claim.deed == deed] if text else []

    def _reports(self, article: Article, deed: str) -> list[Claim]:
        return [c for c in self._claims(article, deed) if c.polarity == "positive" and c.reality == "happened"]

    def _pair(self, pair: Iterable[str]) -> str:
        return self._what(" + ".join("/".join(key_of(self.by_id[a])) for a in pair))

    def _what(self, text: str) -> str:
        return f"{self.tag}: {text}"
