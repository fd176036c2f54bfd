"""Mentions to events: which mentions, inside a story and in near ones, tell of one deed.

Groups form whatever the order of arrival (``agglomerate``), tuned for precision: a false merge invents corroboration. A
vetoed pair speaks against its groups' merging more than most matches speak for it. What makes a match is in ``deeds``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

from pipelines.core.ids import make_id
from pipelines.extraction.records import Mention, Party
from pipelines.stories.agglomerate import Groups, Thresholds
from pipelines.stories.bearings import with_bearings
from pipelines.stories.deeds import Deed, Match, compare, in_context, kindred, read_deed
from pipelines.stories.records import Event, EventMention, StoryArticle
from pipelines.stories.similarity import rolling_vectors, terms

THRESHOLDS = Thresholds(both_small=0.64, one_large=0.6, both_large=0.62)
VETO = -0.5
FLOOR = 0.3
NEAR = 0.12
"""Two articles of different stories are near enough for an event in common from this similarity on."""
ALL_PAIRS = 300
"""Up to so many mentions of a story are all compared; of more, those that share a word, a party or a place."""
SHARED = 20
"""A mention of such a story is compared with so many before it that share one such thing."""
WORDING = 300
"""Characters read on either side of a trigger: a text without full stops is one sentence."""
PER_VERSION = 300
"""Mentions of one article version that are compared; those after them, in a text without end, stand alone."""


def build_events(
    mentions: Sequence[Mention],
    story_articles: Sequence[StoryArticle],
    near: Iterable[tuple[str, str, float]] = (),
    alike: Callable[[str, str], float] | None = None,
    only: Collection[str] | None = None,
) -> tuple[list[Event], list[EventMention]]:
    """Group all mentions into events; every mention of a story's article stands in exactly one event.

    An event is named after its earliest mention, so that its id stays while later mentions join, and belongs to that one's story.

    Args:
        mentions: all mentions, of one extractor version.
        story_articles: which story each article is in.
        near: articles that are near, with their similarity; those of different stories may have an event in common.
        alike: tells how probable it is that two articles tell of one event.
        only: group the mentions of these articles alone; how rare words are is told by all.
    """
    story_of = {link.article_id: link.story_id for link in story_articles}
    members = sorted((m for m in mentions if m.article_id in story_of), key=in_time)
    wordings = list(dict.fromkeys(_wording(m) for m in members))
    vectors = dict(zip(wordings, rolling_vectors([terms("", text) for text in wordings]), strict=True))
    if only is not None:
        members = [m for m in members if m.article_id in only]
    deeds = with_bearings([read_deed(m, vectors[_wording(m)]) for m in members], PER_VERSION)
    as_coded = {m.mention_id: m for m in members}
    events: list[Event] = []
    links: list[EventMention] = []
    for group in group_deeds(deeds, story_of, near, alike):
        founder = group[0][0].mention
        event = describe_event(story_of[founder.article_id], [as_coded[deed.mention.mention_id] for deed, _ in group])
        events.append(event)
        links.extend(
            EventMention(
                event_id=event.event_id,
                mention_id=deed.mention.mention_id,
                first_seen=deed.mention.seen_at,
                score=round(match.score, 4),
                reason=match.reason,
            )
            for deed, match in group
        )
    return events, links


def group_deeds(
    ordered: Sequence[Deed],
    story_of: Mapping[str, str],
    near: Iterable[tuple[str, str, float]] = (),
    alike: Callable[[str, str], float] | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> list[list[tuple[Deed, Match]]]:
    """Group deeds that are in order of time; each member comes with its best match inside its group, whose first is the founder."""
    matches: dict[tuple[int, int], Match] = {}
    for a, b in _candidates(ordered, story_of, near):
        match = _match(ordered[a], ordered[b], story_of, alike)
        if match.vetoed or match.score >= FLOOR:
            matches[a, b] = match
    groups = Groups(len(ordered), ((a, b, VETO if match.vetoed else match.score) for (a, b), match in sorted(matches.items())))
    groups.agglomerate(thresholds)
    group_of = {member: number for number in groups for member in groups.members[number]}
    best: dict[int, Match] = {}
    for (a, b), match in sorted(matches.items()):
        if group_of[a] == group_of[b] and not match.vetoed:
            for member in (a, b):
                if member not in best or match.score > best[member].score:
                    best[member] = match
    found = []
    for number in groups:
        founder, *others = sorted(groups.members[number])
        found.append([(ordered[founder], Match(1.0, "founder")), *((ordered[member], best[member]) for member in others)])
    return found


def _match(a: Deed, b: Deed, story_of: Mapping[str, str], alike: Callable[[str, str], float] | None) -> Match:
    match = compare(a, b)
    one, two = a.mention.article_id, b.mention.article_id
    if match.vetoed or match.score < FLOOR or one == two:
        return match
    return in_context(match, 0.5 if alike is None else alike(one, two), same_story=story_of[one] == story_of[two])


def _candidates(ordered: Sequence[Deed], story_of: Mapping[str, str], near: Iterable[tuple[str, str, float]]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of deeds to compare, the earlier first, each once."""
    by_article: dict[str, list[int]] = defaultdict(list)
    by_story: dict[str, list[int]] = defaultdict(list)
    counts: Counter[str] = Counter()
    for number, deed in enumerate(ordered):
        counts[deed.mention.version_id] += 1
        if counts[deed.mention.version_id] <= PER_VERSION:
            by_article[deed.mention.article_id].append(number)
            by_story[story_of[deed.mention.article_id]].append(number)
    for numbers in by_story.values():
        pairs = combinations(numbers, 2) if len(numbers) <= ALL_PAIRS else _sharing(ordered, numbers)
        yield from (pair for pair in pairs if _kindred(ordered, pair))
    for one, two, similarity in near:
        if similarity >= NEAR and story_of.get(one) != story_of.get(two):
            crossed = (tuple(sorted(pair)) for pair in product(by_article.get(one, ()), by_article.get(two, ())))
            yield from ((a, b) for a, b in crossed if _kindred(ordered, (a, b)))


