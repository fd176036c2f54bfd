"""Whether two mentions tell of one deed: a score made of named parts, and vetoes.

Not here: how mentions become events (``events``). Polarity, reality and voice are left out on purpose: a denial, plan or
threat of a deed belongs to the deed's event.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from pipelines.extraction.records import Mention, Party
from pipelines.extraction.weights import load_embeddings
from pipelines.stories import deed_words
from pipelines.stories.similarity import Vector, cosine, stem, stopwords
from pipelines.stories.times import long_ago_in_one, other_time, stated

FAR_KM = 60.0
"""Two named towns farther apart than this are two places."""
PER_DAY, MOST_DAYS = 0.04, 4.0
"""Undated mentions lose this much for each day between their sightings, up to so many days."""
TEXTS = 0.3
"""How much it weighs whether the two articles as wholes tell of one event, from half for to half against."""
ACROSS = 0.1
"""Two mentions in different stories must match better by this, and share what identifies a deed."""
_IDENTIFYING = frozenset(("actor agrees", "target agrees", "same place", "same toll"))
_BEFORE, _BEFORE_CHARS = 3, 120
LATE_TOLL = timedelta(hours=12)
"""An outlet may still print a toll that others have raised for so long, and for so long the order of two reports tells little."""
LATE_RATIO = 2.0
"""A toll that others have raised meanwhile is not exceeded more than so many times."""
REGION = timedelta(days=2)
"""Two tolls of one region (a state, a county) may be one deed's for so long; after that the region has seen other deeds."""
NOTHING_ELSE = 0.03
"""Sentences that share less than this (cosine) beside their parties and places have nothing else in common."""
_VICTIMS = ("killed", "injured")
_KM_PER_DEGREE = 111.2
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_PRECISE = ("point", "city")
_ALIKE, _UNLIKE = 0.35, 0.1


@dataclass(frozen=True, slots=True)
class Match:
    """How well two mentions match: a score in [0, 1], the parts that carried it in words, and whether a veto holds.

    ``identified`` says that they share what tells a deed from others of its kind: a party, a place or a toll.
    """

    score: float
    reason: str
    vetoed: bool = False
    identified: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    """A mention, read for comparison."""

    mention: Mention
    vector: Vector
    trigger: str
    actors: frozenset[str]
    targets: frozenset[str]
    series: frozenset[str]
    killed: float | None
    slots: frozenset[str]


def read_deed(mention: Mention, vector: Vector) -> Deed:
    """Read a mention for comparison; ``vector`` is that of its sentence."""
    exact = [f.low for f in mention.figures if f.slot == "killed" and f.qualifier == "exactly" and f.low is not None and f.low == f.high]
    return Deed(
        mention=mention,
        vector=vector,
        trigger=stem(mention.trigger.lower().split(" ")[0]),
        actors=_names(mention.actors),
        targets=_names(mention.targets),
        series=frozenset(_series(mention)),
        killed=exact[0] if len(exact) == 1 else None,
        slots=frozenset(f.slot for f in mention.figures if f.slot in _VICTIMS),
    )


def kindred(a: str, b: str) -> bool:
    """Tell whether mentions of two action types may tell of one deed."""
    return a == b or frozenset((a, b)) in deed_words.default().kindred


def compare(a: Deed, b: Deed) -> Match:
    """Score whether two mentions tell of one deed; a veto gives score 0 and says which."""
    one, two = a.mention, b.mention
    if not kindred(one.action, two.action):
        return Match(0.0, "other action")
    if (one.version_id, one.unit, one.sentence_index) == (two.version_id, two.unit, two.sentence_index):
        return Match(0.0, "two predicates of one sentence")
    veto = _veto(a, b)
    if veto:
        return Match(0.0, f"veto: {veto}", vetoed=True)
    parts = [part for part in _parts(a, b) if abs(part[1]) >= 0.005]
    total = sum(value for _, value in parts)
    reason = ", ".join(f"{name} {value:+.2f}" for name, value in parts)
    return Match(max(0.0, min(1.0, total)), reason, identified=any(name in _IDENTIFYING for name, _ in parts))


