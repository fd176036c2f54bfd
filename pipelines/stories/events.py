"""Mentions to events: which mentions inside a story tell of one deed.

Greedy, in time order, tuned for precision: a false merge invents corroboration. A mention joins the event whose best
member it matches above the threshold; any of the vetoes (other country, other stated days, one of a series, opposite
parties) keeps it out. Denials, plans and threats of a deed join the deed's event and keep their own polarity and reality.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.core.ids import make_id
from pipelines.extraction.records import Mention, Party
from pipelines.stories.records import Event, EventMention, StoryArticle
from pipelines.stories.similarity import Idf, Vector, cosine, stem, stopwords, terms

THRESHOLD = 0.62
MEMBERS_COMPARED = 16
_KIN = {frozenset(p) for p in (("ASSAULT", "INCIDENT"), ("COERCE", "SANCTION"), ("CONSULT", "AGREE"), ("COERCE", "ASSAULT"))}
_SERIES = re.compile(r"\b(second|third|fourth|fifth|another|again|latest|new wave|fresh)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Match:
    """How well two mentions match: a score in [0, 1] and the parts that carried it, in words."""

    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Facts:
    mention: Mention
    vector: Vector
    trigger: str
    actors: frozenset[str]
    targets: frozenset[str]
    series: frozenset[str]


def build_events(mentions: Sequence[Mention], story_articles: Sequence[StoryArticle]) -> tuple[list[Event], list[EventMention]]:
    """Group all mentions into events, each inside one story; every mention stands in exactly one event."""
    story_of = {link.article_id: link.story_id for link in story_articles}
    by_story: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.article_id in story_of:
            by_story[story_of[mention.article_id]].append(mention)
    sentences = {m.sentence: terms("", m.sentence) for m in mentions}
    idf = Idf(sentences.values())
    vectors = {sentence: idf.vector(counts) for sentence, counts in sentences.items()}
    events: list[Event] = []
    links: list[EventMention] = []
    for story_id, members in sorted(by_story.items()):
        for group in _group([_facts(m, vectors[m.sentence]) for m in sorted(members, key=_order)]):
            event = _event(story_id, [facts.mention for facts, _ in group])
            events.append(event)
            links.extend(
                EventMention(
                    event_id=event.event_id,
                    mention_id=facts.mention.mention_id,
                    first_seen=facts.mention.seen_at,
                    score=round(match.score, 4),
                    reason=match.reason,
                )
                for facts, match in group
            )
    return events, links


def compare(a: Mention, b: Mention, vectors: tuple[Vector, Vector]) -> Match:
    """Score whether two mentions of one story tell of one deed; a veto gives score 0 and says which."""
    return _compare(_facts(a, vectors[0]), _facts(b, vectors[1]))


def _group(ordered: Iterable[_Facts]) -> list[list[tuple[_Facts, Match]]]:
    groups: list[list[tuple[_Facts, Match]]] = []
    for facts in ordered:
        best: tuple[float, int, Match] | None = None
        for index, group in enumerate(groups):
            for other, _ in group[-MEMBERS_COMPARED:]:
                match = _compare(facts, other)
                if match.score >= THRESHOLD and (best is None or match.score > best[0]):
                    best = (match.score, index, match)
        if best is None:
            groups.append([(facts, Match(1.0, "founder"))])
        else:
            groups[best[1]].append((facts, best[2]))
    return groups


def _compare(a: _Facts, b: _Facts) -> Match:
    veto = _veto(a, b)
    if veto:
        return Match(0.0, f"veto: {veto}")
    parts: list[tuple[str, float]] = []
    one, two = a.mention, b.mention
    if one.action == two.action:
        parts.append(("same action", 0.3))
    elif frozenset((one.action, two.action)) in _KIN:
        parts.append(("kindred action", 0.15))
    if a.trigger == b.trigger:
        parts.append(("same word", 0.15))
    parts.extend(_parties("actor", a.actors, b.actors))
    parts.extend(_parties("target", a.targets, b.targets))
    if one.place_id and one.place_id == two.place_id:
        parts.append(("same place", 0.08))
    if one.article_id == two.article_id and one.version_id != two.version_id:
        parts.append(("versions of one article", 0.1))
    parts.append(("wording", 0.3 * cosine(a.vector, b.vector)))
    total = sum(value for _, value in parts)
    return Match(max(0.0, min(1.0, total)), ", ".join(f"{name} {value:+.2f}" for name, value in parts if abs(value) >= 0.01))


def _veto(a: _Facts, b: _Facts) -> str | None:
    one, two = a.mention, b.mention
    crossed = a.actors & b.targets and b.actors & a.targets and not a.actors & b.actors
    vetoes = {
        "other action": one.action != two.action and frozenset((one.action, two.action)) not in _KIN,
        "other country": one.place_country and two.place_country and one.place_country != two.place_country,
        "other day": _stated(one) and _stated(two) and _days_apart(one, two) > timedelta(days=1),
        "one of a series": "second" in a.series ^ b.series and one.sentence != two.sentence,
        "opposite parties": crossed,
        "two deeds of one sentence": (one.version_id, one.unit, one.sentence_index) == (two.version_id, two.unit, two.sentence_index),
    }
    return next((name for name, holds in vetoes.items() if holds), None)


def _parties(role: str, a: frozenset[str], b: frozenset[str]) -> list[tuple[str, float]]:
    if not a and not b:
        return [(f"no {role} in either", 0.1)]
    if not a or not b:
        return [(f"{role} in one only", 0.05)]
    shared = len(a & b) / min(len(a), len(b))
    return [(f"{role} agrees", 0.22 * shared)] if shared else [(f"{role} differs", -0.12)]


def _facts(mention: Mention, vector: Vector) -> _Facts:
    return _Facts(
        mention=mention,
        vector=vector,
        trigger=stem(mention.trigger.lower().split(" ")[0]),
        actors=_names(mention.actors),
        targets=_names(mention.targets),
        series=frozenset(word.lower() for word in _SERIES.findall(mention.sentence)),
    )


def _names(parties: Sequence[Party]) -> frozenset[str]:
    names: set[str] = set()
    for party in parties:
        if party.id:
            names.add(party.id)
        names.update(stem(w) for w in (m.lower() for m in _WORD.findall(party.text)) if w not in stopwords() and not w.isdigit())
    return frozenset(names)


def _stated(mention: Mention) -> bool:
    return mention.event_date_start is not None and mention.date_precision == "day"


def _days_apart(a: Mention, b: Mention) -> timedelta:
    assert a.event_date_start is not None and b.event_date_start is not None
    start, end = max(a.event_date_start, b.event_date_start), min(_end(a), _end(b))
    return max(timedelta(0), start - end)


def _end(mention: Mention) -> date:
    assert mention.event_date_start is not None
    return mention.event_date_end or mention.event_date_start


def _order(mention: Mention) -> tuple[object, ...]:
    return (mention.seen_at, mention.article_id, mention.version_id, mention.unit != "title", mention.trigger_start, mention.mention_id)


def _event(story_id: str, members: Sequence[Mention]) -> Event:
    days = [m.event_date_start for m in members if m.event_date_start and m.date_source != "publication"]
    guessed = [m.event_date_start for m in members if m.event_date_start]
    return Event(
        event_id=make_id("event", story_id, members[0].mention_id),
        story_id=story_id,
        action=_mode(m.action for m in members) or members[0].action,
        actor=_mode(_name(m.actors) for m in members),
        target=_mode(_name(m.targets) for m in members),
        place_country=_mode(m.place_country for m in members),
        place_name=_mode(m.place_name for m in members),
        event_date_start=min(days or guessed, default=None),
        first_seen=min(m.seen_at for m in members),
        mentions=len(members),
        outlets=len({m.outlet_id for m in members}),
    )


def _name(parties: Sequence[Party]) -> str | None:
    return (parties[0].id or parties[0].text) if parties else None


def _mode(values: Iterable[str | None]) -> str | None:
    """Return the commonest value; ties go to the first in alphabetical order, so that order of arrival does not matter."""
    counts: Mapping[str, int] = Counter(v for v in values if v)
    return min(counts, key=lambda v: (-counts[v], v)) if counts else None
