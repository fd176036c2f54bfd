"""What the tables must say of a world, and what they do say: one verdict for each planted fact and for each claim that was not planted.

What belongs here: the truth, worked out from the plan alone, and reading it off the marts. What does not: the plan (``plan``), what a
rate of wrong claims may be (the tests and the benchmark say so).

A fact is found when the table has it. A claim is wrong when the table has what is not so: a look-alike merged, an origin too many, `not
found` where a feed was down, `first` where another was earlier. A count that is too low is a fact that was not found; one that is too
high is a wrong claim as well, and so is each wrong word (`single_origin` of a deed that has several).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb

from tests.support.worlds.deed_texts import Claim, Text
from tests.support.worlds.plan import RETENTION, Article, Newsroom, Story
from tests.support.worlds.rows import Written, key_of

PASSAGE_WORDS = 12
PLENTY = 20
_ERROR = timedelta(seconds=300)
_DAY = timedelta(days=1)


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
            self.story_outlet = _by(connection, "SELECT story_id, outlet_id, coverage, appearance FROM story_outlet", "story_id", "outlet_id")
            self.event_outlet = _by(connection, "SELECT * EXCLUDE (sentences) FROM event_outlet", "event_id", "outlet_id")
            self.facts = _by(connection, "SELECT event_id, slot, agreement, omitted_by, by_outlet FROM event_facts", "event_id", "slot")
            self.claims = _by(connection, "SELECT event_id, source_key, asserted_in, denied_in FROM claims", "event_id", "source_key")
            self.edits = _by(connection, "SELECT * FROM edits", "version_id")
            self.latest = {r["version_id"] for r in _rows(connection, "SELECT version_id FROM fct_article_version WHERE is_latest")}
            self.headlines = _by(connection, "SELECT story_id, outlet_id, article_id, actor_named, voice FROM headlines", "story_id", "outlet_id")
            self.blame = _rows(connection, "SELECT story_id, accuser, accused, outlet_id, own_voice_n, attributed_n, answer FROM blame")
            self.coverage = _by(connection, "SELECT week, outlet_id, eligible_stories, covered_stories FROM coverage WHERE topic = 'all'", "week", "outlet_id")
            self.topics: dict[str, set[str]] = defaultdict(set)
            for row in _rows(connection, "SELECT story_id, topic FROM lake.story_topic"):
                self.topics[row["story_id"]].add(row["topic"])
            self.topical = set(self.topics)
            self.first_seen = _by(connection, "SELECT story_id, first_seen FROM lake.story", "story_id")
        self.articles_of: dict[str, list[str]] = defaultdict(list)
        for article, row in self.story_of.items():
            self.articles_of[row["story_id"]].append(article)


def judge(written: Sequence[Written], tables: Tables) -> list[Verdict]:
    """Return the verdicts on all worlds."""
    return [verdict for world in written for verdict in _Judge(world, tables).verdicts()]


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql)
    names = [d[0] for d in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _by(connection: duckdb.DuckDBPyConnection, sql: str, *keys: str) -> dict[Any, dict[str, Any]]:
    return {(row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)): row for row in _rows(connection, sql)}


class _Judge:
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

    def verdicts(self) -> Iterator[Verdict]:
        """All verdicts of this world."""
        yield from self._copies()
        yield from self._covering()
        yield from self._order()
        yield from self._edits()
        for story in self.world.stories:
            yield from self._blame(story)
            yield from self._headlines(story)
            for deed in (story.deed, *([story.answer] if story.answer else [])):
                yield from self._deed(story, deed.key, deed.kind)
        yield from self._rates()

    def _events(self) -> None:
        """Which event stands for each deed: the one with most of its mentions in latest versions."""
        tables, deeds = self.tables, self.written.mention_deeds
        self.event_mentions: dict[str, list[tuple[str, str]]] = defaultdict(list)
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for row in tables.mentions:
            deed = deeds.get(row["mention_id"])
            if deed and row["article_id"] in self.by_id:
                votes[deed][row["event_id"]] += 2 if row["is_latest_version"] else 1
                if row["is_latest_version"]:
                    self.event_mentions[row["event_id"]].append((deed, row["article_id"]))
        self.events = {deed: min(found, key=lambda e: (-found[e], e)) for deed, found in votes.items()}
        self.fragments = {deed: sorted(set(found) - {self.events[deed]}) for deed, found in votes.items()}

    def _main_story(self, story: Story) -> str | None:
        found = Counter(self.tables.story_of[self.written.article_ids[key_of(a)]]["story_id"] for a in story.articles if self.written.shown(a))
        return min(found, key=lambda s: (-found[s], s)) if found else None

    def _matter(self, story: Story) -> list[Story]:
        """The story, and its look-alike where both became one story: one matter, though two deeds."""
        same = {story.key, f"{story.key}x", story.alike}
        return [s for s in self.world.stories if s.key in same and self.main_story[s.key] == self.main_story[story.key]]

    def _claims(self, article: Article, deed: str) -> list[Claim]:
        text = self.written.shown(article)
        return [s.claim for _, _, s in text.claims() if s.claim and s.claim.deed == deed] if text else []

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

    def _pair(self, pair: Iterable[str]) -> str:
        return self._what(" + ".join("/".join(key_of(self.by_id[a])) for a in pair))

    def _what(self, text: str) -> str:
        return f"{self.tag}: {text}"

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
            for (_, before, _), (_, after, version) in zip(seen, seen[1:], strict=False):
                if version not in {v for _, _, v in seen[: seen.index((_, after, version))]} and version not in planted:
                    planted[version] = (article, before, after)
            if len(seen) > 1:
                yield Verdict("latest version", self._pair([self.written.article_ids[key_of(article)]]), True, seen[-1][2] in self.tables.latest)
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
            if row[name]:
                yield Verdict(f"edit: {name}", what, False, True)
        numbers = {c.figure[2] for c in olds if c.figure}, {c.figure[2] for c in news if c.figure}
        if numbers[0] != numbers[1] and all(numbers) or row["numbers_changed"]:
            yield Verdict("edit: number", what, numbers[0] != numbers[1], bool(row["numbers_changed"]))

    def _blame(self, story: Story) -> Iterator[Verdict]:
        if story.deed.kind != "accusation":
            return
        assert story.deed.target is not None
        sides = (story.deed.actor.id, story.deed.target.id)
        rows = {r["outlet_id"]: r for r in self.tables.blame if r["story_id"] == self.main_story[story.key] and (r["accuser"], r["accused"]) == sides}
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
            yield from _word("headline names actor", what, named, row["actor_named"])
            yield from _word("headline's voice", what, text.title.claim.voice, row["voice"])

    def _deed(self, story: Story, deed: str, kind: str) -> Iterator[Verdict]:
        ids = self.written.article_ids
        telling = [a for a in story.articles if self._claims(a, deed)]
        event = self.events.get(deed)
        if not telling or event is None:
            return
        inside = {article for d, article in self.event_mentions[event] if d == deed}
        for article in telling:
            yield Verdict("article in its deed", self._pair([ids[key_of(article)]]), True, ids[key_of(article)] in inside)
        for other, article in sorted({(d, a) for d, a in self.event_mentions[event] if d != deed}):
            yield Verdict("article in its deed", self._what(f"{deed} has {other} of {'/'.join(key_of(self.by_id[article]))}"), False, True)
        yield from self._corroboration(deed, telling, event)
        yield from self._voices(story, deed, event)
        if kind == "blast":
            yield from self._tolls(deed, telling, event)
        if kind in ("blast", "arrest"):
            yield from self._silence(deed, telling, event)
        yield from self._sources(deed, telling, event)

    def _reports(self, article: Article, deed: str) -> list[Claim]:
        return [c for c in self._claims(article, deed) if c.polarity == "positive" and c.reality == "happened"]

    def _corroboration(self, deed: str, telling: Sequence[Article], event: str) -> Iterator[Verdict]:
        reporting = [a for a in telling if self._reports(a, deed)]
        claims = [c for a in telling for c in self._claims(a, deed)]
        publishers = {self.rooms[a.outlet_id].publisher for a in reporting}
        accounts = {a.account for a in reporting}
        denying = {self.rooms[a.outlet_id].publisher for a in telling if any(c.polarity == "denied" for c in self._claims(a, deed))}
        truth = {
            "articles": len(reporting), "outlets": len(publishers), "origins": min(len(accounts), len(publishers)),
            "statement_sources": len({_source(c) for a in reporting for c in self._reports(a, deed) if c.voice != "outlet"}),
            "own_voice_outlets": len({self.rooms[a.outlet_id].publisher for a in reporting if any(c.voice == "outlet" for c in self._reports(a, deed))}),
            "denying_outlets": len(denying), "denying_sources": len({_source(c) for c in claims if c.polarity == "denied"}),
            "wire_articles": sum(a.wire is not None for a in reporting),
        }  # fmt: skip
        # Copies of a text that no poll ever saw: nobody can tell that their first carrier did not write it.
        if any(a.wire is None and not any(b.root == a.root and b.kind in ("own", "partial") for b in self.seen) for a in reporting):
            del truth["origins"]
        row = self.tables.corroboration[event]
        for name, value in truth.items():
            what = self._what(f"{deed} {name} {row[name]}, truly {value}")
            yield Verdict(f"corroboration: {name}", what, True, row[name] == value)
            if row[name] > value:
                yield Verdict(f"corroboration: {name}", what, False, True)
        standing = "not_reported" if not reporting else "contested" if denying else "single_origin" if truth.get("origins", 0) == 1 else "several"
        if "origins" not in truth and not denying:
            return
        yield from _word("standing", self._what(f"{deed} {row['standing']}, truly {standing}"), standing, row["standing"])
        for fragment in self.fragments[deed]:
            said = self.tables.corroboration[fragment]["standing"]
            if said in ("single_origin", "several", "contested") and said != standing:
                yield Verdict("standing", self._what(f"{deed}, a part of it: {said}, truly {standing}"), False, True)

    def _voices(self, story: Story, deed: str, event: str) -> Iterator[Verdict]:
        flags = {
            "own_voice_n": lambda c: c.polarity == "positive" and c.reality == "happened" and c.voice == "outlet",
            "attributed_n": lambda c: c.polarity == "positive" and c.reality == "happened" and c.voice != "outlet",
            "denied_n": lambda c: c.polarity == "denied",
            "planned_own_voice_n": lambda c: c.reality == "planned",
        }  # fmt: skip
        for article in (a for a in story.articles if self.written.shown(a)):
            claims = self._claims(article, deed)
            row = self.tables.event_outlet.get((event, article.outlet_id))
            what = self._what(f"{deed} {article.outlet_id}")
            yield from _word("finding", what, "reported" if claims else "not_found", row["finding"] if row else None)
            for name, holds in flags.items():
                planted, said = any(holds(c) for c in claims), bool(row and row[name])
                if planted or said:
                    yield Verdict(f"event_outlet: {name}", what, planted, said)

    def _tolls(self, deed: str, telling: Sequence[Article], event: str) -> Iterator[Verdict]:
        row = self.tables.facts.get((event, "killed"))
        values = {}
        for article in telling:
            figures = [c.figure for c in self._reports(article, deed) if c.figure]
            exact = [f for f in figures if f[3] is not None] or figures
            if exact:
                values[article.outlet_id] = (exact[0][2], exact[0][3], _said_at(article, self.written), article.account)
        given = {o["outlet_id"]: (o["low"], o["high"]) for o in (row["by_outlet"] if row else [])}
        for outlet, (low, high, _, _) in sorted(values.items()):
            yield from _word("toll of an outlet", self._what(f"{deed} {outlet}"), (low, high), given.get(outlet))
        if row is None or len({v[:2] for v in values.values()}) < 2:
            return
        agreement, what = row["agreement"], self._what(f"{deed} {row['agreement']} {sorted((v[:3]) for v in values.values())}")
        margin = 2 * max(r.interval for r in self.rooms.values()) + _ERROR
        last = max(v[2] for v in values.values())
        falls = [x[2] - y[2] for x in values.values() for y in values.values()
                 if x[3] != y[3] and x[1] is not None and x[1] < y[0] and x[2] > y[2]]  # fmt: skip
        recent = all(last - v[2] < _DAY - margin for v in values.values())
        if agreement == "differ" or (any(f > margin for f in falls) and recent and not any(self.rooms[o].outage for o in values)):
            yield Verdict("tolls that no rise explains", what, bool(falls), agreement == "differ")
        if not falls:
            yield Verdict("a rising toll is no contradiction", what, True, agreement != "differ")

    def _silence(self, deed: str, telling: Sequence[Article], event: str) -> Iterator[Verdict]:
        row = self.tables.facts.get((event, "actor"))
        said = set(row["omitted_by"]) if row else set()
        truth = {a.outlet_id for a in telling if self._reports(a, deed) and not any(c.actor for c in self._reports(a, deed))}
        for outlet in sorted(said | truth):
            yield Verdict("actor left out", self._what(f"{deed} {outlet}"), outlet in truth, outlet in said)

    def _sources(self, deed: str, telling: Sequence[Article], event: str) -> Iterator[Verdict]:
        truth: dict[tuple[str, str], set[str]] = defaultdict(set)
        for article in telling:
            for claim in self._claims(article, deed):
                if claim.voice != "outlet":
                    truth[_source(claim), "denied_in" if claim.polarity == "denied" else "asserted_in"].add(article.outlet_id)
        said = {
            (source, name): set(row[name])
            for (e, source), row in self.tables.claims.items() if e == event for name in ("denied_in", "asserted_in") if row[name]
        }  # fmt: skip
        for key in sorted(truth.keys() | said.keys()):
            for outlet in sorted(truth[key] | said.get(key, set())):
                kind = "claims: denial" if key[1] == "denied_in" else "claims: assertion"
                yield Verdict(kind, self._what(f"{deed} {key[0]} {outlet}"), outlet in truth[key], outlet in said.get(key, set()))

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
        matched = {s: o & sure for s, o in stories.items() if s in self.tables.topical and len({self.rooms[x].publisher for x in o & sure}) > 1}
        week = self.world.start.date()
        for outlet in sorted(sure):
            row = self.tables.coverage.get((week, outlet))
            truth = (len(matched), sum(outlet in o for o in matched.values()))
            said = (row["eligible_stories"], row["covered_stories"]) if row else None
            yield from _word("coverage of the week", self._what(f"{outlet} {said}, truly {truth}"), truth, said)


def _word(kind: str, what: str, truth: object, said: object) -> Iterator[Verdict]:
    """A word or a value is right, absent, or wrong."""
    yield Verdict(kind, what, True, said == truth)
    if said is not None and said != truth:
        yield Verdict(kind, what, False, True)


def _source(claim: Claim) -> str:
    party = claim.speaker[1] if claim.speaker else None
    return (party.id or party.words.lower()) if party else claim.voice


def _said_at(article: Article, written: Written) -> datetime:
    """When the outlet first put out the text that counts."""
    text = written.shown(article)
    return next(s.at for s in article.states if s.text is text)


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
