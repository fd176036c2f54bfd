"""The feeds of a site, given any of its addresses: a feed itself, what its page links to, or the usual places.

What belongs here: finding addresses of feeds. What does not: reading a feed properly (``parse``), or registering it.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import NamedTuple

from lxml import etree

from pipelines.core.errors import UsageError
from pipelines.feeds.addresses import BadUrlError, RefusedAddressError, check_address, join_url
from pipelines.feeds.encoding import decode
from pipelines.feeds.http import HttpClient, HttpResponse
from pipelines.feeds.politeness import HostGate
from pipelines.feeds.sniff import sniff

FEED_TYPES = {
    "application/rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/rdf+xml": "rdf",
    "application/feed+json": "json",
}
COMMON_PATHS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds", "/feed.json")
MAX_FOUND = 30
_MAX_TRIED = 12
_MAX_ANCHORS = 4
_PAUSE_S = 0.5
_HEAD = 20_000
_ACCEPT = {"Accept": "application/rss+xml, application/atom+xml, text/html;q=0.9, */*;q=0.5"}
_LOOKS_LIKE_FEED = re.compile(r"(?:\.(?:rss|atom|rdf)|/(?:feed|rss|atom)(?:\.xml)?)/?(?:\?[^#]*)?$", re.IGNORECASE)
_TITLE = re.compile(r"<title(?:\s[^>]{0,200})?>\s*(?:<!\[CDATA\[)?(.{0,500}?)(?:\]\]>)?\s*</title", re.DOTALL)
_LANGUAGE = re.compile(r"""<(?:dc:)?language>\s*([A-Za-z-]{2,20})\s*<|\bxml:lang\s*=\s*["']([A-Za-z-]{2,20})["']""")
_JSON_VERSION = re.compile(r'"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org')
_JSON_FIELD = r'"%s"\s*:\s*("(?:[^"\\]|\\.){0,500}")'


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed's address, its title and language where they are told, and its type: `rss`, `atom`, `rdf` or `json`."""

    url: str
    title: str | None
    type: str
    language: str | None = None


class _Page(NamedTuple):
    linked: list[FoundFeed]
    anchors: list[str]


def discover(url: str, client: HttpClient, *, allow_loopback: bool = False, gate: HostGate | None = None) -> list[FoundFeed]:
    """Find feeds, in the order in which the page names them; empty where there are none.

    Addresses that a page names are returned unasked; the usual places are asked, one after the other, until one is a feed.

    Raises:
        UsageError: the address cannot be fetched at all; the message says why.
    """
    gate = gate or HostGate(_PAUSE_S)
    asked = url.strip() if "://" in url else f"https://{url.strip()}"
    response = client.get(asked, _ACCEPT, allow_loopback=allow_loopback, gate=gate)
    if response.outcome not in ("ok", "http_error", "rate_limited", "gone"):
        raise UsageError(f"No feeds could be looked for at {url}: {response.detail}")
    if itself := recognise(response):
        return [itself]
    page = _read_page(response, allow_loopback)
    if page.linked:
        return page.linked[:MAX_FOUND]
    usual = (join_url(response.final_url, path).url for path in COMMON_PATHS)
    tried: set[str] = set()
    for candidate in [*page.anchors[:_MAX_ANCHORS], *usual]:
        if candidate not in tried and len(tried) < _MAX_TRIED:
            tried.add(candidate)
            if found := recognise(client.get(candidate, _ACCEPT, allow_loopback=allow_loopback, gate=gate)):
                return [found]
    if not response.ok:
        raise UsageError(f"No feeds could be looked for at {url}: {response.detail}")
    return []


def recognise(response: HttpResponse) -> FoundFeed | None:
    """Tell whether a response's body is a feed, by its beginning; None when it is none."""
    if not response.body:
        return None
    sniffed = sniff(decode(response.body, response.content_type).text)
    head = sniffed.text[:_HEAD]
    if sniffed.kind == "json":
        if not _JSON_VERSION.search(head):
            return None
        return FoundFeed(response.final_url, _json_field("title", head), "json", _json_field("language", head))
    if sniffed.kind != "feed":
        return None
    root = re.split(r"[\s>/]", head[1:], maxsplit=1)[0].rpartition(":")[2].lower()
    title = _TITLE.search(head)
    language = _LANGUAGE.search(head)
    return FoundFeed(
        url=response.final_url,
        title=_line(unescape(title[1])) if title else None,
        type={"feed": "atom", "rdf": "rdf"}.get(root, "rss"),
        language=(language[1] or language[2]) if language else None,
    )


def _json_field(name: str, head: str) -> str | None:
    found = re.search(_JSON_FIELD % name, head)
    try:
        return _line(str(json.loads(found[1], strict=False))) if found else None
    except json.JSONDecodeError:
        return None


def _read_page(response: HttpResponse, allow_loopback: bool) -> _Page:
    """Collect what a page links to as its feeds, and ordinary links that look like some."""
    if not response.body:
        return _Page([], [])
    text = decode(response.body, response.content_type).text
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8", no_network=True))
    except etree.XMLSyntaxError:
        return _Page([], [])
    if root is None:
        return _Page([], [])
    base = next((str(b.get("href")) for b in root.iter("base") if b.get("href")), "")
    base = _allowed(response.final_url, base, allow_loopback) or response.final_url
    language = root.get("lang") or None
    linked: dict[str, FoundFeed] = {}
    for link in root.iter("link"):
        kind = FEED_TYPES.get((link.get("type") or "").partition(";")[0].strip().lower())
        if kind and "alternate" in (link.get("rel") or "").lower().split() and (href := link.get("href")):
            target = _allowed(base, str(href), allow_loopback)
            if target and target not in linked:
                linked[target] = FoundFeed(target, _line(link.get("title") or ""), kind, language)
    anchors = (str(a.get("href") or "") for a in root.iter("a"))
    return _Page(list(linked.values()), list(_feed_like(anchors, base, allow_loopback)))


def _feed_like(hrefs: Iterable[str], base: str, allow_loopback: bool) -> Iterator[str]:
    for href in hrefs:
        if _LOOKS_LIKE_FEED.search(href.strip()[:2000]) and (target := _allowed(base, href, allow_loopback)):
            yield target


def _allowed(base: str, href: str, allow_loopback: bool) -> str | None:
    """Make a link absolute; None for one that would be refused anyway. Names are checked when they are connected to."""
    try:
        target = join_url(base, href)
        if _is_ip(target.host):
            check_address(target.host, allow_loopback=allow_loopback)
    except (BadUrlError, RefusedAddressError):
        return None
    return target.url


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _line(text: str) -> str | None:
    return " ".join(text.split())[:200] or None
