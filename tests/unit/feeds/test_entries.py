"""Guids, dates, links and duplicates: what identifies an entry, and what an edit makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.feeds.parse import ParseContext, parse_body
from pipelines.feeds.records import Entry, Snapshot

AT = datetime(2024, 5, 14, 12, 0, tzinfo=UTC)
CONTEXT = ParseContext(
    feed_id="harbour/news", outlet_id="harbour", fetch_id="f1", fetched_at=AT, feed_url="https://harbour.example/feeds/news.xml",
    outlet_timezone="Europe/Berlin",
)  # fmt: skip
ITEM = (
    "<item><title>Ferry returns to service</title><link>https://harbour.example/ferry</link><guid>ferry-1</guid>"
    "<description>The ferry sails again.</description><pubDate>Tue, 14 May 2024 08:00:00 GMT</pubDate></item>"
)


def rss_with(*items: str, prolog: str = '<?xml version="1.0" encoding="utf-8"?>', attributes: str = 'version="2.0"') -> bytes:
    channel = f"<title>Harbour News</title><link>https://harbour.example/</link>{''.join(items)}"
    return f"{prolog}<rss {attributes}><channel>{channel}</channel></rss>".encode()


def entries_in(body: bytes, **changes: Any) -> tuple[Snapshot, list[Entry]]:
    return parse_body(body, replace(CONTEXT, **changes))


def plain_item(title: str) -> str:
    return f"<item><title>{title}</title><link>https://harbour.example/t</link></item>"


def test_no_guid_on_any_item() -> None:
    snapshot, entries = entries_in(rss_with(plain_item("A"), plain_item("B")))
    assert [e.guid for e in entries] == [None, None]
    assert (snapshot.without_guid, snapshot.repeated_guid) == (2, 0)
    assert len({e.entry_id for e in entries}) == 2


def test_one_guid_on_all_items() -> None:
    items = [f"<item><title>{t}</title><guid>same</guid></item>" for t in "ABC"]
    snapshot, entries = entries_in(rss_with(*items))
    assert [e.guid_unique for e in entries] == [False, False, False]
    assert snapshot.repeated_guid == 3


@pytest.mark.parametrize("guid", ["<guid></guid>", "<guid/>", "<guid>  </guid>"])
def test_an_empty_guid_is_a_missing_guid(guid: str) -> None:
    snapshot, [entry] = entries_in(rss_with(f"<item><title>A</title>{guid}<link>https://harbour.example/a</link></item>"))
    assert (entry.guid, entry.guid_unique, snapshot.without_guid) == (None, True, 1)


def test_a_guid_stays_as_given_and_serves_as_link_where_it_is_one() -> None:
    with_link = "<item><title>A</title><guid>https://harbour.example/g/1</guid></item>"
    opaque = "<item><title>B</title><guid>4711</guid><link>https://harbour.example/b</link></item>"
    _, [first, second] = entries_in(rss_with(with_link, opaque))
    assert (first.guid, first.link) == ("https://harbour.example/g/1", "https://harbour.example/g/1")
    assert (second.guid, second.link) == ("4711", "https://harbour.example/b")


def test_a_guid_is_the_same_from_a_sound_and_a_broken_document() -> None:
    item = "<item><title>B</title><guid>4711</guid></item>"
    sound, broken = entries_in(rss_with(item)), entries_in(rss_with(item, "<item><title>X</title><flag></item>"))
    assert sound[1][0].guid == broken[1][0].guid == "4711"
    assert sound[1][0].entry_id == broken[1][0].entry_id


def test_a_guid_that_changes_with_the_headline_makes_another_entry_with_the_same_link() -> None:
    def item(guid: str, title: str) -> bytes:
        return rss_with(f"<item><title>{title}</title><guid>{guid}</guid><link>https://harbour.example/a</link></item>")

    [before], [after] = entries_in(item("a-1", "Old headline"))[1], entries_in(item("a-2", "New headline"))[1]
    assert before.entry_id != after.entry_id
    assert before.canonical_link == after.canonical_link


def test_an_edited_headline_under_one_guid_is_another_entry_of_that_guid() -> None:
    [before], [after] = entries_in(rss_with(ITEM))[1], entries_in(rss_with(ITEM.replace("returns", "is back")))[1]
    assert (before.guid, before.entry_id != after.entry_id) == (after.guid, True)


def test_a_bumped_date_is_another_entry_with_the_same_texts() -> None:
    [before], [after] = entries_in(rss_with(ITEM))[1], entries_in(rss_with(ITEM.replace("08:00:00", "09:00:00")))[1]
    assert before.entry_id != after.entry_id
    assert (before.title, before.guid) == (after.title, after.guid)


def test_exact_duplicates_in_one_document_are_kept_once_and_their_guid_still_identifies() -> None:
    snapshot, entries = entries_in(rss_with(ITEM, plain_item("Other"), ITEM))
    assert (snapshot.entries, snapshot.entries_kept, snapshot.repeated_guid) == (3, 2, 0)
    assert [(e.position, e.guid_unique) for e in entries] == [(0, True), (1, True)]


def test_no_date_at_all() -> None:
    snapshot, [entry] = entries_in(rss_with(plain_item("A")))
    assert snapshot.without_date == 1
    assert (entry.published_raw, entry.published_at, entry.published_quality) == (None, None, "missing")


@pytest.mark.parametrize(
    ("raw", "quality"), [("at dawn", "unreadable"), ("Mon, 01 Jan 0001 00:00:00 GMT", "unreadable"), ("2031-01-01T00:00:00Z", "future")]
)
def test_a_bad_date_keeps_its_raw_string(raw: str, quality: str) -> None:
    snapshot, [entry] = entries_in(rss_with(f"<item><title>A</title><pubDate>{raw}</pubDate></item>"))
    assert (entry.published_raw, entry.published_quality, snapshot.without_date) == (raw, quality, 0)


def test_an_offset_fixed_across_summer_time_is_found_where_the_clock_gives_it_away() -> None:
    def item(n: int, raw: str) -> str:
        return f"<item><title>N{n}</title><pubDate>{raw}</pubDate></item>"

    # 13:50 in Berlin's summer is 11:50 UTC; the stale +0100 would make it 12:50, fifty minutes after the fetch.
    stale = [item(1, "Tue, 14 May 2024 13:50:00 +0100"), item(2, "Tue, 14 May 2024 09:00:00 +0100")]
    _, entries = entries_in(rss_with(*stale))
    assert [e.published_at for e in entries] == [datetime(2024, 5, 14, 11, 50, tzinfo=UTC), datetime(2024, 5, 14, 7, 0, tzinfo=UTC)]
    assert {(e.published_zone, e.published_quality) for e in entries} == {("outlet", "assumed_zone")}
    _, [unsuspected] = entries_in(rss_with(stale[1]))
    assert (unsuspected.published_at, unsuspected.published_zone) == (datetime(2024, 5, 14, 8, 0, tzinfo=UTC), "offset")


def test_links_of_all_kinds() -> None:
    links = {
        "A": "/relative/a", "B": "//cdn.example/b", "C": "  https://harbour.example/c \n", "D": "https://harbour.example/",
        "E": "https://harbour.example/" + "e" * 3000,
        "F": "https://harbour.example/f?utm_medium=rss&amp;id=5#top",
        "G": "javascript:alert(1)",
    }  # fmt: skip
    _, entries = entries_in(rss_with(*(f"<item><title>{t}</title><link>{link}</link></item>" for t, link in links.items())))
    got = {e.title: (e.link, e.canonical_link) for e in entries}
    assert got["A"] == ("https://harbour.example/relative/a",) * 2
    assert got["B"] == ("https://cdn.example/b",) * 2
    assert got["C"] == ("https://harbour.example/c",) * 2
    assert got["D"] == ("https://harbour.example/", None)
    assert got["E"] == (links["E"], None)
    assert got["F"] == ("https://harbour.example/f?utm_medium=rss&id=5#top", "https://harbour.example/f?id=5")
    assert got["G"] == (None, None)


def test_xml_base_and_feedburners_original_link_are_followed() -> None:
    item = (
        "<item><title>A</title><link>a/1</link><feedburner:origLink>https://harbour.example/real?utm_source=x</feedburner:origLink></item>"
        "<item><title>B</title><link>b/2</link></item>"
    )
    names = 'version="2.0" xml:base="https://base.example/x/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    _, [first, second] = entries_in(rss_with(item, attributes=names))
    assert (first.link, first.canonical_link) == ("https://base.example/x/a/1", "https://harbour.example/real")
    assert second.link == "https://base.example/x/b/2"
