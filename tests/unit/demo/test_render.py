"""Feeds come out as the same bytes for the same time, well-formed, in the dates, guids and encodings that each outlet uses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from pipelines.demo import render
from pipelines.demo import world as sample

SATURDAY = datetime(2025, 3, 29, 18, tzinfo=UTC)
MONDAY = datetime(2025, 3, 31, 21, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
RSS1 = "{http://purl.org/rss/1.0/}"


@pytest.fixture(scope="module")
def world() -> sample.World:
    return sample.load()


def rss_items(world: sample.World, outlet: str, at: datetime) -> list[ElementTree.Element]:
    feed = world.outlet(outlet).feeds[0].name
    return ElementTree.fromstring(render.feed_bytes(world, outlet, feed, at)).findall("channel/item")


def texts(items: list[ElementTree.Element], name: str) -> list[str | None]:
    return [item.findtext(name) for item in items]


def test_the_same_time_gives_the_same_bytes_in_another_load(world: sample.World) -> None:
    other = sample.load()
    for outlet in world.outlets:
        for feed in outlet.feeds:
            assert render.feed_bytes(world, outlet.id, feed.name, SATURDAY) == render.feed_bytes(other, outlet.id, feed.name, SATURDAY)


def test_every_feed_is_well_formed_at_every_poll_and_lists_what_is_shown(world: sample.World) -> None:
    for at in world.poll_times():
        for outlet in world.outlets:
            for feed in outlet.feeds:
                body = render.feed_bytes(world, outlet.id, feed.name, at)
                if outlet.format == "json1":
                    found = len(json.loads(body)["items"])
                else:
                    root = ElementTree.fromstring(body)
                    path = {"rss20": "channel/item", "atom10": f"{ATOM}entry", "rdf10": f"{RSS1}item"}[outlet.format]
                    found = len(root.findall(path))
                assert found == len(world.shown(outlet.id, feed.name, at))


def test_only_the_planted_outlet_writes_the_present_time_into_its_feed(world: sample.World) -> None:
    later = SATURDAY.replace(minute=1)
    changing = {
        outlet.id
        for outlet in world.outlets
        for feed in outlet.feeds
        if render.feed_bytes(world, outlet.id, feed.name, SATURDAY) != render.feed_bytes(world, outlet.id, feed.name, later)
    }
    assert changing == {"evening-mail"}


def test_named_zones_change_with_the_clocks(world: sample.World) -> None:
    dates = {str(date)[-4:] for date in texts(rss_items(world, "evening-mail", MONDAY), "pubDate")}
    assert dates == {"CEST"}
    assert {str(date)[-4:] for date in texts(rss_items(world, "evening-mail", SATURDAY), "pubDate")} == {" CET"}


def test_an_offset_is_written_in_the_newsrooms_own_time() -> None:
    moment = datetime(2025, 3, 30, 0, 59, 30, tzinfo=UTC)
    assert render.rfc822(moment, ZoneInfo("Europe/Vienna"), "offset") == "Sun, 30 Mar 2025 01:59:30 +0100"
    assert render.rfc822(moment.replace(hour=1), ZoneInfo("Europe/Vienna"), "named_zone") == "Sun, 30 Mar 2025 03:59:30 CEST"
    assert render.rfc822(moment, ZoneInfo("Europe/Bucharest"), "no_zone") == "Sun, 30 Mar 2025 02:59:30"


def test_guids_are_missing_shared_or_changed_where_planted(world: sample.World) -> None:
    assert set(texts(rss_items(world, "voice", MONDAY), "guid")) == {None}
    assert set(texts(rss_items(world, "torvin-sun", MONDAY), "guid")) == {"https://torvinsun.example/news"}

    def guid_of_claim(at: datetime) -> str | None:
        (item,) = [i for i in rss_items(world, "plain-truth", at) if str(i.findtext("link")).endswith("/foreign-fighters")]
        return item.findtext("guid")

    assert guid_of_claim(datetime(2025, 3, 29, 15, tzinfo=UTC)) != guid_of_claim(SATURDAY)


def test_the_local_paper_gives_no_dates(world: sample.World) -> None:
    items = rss_items(world, "halvik-echo", SATURDAY)
    assert items
    assert set(texts(items, "pubDate")) == {None}


def test_a_bumped_date_comes_without_a_changed_text(world: sample.World) -> None:
    def war_drums(at: datetime) -> ElementTree.Element:
        (item,) = [i for i in rss_items(world, "plain-truth", at) if str(i.findtext("link")).endswith("/war-drums")]
        return item

    before, after = war_drums(datetime(2025, 3, 29, 9, tzinfo=UTC)), war_drums(datetime(2025, 3, 29, 12, tzinfo=UTC))
    assert before.findtext("pubDate") != after.findtext("pubDate")
    assert (before.findtext("title"), before.findtext("description")) == (after.findtext("title"), after.findtext("description"))


def test_the_latin_1_feed_says_so_and_keeps_its_letters(world: sample.World) -> None:
    body = render.feed_bytes(world, "relief-desk", "reports", SATURDAY)
    assert b'encoding="iso-8859-1"' in body
    assert "Léa Brunner".encode("latin-1") in body


def test_the_source_element_names_the_agency(world: sample.World) -> None:
    sources = [item.find("source") for item in rss_items(world, "northern-mirror", SATURDAY)]
    assert {source.text for source in sources if source is not None} == {"Kessing Press"}
    assert {source.get("url") for source in sources if source is not None} == {"https://kessingpress.example/wire.json"}


def test_a_truncated_feed_breaks_off_after_whole_entries(world: sample.World) -> None:
    at = datetime(2025, 3, 29, 6, tzinfo=UTC)
    body = render.truncated(render.feed_bytes(world, "northern-mirror", "north", at))
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(body)
    assert 0 < body.count(b"</item>") < len(world.shown("northern-mirror", "north", at))


def test_the_section_feed_is_a_part_of_the_news_feed(world: sample.World) -> None:
    def keys(feed: str) -> set[str]:
        return {shown.item.id for shown in world.shown("courier", feed, SATURDAY)}

    assert set() < keys("border") < keys("news")