def in_context(match: Match, alike: float, *, same_story: bool) -> Match:
    """Weigh a match of mentions by where they stand: in texts that are ``alike`` (a probability), in one story or in two."""
    if match.vetoed or not match.score:
        return match
    if not same_story and not match.identified:
        return Match(0.0, "another story, and no party, place or toll in common")
    texts = TEXTS * (alike - 0.5)
    parts = [("texts of one event" if texts > 0 else "texts of two events", texts)] if abs(texts) >= 0.005 else []
    parts += [] if same_story else [("another story", -ACROSS)]
    score = max(0.0, min(1.0, match.score + sum(value for _, value in parts)))
    reason = ", ".join([match.reason, *(f"{name} {value:+.2f}" for name, value in parts)])
    return Match(score, reason, identified=match.identified)


def _veto(a: Deed, b: Deed) -> str | None:
    one, two = a.mention, b.mention
    one_text = (one.version_id, one.unit) == (two.version_id, two.unit)
    vetoes = {
        "other country": one.place_country and two.place_country and one.place_country != two.place_country,
        "other place": _kilometres(one, two) > FAR_KM,
        "other time": other_time(one, two),
        "one of a series": a.series != b.series and one.sentence != two.sentence,
        "opposite parties": a.actors & b.targets and b.actors & a.targets and not a.actors & b.actors,
        "other toll in one text": one_text and a.killed is not None and b.killed is not None and a.killed != b.killed,
        "other toll, which no rise explains": not one_text and not _identified(a, b) and not _may_rise(a, b),
    }
    return next((name for name, holds in vetoes.items() if holds), None)


def _identified(a: Deed, b: Deed) -> bool:
    """Tell whether two mentions name one party in one role, or one place below the country, a region only for some days.

    Where they do, another toll is a contradiction on one deed, which the tables are to show as one.
    """
    one, two = a.mention, b.mention
    return bool(a.actors & b.actors or a.targets & b.targets) or _stands_in(one, two) or _stands_in(two, one)


def _stands_in(one: Mention, two: Mention) -> bool:
    """Tell whether a mention's place, if it is less than a country, is that of the other or named in the other's sentence.

    A region has many deeds: it says nothing days later, nor where the other's own place is in another region.
    """
    if not one.place or one.place_precision == "country":
        return False
    if one.place_precision not in _PRECISE and (_other_region(one, two) or abs(one.seen_at - two.seen_at) > REGION):
        return False
    words = _words(one.place)
    return (one.place_id is not None and one.place_id == two.place_id) or (bool(words) and words <= _words(two.sentence))


def _other_region(one: Mention, two: Mention) -> bool:
    """Tell whether two places are in different regions of a country; those of two countries are a veto."""
    return one.place_admin1 is not None and two.place_admin1 is not None and one.place_admin1 != two.place_admin1


def _may_rise(a: Deed, b: Deed) -> bool:
    """Tell whether two exact tolls can be one that rose: the later is as high, or the earlier was not known everywhere yet.

    The tolls of two regions are two counts.
    """
    if a.killed is None or b.killed is None:
        return True
    if a.killed != b.killed and _other_region(a.mention, b.mention):
        return False
    (earlier, before), (later, after) = sorted(((a.mention.seen_at, a.killed), (b.mention.seen_at, b.killed)))
    return after >= before or (later - earlier <= LATE_TOLL and before <= LATE_RATIO * after)


def _parts(a: Deed, b: Deed) -> Iterator[tuple[str, float]]:
    one, two = a.mention, b.mention
    yield ("same action", 0.28) if one.action == two.action else ("kindred action", 0.14)
    yield _triggers(a, b)
    if one.mode and two.mode:
        yield ("same mode", 0.04) if one.mode == two.mode else ("other mode", -0.06)
    yield from _who(a, b)
    yield _places(one, two)
    if a.slots & b.slots:
        yield ("same toll", 0.15) if a.killed is not None and a.killed == b.killed else ("victims in both", 0.1)
    if one.article_id == two.article_id and one.version_id != two.version_id:
        yield "versions of one article", 0.1
    if long_ago_in_one(one, two) and a.trigger != b.trigger and not _identified(a, b):
        yield "long ago in one only", -PER_DAY * MOST_DAYS
    elif not (stated(one) and stated(two)):
        yield "days between", -PER_DAY * min(MOST_DAYS, abs(one.seen_at - two.seen_at) / timedelta(days=1))
    yield "wording", 0.3 * cosine(a.vector, b.vector)


def _triggers(a: Deed, b: Deed) -> tuple[str, float]:
    if a.trigger == b.trigger:
        return "same word", 0.15
    kindred_only = a.mention.action != b.mention.action
    alike = _likeness(*sorted((a.mention.trigger.lower().split(" ")[0], b.mention.trigger.lower().split(" ")[0])))
    if alike >= _ALIKE:
        return "like word", 0.15 * alike
    return ("unlike word", -0.1 if kindred_only else -0.06) if alike < _UNLIKE else ("other word", 0.0)


