"""Finding a site's feeds, on a real server on loopback."""

from __future__ import annotations

import pytest

from pipelines.core.errors import UsageError
from pipelines.feeds.discovery import COMMON_PATHS, FoundFeed, discover
from pipelines.feeds.politeness import HostGate
from tests.support.fault_server import reply

GATE = HostGate(0)


def find(server, client, path="/"):
    return discover(server.url(path), client, allow_loopback=True, gate=GATE)


def page(head="", body="", lang=""):
    return reply(200, f"<!DOCTYPE html><html{lang}><head><title>Quay</title>{head}</head><body>{body}</body></html>".encode())


def test_a_feed_is_itself(server, client, rss):
    server.on("/", reply(200, rss("a")))
    assert find(server, client) == [FoundFeed(server.url("/"), "Harbour wire", "rss", "en-gb")]


@pytest.mark.parametrize(
    ("body", "kind", "title", "language"),
    [
        ('<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title type="text">Hafen &amp; Stadt</title></feed>',
         "atom", "Hafen & Stadt", "de"),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel><title><![CDATA[Port]]></title></channel></rdf:RDF>',
         "rdf", "Port", None),
        ('\ufeff <?xml version="1.0"?><!-- x --><rss><channel/></rss>', "rss", None, None),
        ('{"version": "https:\\/\\/jsonfeed.org\\/version\\/1", "title": "Kai \\u00fc\\"", "language": "en", "items": []}',
         "json", 'Kai ü"', "en"),
    ],
)  # fmt: skip
def test_each_kind_of_feed_is_recognised(server, client, body, kind, title, language):
    server.on("/", reply(200, body.encode(), {"Content-Type": "text/plain"}))
    assert find(server, client) == [FoundFeed(server.url("/"), title, kind, language)]


def test_links_of_a_page_in_their_order(server, client):
    server.on("/news/", page(
        '<link rel="alternate" type="application/rss+xml" title=" All\n news " href="/all.xml">'
        '<link rel="ALTERNATE nofollow" type="application/atom+xml; charset=utf-8" href="world.atom">'
        '<link rel="alternate" type="application/feed+json" href="https://other.example/feed.json">'
        '<link rel="alternate" type="application/rss+xml" title="again" href="/all.xml#x">'
        '<link rel="alternate" hreflang="de" href="/de"><link rel="stylesheet" type="text/css" href="/s.css">'
        '<link rel="alternate" type="application/rss+xml">', lang=' lang="en-IE"'))  # fmt: skip
    assert find(server, client, "/news/") == [
        FoundFeed(server.url("/all.xml"), "All news", "rss", "en-IE"),
        FoundFeed(server.url("/news/world.atom"), None, "atom", "en-IE"),
        FoundFeed("https://other.example/feed.json", None, "json", "en-IE"),
    ]
    assert server.paths() == ["/news/"]


def test_a_base_element_counts(server, client):
    server.on("/", page('<base href="/deep/"><link rel="alternate" type="application/rss+xml" href="f.xml">'))
    assert [f.url for f in find(server, client)] == [server.url("/deep/f.xml")]


@pytest.mark.parametrize(
    "href", ["file:///etc/passwd", "http://169.254.169.254/", "http://10.0.0.1/f", "http://u:p@x.example/", "http://[::ffff:1.2.3.4]/"]
)
def test_links_to_where_requests_may_not_go_are_left_out(server, client, href):
    server.on("/", page(f'<link rel="alternate" type="application/rss+xml" href="{href}">'))
    assert find(server, client) == []


def test_a_link_that_looks_like_a_feed_is_asked(server, client, rss):
    server.on("/", page(body='<a href="/about">About</a> <a href="/service/world.rss?all=1">RSS</a>'))
    server.on("/service/world.rss?all=1", reply(200, rss("a")))
    assert [f.url for f in find(server, client)] == [server.url("/service/world.rss?all=1")]
    assert "/about" not in server.paths()


@pytest.mark.parametrize("path", COMMON_PATHS)
def test_the_usual_places_are_asked_last(server, client, rss, path):
    server.on("/", page())
    server.on(path, reply(200, rss("a")))
    assert find(server, client) == [FoundFeed(server.url(path), "Harbour wire", "rss", "en-gb")]
    assert server.paths()[0] == "/"


def test_a_home_page_that_refuses_may_still_have_a_feed(server, client, rss):
    server.on("/", reply(403))
    server.on("/rss.xml", reply(200, rss("a")))
    assert [f.url for f in find(server, client)] == [server.url("/rss.xml")]


def test_nothing_found_is_an_empty_list_and_no_endless_search(server, client):
    server.on("/", page(body="".join(f'<a href="/{n}.rss">x</a>' for n in range(500))))
    assert find(server, client) == []
    assert len(server.asked) <= 13


@pytest.mark.parametrize("body", [b"", b" ", b"\0\0", b"<", b"plain words", b"<div>" * 5000, b"\xff\xfe\x00", b'{"a": ' * 3000])
def test_odd_pages_hold_no_feed(server, client, body):
    server.on("/", reply(200, body))
    assert find(server, client) == []


def test_an_address_that_cannot_be_asked_is_said(client, server):
    with pytest.raises(UsageError, match="cannot be looked up"):
        discover("nowhere.example", client, gate=GATE)
    with pytest.raises(UsageError, match="loopback"):
        discover(server.url("/"), client, gate=GATE)
    server.on("/", reply(500))
    with pytest.raises(UsageError, match="500"):
        find(server, client)


def test_a_bare_name_is_asked_by_https(make_client):
    client = make_client({"quay.example": ["10.0.0.1"]})
    with pytest.raises(UsageError, match=r"quay\.example resolves to 10\.0\.0\.1"):
        discover("quay.example", client, gate=GATE)
