"""Full text of article pages, only for outlets whose registry entry allows it.

robots.txt and its crawl delay are obeyed, hosts are asked one request at a time, and the page is archived as received.
Importing this module costs half a second (trafilatura), so nothing but full text imports it. What a page's text makes
of an article version is not decided here (``assemble.with_body``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

import lxml.etree
import trafilatura

from pipelines.articles.records import ArticleVersion, Page, PageOutcome
from pipelines.articles.wire import host_of
from pipelines.core.clock import Clock
from pipelines.core.ids import make_id
from pipelines.feeds.addresses import BadUrlError, RefusedAddressError, read_url
from pipelines.feeds.http import HttpClient, HttpResponse
from pipelines.feeds.politeness import HostGate
from pipelines.feeds.robots import Robots, RobotsVerdict

MAX_PAGE_BYTES = 4 * 1024 * 1024
"""Larger pages are not read: news pages have some 100 KB, and extraction takes seconds a megabyte on hostile ones."""

_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\s*(?:;|$)", re.IGNORECASE)


class BodyStore(Protocol):
    """Where bodies are kept: ``feeds.archive.Archive``."""

    def put(self, body: bytes) -> str:
        """Keep a body and return its SHA-256."""
        ...


class RobotsPolicy(Protocol):
    """Who says whether a page may be fetched: ``feeds.robots.Robots``."""

    def check(self, url: str, *, allow_loopback: bool = False) -> RobotsVerdict:
        """Tell whether ``url`` may be fetched."""
        ...


@dataclass(frozen=True, slots=True)
class _Result:
    outcome: PageOutcome
    detail: str | None
    text: str = ""
    sha: str | None = None
    duration_ms: int = 0


class PageFetcher:
    """Fetches article pages politely, one at a time to each host; safe for threads."""

    def __init__(
        self,
        client: HttpClient,
        archive: BodyStore,
        clock: Clock,
        *,
        host_interval_s: float = 1.0,
        robots: RobotsPolicy | None = None,
    ) -> None:
        self._client = client
        self._archive = archive
        self._clock = clock
        self._gate = HostGate(host_interval_s)
        self._robots = robots or Robots(client, clock, gate=self._gate)

    def fetch(self, version: ArticleVersion, *, allow_loopback: bool = False) -> Page:
        """Fetch the page of a version's article and extract its text.

        Args:
            version: a version with a ``url``.
            allow_loopback: whether loopback addresses may be asked (tests and the demo).

        Returns:
            The page's row; trouble of network, robots.txt or page is its ``outcome``, never an exception.
        """
        url, now = version.url or "", self._clock.now()
        result = self._ask(url, allow_loopback) if url else _Result("failed", "The article has no address.")
        return Page(
            page_id=make_id("page", version.article_id, url, now),
            article_id=version.article_id,
            outlet_id=version.outlet_id,
            url=url,
            fetched_at=now,
            outcome=result.outcome,
            detail=result.detail,
            body_sha256=result.sha,
            text=result.text,
            duration_ms=result.duration_ms,
        )

    def _ask(self, url: str, allow_loopback: bool) -> _Result:
        try:
            read_url(url)
        except (BadUrlError, RefusedAddressError) as error:
            return _Result("refused_address", str(error))
        verdict = self._robots.check(url, allow_loopback=allow_loopback)
        if not verdict.allowed:
            return _Result("robots_refused", verdict.reason)
        response = self._client.get(url, {"Accept": "text/html"}, allow_loopback=allow_loopback, gate=self._gate)
        if response.body is None:
            return _Result(_trouble(response), response.detail, duration_ms=response.duration_ms)
        if host_of(response.final_url) != host_of(url):
            # Where a link leads is known only after it was followed; a page that its host keeps from programs is not kept here.
            verdict = self._robots.check(response.final_url, allow_loopback=allow_loopback)
            if not verdict.allowed:
                return _Result("robots_refused", verdict.reason, duration_ms=response.duration_ms)
        text, detail = extract_text(response.body, response.content_type)
        outcome: PageOutcome = "ok" if text else "no_text"
        return _Result(outcome, detail, text, self._archive.put(response.body), response.duration_ms)


def _trouble(response: HttpResponse) -> PageOutcome:
    if response.outcome == "refused_address":
        return "refused_address"
    return "http_error" if response.status is not None and response.status >= 400 else "failed"


def extract_text(body: bytes, content_type: str | None) -> tuple[str, str | None]:
    """Extract the article's text from a page: its paragraphs, one a line, without comments, tables and navigation.

    Returns:
        The text and None; or the empty text and one sentence that says why there is none. The same page gives the same text.
    """
    if content_type and not _HTML.match(content_type):
        return "", f"The page is no HTML document but {content_type.partition(';')[0].strip()[:80]}."
    if len(body) > MAX_PAGE_BYTES:
        return "", f"The page has {len(body):,} bytes, more than the {MAX_PAGE_BYTES:,} that are read."
    try:
        text = trafilatura.extract(body, include_comments=False, include_tables=False, deduplicate=False, favor_precision=True)
    except (lxml.etree.LxmlError, RecursionError, ValueError) as error:
        return "", f"The page cannot be taken apart ({type(error).__name__})."
    return (text, None) if text else ("", "No article text was found in the page.")
