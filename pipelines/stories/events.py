"""Mentions to events: which mentions inside a story tell of one deed.

Groups form whatever the order of arrival (``agglomerate``), tuned for precision: a false merge invents corroboration. A
vetoed pair speaks against its groups' merging more than most matches speak for it. What makes a match is in ``deeds``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from pipelines.core.ids import make_id
from pipelines.extraction.records import Mention, Party
from pipelines.stories.agglomerate import Groups, Thresholds
from pipelines.stories.deeds import Deed, Match, compare, kindred, read_deed
from pipelines.stories.records import Event, EventMention, StoryArticle
from pipelines.stories.similarity import Idf, terms

THRESHOLDS = Thresholds(both_small=0.64, one_large=0.6, both_large=0.62)
VETO = -0.5
FLOOR = 0.3


def build_events(mentions: Sequence[Mention], story_articles: Sequence[StoryArticle]) -> tuple[list[Event], list[EventMention]]:
    """Group all mentions into events, each inside one story; every mention of a story's article stands in exactly one event.

    An event is named after its earliest mention, so that its id stays while later mentions join.
    """
    story_of = {link.article_id: link.story_id for link in story_articles}
    by_story: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.article_id in story_of:
            by_story[story_of[mention.article_id]].append(mention)
    sentences = {m.sentence: terms("", m.sentence) for m in sorted(mentions, key=lambda m: m.mention_id)}
    idf = Idf(sentences.values())
    vectors = {sentence: idf.vector(counts) for sentence, counts in sentences.items()}
    events: list[Event] = []
    links: list[EventMention] = []
    for story_id, members in sorted(by_story.items()):
        for group in group_deeds([read_deed(m, vectors[m.sentence]) for m in sorted(members, key=_order)]):
            event = _event(story_id, [deed.mention for deed, _ in group])
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


def group_deeds(ordered: Sequence[Deed], thresholds: Thresholds = THRESHOLDS) -> list[list[tuple[Deed, Match]]]:
    """Group deeds of one story that are in order of time; each member comes with its best match inside its group.

    The first member of a group is its founder.
    """
    matches: dict[tuple[int, int], Match] = {
        (a, b): match
        for (a, one), (b, two) in combinations(enumerate(ordered), 2)
        if kindred(one.mention.action, two.mention.action) and ((match := compare(one, two)).vetoed or match.score >= FLOOR)
    }
    groups = Groups(len(ordered), ((a, b, VETO if match.vetoed else match.score) for (a, b), match in matches.items()))
    groups.agglomerate(thresholds)
    found = []
    for number in groups:
        members = sorted(groups.members[number])
        best: dict[int, Match] = {}
        for pair in combinations(members, 2):
            known = matches.get(pair)
            if known is not None and not known.vetoed:
                for member in pair:
                    if member not in best or known.score > best[member].score:
                        best[member] = known
        best[members[0]] = Match(1.0, "founder")
        found.append([(ordered[member], best[member]) for member in members])
    return found


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
