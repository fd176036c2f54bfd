"""What a correction touched is named, that which it took something from included."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pipelines.articles.records import ArticleOrigin
from pipelines.corrections import traces
from pipelines.corrections.mentions import Outcome, key_of
from pipelines.corrections.records import CorrectionRow
from pipelines.corrections.schema import BELONGS_NOT, NOT_A_MENTION, ArticleKey, Correction, thing_id
from pipelines.extraction.records import Mention
from pipelines.stories.records import EventMention, StoryArticle, StoryTopic
from tests.support.lake_world import LakeWorld, at

WHEN = at("2021-09-18 09:00")


def mentions() -> list[Mention]:
    """Four mentions, of one article each."""
    world = LakeWorld()
    world.outlet("alpha", "Alpha", "GBR")
    versions = [world.article(f"a{n}", "alpha/main", WHEN, "Norland troops kill nine at Lenk bridge") for n in range(4)]
    return [world.mention(version, "kill", "ASSAULT") for version in versions]


def correction(kind: str, field: str, subject: Any, other: Any = None) -> Correction:
    return Correction(
        id=thing_id(kind, field, subject, other), kind=kind, field=field, value="", before="", who="ana", why="test",  # type: ignore[arg-type]
        when=datetime(2025, 3, 4, tzinfo=UTC), subject=subject, other=other,
    )  # fmt: skip


def told(events: dict[str, list[Mention]]) -> list[EventMention]:
    return [
        EventMention(event_id=event, mention_id=m.mention_id, first_seen=WHEN, score=1.0, reason="")
        for event, members in events.items() for m in members
    ]  # fmt: skip


def held(stories: dict[str, list[Mention]]) -> list[StoryArticle]:
    return [
        StoryArticle(story_id=story, article_id=m.article_id, outlet_id="alpha", first_seen=WHEN, similarity=1.0, reason="")
        for story, members in stories.items() for m in members
    ]  # fmt: skip


def row(outcome: Outcome, coded: list[Mention], now: traces.Links, without: traces.Links) -> CorrectionRow:
    (made,) = traces.rows([outcome], coded, now, without)
    return made


def test_a_mention_that_is_none_names_the_event_that_lost_it() -> None:
    """Its event is named anew where it was the first of it; the others stand in another one by that."""
    a, b, c, d = coded = mentions()
    stories = held({"s": coded})
    out = Outcome(correction("mention", NOT_A_MENTION, key_of(a)), "applied", "ASSAULT", (a.mention_id,))
    without = traces.Links((), stories, told({"of a": [a, b], "of c": [c], "of d": [d]}))
    found = row(out, coded, traces.Links((), stories, told({"of b": [b], "of c": [c], "of d": [d]})), without)
    assert (found.events, found.moved_ids, found.stories) == (["of b"], [b.mention_id], ["s"])
    same = row(out, coded, traces.Links((), stories, told({"of a": [b], "of c": [c], "of d": [d]})), without)
    assert (same.events, same.moved_ids) == (["of a"], [])


def test_a_mention_that_another_one_moved_is_named_with_both_events() -> None:
    """Day and place of one mention are read from the others of its text, so that a correction may move what it is not about."""
    a, b, c, d = coded = mentions()
    stories = held({"s": [a, b, c], "t": [d]})
    out = Outcome(correction("mention", "polarity", key_of(a)), "applied", "positive", (a.mention_id,))
    without = traces.Links((), stories, told({"of a": [a], "of b": [b, c], "of d": [d]}))
    found = row(out, coded, traces.Links((), stories, told({"of a": [a], "of b": [b], "of c": [c], "of d": [d]})), without)
    assert (found.events, found.moved_ids) == (["of a", "of b", "of c"], [c.mention_id])


def test_what_nobody_corrected_is_not_named() -> None:
    a, b, c, d = coded = mentions()
    links = traces.Links((), held({"s": coded}), told({"of a": [a, b], "of c": [c, d]}))
    unmatched = Outcome(correction("mention", "polarity", key_of(a)), "unmatched")
    found = row(unmatched, coded, links, links)
    assert [found.events, found.stories, found.articles, found.topics, found.moved_ids] == [[], [], [], [], []]
    agrees = Outcome(correction("copy", BELONGS_NOT, ArticleKey(a.article_id), ArticleKey(b.article_id)), "agrees", "none")
    assert (row(agrees, coded, links, links).articles, row(agrees, coded, links, links).events) == ([], [])


def test_a_copy_names_every_article_whose_origin_it_changed() -> None:
    a, b, c, d = coded = mentions()

    def origin(m: Mention, of: Mention, group: str | None) -> ArticleOrigin:
        return ArticleOrigin(
            article_id=m.article_id, outlet_id="alpha", origin_id=of.article_id, copy_group_id=group, reuse="own" if m is of else "copy",
            basis="own", evidence=None, wire=None, first_seen=WHEN,
        )  # fmt: skip

    without = [origin(a, a, "g"), origin(b, a, "g"), origin(c, a, "g"), origin(d, a, "g")]
    now = [origin(a, a, "g"), origin(b, b, "h"), origin(c, b, "h"), origin(d, a, "g")]
    stories, events = held({"s": coded}), told({"of a": [a], "of b": [b], "of c": [c], "of d": [d]})
    out = Outcome(correction("copy", BELONGS_NOT, ArticleKey(a.article_id), ArticleKey(b.article_id)), "applied", "near")
    found = row(out, coded, traces.Links(now, stories, events), traces.Links(without, stories, events))
    assert found.articles == sorted(m.article_id for m in (a, b, c))
    assert found.events == ["of a", "of b", "of c"]


def test_topics_are_those_that_changed() -> None:
    """A moved article has the topics of its new story and lost those of the old one; what stayed is not named."""
    a, b, c, _ = coded = mentions()
    topics = [StoryTopic(story_id=s, topic=t, first_seen=WHEN, score=1.0, articles=1, reason="") for s, t in (("s", "war"), ("s", "law"))]
    new = [*topics, replace(topics[0], story_id="own")]
    out = Outcome(correction("story", BELONGS_NOT, ArticleKey(b.article_id), ArticleKey(a.article_id)), "applied", "s",
                  stories=frozenset({"s", "own"}))  # fmt: skip
    without = traces.Links((), held({"s": [a, b, c]}), told({"of a": [a, b], "of c": [c]}), topics)
    found = row(out, coded, traces.Links((), held({"s": [a, c], "own": [b]}), told({"of a": [a], "of b": [b], "of c": [c]}), new), without)
    assert (found.topics, found.stories, found.articles) == (["law"], ["own", "s"], [b.article_id])
    assert (found.events, found.moved_ids) == (["of a", "of b"], [b.mention_id])
