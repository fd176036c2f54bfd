"""What the tables must say of a world, and what they do say: one verdict for each planted fact and for each claim that was not planted.

What belongs here: truth by story, article and outlet, worked out from the plan alone. What does not: truth by deed (``deed_truth``), what
a rate of wrong claims may be (the tests and the benchmark say so).

A fact is found when the table has it. A claim is wrong when the table has what is not so: a look-alike merged, an origin too many, `not
found` where a feed was down, `first` where another was earlier. A count that is too low is a fact that was not found; one that is too
high is a wrong claim as well, and so is each wrong word (`single_origin` of a deed that has several).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from typing import Any

from tests.support.worlds.deed_texts import Text
from tests.support.worlds.deed_truth import DeedTruth
from tests.support.worlds.plan import RETENTION, Article, Newsroom, Story
from tests.support.worlds.reading import Reading
from tests.support.worlds.rows import Written, key_of
from tests.support.worlds.verdicts import Tables, Verdict, word

PASSAGE_WORDS = 12
PLENTY = 20
_ERROR = timedelta(seconds=300)
_DAY = timedelta(days=1)


def judge(written: Sequence[Written], tables: Tables) -> list[Verdict]:
    """Return the verdicts on all worlds."""
    return [verdict for world in written for truth in (StoryTruth, DeedTruth) for verdict in truth(world, tables).verdicts()]


class StoryTruth(Reading):
    """Verdicts on stories, articles and outlets of one world."""

    def verdicts(self) -> Iterator[Verdict]:
        """All verdicts of this world."""
        yield from self._copies()
        yield from self._covering()
        yield from self._order()
        yield from self._edits()
        for story in self.world.stories:
            yield from self._blame(story)
            yield from self._headlines(story)
        yield from self._rates()

    def _copies(self) -> Iterator[Verdict]:
        ids = self.written.article_ids
        planted = {}
        for one, other in combinations(self.seen, 2):
            kind = _shared(self.written, one, other)
            if kind and one.outlet_id != other.outlet_id:
                planted[tuple(sorted((ids[key_of(one)], ids[key_of(other)])))] = kind
        linked = {tuple(sorted(pair)) for pair in self.links}
        for pair in sorted(planted.keys() | linked):
            kind = planted.get(pair) or self.links.get(pair, self.links.get(pair[::-1], {"kind": "?"}))["kind"]
            kind = "partial" if kind == "partial" else "full"
            yield Verdict(f"copy ({kind})", self._pair(pair), pair in planted, pair in linked)
        for pair, row in self.links.items():
            if row["direction"] == "clear":
                one, other = (self.by_id[a] for a in pair)
                yield Verdict("direction of a copy", self._pair(pair), one.published <= other.published, True)
        for one, other in combinations(self.seen, 2):
            if one.story == other.story and one.outlet_id != other.outlet_id:
                same = self.tables.origins[ids[key_of(one)]]["origin_id"] == self.tables.origins[ids[key_of(other)]]["origin_id"]
                wanted = one.root == other.root or (one.wire is not None and one.wire == other.wire)
                if same or wanted:
                    yield Verdict("one origin", self._pair((ids[key_of(one)], ids[key_of(other)])), wanted, same)

    def _covering(self) -> Iterator[Verdict]:
        ids = self.written.article_ids
        for story in self.world.stories:
            lake_story = self.main_story[story.key]
            if lake_story is None:
                continue
            matter = self._matter(story)
            own = {ids[key_of(a)] for s in matter for a in s.articles if self.written.shown(a)}
            for article in sorted(own & {ids[key_of(a)] for a in story.articles if self.written.shown(a)}):
                yield Verdict("article in its story", self._pair([article]), True, self.tables.story_of[article]["story_id"] == lake_story)
            for article in sorted(set(self.tables.articles_of[lake_story]) - own):
                yield Verdict("article in its story", self._pair([article]), False, True)
            if story is not matter[0]:
                continue
            for outlet in sorted({o for s, o in self.tables.story_outlet if s == lake_story}):
                yield from self._coverage_of(story, matter, lake_story, outlet)

    def _coverage_of(self, story: Story, matter: Sequence[Story], lake_story: str, outlet: str) -> Iterator[Verdict]:
        said = self.tables.story_outlet[lake_story, outlet]["coverage"]
        what = self._what(f"{story.key} in {outlet}")
        articles = [a for s in matter for a in s.articles if a.outlet_id == outlet]
        seen = any(self.written.shown(a) for a in articles)
        if seen or said == "covered":
            yield Verdict("covered", what, seen, said == "covered")
        room, moment = self.rooms.get(outlet), self.tables.first_seen[lake_story]["first_seen"]
        absent = room is not None and not articles
        watched = room is not None and _is_watched(room, moment)
        if room is not None and room.hobby and self._on_topic(outlet, lake_story) >= PLENTY:
            return  # its everyday matters happen to be of the story's field
        topical = lake_story in self.tables.topical
        if absent and watched is None:
            return  # a short silence may be held against the outlet or not
        if (absent and watched and topical) or said == "not_found":
            yield Verdict("not found where there is nothing", what, bool(absent and watched and topical), said == "not_found")

    def _on_topic(self, outlet: str, lake_story: str) -> int:
        """How many articles of an outlet are on a topic of a story."""
        topics = self.tables.topics[lake_story]
        own = [self.tables.story_of[i]["story_id"] for i, a in self.by_id.items() if a.outlet_id == outlet]
        return max((sum(topic in self.tables.topics[s] for s in own) for topic in topics), default=0)

    def _order(self) -> Iterator[Verdict]:
        for story in self.world.stories:
            lake_story, matter = self.main_story[story.key], self._matter(story)
            if lake_story is None or story is not matter[0]:
                continue
            times: dict[str, datetime] = {}
            # Who was first is said of what was read: an article that came and went during an outage cannot take part.
            for article in (a for s in matter for a in s.articles if self.written.shown(a)):
                publisher = self.rooms[article.outlet_id].publisher
                times[publisher] = min(article.published, times.get(publisher, article.published))
            ranked = sorted(times.items(), key=lambda t: t[1])
            claimed = {o for o in self.rooms if self.tables.story_outlet[lake_story, o]["appearance"] == "first"}
            widest = max(r.interval for r in self.rooms.values())
            healthy = not any(r.outage for r in self.rooms.values())
            if len(ranked) > 1 and ranked[1][1] - ranked[0][1] > 2 * widest + 2 * _ERROR and healthy:
                yield Verdict("clearly first", self._what(story.key), True, any(self.rooms[o].publisher == ranked[0][0] for o in claimed))
            elif len(ranked) > 1 and ranked[1][1] - ranked[0][1] < _ERROR:
                yield Verdict("order unclear", self._what(story.key), True, not claimed)
            for outlet in sorted(claimed):
                if self.rooms[outlet].publisher != ranked[0][0]:
                    yield Verdict("clearly first", self._what(f"{story.key} {outlet}"), False, True)

    def _edits(self) -> Iterator[Verdict]:
        planted: dict[str, tuple[Article, Text, Text]] = {}
        for article in (a for a in self.world.articles() if self.written.shown(a)):
            seen = self.written.seen[key_of(article)]
            for (_, before, _), (_, after, version) in pairwise(seen):
                if version not in {v for _, _, v in seen[: seen.index((_, after, version))]} and version not in planted:
                    planted[version] = (article, before, after)
            if len(seen) > 1:
                yield Verdict(
                    "latest version", self._pair([self.written.article_ids[key_of(article)]]), True, seen[-1][2] in self.tables.latest
                )
        ids = {v for seen in self.written.seen.values() for _, _, v in seen}
        rows = {v: r for v, r in self.tables.edits.items() if v in ids}
        for version in sorted(planted.keys() | rows.keys()):
            yield Verdict("edit", self._what(version), version in planted, version in rows)
            if version in planted and version in rows:
                yield from self._changes(rows[version], *planted[version])

    def _changes(self, row: dict[str, Any], article: Article, before: Text, after: Text) -> Iterator[Verdict]:
        what = self._what("/".join(key_of(article)))
        changed = before.title.text != after.title.text
        if changed or row["headline_changed"]:
            yield Verdict("headline changed", what, changed, row["headline_changed"])
        event = self.events.get(article.story)
        olds, news = ([s.claim for _, _, s in t.claims() if s.claim and s.claim.deed == article.story] for t in (before, after))
        old, new = ({c.voice == "outlet" for c in claims if c.polarity == "positive"} for claims in (olds, news))
        for name, planted in (
            ("asserted_became_attributed", old == {True} and new == {False}),
            ("attributed_became_asserted", old == {False} and new == {True}),
            ("actor_removed", any(c.actor for c in olds) and not any(c.actor for c in news)),
            ("actor_added", not any(c.actor for c in olds) and any(c.actor for c in news)),
        ):
            found = event in (row[name] or [])
            if planted or row[name]:
                yield Verdict(f"edit: {name}", what, planted, found or bool(not planted and row[name]))
        for name in ("events_added", "events_gone"):
            # `accuses B of arming X` holds a deed more than `blames B for arms`: a headline that says so has one more.
            if set(row[name] or ()) - self.inner:
                yield Verdict(f"edit: {name}", what, False, True)
        numbers = {c.figure[2] for c in olds if c.figure}, {c.figure[2] for c in news if c.figure}
        if (numbers[0] != numbers[1] and all(numbers)) or row["numbers_changed"]:
            yield Verdict("edit: number", what, numbers[0] != numbers[1], bool(row["numbers_changed"]))

    def _blame(self, story: Story) -> Iterator[Verdict]:
        if story.deed.kind != "accusation":
            return
        assert story.deed.target is not None
        sides = (story.deed.actor.id, story.deed.target.id)
        rows = {
            r["outlet_id"]: r
            for r in self.tables.blame
            if r["story_id"] == self.main_story[story.key] and (r["accuser"], r["accused"]) == sides
        }
        for article in (a for a in story.articles if self.written.shown(a)):
            row, what = rows.get(article.outlet_id), self._what(f"{story.key} {article.outlet_id}")
            voices = {c.voice == "outlet" for c in self._claims(article, story.key)}
            said = {own for own, name in ((True, "own_voice_n"), (False, "attributed_n")) if row and row[name]}
            for own in voices | said:
                yield Verdict("blame: voice", what, own in voices, own in said)
            answered = bool(self._claims(article, f"{story.key}a"))
            if answered or (row and row["answer"] == "found"):
                yield Verdict("blame: answer", what, answered, bool(row and row["answer"] == "found"))

    def _headlines(self, story: Story) -> Iterator[Verdict]:
        for article in (a for a in story.articles if self.written.shown(a)):
            row = self.tables.headlines.get((self.main_story[story.key], article.outlet_id))
            text = self.written.shown(article)
            if row is None or text is None or row["article_id"] != self.written.article_ids[key_of(article)] or not text.title.claim:
                continue
            what = self._what(f"{story.key} {article.outlet_id}")
            named = text.title.claim.actor is not None
            yield from word("headline names actor", what, named, row["actor_named"])
            yield from word("headline's voice", what, text.title.claim.voice, row["voice"])

    def _rates(self) -> Iterator[Verdict]:
        """Coverage of the week, for outlets that could be seen all the time."""
        stories: dict[str, set[str]] = {}
        for story in self.world.stories:
            lake_story = self.main_story[story.key]
            if lake_story:
                stories.setdefault(lake_story, set()).update(a.outlet_id for a in story.articles if self.written.shown(a))
        if any(r.outage for r in self.rooms.values()):
            return
        sure = {o for o, r in self.rooms.items() if not (r.small or r.hobby) and r.language == "en"}
        matched = {
            s: o & sure for s, o in stories.items() if s in self.tables.topical and len({self.rooms[x].publisher for x in o & sure}) > 1
        }
        week = self.world.start.date()
        for outlet in sorted(sure):
            row = self.tables.coverage.get((week, outlet))
            truth = (len(matched), sum(outlet in o for o in matched.values()))
            said = (row["eligible_stories"], row["covered_stories"]) if row else None
            yield from word("coverage of the week", self._what(f"{outlet} {said}, truly {truth}"), truth, said)


def _is_watched(room: Newsroom, moment: datetime) -> bool | None:
    """Whether an article of the outlet would surely have been seen around that moment; None where a short outage is near."""
    if room.small or room.hobby or room.language != "en":
        return False
    if not room.outage or not room.outage[0] - _DAY <= moment <= room.outage[1] + _DAY:
        return True
    return False if room.outage[1] - room.outage[0] > RETENTION and room.outage[0] - _DAY <= moment <= room.outage[1] - _DAY / 2 else None


def _shared(written: Written, one: Article, other: Article) -> str | None:
    """How two articles share text, if they do."""
    if one.root == other.root:
        return "full"
    mine, theirs = (
        {s.text for _, text, _ in written.seen[key_of(a)] for s in text.summary if s.claim is None and len(s.text.split()) >= PASSAGE_WORDS}
        for a in (one, other)
    )
    return "partial" if mine & theirs else None