def _sharing(ordered: Sequence[Deed], numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield pairs of deeds of one large story that share a word, a party or a place, with the latest that do."""
    having: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number in numbers:
        deed = ordered[number]
        keys = {("word", deed.trigger), *(("actor", n) for n in deed.actors), *(("target", n) for n in deed.targets)}
        keys |= {("place", deed.mention.place_id)} if deed.mention.place_id else set()
        earlier: set[int] = set()
        for key in keys:
            earlier.update(having[key][-SHARED:])
            having[key].append(number)
        yield from ((other, number) for other in sorted(earlier))


def _kindred(ordered: Sequence[Deed], pair: tuple[int, int]) -> bool:
    return kindred(ordered[pair[0]].mention.action, ordered[pair[1]].mention.action)


def _wording(mention: Mention) -> str:
    """Return the sentence, of a very long one the part around the trigger."""
    at = mention.trigger_start - mention.sentence_start
    return mention.sentence[max(0, at - WORDING) : at + WORDING] if len(mention.sentence) > 2 * WORDING else mention.sentence


def in_time(mention: Mention) -> tuple[object, ...]:
    """Return what orders mentions in time, and those of one moment by their place in the text."""
    return (mention.seen_at, mention.article_id, mention.version_id, mention.unit != "title", mention.trigger_start, mention.mention_id)


def describe_event(story_id: str, members: Sequence[Mention]) -> Event:
    """Return the event that mentions in order of time make up; it is named after the first."""
    days = [m.event_date_start for m in members if m.event_date_start and m.date_source != "publication"]
    guessed = [m.event_date_start for m in members if m.event_date_start]
    return Event(
        event_id=make_id("event", members[0].mention_id),
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
