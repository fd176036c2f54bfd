"""OPML as it is found in the wild: nothing raises, addresses come through letter for letter, each oddity has its line."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.outlets import opml, registry


def of(*lines: str) -> bytes:
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="1.0"><body>', *lines, "</body></opml>"]).encode()


def urls(data: bytes) -> list[str]:
    return [outline.xml_url for outline in opml.read(data).outlines]


def said(data: bytes) -> dict[int, str]:
    return {problem.line: problem.message for problem in opml.read(data).problems}


def test_a_clean_list_gives_no_problem() -> None:
    result = opml.read(of(
        '<outline text="News">',
        '  <outline text="Coast &amp; Hill" title="Coast &amp; Hill" type="rss" xmlUrl="https://coast.example/f?a=1&amp;b=2"'
            ' htmlUrl="https://coast.example/" language="en-gb"/>',
        '  <outline text="Deep"><outline text="Reef" xmlUrl="https://reef.example/rss"></outline></outline>',
        "</outline>",
    ))  # fmt: skip
    assert result.problems == []
    coast, reef = result.outlines
    assert (coast.title, coast.xml_url, coast.html_url, coast.language) == (
        "Coast & Hill",
        "https://coast.example/f?a=1&b=2",
        "https://coast.example/",
        "en-gb",
    )
    assert coast.folders == ("News",)
    assert reef.folders == ("News", "Deep")
    assert (coast.line, reef.line) == (4, 5)


def test_bare_ampersands_stay_in_the_address() -> None:
    # An XML parser told to recover drops them, and the feed is asked for at an address that never existed.
    data = of('<outline text="A &amp; B & C" xmlUrl="https://a.example/?sez=XML&args&p=search&copy=1&limit=20" type="rss" />')
    assert urls(data) == ["https://a.example/?sez=XML&args&p=search&copy=1&limit=20"]
    assert opml.read(data).outlines[0].title == "A & B & C"
    assert "bare &" in said(data)[3]


@pytest.mark.parametrize(
    ("lines", "expected", "line", "words"),
    [
        (
            ['<outline text="a" xmlUrl="https://a.example/1">', '<outline text="b" xmlUrl="https://a.example/2"/>'],
            ["1", "2"],
            3,
            "never closed",
        ),
        (
            ['<outline text="open xmlUrl="https://a.example/1"/>', '<outline text="b" xmlUrl="https://a.example/2"/>'],
            ["1", "2"],
            3,
            "no closing quotation mark",
        ),
        (
            ['<outline text="a" xmlUrl="https://a.example/1', '<outline text="b" xmlUrl="https://a.example/2"/>'],
            ["1", "2"],
            3,
            "no closing quotation mark",
        ),
        (
            ['<outline text="a" xmlUrl="https://a.example/1', '"/>', '<outline text="b" xmlUrl="https://a.example/2"/>'],
            ["1", "2"],
            None,
            "",
        ),
        (['<outline text="the "big" one" xmlUrl="https://a.example/1"/>'], ["1"], 3, "inside an attribute's value"),
        (['<outline text="a"xmlUrl="https://a.example/1"type="rss"/>'], ["1"], None, ""),
        (["<outline text=a xmlUrl=https://a.example/1/>"], ["1"], 3, "no quotation marks"),
        (["<OUTLINE TEXT='a' XMLURL='https://a.example/1'/>"], ["1"], None, ""),
        (['<outline text="a" stray xmlUrl="https://a.example/1"/>'], ["1"], 3, "'stray' is no attribute"),
        (['<outline text="a" text="b" xmlUrl="https://a.example/1"/>'], ["1"], 3, "stands twice"),
        (['<outline text="x &lol; &#xD800;" xmlUrl="https://a.example/1"/>'], ["1"], 3, "stands for no character"),
        (['<outline text="a < b" xmlUrl="https://a.example/1"/>'], ["1"], 3, "bare <"),
        (['<outline text="a" xmlUrl="https://a.example/1"/></outline></outline>'], ["1"], 3, "closes nothing"),
        (
            ['<outline text="a" xmlUrl="https://a.example/1"/>', '<outline text="b" xmlUrl="http://A.example/1#x"/>'],
            ["1"],
            4,
            "stands on line 3 already",
        ),
        (['<outline text="a" xmlUrl="feed:https://a.example/1"/>'], ["1"], None, ""),
        (['<outline text="a" xmlUrl="  https://a.example/1&#10;"/>'], ["1"], None, ""),
        (['<outline text="a" type="rss" url="https://a.example/1"/>'], ["1"], None, ""),
        (['<outline text="a" xmlUrl="javascript:alert(1)"/>'], [], 3, "does not start with http"),
        (['<outline text="a" xmlUrl="file:///etc/passwd"/>'], [], 3, "does not start with http"),
        (['<outline text="a" type="link" url="https://a.example/1"/>'], [], 3, "has no xmlUrl"),
        (
            ['<!-- <outline text="a" xmlUrl="https://a.example/0"/> -->', '<outline text="b" xmlUrl="https://a.example/1"/>'],
            ["1"],
            None,
            "",
        ),
        (["<!-- never ended", '<outline text="b" xmlUrl="https://a.example/1"/>'], ["1"], 3, "never closed"),
        (['<outline text="a" xmlUrl="https://a.example/1" htmlUrl="not an address"/>'], ["1"], 3, "htmlUrl was left out"),
        (['<outline text="a\x00\x0b" xmlUrl="https://a.example/1"/>'], ["1"], 3, "control characters"),
    ],
)
def test_broken_lists_are_recovered_and_the_line_is_named(lines: list[str], expected: list[str], line: int | None, words: str) -> None:
    data = of(*lines)
    assert urls(data) == [f"https://a.example/{end}" for end in expected]
    if line is not None:
        assert words in said(data)[line]


def test_missing_closing_tags_do_not_move_feeds_into_other_folders() -> None:
    result = opml.read(of(
        '<outline text="North">',
        '<outline text="a" xmlUrl="https://a.example/1">',
        '<outline text="b" xmlUrl="https://a.example/2">',
        "</outline>",
        '<outline text="South"><outline text="c" xmlUrl="https://a.example/3"/></outline>',
    ))  # fmt: skip
    assert [o.folders for o in result.outlines] == [("North",), ("North",), ("South",)]


@pytest.mark.parametrize(
    ("declared", "actual", "problem"),
    [
        ("utf-8", "utf-8", False), ("utf-8", "utf-8-sig", False), ("utf-16", "utf-16", False), ("iso-8859-1", "latin-1", False),
        ("utf-8", "latin-1", True), ("utf-16", "utf-8", True), ("no-such", "utf-8", True), ("koi8-r", "koi8-r", False),
    ],
)  # fmt: skip
def test_encodings_are_read_as_they_are_rather_than_as_declared(declared: str, actual: str, problem: bool) -> None:
    title = "Новости" if actual == "koi8-r" else "Société"
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<opml><body><outline text="{title}" xmlUrl="https://a.example/1"/></body></opml>'
    result = opml.read(text.encode(actual))
    assert [o.title for o in result.outlines] == [title]
    assert bool(result.problems) is problem


def test_entity_bombs_and_external_entities_do_nothing() -> None:
    bomb = (
        b'<?xml version="1.0"?>\n<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
        b'<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'
        b'<opml><body><outline text="&b;&x;" xmlUrl="https://a.example/1"/></body></opml>'
    )
    result = opml.read(bomb)
    assert [o.title for o in result.outlines] == ["&b;&x;"]


@pytest.mark.parametrize("data", [b"", b"\x00" * 50, b"<html><body>Not found</body></html>", b'{"version": "https://jsonfeed.org"}'])
def test_what_is_no_list_is_said(data: bytes) -> None:
    result = opml.read(data)
    assert result.outlines == []
    assert {"this does not look like OPML: there is no <opml> tag at its start"} <= {p.message for p in result.problems}


@pytest.mark.parametrize("unit", ["<!--", '<outline text="', '<outline a="b"c"d', "<outline ", '<outline text="x" ', "<![CDATA[", "&", '"'])
def test_hostile_repetition_is_read_in_linear_time(unit: str) -> None:
    def cost(size: int) -> float:
        data = (unit * (size // len(unit))).encode()
        started = time.perf_counter()
        opml.read(data)
        return time.perf_counter() - started

    cost(2_000)
    # Quadratic reading would take 64 times as long for 8 times the bytes; the bound leaves room for a busy machine.
    assert cost(240_000) < max(30 * cost(30_000), 1.5)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<outline ",
                'text="',
                "xmlUrl=",
                '"https://a.example/',
                '"',
                "'",
                "/>",
                ">",
                "</outline>",
                "&amp;",
                "&",
                "<",
                "\n",
                " ",
                "é",
                "<!--",
                "-->",
                "]]>",
            ]
        ),
        max_size=30,
    )
)
def test_no_sequence_of_fragments_raises(parts: list[str]) -> None:
    result = opml.read("".join(parts).encode())
    assert len({o.xml_url for o in result.outlines}) == len(result.outlines)
    assert all(problem.line >= 1 for problem in result.problems)


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    opml.read(data)


def test_what_is_written_is_well_formed_and_any_reader_can_use_it() -> None:
    starter = registry.loads(registry.starter())
    data = opml.write(starter)
    root = ElementTree.fromstring(data)
    feeds = [e for e in root.iter("outline") if "xmlUrl" in e.attrib]
    assert [e.attrib["xmlUrl"] for e in feeds] == [feed.url for _, feed in starter.feeds()]
    assert all(e.attrib["type"] == "rss" and e.attrib["text"] for e in feeds)
    assert opml.write(starter) == data
