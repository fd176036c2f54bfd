"""The lean grammar against feedparser itself, on archived feeds of real outlets."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest

from pipelines.feeds.encoding import decode
from pipelines.feeds.parse import ParseContext, parse_body
from pipelines.feeds.records import Entry, Snapshot
from pipelines.feeds.sniff import sniff

AT = datetime(2024, 5, 14, 12, 0, tzinfo=UTC)
CONTEXT = ParseContext(
    feed_id="harbour/news", outlet_id="harbour", fetch_id="f1", fetched_at=AT, feed_url="https://harbour.example/feeds/news.xml",
    outlet_timezone="Europe/Berlin",
)  # fmt: skip


def read_archived(body: bytes, **changes: Any) -> tuple[Snapshot, list[Entry]]:
    return parse_body(body, replace(CONTEXT, **changes))


def plain_feedparser(entry: Any) -> dict[str, Any]:
    """What feedparser itself says of an entry, for the columns that it fills."""
    raw = dict.get
    return {
        "guid": raw(entry, "id") or None,
        "link": raw(entry, "link"),
        "title": raw(entry, "title", ""),
        "summary": raw(entry, "summary", ""),
        "published_raw": raw(entry, "published"),
        "updated_raw": raw(entry, "updated"),
        "author": raw(entry, "author") or None,
        "categories": list(dict.fromkeys(tag["term"] for tag in raw(entry, "tags", []) if tag["term"])),
        "source_url": raw(raw(entry, "source", {}), "href"),
        "source_title": raw(raw(entry, "source", {}), "title"),
    }


def compare_with_feedparser(folder: Path, step: int) -> int:
    compared = 0
    rows = list(csv.DictReader((folder / "index.csv").open(encoding="utf-8")))
    for row in rows[::step]:
        body = gzip.decompress((folder / row["file"]).read_bytes())
        snapshot, entries = read_archived(body)
        plain = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
        assert snapshot.entries == len(plain.entries), row["file"]
        for entry in entries:
            theirs = plain_feedparser(plain.entries[entry.position])
            several = len(dict.get(plain.entries[entry.position], "authors", [])) > 1
            if several:
                # Ours names all authors, feedparser the last.
                theirs["author"] = entry.author
            assert {key: getattr(entry, key) for key in theirs} == theirs, row["file"]
            # feedparser takes a second description, a photo's caption, for a content; only content:encoded is compared.
            if entry.content:
                assert entry.content == max((c["value"] for c in plain.entries[entry.position].content), key=len), row["file"]
            compared += 1
    return compared


@pytest.mark.gold
def test_the_lean_grammar_gives_feedparsers_entries_on_archived_feeds(shared: Path) -> None:
    assert compare_with_feedparser(shared / "real" / "feeds", step=23) > 500


@pytest.mark.gold
@pytest.mark.soak
def test_the_lean_grammar_gives_feedparsers_entries_on_every_archived_feed(shared: Path) -> None:
    assert compare_with_feedparser(shared / "real" / "feeds", step=1) > 29_000


@pytest.mark.gold
def test_every_archived_error_page_is_told_from_the_feeds(shared: Path) -> None:
    folder = shared / "real" / "feeds"
    kinds: dict[str, int] = {}
    for row in csv.DictReader((folder / "index.csv").open(encoding="utf-8")):
        sniffed = sniff(decode(gzip.decompress((folder / row["file"]).read_bytes())).text)
        kinds[sniffed.kind] = kinds.get(sniffed.kind, 0) + 1
        assert sniffed.kind == "feed" or "it looks like" in sniffed.page
    assert kinds == {"feed": 763, "page": 70}


@pytest.mark.gold
@pytest.mark.soak
def test_every_archived_feed_is_sound(shared: Path) -> None:
    folder = shared / "real" / "feeds"
    outcomes: dict[str, int] = {}
    for row in csv.DictReader((folder / "index.csv").open(encoding="utf-8")):
        snapshot, _ = read_archived(gzip.decompress((folder / row["file"]).read_bytes()))
        outcomes[snapshot.outcome] = outcomes.get(snapshot.outcome, 0) + 1
    assert outcomes == {"ok": 763, "not_a_feed": 70}
