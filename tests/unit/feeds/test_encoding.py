"""Encodings declared rightly, wrongly and not at all."""

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


def feed_text(*items: str, prolog: str = '<?xml version="1.0" encoding="utf-8"?>', attributes: str = 'version="2.0"') -> bytes:
    channel = f"<title>Harbour News</title><link>https://harbour.example/</link>{''.join(items)}"
    return f"{prolog}<rss {attributes}><channel>{channel}</channel></rss>".encode()


def read_feed(body: bytes, **changes: Any) -> tuple[Snapshot, list[Entry]]:
    return parse_body(body, replace(CONTEXT, **changes))


def item_titled(title: str) -> str:
    return f"<item><title>{title}</title><link>https://harbour.example/t</link></item>"


def test_utf8_that_declares_utf16() -> None:
    body = feed_text(item_titled("Größe"), prolog='<?xml version="1.0" encoding="utf-16"?>')
    snapshot, [entry] = read_feed(body)
    assert (entry.title, snapshot.encoding, snapshot.outcome) == ("Größe", "utf-8", "partial")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_real_wide_encodings(encoding: str) -> None:
    text = feed_text(item_titled("Größe"), prolog='<?xml version="1.0" encoding="utf-16"?>').decode()
    snapshot, [entry] = read_feed(text.encode(encoding))
    assert (entry.title, snapshot.outcome) == ("Größe", "ok")


def test_undeclared_latin1() -> None:
    snapshot, [entry] = read_feed(feed_text(item_titled("Größe"), prolog="").decode().encode("latin-1"))
    assert (entry.title, snapshot.encoding, snapshot.outcome) == ("Größe", "cp1252", "partial")


def test_the_header_names_the_encoding_where_the_document_does_not() -> None:
    body = feed_text(item_titled("Новости порта"), prolog="").decode().encode("koi8-r")
    snapshot, [entry] = read_feed(body, content_type="text/xml; charset=KOI8-R")
    assert (entry.title, snapshot.encoding) == ("Новости порта", "koi8-r")


@pytest.mark.parametrize(
    ("declared", "actual", "title"),
    [
        ("iso-8859-1", "cp1252", "“Quoted” – 5 €"),
        ("gb2312", "gb18030", "港口新闻 镕"),
        ("gb18030", "gb18030", "港口新闻"),
        ("koi8-r", "koi8-r", "Новости порта"),
        ("windows-1251", "cp1251", "Новости порта"),
        ("shift_jis", "cp932", "港のニュース①"),
        ("iso-8859-1", "utf-8", "Größe"),
        ("no-such-code", "utf-8", "Größe"),
        ("utf-7", "utf-8", "Größe +AGE-"),
    ],
)
def test_declared_encodings(declared: str, actual: str, title: str) -> None:
    body = feed_text(item_titled(title), prolog=f'<?xml version="1.0" encoding="{declared}"?>').decode().encode(actual)
    _, [entry] = read_feed(body)
    assert entry.title == title


def test_a_character_cut_in_half_does_not_turn_the_feed_to_latin1() -> None:
    body = feed_text(item_titled("Größe und Länge, überall"), "<item><title>Cut XX</title></item>").replace(b"XX", b"\xc3")
    snapshot, entries = read_feed(body)
    assert [e.title for e in entries] == ["Größe und Länge, überall", "Cut \ufffd"]
    assert (snapshot.encoding, snapshot.outcome) == ("utf-8", "partial")
