"""Bodies that feeds really send, whole and broken, through `parse_body`: what is kept, and what is said about the rest."""

from __future__ import annotations

import base64
import random
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
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


def rss_of(*items: str, prolog: str = '<?xml version="1.0" encoding="utf-8"?>', attributes: str = 'version="2.0"') -> bytes:
    channel = f"<title>Harbour News</title><link>https://harbour.example/</link>{''.join(items)}"
    return f"{prolog}<rss {attributes}><channel>{channel}</channel></rss>".encode()


def parsed(body: bytes, **changes: Any) -> tuple[Snapshot, list[Entry]]:
    return parse_body(body, replace(CONTEXT, **changes))


def titled(title: str) -> str:
    return f"<item><title>{title}</title><link>https://harbour.example/t</link></item>"


def test_a_sound_feed_fills_every_column() -> None:
    item = (
        "<item><title>Strike &amp; talks</title><link>https://harbour.example/strike?utm_source=rss</link>"
        "<guid isPermaLink='false'>s-7</guid>"
        "<description>&lt;p&gt;Dockers walk out.&lt;/p&gt;</description><content:encoded><![CDATA[<p>Long text</p>]]></content:encoded>"
        "<dc:creator>Ada Holm</dc:creator><category>Work</category><category>Ports</category>"
        "<pubDate>Tue, 14 May 2024 10:00:00 +0200</pubDate><source url='https://wire.example/rss'>Wire</source></item>"
    )
    names = 'version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    snapshot, [entry] = parsed(rss_of("<language>en-gb</language>", item, attributes=names))
    assert (snapshot.outcome, snapshot.detail, snapshot.format, snapshot.encoding) == ("ok", None, "rss20", "utf-8")
    assert (snapshot.title, snapshot.language, snapshot.entries, snapshot.entries_kept) == ("Harbour News", "en-gb", 1, 1)
    assert (entry.guid, entry.guid_unique, entry.position, entry.seen_at) == ("s-7", True, 0, AT)
    assert entry.link == "https://harbour.example/strike?utm_source=rss"
    assert entry.canonical_link == "https://harbour.example/strike"
    assert (entry.title, entry.summary, entry.content) == ("Strike & talks", "<p>Dockers walk out.</p>", "<p>Long text</p>")
    assert (entry.author, entry.categories) == ("Ada Holm", ["Work", "Ports"])
    assert entry.published_raw == "Tue, 14 May 2024 10:00:00 +0200"
    assert entry.published_at == datetime(2024, 5, 14, 8, 0, tzinfo=UTC)
    assert (entry.published_zone, entry.published_quality) == ("offset", "ok")
    assert (entry.source_url, entry.source_title) == ("https://wire.example/rss", "Wire")
    assert entry.snapshot_id == snapshot.snapshot_id


def test_the_same_body_gives_the_same_rows_and_another_feed_gives_other_ids() -> None:
    body = rss_of(ITEM)
    first, again, other = parsed(body), parsed(body), parsed(body, feed_id="harbour/sport")
    assert first == again
    assert first[0].snapshot_id != other[0].snapshot_id
    assert first[1][0].entry_id != other[1][0].entry_id


@pytest.mark.parametrize("body", [b"", b"  \r\n\t", b"\xef\xbb\xbf"])
def test_an_empty_body_is_called_empty(body: bytes) -> None:
    snapshot, entries = parsed(body)
    assert snapshot.outcome == "empty"
    assert "empty" in (snapshot.detail or "") or "white space" in (snapshot.detail or "")
    assert (entries, snapshot.body_bytes) == ([], len(body))


@pytest.mark.parametrize("reference", ["&#xFFFFFFFF;", "&#xD800;", "&#1114112;", "&#0;", "&#99999999999999999999;"])
def test_a_reference_to_no_character_costs_no_entry(reference: str) -> None:
    snapshot, entries = parsed(rss_of(titled(f"Odd {reference} title"), ITEM))
    assert snapshot.outcome == "partial"
    assert "character that does not exist" in (snapshot.detail or "")
    assert [e.title for e in entries] == ["Odd \ufffd title", "Ferry returns to service"]


def test_a_doctype_entity_with_a_backslash_is_stepped_over() -> None:
    prolog = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY path "C:\\1\\news">]>'
    snapshot, entries = parsed(rss_of(titled("Open &path; now"), ITEM, prolog=prolog))
    assert snapshot.outcome == "partial"
    assert "DOCTYPE declares entities" in (snapshot.detail or "")
    assert [e.title for e in entries] == ["Open &path; now", "Ferry returns to service"]


