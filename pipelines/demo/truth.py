"""What is known to be true of the sample world: the planted copies, edits, claims, tolls, faults and expected event mentions.

``load_truth()`` reads ``truth.toml`` and holds every row against the items, so that truth and texts cannot drift apart. Tests
hold the marts against it; the pipeline itself never reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pipelines.demo.schema import FaultKind, Item, Version, versions
from pipelines.demo.world import DATA, World, WorldError, load, read_toml

Unit = Literal["title", "summary", "content"]
_NEAR = 0.7
_SHINGLE = 5


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Counts(_Row):
    """Totals, and distinct articles by outlet; ``versions`` counts distinct texts of articles, so not an edit of the date alone."""

    items: int
    versions: int
    outlets: int
    stories: int
    polls: int
    articles: dict[str, int]


class Copy(_Row):
    """``copy_item`` shares text with ``original``: all of it (`exact`), most of title and summary (`near`) or a passage (`partial`).

    ``basis`` is how the reuse is declared: a credit in the text, a ``<source>`` element, or not at all.
    """

    kind: Literal["exact", "near", "partial"]
    original: str
    copy_item: str
    basis: Literal["wire_credit", "source_element", "none"]
    note: str = ""


class PlantedEdit(_Row):
    """What changed from the version before to ``version``; ``before`` and ``after`` are words that only one of the two has."""

    item: str
    version: int = Field(ge=1)
    kinds: tuple[
        Literal["headline", "number", "attribution_added", "deed_added", "words_softened", "correction", "reversal", "date_only"], ...
    ]
    before: str = ""
    after: str = ""


class Claim(_Row):
    """A denial, threat, plan or insinuation, with the words that carry it."""

    kind: Literal["denial", "threat", "plan", "insinuation"]
    item: str
    version: int = 0
    unit: Unit
    words: str
    by: str
    about: str


class Toll(_Row):
    """A number that one version gives for one slot of a story; ``speaker`` is empty for the outlet itself."""

    story: str
    slot: Literal["killed", "injured", "displaced", "troops", "marchers"]
    item: str
    version: int = 0
    unit: Unit
    words: str
    low: int | None = None
    high: int | None = None
    speaker: str = ""


class Contest(_Row):
    """One question that outlets answer differently, each item with the words of its answer."""

    question: str
    story: str
    answers: dict[str, str]


class SingleOrigin(_Row):
    """A claim that goes back to one origin, with every item that carries it."""

    claim: str
    origin: str
    items: tuple[str, ...]


class Headlines(_Row):
    """Headlines on one deed: without an actor, with one, and in somebody's mouth."""

    story: str
    no_actor: str
    actor: str
    speaker: str


class FaultSeen(_Row):
    """What one poll of one feed meets."""

    feed: str
    at: AwareDatetime
    kind: FaultKind


class ExpectedMention(_Row):
    """An event mention that the codebook asks for in one unit of one version; parties are words of the text, empty when none."""

    item: str
    version: int = 0
    unit: Unit
    trigger: str
    action: str
    actor: str = ""
    target: str = ""
    place: str = ""
    voice: str = "outlet"
    speaker: str = ""
    polarity: str = "positive"
    reality: str = "happened"
    figures: dict[str, tuple[int, ...]] = Field(default_factory=dict, description="Slot to [low, high], or [low] with an open end.")


class Truth(_Row):
    """``truth.toml``."""

    counts: Counts
    copies: tuple[Copy, ...]
    edits: tuple[PlantedEdit, ...]
    claims: tuple[Claim, ...]
    tolls: tuple[Toll, ...]
    contests: tuple[Contest, ...]
    single_origins: tuple[SingleOrigin, ...]
    headlines: tuple[Headlines, ...]
    faults: tuple[FaultSeen, ...]
    mentions: tuple[ExpectedMention, ...]
    without_mentions: tuple[str, ...]


def load_truth(world: World | None = None, folder: Path = DATA) -> Truth:
    """Read ``truth.toml`` and hold it against the world.

    Raises:
        WorldError: the file does not follow its schema, or a row does not fit the items; the message names the row.
    """
    known = load(folder) if world is None else world
    truth = read_toml(folder / "truth.toml", Truth)
    for problem in problems(known, truth):
        raise WorldError(f"{folder / 'truth.toml'}: {problem}")
    return truth


def problems(world: World, truth: Truth) -> Iterator[str]:
    """Yield a sentence for every row of the truth that does not fit the items."""
    missing = sorted(set(_keys_named(truth)) - set(world.item_keys()))
    if missing:
        yield f"there is no item {missing[0]!r}"
        return
    stories = {story.id for story in world.stories}
    on_stories: tuple[Toll | Contest | Headlines, ...] = (*truth.tolls, *truth.contests, *truth.headlines)
    for row in on_stories:
        if row.story not in stories:
            yield f"there is no story {row.story!r}"
    yield from _wrong_counts(world, truth.counts)
    yield from _wrong_words(world, truth)
    yield from (problem for edit in truth.edits for problem in _wrong_edit(world.item(edit.item)[1], edit))
    yield from (problem for copy in truth.copies for problem in _wrong_copy(world, copy))
    yield from _wrong_faults(world, truth)


