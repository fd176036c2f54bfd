from __future__ import annotations

import codecs
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.core.errors import LakeError
from pipelines.feeds import tombstones
from pipelines.feeds.archive import Archive
from pipelines.feeds.parse import ParseContext, parse_body
from pipelines.feeds.redact import redact
from pipelines.feeds.tombstones import Forgotten, Tombstone, item_keys, url_key

AT = datetime(2025, 3, 4, 12, tzinfo=UTC)
URL = "https://post.example/harbour-fire"
CONTEXT = ParseContext(feed_id="o/f", outlet_id="o", fetch_id="x", fetched_at=AT, feed_url="https://post.example/feed")


def forgotten(*keys: str) -> Forgotten:
    return Forgotten([Tombstone("t", AT, "ana", "asked", None, keys, (), True)])


def rss(*items: str, head: str = '<?xml version="1.0"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>Post</title><link>https://post.example/</link>{"".join(items)}</channel></rss>'


def item(name: str, title: str, extra: str = "") -> str:
    link = f"<link>https://post.example/{name}</link>"
    return f"<item>\n <title>{title}</title>\n {link}{extra}<description>About {title}.</description>\n</item>\n"


FIRE = item("harbour-fire?utm_source=rss&amp;utm_medium=x", "Fire in the harbour")
MARKET = item("market", "Märkte öffnen")
ATOM_FIRE = f'<entry><title>Fire in the harbour</title><link href="{URL}"/><id>tag:1</id><updated>2025-03-04T10:00:00Z</updated></entry>'
ATOM_MARKET = (
    '<entry><title>Market</title><link href="https://post.example/market"/><id>tag:2</id><updated>2025-03-04T10:00:00Z</updated></entry>'
)
BODIES = {
    "rss": rss(FIRE, MARKET).encode(),
    "latin": rss(FIRE, MARKET, head='<?xml version="1.0" encoding="iso-8859-1"?>').encode("latin-1"),
    "utf-16": codecs.BOM_UTF16_LE + rss(FIRE, MARKET).encode("utf-16-le"),
    "cdata": rss(item("x", "Fire in the harbour", f"<guid><![CDATA[{URL}]]></guid>"), MARKET).encode(),
    "not closed": rss(FIRE, MARKET).removesuffix("</channel></rss>").encode(),
    "upper case": rss(FIRE.replace("item>", "ITEM>"), MARKET).encode(),
    "atom": f'<feed xmlns="http://www.w3.org/2005/Atom"><title>P</title>{ATOM_FIRE}{ATOM_MARKET}</feed>'.encode(),
    "json": json.dumps({
        "version": "https://jsonfeed.org/version/1.1", "title": "P",
        "items": [
            {"id": URL, "url": URL, "title": "Fire in the harbour"},
            {"id": "2", "url": "https://post.example/market", "title": "Markt"},
        ],
    }).encode(),
}  # fmt: skip


@pytest.mark.parametrize("kind", BODIES)
def test_one_item_goes_and_the_others_parse_as_before(kind: str) -> None:
    body = BODIES[kind]
    kept = redact(body, forgotten(url_key(URL)).holds)
    before = {e.entry_id: e for e in parse_body(body, CONTEXT)[1]}
    after = {e.entry_id for e in parse_body(kept, CONTEXT)[1]}
    assert len(before) == 2
    assert [before[gone].title for gone in before.keys() - after] == ["Fire in the harbour"]
    assert after < before.keys()
    assert b"arbour" not in kept.replace(b"\0", b"")


def test_nothing_else_changes_by_a_byte() -> None:
    body = rss(MARKET, FIRE, MARKET.replace("market", "other")).encode("latin-1")
    assert redact(body, forgotten(url_key(URL)).holds) == body.replace(FIRE.encode(), b"")
    assert redact(body, forgotten(url_key("https://post.example/none")).holds) is body


def test_a_link_inside_the_text_of_an_item_is_not_its_address() -> None:
    body = rss(item("market", "Market", f'<content>&lt;a href="{URL}"&gt;'), MARKET).encode()
    assert redact(body, forgotten(url_key(URL)).holds) is body


def test_items_of_an_rdf_feed_leave_its_list_too() -> None:
    listed = f'<items><rdf:Seq><rdf:li rdf:resource="{URL}"/><rdf:li rdf:resource="https://post.example/m"/></rdf:Seq></items>'
    body = f'<rdf:RDF><channel>{listed}</channel><item rdf:about="{URL}"><title>Fire</title></item></rdf:RDF>'.encode()
    kept = redact(body, forgotten(url_key(URL)).holds)
    assert URL.encode() not in kept
    assert b"https://post.example/m" in kept


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"items": 3}', b"{" * 5000, b"<item" * 5000, b"\xff\xfe<"])
def test_what_is_no_feed_stays_as_it_is(body: bytes) -> None:
    assert redact(body, forgotten(url_key(URL)).holds) == body


def test_items_that_are_never_closed_take_no_quadratic_time() -> None:
    started = time.perf_counter()
    redact(b"<item><title>x</title>" * 60_000, forgotten(url_key(URL)).holds)
    assert time.perf_counter() - started < 5


def test_the_archive_keeps_what_is_left_under_its_own_name(tmp_path: Path) -> None:
    archive = Archive(tmp_path, lambda body: redact(body, forgotten(url_key(URL)).holds))
    sha = archive.put(rss(FIRE, MARKET).encode())
    assert sha == archive.put(rss(MARKET).encode())
    assert archive.get(sha) == rss(MARKET).encode()


def test_keys_know_an_address_by_its_canonical_form_and_a_bare_title_only_where_there_is_nothing_else() -> None:
    assert url_key(URL + "?utm_campaign=y#top") == url_key(URL)
    assert item_keys(links=[URL], guid="7", title="A") == {url_key(URL)}
    assert len(item_keys(links=[URL], guid="a-guid-of-some-length", title="A")) == 2
    assert item_keys(links=[], guid=URL, title="A") == {url_key(URL)}
    assert item_keys(links=[], guid="7", title=" A &amp; <b>B</b>") == item_keys(links=[], guid=None, title="a & b")


def test_tombstones_hold_no_words_and_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "forgotten.json"
    assert tombstones.read(path) == []
    one = Tombstone("t", AT, "ana", "asked", None, (url_key(URL),), ("a1",), False)
    tombstones.keep(path, one)
    tombstones.keep(path, Tombstone("t", AT, "ana", "asked", None, ("k2",), (), True))
    (kept,) = tombstones.read(path)
    assert set(kept.keys) == {url_key(URL), "k2"}
    assert kept.articles == ("a1",)
    assert kept.done
    assert "harbour" not in path.read_text()
    path.write_text("{")
    with pytest.raises(LakeError, match="comes back"):
        tombstones.read(path)