def test_an_entity_bomb_never_expands() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    prolog = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "boom">{levels}]>'
    started = time.process_time()
    snapshot, entries = parsed(rss_of(titled("&l9;"), ITEM, prolog=prolog))
    assert time.process_time() - started < 2
    assert [e.title for e in entries] == ["&l9;", "Ferry returns to service"]
    assert "not expanded" in (snapshot.detail or "")


def test_an_external_entity_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("do-not-leak")
    prolog = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}"> <!ENTITY % p SYSTEM "http://127.0.0.1:9/e"> %p;]>'
    snapshot, entries = parsed(rss_of(titled("A &x; B"), ITEM, prolog=prolog))
    assert len(entries) == 2
    assert "do-not-leak" not in repr((snapshot, entries))


def test_a_plain_doctype_is_no_fault_and_netscapes_names_the_format() -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    snapshot, entries = parsed(rss_of(ITEM, prolog='<?xml version="1.0"?>' + doctype, attributes='version="0.91"'))
    assert (snapshot.outcome, snapshot.format, len(entries)) == ("ok", "rss091n", 1)


@pytest.mark.parametrize("where", ["description", "cdata", "channel", "prolog"])
def test_200_kb_of_comment_openings_end_quickly(where: str) -> None:
    noise = "<!--" * 50_000
    bodies = {
        "description": rss_of(ITEM, f"<item><title>Noise</title><description>{noise}</description></item>"),
        "cdata": rss_of(ITEM, f"<item><title>Noise</title><description><![CDATA[{noise}]]></description></item>"),
        "channel": rss_of(ITEM, noise),
        "prolog": noise.encode() + rss_of(ITEM, prolog=""),
    }
    started = time.process_time()
    snapshot, entries = parsed(bodies[where])
    assert time.process_time() - started < 5
    assert snapshot.outcome in ("ok", "partial", "not_a_feed")
    if where != "prolog":
        assert entries[0].title == "Ferry returns to service"


def test_2_mb_of_ill_formed_xml_end_quickly_with_their_entries() -> None:
    items = [
        f"<item><title>Item {n} <b>bold</title><link>https://harbour.example/{n}</link>"
        "<description>Rise & fall <p>of it</description></item>"
        for n in range(16_000)
    ]
    body = rss_of(*items)
    assert len(body) > 2_000_000
    started = time.process_time()
    snapshot, entries = parsed(body)
    assert time.process_time() - started < 10
    assert (snapshot.outcome, snapshot.entries, len(entries)) == ("partial", 16_000, 5000)
    assert (entries[7].title, entries[7].summary) == ("Item 7 <b>bold", "Rise &amp; fall <p>of it")
    assert "not well-formed" in (snapshot.detail or "")


def test_markup_broken_outside_of_texts_goes_to_the_lenient_parser() -> None:
    snapshot, entries = parsed(rss_of("<item><title>One</title><flag></item>", ITEM))
    assert snapshot.outcome == "partial"
    assert [e.title for e in entries] == ["One", "Ferry returns to service"]


@pytest.mark.parametrize("place", ["item", "description", "channel"])
def test_100000_nested_elements_are_survived(place: str) -> None:
    nest = "<x>" * 100_000 + "</x>" * 100_000
    items = {
        "item": f"<item><title>Deep</title>{nest}</item>",
        "description": f"<item><title>Deep</title><description>{nest}</description></item>",
        "channel": nest,
    }
    started = time.process_time()
    _, entries = parsed(rss_of(items[place], ITEM))
    assert time.process_time() - started < 15
    assert entries[-1].title == "Ferry returns to service"


def test_truncated_xml_keeps_the_whole_entries_and_is_flagged() -> None:
    body = rss_of(ITEM, titled("Second"), "<item><title>Third</title><description>cut in the mid")
    snapshot, entries = parsed(body[: body.index(b"cut in the mid") + 10])
    assert snapshot.outcome == "partial"
    assert [e.title for e in entries] == ["Ferry returns to service", "Second"]
    assert "ends inside entry 3" in (snapshot.detail or "")


def test_a_body_without_its_closing_tags_keeps_all_entries() -> None:
    body = rss_of(ITEM, titled("Second")).removesuffix(b"</channel></rss>")
    snapshot, entries = parsed(body)
    assert (snapshot.outcome, len(entries)) == ("partial", 2)


def test_a_feed_cut_before_its_first_entry_is_unparseable() -> None:
    snapshot, entries = parsed(b'<rss version="2.0"><channel><title>Harb')
    assert (snapshot.outcome, entries) == ("unparseable", [])
    assert snapshot.detail


