"""What a headline leaves open is read in the text below it, for comparison only."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipelines.extraction.records import Mention
from pipelines.stories.bearings import with_bearings
from pipelines.stories.deeds import read_deed
from pipelines.stories.events import build_events
from pipelines.stories.similarity import Idf, terms
from tests.support.lake_world import LakeWorld, at

WEDNESDAY, THURSDAY = ("Wednesday", date(2031, 5, 7)), ("Thursday", date(2031, 5, 8))
OSK, SARN = ("Osk", "1", "XAA"), ("Sarn", "2", "XAA")
GROUP = [("Dawn Brigade", "DAWN_BRIGADE")]


def report(world: LakeWorld, outlet: str, when: str, day: tuple[str, date], body: str = "") -> list[Mention]:
    """A title that names neither day nor place, a lead that does, and a body that names another place if there is one."""
    title, lead = f"Dawn Brigade bombed market, {outlet} reporters say", f"The Dawn Brigade bombed the market in Osk on {day[0]}."
    version = world.article(f"{outlet} {when}", f"{outlet}/main", at(when), title, summary=lead, body=body)
    facts: dict[str, Any] = {"actors": GROUP, "targets": [("market", None)]}
    mentions = [
        world.mention(version, "bombed", "ASSAULT", **facts),
        world.mention(version, "bombed", "ASSAULT", unit="summary", stated=day, place=OSK, **facts),
    ]
    return [*mentions, world.mention(version, "bombed", "ASSAULT", unit="body", stated=day, place=SARN, **facts)] if body else mentions


def completed(mentions: list[Mention], most: int = 300) -> list[Mention]:
    vector = Idf([terms("", m.sentence) for m in mentions]).vector
    return [deed.mention for deed in with_bearings([read_deed(m, vector(terms("", m.sentence))) for m in mentions], most)]


def test_the_title_has_the_day_and_place_of_the_lead() -> None:
    title, lead = completed(report(LakeWorld(), "gazette", "2031-05-07 12:00", WEDNESDAY))
    assert (title.event_date_start, title.place_id) == (lead.event_date_start, lead.place_id) == (date(2031, 5, 7), lead.place_id)
    assert lead.place_id is not None


def test_what_the_text_says_in_two_ways_stays_open() -> None:
    body = "The Dawn Brigade bombed the market in Sarn on Wednesday."
    title = completed(report(LakeWorld(), "gazette", "2031-05-07 12:00", WEDNESDAY, body))[0]
    assert title.event_date_start == date(2031, 5, 7)
    assert title.date_source != "publication"
    assert title.place_id is None


def test_a_second_verb_has_the_day_and_place_of_its_sentence() -> None:
    world = LakeWorld()
    lead = "On Wednesday the Dawn Brigade bombed a market in Osk, a minister said, and nine people were killed."
    version = world.article("a", "gazette/main", at("2031-05-08 12:00"), "Market in ruins", summary=lead)
    bombed = world.mention(version, "bombed", "ASSAULT", unit="summary", stated=WEDNESDAY, place=OSK, actors=GROUP)
    killed = world.mention(version, "killed", "ASSAULT", unit="summary", targets=[("nine people", None)])
    other = world.mention(version, "said", "ACCUSE", unit="summary")
    read = completed([bombed, killed, other])
    assert (read[1].event_date_start, read[1].place_id) == (date(2031, 5, 7), bombed.place_id)
    assert (read[2].event_date_start, read[2].place_id) == (other.event_date_start, None)


def test_a_denial_is_of_the_deed_that_the_text_tells() -> None:
    world = LakeWorld()
    lead = "On Wednesday an explosion killed Ada Holt in Osk."
    body = "The Dawn Brigade denied that it attacked the hall. Ada Holt denied shelling the town."
    version = world.article("a", "gazette/main", at("2031-05-08 12:00"), "Hall in ruins", summary=lead, body=body)
    killed = world.mention(version, "killed", "ASSAULT", unit="summary", stated=WEDNESDAY, place=OSK, targets=[("Ada Holt", None)])
    denied = world.mention(version, "attacked", "ASSAULT", unit="body", actors=GROUP, targets=[("hall", None)], polarity="denied")
    turned = world.mention(version, "shelling", "ASSAULT", unit="body", actors=[("Ada Holt", None)], polarity="denied")
    told = world.mention(version, "attacked", "ASSAULT", unit="body", actors=GROUP, targets=[("hall", None)])
    assert completed([killed, denied])[1].place_id == killed.place_id
    assert completed([killed, denied])[1].event_date_start == date(2031, 5, 7)
    assert completed([killed, turned])[1].place_id is None
    assert completed([killed, told])[1].place_id is None


def test_one_place_in_two_wordings_is_one_place() -> None:
    world = LakeWorld()
    title, lead = "Dawn Brigade bombs Osk market", "The Dawn Brigade bombed the market in Osk on Wednesday."
    version = world.article("a", "gazette/main", at("2031-05-07 12:00"), title, summary=lead, body="The Dawn Brigade denied bombing it.")
    first = world.mention(version, "bombs", "ASSAULT", place=("Osk market", *OSK[1:]), actors=GROUP)
    second = world.mention(version, "bombed", "ASSAULT", unit="summary", place=OSK, stated=WEDNESDAY, actors=GROUP)
    denied = world.mention(version, "bombing", "ASSAULT", unit="body", polarity="denied", actors=GROUP)
    assert first.place != second.place
    assert completed([first, second, denied])[2].place_id == first.place_id == second.place_id


def test_beyond_so_many_mentions_a_text_is_not_read() -> None:
    mentions = report(LakeWorld(), "gazette", "2031-05-07 12:00", WEDNESDAY)
    assert completed(mentions, most=1) == mentions


def test_two_bombings_of_one_town_on_two_days_stay_two_events() -> None:
    world = LakeWorld()
    first = [m for outlet in ("gazette", "herald") for m in report(world, outlet, "2031-05-07 12:00", WEDNESDAY)]
    second = [m for outlet in ("gazette", "herald") for m in report(world, outlet, "2031-05-08 12:00", THURSDAY)]
    world.story(*world.rows["article_version"])
    events, links = build_events([*first, *second], world.rows["story_article"], (), lambda a, b: 1.0)
    event_of = {link.mention_id: link.event_id for link in links}
    assert {event_of[m.mention_id] for m in first}.isdisjoint(event_of[m.mention_id] for m in second)
    assert len(events) == 2


def test_the_record_keeps_what_each_mention_says() -> None:
    world = LakeWorld()
    mentions = report(world, "gazette", "2031-05-07 12:00", WEDNESDAY)
    world.story(*world.rows["article_version"])
    before = list(mentions)
    build_events(mentions, world.rows["story_article"])
    assert mentions == before
