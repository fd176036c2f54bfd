"""Article pages: fetched only as robots.txt allows, archived as received, and told in one row whatever happens."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.articles.assemble import ArticleIndex, assemble, with_body
from pipelines.articles.pages import MAX_PAGE_BYTES, PageFetcher, extract_text
from pipelines.articles.records import ArticleVersion, Page
from pipelines.core.clock import FixedClock
from pipelines.feeds.addresses import Endpoint
from pipelines.feeds.archive import Archive
from pipelines.feeds.http import HttpClient, HttpPolicy
from pipelines.feeds.records import Entry
from tests.support.fault_server import FaultServer, reply

Fetch = Callable[..., tuple[ArticleVersion, Page]]
NOW = datetime(2031, 3, 3, 7, tzinfo=UTC)
HTML = {"Content-Type": "text/html; charset=utf-8"}
PARAGRAPHS = [
    "A ferry with forty people on board sank in heavy seas off Port Lune on Monday, the coast guard said, after its engine failed.",
    "Rescuers were still searching for twelve passengers when night fell over the strait, and boats from both shores joined them.",
    "The owner of the ferry, a company from Faro, said that the ship had been inspected in January and found to be in good order.",
]


def page(*paragraphs: str) -> bytes:
    told = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        "<html><head><title>Ferry</title><script>var x = 'not text';</script></head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>Ferry sinks</h1>{told}</article><footer>All rights reserved</footer></body></html>"
    ).encode()


@pytest.fixture
def site() -> Iterator[FaultServer]:
    with FaultServer() as running:
        running.on("/robots.txt", reply(200, b"User-agent: *\nDisallow: /private/\n", {"Content-Type": "text/plain"}))
        running.on("/ferry", reply(200, page(*PARAGRAPHS), HTML))
        yield running


@pytest.fixture
def kept(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def resolver(host: str, port: int) -> list[Endpoint]:
    return [Endpoint(socket.AF_INET, ("127.0.0.1", port))]


@pytest.fixture
def fetch(entry: Callable[..., Entry], kept: Archive) -> Fetch:
    client = HttpClient(HttpPolicy(user_agent="Parallax/test (+tests)", deadline_s=5.0), resolver=resolver)
    fetcher = PageFetcher(client, kept, FixedClock(NOW), host_interval_s=0.0)

    def run(url: str | None, *, allow_loopback: bool = True) -> tuple[ArticleVersion, Page]:
        version = assemble([entry(guid="g", link=url)], ArticleIndex.from_versions([]), {}).versions[0]
        return version, fetcher.fetch(version, allow_loopback=allow_loopback)

    return run


def test_a_page_gives_its_paragraphs_and_a_full_text_version(site: FaultServer, fetch: Fetch, kept: Archive) -> None:
    version, row = fetch(site.url("/ferry"))
    assert (row.outcome, row.detail, row.fetched_at, row.url) == ("ok", None, NOW, site.url("/ferry"))
    assert [p for p in PARAGRAPHS if p in row.text] == PARAGRAPHS
    assert "not text" not in row.text
    assert "Home" not in row.text
    assert kept.get(row.body_sha256 or "") == page(*PARAGRAPHS)
    full = with_body(version, row)
    assert (full.stratum, full.body_source, full.page_id) == ("full_text", "page", row.page_id)
    assert site.paths() == ["/robots.txt", "/ferry"]


def test_robots_txt_is_obeyed_and_asked_once(site: FaultServer, fetch: Fetch) -> None:
    site.on("/private/ferry", reply(200, page(*PARAGRAPHS), HTML))
    _, row = fetch(site.url("/private/ferry"))
    assert (row.outcome, row.text, row.body_sha256) == ("robots_refused", "", None)
    assert "robots.txt" in (row.detail or "")
    assert fetch(site.url("/ferry"))[1].outcome == "ok"
    assert site.paths() == ["/robots.txt", "/ferry"]


def test_a_crawl_delay_is_kept(site: FaultServer, fetch: Fetch) -> None:
    site.on("/robots.txt", reply(200, b"User-agent: *\nCrawl-delay: 0.4\n", {"Content-Type": "text/plain"}))
    started = time.monotonic()
    fetch(site.url("/ferry"))
    fetch(site.url("/ferry"))
    assert time.monotonic() - started > 0.35
    pages = [asked.at for asked in site.asked if asked.path == "/ferry"]
    assert pages[1] - pages[0] > 0.35


def test_a_robots_txt_in_trouble_keeps_pages_alone(site: FaultServer, fetch: Fetch) -> None:
    site.on("/robots.txt", reply(503, b"later"))
    assert fetch(site.url("/ferry"))[1].outcome == "robots_refused"
    assert site.paths() == ["/robots.txt"]


def test_where_a_link_leads_must_allow_it_too(site: FaultServer, fetch: Fetch, kept: Archive) -> None:
    with FaultServer() as other:
        other.on("/robots.txt", reply(200, b"User-agent: *\nDisallow: /\n", {"Content-Type": "text/plain"}))
        other.on("/ferry", reply(200, page(*PARAGRAPHS), HTML))
        site.on("/moved", reply(302, b"", {"Location": other.url("/ferry", host="other.example")}))
        _, row = fetch(site.url("/moved", host="lune.example"))
    assert (row.outcome, row.body_sha256) == ("robots_refused", None)


@pytest.mark.parametrize(
    ("answer", "outcome", "says"),
    [
        (reply(404, b"gone fishing"), "http_error", "nothing at this address"),
        (reply(403, b"no"), "http_error", "refuses"),
        (reply(200, b"%PDF-1.7", {"Content-Type": "application/pdf"}), "no_text", "application/pdf"),
        (reply(200, b"", HTML), "no_text", "No article text"),
        (reply(200, b"<html><body></body></html>", HTML), "no_text", "No article text"),
        (reply(200, b"\x00\xff\xfe" * 50, HTML), "no_text", "text"),
        (b"not http at all\r\n\r\n", "failed", ""),
    ],
)
def test_trouble_is_an_outcome(site: FaultServer, fetch: Fetch, answer: bytes, outcome: str, says: str) -> None:
    site.on("/trouble", answer)
    version, row = fetch(site.url("/trouble"))
    assert (row.outcome, row.text) == (outcome, "")
    assert says in (row.detail or "")
    assert with_body(version, row) == version


def test_loopback_and_other_schemes_are_refused(site: FaultServer, fetch: Fetch) -> None:
    assert fetch(site.url("/ferry"), allow_loopback=False)[1].outcome in {"refused_address", "robots_refused"}
    assert fetch("file:///etc/passwd")[1].outcome == "refused_address"
    assert fetch(None)[1].outcome == "failed"
    assert site.paths() == []


def test_hostile_pages_are_given_up_in_time() -> None:
    started = time.process_time()
    for body in (b"<div>" * 100_000 + b"x", b"<p " * 200_000, b"<!--" * 100_000, b"<a><b>" * 50_000):
        assert extract_text(body, "text/html")[0] == ""
    assert time.process_time() - started < 20
    assert "more than" in (extract_text(b"x" * (MAX_PAGE_BYTES + 1), None)[1] or "")


def test_extraction_is_the_same_each_time() -> None:
    assert {extract_text(page(*PARAGRAPHS), "text/html")[0] for _ in range(3)} == {extract_text(page(*PARAGRAPHS), None)[0]}


def test_only_full_text_pays_for_its_library() -> None:
    """Assembly and copies are imported at every start; trafilatura would add half a second."""
    code = "import sys, pipelines.articles.assemble, pipelines.articles.copies; print('trafilatura' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