def test_an_unclosed_cdata_section_swallows_no_other_entry() -> None:
    broken = "<item><title>Broken</title><description><![CDATA[No end <b>here</b></description></item>"
    later = "<item><title>Later</title><description><![CDATA[Fine]]></description></item>"
    snapshot, entries = parsed(rss_of(broken, ITEM, later))
    assert [e.title for e in entries] == ["Broken", "Ferry returns to service", "Later"]
    assert entries[0].summary == "No end <b>here</b>"
    assert (snapshot.outcome, "CDATA" in (snapshot.detail or "")) == ("partial", True)


def test_a_body_that_stops_inside_a_cdata_section_keeps_what_was_before() -> None:
    snapshot, entries = parsed(rss_of(ITEM, "<item><title>Cut</title><description><![CDATA[and then")[:-16])
    assert (snapshot.outcome, [e.title for e in entries]) == ("partial", ["Ferry returns to service"])


def test_cdata_that_holds_the_markup_of_an_item_is_left_alone() -> None:
    quoted = "<item><title>How feeds work</title><description><![CDATA[Write <item>...</item> for each.]]></description></item>"
    snapshot, entries = parsed(rss_of(quoted, ITEM))
    assert (snapshot.outcome, entries[0].summary) == ("ok", "Write <item>...</item> for each.")


def test_unbound_prefixes_keep_their_meaning() -> None:
    item = "<item><title>T</title><dc:creator>Ada Holm</dc:creator><odd:thing odd:a='1'>x</odd:thing></item>"
    snapshot, [entry, _] = parsed(rss_of(item, ITEM))
    assert (snapshot.outcome, entry.author) == ("partial", "Ada Holm")
    assert "not bound" in (snapshot.detail or "")


def test_bare_ampersands_and_html_entities_stay_readable() -> None:
    snapshot, [entry, _] = parsed(rss_of(titled("Fish & chips &nbsp;caf&eacute; &unknown; 5 < 6"), ITEM))
    assert entry.title == "Fish & chips \xa0café &unknown; 5 < 6"
    assert snapshot.outcome == "partial"


def test_nul_and_control_characters_are_dropped() -> None:
    snapshot, [entry, _] = parsed(rss_of(titled("Bell\x07 and\x00 NUL\x0b"), ITEM))
    assert (entry.title, snapshot.outcome) == ("Bell and NUL", "partial")
    assert "control characters" in (snapshot.detail or "")


@pytest.mark.parametrize("before", [b"\n\n  ", b"\xef\xbb\xbf\n", b"Warning: undefined index in feed.php on line 3\n"])
def test_what_stands_before_the_prolog_is_stepped_over(before: bytes) -> None:
    snapshot, entries = parsed(before + rss_of(ITEM))
    assert (snapshot.outcome, len(entries)) == ("partial", 1)
    assert "before the XML" in (snapshot.detail or "")


def test_double_encoded_html_in_a_title_stays_as_given() -> None:
    _, [entry] = parsed(rss_of(titled("Rock &amp;amp; Roll &amp;lt;b&amp;gt;")))
    assert entry.title == "Rock &amp; Roll &lt;b&gt;"


def atom_of(*entries: str, attributes: str = 'xmlns="http://www.w3.org/2005/Atom"') -> bytes:
    return f"<?xml version='1.0'?><feed {attributes}><title>Harbour</title>{''.join(entries)}</feed>".encode()


def test_base64_content_is_decoded() -> None:
    secret = base64.b64encode("Plain words, größer.".encode()).decode()
    old = atom_of(
        f"<entry><title>T</title><id>1</id><content type='text/plain' mode='base64'>{secret}</content></entry>",
        attributes='version="0.3" xmlns="http://purl.org/atom/ns#"',
    )
    new = atom_of(f"<entry><title>T</title><id>1</id><content type='application/octet-stream'>{secret}</content></entry>")
    for body in (old, new):
        _, [entry] = parsed(body)
        assert entry.content == "Plain words, größer."


def test_xhtml_content_comes_as_markup() -> None:
    content = "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Fish &amp; <b>chips</b></p></div></content>"
    snapshot, [entry] = parsed(atom_of(f"<entry><title>T</title><id>tag:1</id>{content}</entry>"))
    assert entry.content == "<p>Fish &amp; <b>chips</b></p>"
    assert (snapshot.format, entry.summary) == ("atom10", "")


def test_atom_10_with_a_source_and_two_dates() -> None:
    entry_xml = (
        "<entry><title>T</title><id>tag:harbour,1</id><link rel='alternate' href='/a?x=1'/><link rel='enclosure' href='/pic.jpg'/>"
        "<published>2024-05-14T06:00:00Z</published><updated>2024-05-14T07:30:00+01:00</updated><summary>S</summary>"
        "<author><name>Ada Holm</name></author><author><name>Bo Lind</name></author><category term='Ports'/>"
        "<source><id>tag:wire</id><title>Wire</title><link rel='self' href='https://wire.example/atom'/></source></entry>"
    )
    _, [entry] = parsed(atom_of(entry_xml))
    assert (entry.guid, entry.link) == ("tag:harbour,1", "https://harbour.example/a?x=1")
    assert (entry.published_at, entry.updated_at) == (datetime(2024, 5, 14, 6, tzinfo=UTC), datetime(2024, 5, 14, 6, 30, tzinfo=UTC))
    assert (entry.author, entry.categories) == ("Ada Holm, Bo Lind", ["Ports"])
    assert (entry.source_url, entry.source_title) == ("https://wire.example/atom", "Wire")


