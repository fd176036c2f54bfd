"""JSON Feed 1.0 and 1.1, broken JSON, and JSON that is no feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.feeds.parse import ParseContext, parse_body
from pipelines.feeds.records import Entry, Snapshot

FEED: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Hill Gazette",
    "language": "en-NZ",
    "home_page_url": "https://hill.example/",
    "authors": [{"name": "The Desk"}],
    "items": [
        {
            "id": 41,
            "url": "https://hill.example/a?utm_source=json",
            "title": "Bridge opens",
            "summary": "It is open.",
            "content_html": "<p>It is <em>open</em>.</p>",
            "content_text": "It is open.",
            "date_published": "2024-05-14T10:00:00+12:00",
            "date_modified": "2024-05-14T11:00:00+12:00",
            "authors": [{"name": "Ada Holm"}, {"name": "Bo Lind"}],
            "tags": ["roads", 7, None],
        },
        {"id": "b", "content_text": "Only text."},
    ],
}


def parsed_json(data: Any) -> tuple[Snapshot, list[Entry]]:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    context = ParseContext(
        feed_id="hill/all", outlet_id="hill", fetch_id="f", fetched_at=datetime(2024, 5, 14, 12, tzinfo=UTC),
        feed_url="https://hill.example/feed.json", outlet_timezone="Pacific/Auckland", max_entries=3,
    )  # fmt: skip
    return parse_body(body, context)


def test_version_11_fills_every_column() -> None:
    snapshot, [first, second] = parsed_json(FEED)
    assert (snapshot.outcome, snapshot.format, snapshot.title, snapshot.language) == ("ok", "json11", "Hill Gazette", "en-NZ")
    assert (first.guid, first.link, first.canonical_link) == ("41", "https://hill.example/a?utm_source=json", "https://hill.example/a")
    assert (first.title, first.summary, first.content) == ("Bridge opens", "It is open.", "<p>It is <em>open</em>.</p>")
    assert (first.author, first.categories) == ("Ada Holm, Bo Lind", ["roads", "7"])
    assert first.published_at == datetime(2024, 5, 13, 22, tzinfo=UTC)
    assert first.updated_at == datetime(2024, 5, 13, 23, tzinfo=UTC)
    assert (second.guid, second.content, second.author, second.link) == ("b", "Only text.", "The Desk", None)


def test_version_1_has_one_author() -> None:
    item = {"id": "1", "title": "T", "author": {"name": "Ada Holm"}, "external_url": "https://other.example/x"}
    snapshot, [entry] = parsed_json({"version": "https://jsonfeed.org/version/1", "title": "T", "items": [item]})
    assert (snapshot.format, entry.author, entry.link) == ("json1", "Ada Holm", "https://other.example/x")


def test_a_byte_order_mark_and_utf16_are_read() -> None:
    text = json.dumps(FEED)
    for body in (b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16")):
        assert len(parsed_json(body)[1]) == 2


def test_entries_are_capped_and_counted() -> None:
    snapshot, entries = parsed_json({**FEED, "items": [{"id": str(n)} for n in range(10)]})
    assert (snapshot.entries, snapshot.entries_kept, len(entries)) == (10, 3, 3)


def test_a_cut_off_document_keeps_its_whole_items() -> None:
    text = json.dumps(FEED)
    snapshot, entries = parsed_json(text[: text.index("Only text")].encode())
    assert (snapshot.outcome, snapshot.title, [e.guid for e in entries]) == ("partial", "Hill Gazette", ["41"])
    assert "not valid JSON" in (snapshot.detail or "")


def test_a_document_cut_before_its_first_item_is_unparseable() -> None:
    snapshot, entries = parsed_json(b'{"version": "https://jsonfeed.org/version/1.1", "title": "Hi')
    assert (snapshot.outcome, entries) == ("unparseable", [])


def test_a_feed_that_names_no_version_is_read_and_flagged() -> None:
    snapshot, entries = parsed_json({key: value for key, value in FEED.items() if key != "version"})
    assert (snapshot.outcome, len(entries)) == ("partial", 2)


@pytest.mark.parametrize("items", [[None, 3, "x", [], {}], [{"id": None, "title": ["x"], "tags": "x", "authors": {}, "author": "y"}]])
def test_items_of_the_wrong_types_do_no_harm(items: list[Any]) -> None:
    snapshot, entries = parsed_json({**FEED, "authors": "x", "items": items})
    assert (snapshot.outcome, snapshot.entries) == ("ok", len(items))
    assert all(entry.guid is None for entry in entries)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"error": "rate limit exceeded"}', "rate limit exceeded"),
        (b'{"kind": "listing", "data": []}', "kind, data"),
        (b"[1, 2, 3]", "list"),
        (b"{ this is no json", "not"),
    ],
)
def test_other_json_is_no_feed(body: bytes, says: str) -> None:
    snapshot, entries = parsed_json(body)
    assert (snapshot.outcome, entries) == ("not_a_feed", [])
    assert says in (snapshot.detail or "")


@pytest.mark.parametrize("nest", ["[" * 200_000, '{"a":' * 200_000])
def test_deep_nesting_is_survived(nest: str) -> None:
    body = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"}, ' + nest
    snapshot, _ = parsed_json(body.encode())
    assert snapshot.outcome in ("partial", "unparseable")


def test_a_lone_surrogate_does_not_reach_a_column() -> None:
    body = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "half \\ud83d face"}]}'
    _, [entry] = parsed_json(body)
    assert entry.title.encode("utf-8") == b"half ? face"
