"""Events: mentions of one deed stand together, look-alikes apart, in any order."""

import dataclasses
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from pipelines.articles.records import ArticleVersion
from pipelines.core.ids import make_id
from pipelines.extraction.records import Mention
from pipelines.stories import events
from pipelines.stories.deeds import Deed, Match, compare
from pipelines.stories.events import ALL_PAIRS, PER_VERSION, build_events
from pipelines.stories.records import Event, EventMention
from tests.support.lake_world import LakeWorld, at

NOON = at("2031-05-04 12:00")


class Newsroom:
    """A world in which every article belongs to the one story given."""

    def __init__(self) -> None:
        self.world = LakeWorld()
        self.versions: dict[str, list[ArticleVersion]] = {}
        self.mentions: list[Mention] = []
        self.near: list[tuple[str, str, float]] = []
        self.alike: Callable[[str, str], float] | None = None

    def tells(
        self, outlet: str, title: str, trigger: str, action: str = "ASSAULT", *, hours: float = 0.0, story: str = "s", **facts: Any
    ) -> Mention:
        version = self.world.article(title, f"{outlet}/main", NOON + timedelta(hours=hours), title)
        self.versions.setdefault(story, []).append(version)
        self.mentions.append(self.world.mention(version, trigger, action, **facts))
        return self.mentions[-1]

    def events(self, mentions: list[Mention] | None = None) -> tuple[list[Event], list[EventMention]]:
        for versions in self.versions.values():
            self.world.story(*versions)
        links = {link.article_id: link for link in self.world.rows["story_article"]}
        return build_events(self.mentions if mentions is None else mentions, list(links.values()), self.near, self.alike)


def groups(links: list[EventMention], mentions: list[Mention]) -> list[int]:
    """Number events in the order of ``mentions``."""
    event = {link.mention_id: link.event_id for link in links}
    seen: dict[str, int] = {}
    return [seen.setdefault(event[m.mention_id], len(seen)) for m in mentions]


def bridge() -> Newsroom:
    room = Newsroom()
    room.tells(
        "gazette", "Gunmen killed three guards at Marren bridge", "killed", actors=[("Gunmen", None)], targets=[("three guards", None)]
    )
    room.tells(
        "herald", "Three guards killed by gunmen at bridge", "killed", hours=1, actors=[("gunmen", None)], targets=[("Three guards", None)]
    )
    room.tells(
        "post", "Gunmen kill seven guards at Marren bridge", "kill", hours=6, actors=[("Gunmen", None)], targets=[("seven guards", None)]
    )
    room.tells(
        "voice",
        "Rebels deny that gunmen killed guards at bridge",
        "killed",
        hours=8,
        actors=[("gunmen", None)],
        targets=[("guards", None)],
        polarity="denied",
    )
    room.tells(
        "gazette", "Minister blames rebels for attack", "blames", "ACCUSE", hours=9, actors=[("Minister", None)], targets=[("rebels", None)]
    )
    return room


def test_one_deed_with_a_rising_toll_and_its_denial_is_one_event() -> None:
    room = bridge()
    found, links = room.events()
    assert groups(links, room.mentions) == [0, 0, 0, 0, 1]
    event = next(e for e in found if e.mentions == 4)
    assert (event.action, event.actor, event.outlets, event.first_seen) == ("ASSAULT", "Gunmen", 4, NOON)


def test_every_mention_stands_in_one_event_with_a_score_and_a_reason() -> None:
    room = bridge()
    _, links = room.events()
    assert sorted(link.mention_id for link in links) == sorted(m.mention_id for m in room.mentions)
    assert all(0 < link.score <= 1 and link.reason for link in links)
    assert sum(link.reason == "founder" for link in links) == 2


def test_shuffled_mentions_give_the_same_events() -> None:
    room = bridge()
    expected = room.events()
    chance = random.Random(4)
    for _ in range(4):
        mentions = list(room.mentions)
        chance.shuffle(mentions)
        assert room.events(mentions) == expected


def test_an_event_keeps_its_id_while_later_mentions_join() -> None:
    room = bridge()
    early = {link.mention_id: link.event_id for link in room.events(room.mentions[:2])[1]}
    late = {link.mention_id: link.event_id for link in room.events()[1]}
    assert early.items() <= late.items()
    assert late[room.mentions[0].mention_id] == make_id("event", room.mentions[0].mention_id)


def test_two_blasts_a_day_apart_stay_two_events() -> None:
    room = Newsroom()
    for outlet, hours in (("gazette", 0), ("herald", 1), ("post", 2)):
        room.tells(
            outlet,
            f"Bomb exploded at Marren station on Sunday, {outlet} learns",
            "exploded",
            hours=hours,
            stated=("Sunday", date(2031, 5, 4)),
        )
    for outlet, hours in (("gazette", 24), ("herald", 25)):
        room.tells(
            outlet,
            f"Bomb exploded at Marren station on Monday, {outlet} learns",
            "exploded",
            hours=hours,
            stated=("Monday", date(2031, 5, 5)),
        )
    room.tells("post", "Second bomb exploded at Marren station, post learns", "exploded", hours=26)
    assert groups(room.events()[1], room.mentions) == [0, 0, 0, 1, 1, 2]