def text_of(version: Version) -> str:
    """Return all texts of a version, one to a line."""
    return "\n".join((version.title, version.summary, version.content))


def shared_share(one: str, other: str) -> float:
    """Return the share of the shorter text's word 5-grams that the longer one has too, in [0, 1]."""
    first, second = _shingles(one), _shingles(other)
    smaller = min(first, second, key=len)
    return len(first & second) / len(smaller) if smaller else 0.0


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[n : n + _SHINGLE]) for n in range(len(words) - _SHINGLE + 1)}


def _keys_named(truth: Truth) -> Iterator[str]:
    for copy in truth.copies:
        yield from (copy.original, copy.copy_item)
    on_items: tuple[PlantedEdit | Claim | Toll | ExpectedMention, ...] = (*truth.edits, *truth.claims, *truth.tolls, *truth.mentions)
    yield from (row.item for row in on_items)
    for contest in truth.contests:
        yield from contest.answers
    for single in truth.single_origins:
        yield from (single.origin, *single.items)
    for line in truth.headlines:
        yield from (line.no_actor, line.actor, line.speaker)
    yield from truth.without_mentions


def _wrong_counts(world: World, counts: Counts) -> Iterator[str]:
    keys = world.item_keys()
    found = {
        "items": len(keys),
        "versions": sum(len({text_of(state) for state in versions(world.item(key)[1])}) for key in keys),
        "outlets": len(world.outlets),
        "stories": len(world.stories),
        "polls": len(world.poll_times()),
        "articles": {outlet.id: len(world.items[outlet.id]) for outlet in world.outlets},
    }
    for name, value in found.items():
        if getattr(counts, name) != value:
            yield f"counts.{name}: the items give {value}"


def _wrong_words(world: World, truth: Truth) -> Iterator[str]:
    worded: tuple[Claim | Toll | ExpectedMention, ...] = (*truth.claims, *truth.tolls, *truth.mentions)
    for row in worded:
        states = versions(world.item(row.item)[1])
        if row.version >= len(states):
            yield f"{row.item} has no version {row.version}"
            continue
        words = row.trigger if isinstance(row, ExpectedMention) else row.words
        if words not in getattr(states[row.version], row.unit):
            yield f"{row.item}, version {row.version}: {row.unit} does not have {words!r}"
        if isinstance(row, ExpectedMention):
            for party in (row.actor, row.target, row.place, row.speaker):
                if party not in text_of(states[row.version]):
                    yield f"{row.item}, version {row.version}: it does not have {party!r}"
    for contest in truth.contests:
        for key, words in contest.answers.items():
            if not any(words in text_of(state) for state in versions(world.item(key)[1])):
                yield f"{key} does not have {words!r}"


def _wrong_edit(item: Item, edit: PlantedEdit) -> Iterator[str]:
    states = versions(item)
    if edit.version >= len(states):
        yield f"{edit.item} has no version {edit.version}"
        return
    old, new = text_of(states[edit.version - 1]), text_of(states[edit.version])
    if "date_only" in edit.kinds:
        if old != new:
            yield f"{edit.item}, version {edit.version}: a text changed"
        return
    if edit.before not in old or edit.before in new:
        yield f"{edit.item}, version {edit.version}: {edit.before!r} must stand in the version before, and only there"
    if edit.after not in new or edit.after in old:
        yield f"{edit.item}, version {edit.version}: {edit.after!r} must stand in this version, and only here"
    if ("headline" in edit.kinds) != (states[edit.version - 1].title != states[edit.version].title):
        yield f"{edit.item}, version {edit.version}: `headline` must be named if the title changed, and only then"


def _wrong_copy(world: World, copy: Copy) -> Iterator[str]:
    pairs = [(one, other) for one in versions(world.item(copy.original)[1]) for other in versions(world.item(copy.copy_item)[1])]
    best = max(shared_share(_lead(one), _lead(other)) for one, other in pairs)
    same = any(text_of(one) == text_of(other) for one, other in pairs)
    fits = {"exact": same, "near": best >= _NEAR and not same, "partial": 0.0 < best < _NEAR}[copy.kind]
    if not fits:
        yield f"{copy.copy_item} shares {best:.2f} of its text with {copy.original}, which is not {copy.kind}"


def _lead(version: Version) -> str:
    return f"{version.title}\n{version.summary}"


def _wrong_faults(world: World, truth: Truth) -> Iterator[str]:
    named = {(row.feed, row.at, row.kind) for row in truth.faults}
    found = {
        (f"{outlet.id}/{feed.name}", at, fault.kind)
        for at in world.poll_times()
        for outlet in world.outlets
        for feed in outlet.feeds
        if (fault := world.fault(outlet.id, feed.name, at)) is not None and fault.kind != "moved"
    }
    for feed, at, kind in sorted(named ^ found):
        yield f"fault {kind} of {feed} at {at:%Y-%m-%d %H:%M}: world and truth do not agree"