def test_atom_03() -> None:
    entry_xml = (
        "<entry><title>Old form</title><id>1</id><link rel='alternate' type='text/html' href='https://harbour.example/o'/>"
        "<issued>2024-05-13T10:00:00+02:00</issued><modified>2024-05-13T11:00:00Z</modified></entry>"
    )
    snapshot, [entry] = parsed(atom_of(entry_xml, attributes='version="0.3" xmlns="http://purl.org/atom/ns#"'))
    assert (snapshot.format, entry.link) == ("atom03", "https://harbour.example/o")
    assert entry.published_at == datetime(2024, 5, 13, 8, tzinfo=UTC)
    assert entry.updated_at == datetime(2024, 5, 13, 11, tzinfo=UTC)


def test_rdf_takes_about_for_the_guid_and_dc_date_for_publication() -> None:
    body = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://harbour.example/"><title>Harbour</title></channel>'
        b'<item rdf:about="https://harbour.example/r1"><title>R</title><link>https://harbour.example/r1</link>'
        b"<dc:date>2024-05-14T09:00:00+09:00</dc:date></item></rdf:RDF>"
    )
    snapshot, [entry] = parsed(body)
    assert (snapshot.format, snapshot.title, entry.guid) == ("rss10", "Harbour", "https://harbour.example/r1")
    assert (entry.published_at, entry.updated_raw) == (datetime(2024, 5, 14, 0, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("version", "expected"), [("0.91", "rss091u"), ("0.92", "rss092"), ("0.94", "rss094"), ("2.0", "rss20"), ("2.0.1", "rss20")]
)
def test_versions_of_rss(version: str, expected: str) -> None:
    snapshot, entries = parsed(rss_of(ITEM, attributes=f'version="{version}"'))
    assert (snapshot.outcome, snapshot.format, len(entries)) == ("ok", expected, 1)


def test_50000_entries_are_counted_and_capped() -> None:
    body = rss_of(*(f"<item><title>N{n}</title><link>https://harbour.example/{n}</link></item>" for n in range(50_000)))
    started = time.process_time()
    snapshot, entries = parsed(body, max_entries=1000)
    assert time.process_time() - started < 5
    assert (snapshot.outcome, snapshot.entries, snapshot.entries_kept, len(entries)) == ("ok", 50_000, 1000, 1000)
    assert (entries[0].title, entries[-1].title) == ("N0", "N999")


def test_an_image_caption_is_not_taken_for_content() -> None:
    item = (
        "<item><title>T</title><description>The summary.</description><media:content url='https://harbour.example/p.jpg'>"
        "<media:description>A photo of the quay.</media:description><media:title>Quay</media:title></media:content></item>"
    )
    names = 'version="2.0" xmlns:media="http://search.yahoo.com/mrss/"'
    _, [entry] = parsed(rss_of(item, attributes=names))
    assert (entry.title, entry.summary, entry.content) == ("T", "The summary.", "")


def test_a_feed_without_entries_is_sound() -> None:
    snapshot, entries = parsed(rss_of())
    assert (snapshot.outcome, snapshot.entries, entries) == ("ok", 0, [])


def test_end_tags_that_feedparser_fails_on_cost_nothing() -> None:
    snapshot, entries = parsed(rss_of("</width>", ITEM, "<textInput></image>"))
    assert snapshot.outcome == "partial"
    assert entries[0].title == "Ferry returns to service"


def test_any_mutation_of_a_feed_gives_an_outcome() -> None:
    pieces = ["<item>", "</item>", "<![CDATA[", "]]>", "<!--", "&#xD800;", "</title>", "<source url='x'>", "\x00", "</width>", "&x;"]
    chance = random.Random(20240514)
    sound = rss_of(ITEM, titled("Second")).decode()
    for _ in range(300):
        text = sound
        for _ in range(chance.randint(1, 6)):
            start = chance.randrange(len(text))
            text = text[:start] + chance.choice(pieces) + text[start + chance.choice((0, 1, 20)) :]
        snapshot, entries = parsed(text.encode())
        assert snapshot.entries_kept == len(entries)
        assert snapshot.outcome == "ok" or snapshot.detail
