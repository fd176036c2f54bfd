"""Which rows a correction touched: those that it changed, and those that something was taken from.

A row that lost a member says nothing of it by itself, so the record without the corrections stands beside the corrected one here.
Events are formed anew for that, near what was corrected only; stories as words alone would have them are not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.articles.records import ArticleOrigin
from pipelines.corrections.mentions import Outcome
from pipelines.corrections.records import CorrectionRow
from pipelines.corrections.schema import Correction
from pipelines.extraction.records import Mention
from pipelines.stories.events import NEAR
from pipelines.stories.records import EventMention, StoryArticle, StoryTopic


@dataclass(frozen=True, slots=True)
class Links:
    """What stands with what: origins of articles, stories and their topics, events."""

    origins: Sequence[ArticleOrigin] = ()
    story_articles: Sequence[StoryArticle] = ()
    event_mentions: Sequence[EventMention] = ()
    topics: Sequence[StoryTopic] = ()


def reached(
    corrections: Iterable[Correction], stories: Iterable[Sequence[StoryArticle]], near: Iterable[tuple[str, str, float]] = ()
) -> set[str]:
    """Return the articles whose events may differ without the corrections: those of every story that a corrected article is in.

    Those that are near enough to one of them for an event in common come along.
    """
    corrected = {a for c in corrections for a in c.articles}
    found: set[str] = set()
    for links in stories:
        held = {link.story_id for link in links if link.article_id in corrected}
        found |= {link.article_id for link in links if link.story_id in held}
    return found | {a for one, two, score in near if score >= NEAR and (one in found or two in found) for a in (one, two)}


def rows(outcomes: Sequence[Outcome], mentions: Sequence[Mention], now: Links, without: Links) -> list[CorrectionRow]:
    """Return the lake rows of corrections: what came of each, and what it touched.

    ``mentions`` are those as coded; ``without`` is what stood without the corrections, as far as they reach.
    """
    traces = _Traces([o for o in outcomes if o.status != "unmatched"], mentions, _Side(now), _Side(without))
    return [traces.row(o) for o in sorted(outcomes, key=lambda o: o.correction.id)]


@dataclass(slots=True)
class _Side:
    """The links of one state, by what they hold."""

    links: Links
    origin_of: dict[str, ArticleOrigin] = field(default_factory=dict)
    grouped: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    story_of: dict[str, str] = field(default_factory=dict)
    holds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    event_of: dict[str, str] = field(default_factory=dict)
    topics_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self.origin_of = {o.article_id: o for o in self.links.origins}
        for origin in self.links.origins:
            if origin.copy_group_id:
                self.grouped[origin.copy_group_id].add(origin.article_id)
        self.story_of = {link.article_id: link.story_id for link in self.links.story_articles}
        for article, story in self.story_of.items():
            self.holds[story].add(article)
        self.event_of = {link.mention_id: link.event_id for link in self.links.event_mentions}
        for topic in self.links.topics:
            self.topics_of[topic.story_id].add(topic.topic)

    def group(self, article: str) -> set[str]:
        """Return the articles that share the text of this one."""
        origin = self.origin_of.get(article)
        return self.grouped[origin.copy_group_id] if origin and origin.copy_group_id else set()


@dataclass(slots=True)
class _Shift:
    """Events that no longer hold what they would: their mentions, those that stand elsewhere or went, and the events now."""

    mentions: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)


class _Traces:
    """Says of each correction what it touched."""

    def __init__(self, outcomes: Sequence[Outcome], mentions: Sequence[Mention], now: _Side, without: _Side) -> None:
        self.now, self.without = now, without
        self.article_of = {m.mention_id: m.article_id for m in mentions}
        self.coded: Mapping[str, list[str]] = defaultdict(list)
        for mention in mentions:
            self.coded[mention.article_id].append(mention.mention_id)
        self.articles = {o.correction.id: self._articles(o) for o in outcomes}
        self.own = {o.correction.id: self._own(o) for o in outcomes}
        self.shifts: Mapping[str, list[_Shift]] = defaultdict(list)
        for shift in self._shifts():
            for correction in self._behind(shift, outcomes):
                self.shifts[correction].append(shift)

    def row(self, o: Outcome) -> CorrectionRow:
        """Return the row of one correction; what is unmatched touched nothing."""
        c = o.correction
        stories = self._stories(o)
        shifts, own = self.shifts.get(c.id, []), self.own.get(c.id, set())
        events = {self.now.event_of[m] for m in own if m in self.now.event_of}.union(o.events, *(s.events for s in shifts))
        moved = {m for s in shifts for m in s.moved if m in self.now.event_of} - set(o.mentions)
        return CorrectionRow(
            correction_id=c.id,
            kind=c.kind,
            field=c.field,
            before=c.before,
            found=o.found,
            value=c.value,
            corrected_by=c.who,
            corrected_at=c.when,
            why=c.why,
            status=o.status,  # type: ignore[arg-type]
            article_id=c.subject.article,
            mention_ids=list(o.mentions),
            moved_ids=sorted(moved),
            events=sorted(events) if o.status != "unmatched" else [],
            stories=sorted(stories),
            topics=sorted(self._topics(stories)),
            articles=sorted(self.articles.get(c.id, ())),
            other_article_id=c.other.article if c.other else None,
        )

    def _articles(self, o: Outcome) -> set[str]:
        """A copy link reaches every article of the group whose origin or reuse it changed."""
        c = o.correction
        if o.status == "agrees" and c.kind in ("story", "copy"):
            return set()
        if c.kind != "copy":
            return {c.subject.article}
        group = {a for end in c.articles for side in (self.now, self.without) for a in side.group(end)}
        return set(c.articles) | {a for a in group if self._origin(self.now, a) != self._origin(self.without, a)}

    @staticmethod
    def _origin(side: _Side, article: str) -> tuple[str, str, str] | None:
        origin = side.origin_of.get(article)
        return (origin.origin_id, origin.reuse, origin.basis) if origin else None

    def _own(self, o: Outcome) -> set[str]:
        """The mentions that it is about; a link of articles is about all that they tell."""
        if o.correction.kind in ("mention", "event"):
            return set(o.mentions)
        return {m for a in self.articles[o.correction.id] for m in self.coded.get(a, ())}

    def _stories(self, o: Outcome) -> set[str]:
        if o.status == "unmatched":
            return set()
        return set(o.stories) | {self.now.story_of[a] for a in o.correction.articles if a in self.now.story_of}

    def _topics(self, stories: Iterable[str]) -> set[str]:
        """A topic that a story gained or lost, or that an article left with its story, has other rows to count."""
        changed: set[str] = set()
        for article in (a for s in stories for a in self.now.holds[s] if a in self.without.story_of):
            before = self.without.topics_of.get(self.without.story_of[article], set())
            changed |= before ^ self.now.topics_of.get(self.now.story_of[article], set())
        return changed

    def _shifts(self) -> list[_Shift]:
        """Events with and without the corrections that have a mention in common, taken together, where they differ."""
        parent: dict[tuple[str, str], tuple[str, str]] = {}

        def root(node: tuple[str, str]) -> tuple[str, str]:
            while parent.setdefault(node, node) != node:
                node = parent[node]
            return node

        for mention, event in self.without.event_of.items():
            if mention in self.now.event_of:
                parent[root(("now", self.now.event_of[mention]))] = root(("without", event))
        found: dict[tuple[str, str], _Shift] = defaultdict(_Shift)
        for mention, event in self.without.event_of.items():
            shift, stands = found[root(("without", event))], self.now.event_of.get(mention)
            shift.mentions.add(mention)
            if stands != event:
                shift.moved.add(mention)
            if stands is not None:
                shift.events.add(stands)
        return [shift for shift in found.values() if shift.moved]

    def _behind(self, shift: _Shift, outcomes: Sequence[Outcome]) -> list[str]:
        """The corrections of what moved; else of what is in these events; else of their stories, where one word may move another."""
        for reached in (shift.moved, shift.mentions):
            found = [c for c, own in self.own.items() if own & reached]
            if found:
                return found
        places = {(side.story_of.get(self.article_of[m])) for m in shift.mentions for side in (self.now, self.without)} - {None}
        return [
            o.correction.id
            for o in outcomes
            if any(side.story_of.get(a) in places for a in o.correction.articles for side in (self.now, self.without))
        ]
