"""Events: mentions of one deed stand together, look-alikes apart, in any order."""

import random
from datetime import date, timedelta
from typing import Any

from pipelines.articles.records import ArticleVersion
from pipelines.core.ids import make_id
from pipelines.extraction.records import Mention
from pipelines.stories.events import build_events
from pipelines.stories.records import Event, EventMention
from tests.support.lake_world import LakeWorld, at

NOON = at("2031-05-04 12:00")


class Newsroom:
    """A world in which every article belongs to the one story given."""

    def __init__(self) -> None:
        self.world = LakeWorld()
        self.versions: dict[str, list[ArticleVersion]] = {}
        self.mentions: list[Mention] = []

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
        return build_events(self.mentions if mentions is None else mentions, list(links.values()))


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
    events, links = room.events()
    assert groups(links, room.mentions) == [0, 0, 0, 0, 1]
    event = next(e for e in events if e.mentions == 4)
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
    story = room.world.rows["story"][-1].story_id
    assert late[room.mentions[0].mention_id] == make_id("event", story, room.mentions[0].mention_id)


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


def test_mentions_without_a_story_and_no_mentions_give_nothing() -> None:
    room = bridge()
    assert build_events(room.mentions, []) == ([], [])
    assert build_events([], []) == ([], [])
