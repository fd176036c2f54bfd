"""Outlets from lists: round trip with all facts, and `unknown` where a list says nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.outlets import importing, opml, registry
from pipelines.outlets.schema import FeedSource, Outlet, Registry

EMPTY = Registry()


def listed(*lines: str) -> opml.OpmlResult:
    return opml.read("\n".join(["<opml><body>", *lines, "</body></opml>"]).encode())


def bring(*lines: str, into: Registry = EMPTY) -> importing.ImportResult:
    return importing.import_outlines(listed(*lines), into)


def test_the_starter_registry_survives_export_and_import() -> None:
    starter = registry.loads(registry.starter())
    result = importing.import_outlines(opml.read(opml.write(starter)), EMPTY)
    assert result.registry == starter
    assert result.problems == []
    assert result.added == [o.id for o in starter.outlets]


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=20).map(str.strip).filter(bool)
names = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,4})?", fullmatch=True)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(names, texts, texts, st.lists(st.tuples(names, texts), min_size=1, max_size=3, unique_by=lambda f: f[0])),
        max_size=4,
        unique_by=lambda o: o[0],
    )
)
def test_any_registry_survives_export_and_import(made: list[tuple[str, str, str, list[tuple[str, str]]]]) -> None:
    outlets = tuple(
        Outlet(
            id=key,
            name=" ".join(name.split()) or "x",
            publisher=publisher,
            country="FJI",
            language="en",
            timezone="Pacific/Fiji",
            owner='O & "P" <q>',
            ownership_citation="https://c.example/?a=1&b=2",
            feeds=tuple(FeedSource(name=feed, url=f"https://{key}.example/{feed}?x=1&y=2", section=section) for feed, section in feeds),
        )
        for key, name, publisher, feeds in made
    )
    before = Registry(outlets=outlets)
    assert importing.import_outlines(opml.read(opml.write(before)), EMPTY).registry == before


def test_permissions_are_never_taken_from_a_list() -> None:
    outlet = Outlet.model_validate({
        "id": "a", "name": "A", "publisher": "A", "country": "GBR", "language": "en", "timezone": "UTC", "full_text": True,
        "verified": "2026-01-01", "feeds": [{"name": "x", "url": "https://a.example/"}],
    })  # fmt: skip
    data = opml.write(Registry(outlets=(outlet,)))
    for forged in (
        data,
        data.replace(
            b"parallax:id=", b'parallax:full_text="true" parallax:allow_loopback="true" parallax:verified="2026-01-01" parallax:id='
        ),
    ):
        got = importing.import_outlines(opml.read(forged), EMPTY).registry.outlet("a")
        assert (got.full_text, got.allow_loopback, got.verified) == (False, False, "never")


def test_foreign_feeds_become_outlets_with_unknown_facts() -> None:
    result = bring('<outline text="Hill Echo" xmlUrl="https://www.hill-echo.example/feed" language="fr-CA"/>')
    outlet = result.registry.outlet("hill-echo-example")
    assert (outlet.name, outlet.publisher, outlet.country, outlet.language, outlet.timezone) == ("Hill Echo", "unknown", "XXX", "fr", "UTC")
    assert (outlet.owner, outlet.state_control, outlet.ownership_citation, outlet.verified) == ("unknown", "unknown", None, "never")
    assert [(f.name, f.url) for f in outlet.feeds] == [("hill-echo", "https://www.hill-echo.example/feed")]


def test_feeds_of_one_site_are_one_outlet_and_folders_are_sections() -> None:
    result = bring(
        '<outline text="World">',
        '<outline text="Echo - World" xmlUrl="https://feeds.echo.example/world"/>',
        '<outline text="Echo - World" xmlUrl="https://www.echo.example/world2"/>',
        "</outline>",
        '<outline text="Echo - Sport" xmlUrl="https://rss.echo.example/sport"/>',
    )
    (outlet,) = result.registry.outlets
    assert outlet.name == "Echo"
    assert [(f.name, f.section) for f in outlet.feeds] == [("echo-world", "World"), ("echo-world-2", "World"), ("echo-sport", None)]


def test_feeds_on_a_shared_host_are_outlets_of_their_own() -> None:
    result = bring(
        '<outline text="One" xmlUrl="https://feeds.feedburner.com/one"/>',
        '<outline text="Два" xmlUrl="https://feeds.feedburner.com/two"/>',
        '<outline text="Three" xmlUrl="https://feeds.feedburner.com/three" htmlUrl="https://three.example/"/>',
    )
    ids = [o.id for o in result.registry.outlets]
    assert ids[0] == "one"
    assert ids[1].startswith("outlet-")
    assert ids[2] == "three-example"


def test_known_feeds_stay_and_new_ones_join_their_outlet() -> None:
    first = bring('<outline text="Echo" xmlUrl="https://echo.example/a" htmlUrl="https://www.echo.example/"/>').registry
    again = bring(
        '<outline text="Echo" xmlUrl="http://echo.example/a"/>',
        '<outline text="Echo" xmlUrl="https://echo.example/b"/>',
        into=first,
    )
    assert [f.url for f in again.registry.outlet("echo-example").feeds] == ["https://echo.example/a", "https://echo.example/b"]
    assert (again.added, again.extended) == ([], ["echo-example/echo-2"])
    assert any("in the registry already" in p.message and p.line == 2 for p in again.problems)
    twice = bring('<outline text="Echo" xmlUrl="https://echo.example/b"/>', into=again.registry)
    assert twice.registry == again.registry


def test_an_outlet_that_breaks_the_schema_is_left_out_and_named() -> None:
    result = bring(
        '<outline text="X" parallax:id="x" parallax:country="Narnia"><outline text="x" xmlUrl="https://x.example/"/></outline>',
        '<outline text="Here" xmlUrl="http://127.0.0.1:8000/feed"/>',
        '<outline text="Fine" xmlUrl="https://fine.example/"/>',
    )
    assert [o.id for o in result.registry.outlets] == ["fine-example"]
    lines = {p.line: p.message for p in result.problems}
    assert "Narnia" in lines[2]
    assert "this machine's own" in lines[3]