def test_a_vetoed_mention_does_not_slip_in_through_a_third() -> None:
    """The undated one is like both; it must not tie two dated deeds together."""
    room = Newsroom()
    room.tells("gazette", "Bomb exploded at Marren station on Sunday", "exploded", stated=("Sunday", date(2031, 5, 4)))
    room.tells("herald", "Bomb exploded at Marren station", "exploded", hours=1)
    room.tells("post", "Bomb exploded at Marren station on Monday", "exploded", hours=24, stated=("Monday", date(2031, 5, 5)))
    assert groups(room.events()[1], room.mentions) == [0, 0, 1]


def test_stories_keep_their_events_apart() -> None:
    room = Newsroom()
    room.tells("gazette", "Gunmen killed three guards", "killed", story="s")
    room.tells("herald", "Gunmen killed three guards!", "killed", story="t")
    assert groups(room.events()[1], room.mentions) == [0, 1]


def two_stories(similarity: float, alike: float, **other: Any) -> list[int]:
    """Number the events of one deed told in two stories."""
    room = Newsroom()
    guards = {"actors": [("Gunmen", None)], "targets": [("three guards", None)]}
    room.tells("gazette", "Gunmen killed three guards at Marren bridge", "killed", story="s", **guards)
    room.tells("herald", "Gunmen killed three guards by Marren bridge", "killed", hours=2, story="t", **{**guards, **other})
    one, two = (m.article_id for m in room.mentions)
    room.near, room.alike = [(two, one, similarity)], lambda a, b: alike
    found, links = room.events()
    if len(found) == 1:
        assert {e.story_id for e in found} == {next(link.story_id for link in room.world.rows["story_article"] if link.article_id == one)}
        assert "another story" in links[-1].reason and "texts of one event" in links[-1].reason
    return groups(links, room.mentions)


def test_a_deed_that_two_near_stories_tell_of_is_one_event_of_the_first() -> None:
    assert two_stories(0.3, 0.9) == [0, 0]


def test_stories_that_are_not_near_share_no_event() -> None:
    assert two_stories(0.05, 0.9) == [0, 1]


def test_across_stories_a_deed_needs_a_party_place_or_toll_in_common() -> None:
    assert two_stories(0.3, 0.9, actors=[], targets=[]) == [0, 1]


def test_texts_that_tell_of_two_events_weigh_against_a_match() -> None:
    room = Newsroom()
    room.tells("gazette", "Envoy met minister in Velden", "met", "CONSULT", actors=[("Envoy", None)])
    room.tells("herald", "Envoy met farmers near Sarn", "met", "CONSULT", hours=9, actors=[("Envoy", None)])
    room.alike = lambda a, b: 1.0
    assert groups(room.events()[1], room.mentions) == [0, 0]
    room.alike = lambda a, b: 0.0
    assert groups(room.events()[1], room.mentions) == [0, 1]


def test_an_endless_text_costs_little_and_loses_no_mention(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of deeds in one body: those after the cap stand alone, the rest are compared where they share something."""
    world = LakeWorld()
    body = " ".join(f"Gunmen killed guard {n} at post {n}." for n in range(1500))
    version = world.article("x", "gazette/main", NOON, "A year of killings", "", body)
    first = world.mention(version, "killed", "ASSAULT", unit="body", actors=[("Gunmen", None)])
    mentions = [
        dataclasses.replace(first, mention_id=f"m{n}", sentence_index=n, trigger_start=first.trigger_start + 40 * n) for n in range(1500)
    ]
    world.story(version)
    compared = 0

    def counted(a: Deed, b: Deed) -> Match:
        nonlocal compared
        compared += 1
        return compare(a, b)

    monkeypatch.setattr(events, "compare", counted)
    _, links = build_events(mentions, world.rows["story_article"])
    assert sorted(link.mention_id for link in links) == sorted(m.mention_id for m in mentions)
    assert 0 < compared <= PER_VERSION * (PER_VERSION - 1) / 2


def test_a_large_story_still_joins_what_shares_a_word_or_a_party() -> None:
    room = Newsroom()
    for n in range(160):
        town = f"Town{n}"
        guards = {"targets": [(f"guards of {town}", None)], "place": (town, str(n), "XAA")}
        room.tells("gazette", f"Gunmen killed guards of {town}", "killed", hours=n / 10, **guards)
        room.tells("herald", f"Rebels killed guards of {town}", "killed", hours=n / 10 + 0.05, **guards)
    assert len(room.mentions) > ALL_PAIRS
    numbers = groups(room.events()[1], room.mentions)
    assert sum(a == b for a, b in zip(numbers[::2], numbers[1::2], strict=True)) >= 150


def test_mentions_without_a_story_and_no_mentions_give_nothing() -> None:
    room = bridge()
    assert build_events(room.mentions, []) == ([], [])
    assert build_events([], []) == ([], [])