@lru_cache(maxsize=100_000)
def _likeness(word: str, other: str) -> float:
    """Return the cosine of two words' vectors; 0 where one is unknown."""
    vector_of = load_embeddings()
    return round(float(vector_of(word) @ vector_of(other)), 4)


def _who(a: Deed, b: Deed) -> Iterator[tuple[str, float]]:
    """Yield what the parties say. That neither names anybody says little, unless the two share what else tells deeds apart."""
    one, two = a.mention, b.mention
    same_place = _places(one, two)[0] == "same place"
    if not (a.actors or b.actors or a.targets or b.targets):
        same_toll = a.killed is not None and a.killed == b.killed
        yield "nobody named in either", 0.2 if same_place or same_toll or _words(one.trigger) & _words(two.trigger) else 0.1
        return
    yield _parties("actor", (a.actors, b.actors), (one.actors, two.actors))
    yield _parties("target", (a.targets, b.targets), (one.targets, two.targets))
    other_target = bool(a.targets or b.targets) and not a.targets & b.targets
    other_deed = a.trigger != b.trigger and other_target and not same_place and not a.slots & b.slots
    if other_deed and a.actors & b.actors and _rest(a, b) < NOTHING_ELSE:
        yield "nothing but the actor in common", -0.08


def _rest(a: Deed, b: Deed) -> float:
    """Return the cosine of two sentences without the words of their parties and places."""
    aside = a.actors | a.targets | b.actors | b.targets
    for mention in (a.mention, b.mention):
        aside |= _words(" ".join((mention.place or "", *(p.text for p in (*mention.actors, *mention.targets)))))
    return sum(value * b.vector[term] for term, value in a.vector.items() if term in b.vector and term not in aside)


def _parties(
    role: str, names: tuple[frozenset[str], frozenset[str]], parties: tuple[Sequence[Party], Sequence[Party]]
) -> tuple[str, float]:
    one, two = names
    if not one and not two:
        return f"no {role} in either", 0.1
    if not one or not two:
        return f"{role} in one only", 0.05
    shared = len(one & two) / min(len(one), len(two))
    if shared:
        return f"{role} agrees", 0.22 * shared
    countries = [{p.country for p in side if p.country} for side in parties]
    if countries[0] and countries[1] and not countries[0] & countries[1]:
        return f"{role} of other country", -0.22
    return f"{role} differs", -0.12


def _places(one: Mention, two: Mention) -> tuple[str, float]:
    if _other_region(one, two):
        return "other region", -0.12
    if one.place_id and two.place_id:
        return ("same place", 0.08) if one.place_id == two.place_id else ("place differs", -0.04)
    if not one.place or not two.place:
        return "place unknown", 0.0
    shared = _words(one.place) & _words(two.place)
    return ("same place", 0.08) if shared else ("place differs", -0.06)


def _names(parties: Sequence[Party]) -> frozenset[str]:
    names: set[str] = set()
    for party in parties:
        words = _words(party.text) - deed_words.default().anybody
        if words and party.id:
            names.add(party.id)
        names |= words
    return frozenset(names)


def _words(text: str) -> set[str]:
    return {stem(w) for w in _WORD.findall(text.lower()) if w not in stopwords() and not w.isdigit() and len(w) > 1}


def _series(mention: Mention) -> Iterator[str]:
    """Yield the words that number the deed, close before its trigger: the `second` of `a second car bomb exploded`."""
    end = max(0, mention.trigger_start - mention.sentence_start)
    before = mention.sentence[max(0, end - _BEFORE_CHARS) : end]
    yield from (word for word in _WORD.findall(before.lower())[-_BEFORE:] if word in deed_words.default().series)


def _kilometres(a: Mention, b: Mention) -> float:
    """Return the distance between two towns; 0 where a place is unknown, wider than a town, or the same."""
    if a.place_precision not in _PRECISE or b.place_precision not in _PRECISE or a.place_id == b.place_id:
        return 0.0
    if a.place_lat is None or a.place_lon is None or b.place_lat is None or b.place_lon is None:
        return 0.0
    east = (a.place_lon - b.place_lon) * math.cos(math.radians((a.place_lat + b.place_lat) / 2))
    return _KM_PER_DEGREE * math.hypot(a.place_lat - b.place_lat, east)
