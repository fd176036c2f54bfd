"""What a body is before any parser sees it: nothing, XML feed, JSON, a web page, or something else, and where its root starts.

The prolog (comments, processing instructions, DOCTYPE) is stepped over by hand, so that a document type declaration can be
cut out before a parser could expand or fetch what it declares. No feed is read here.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from html import unescape
from pathlib import Path
from typing import Literal, NamedTuple

from pipelines.core.errors import LexiconError

Kind = Literal["empty", "feed", "json", "page", "other"]

SIGNATURES = Path(__file__).parent / "data" / "page_signatures.toml"
_SPACE = " \t\r\n\f\v\ufeff\x00\u200b\xa0"
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_FEED_START = re.compile(r"<\?xml\b|<(?:rss|rdf:RDF|feed|channel)[\s>]|<!DOCTYPE\s+rss", re.IGNORECASE)
_PAGE_ROOTS = frozenset((
    "html", "head", "body", "script", "title", "meta", "link", "div", "center", "p", "h1", "h2", "style", "table", "form",
    "span", "br", "noscript", "main", "section",
))  # fmt: skip
_FEED_ROOTS = frozenset(("rss", "feed", "rdf", "channel"))
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_DECLARATION_STOP = re.compile(r"""["'\[\]>]|<!--""")
_JUNK_LIMIT = 20_000
_PAGE_LIMIT = 200_000
# A page of nothing but `<title>` would be searched once for each.
_TITLE_LIMIT = 20_000
_KNOWN_XML = {
    "opml": "an OPML list of feeds",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap index",
    "error": "an error message of a storage service",
    "svg": "an image",
}
_BINARY = (
    ("\x1f\x8b", "gzip data that was not unpacked"),
    ("PK\x03\x04", "a zip file"),
    ("%PDF", "a PDF file"),
    ("\x89PNG", "a PNG image"),
    ("GIF8", "a GIF image"),
    ("\xff\xd8\xff", "a JPEG image"),
)


class Sniffed(NamedTuple):
    """``text`` starts at the root element of a feed (prolog removed) or at the brace of a JSON document.

    ``faults`` are sentences about what had to be stepped over; ``page`` says what a body that is no feed looks like;
    ``netscape`` tells that the DOCTYPE was Netscape's, the mark of RSS 0.91 (Netscape).
    """

    kind: Kind
    text: str = ""
    faults: tuple[str, ...] = ()
    page: str = ""
    netscape: bool = False
    lines_before: int = 0


class _Prolog(NamedTuple):
    root: int
    doctype: str


def sniff(text: str) -> Sniffed:
    """Tell what ``text`` is."""
    start = len(text) - len(text.lstrip(_SPACE))
    if start == len(text):
        return Sniffed("empty")
    first = text[start]
    if first in "{[":
        return Sniffed("json", text[start:])
    faults: tuple[str, ...] = ()
    if first != "<":
        found = _FEED_START.search(text, start, start + _JUNK_LIMIT)
        if not found:
            return Sniffed("other", page=_describe_other(text[start : start + 200]))
        start, faults = found.start(), ("it has text before the XML begins",)
    elif text[start : start + 5] == "<?xml" and text[:start].strip("\ufeff"):
        faults = ("it has white space before the XML declaration",)
    return _sniff_markup(text, start, faults)


def _sniff_markup(text: str, start: int, faults: tuple[str, ...]) -> Sniffed:
    prolog = _skip_prolog(text, start)
    root = _ROOT.match(text, prolog.root)
    name = root[2].lower() if root else ""
    if name in _FEED_ROOTS:
        if _ENTITY.search(prolog.doctype):
            faults = (*faults, "its DOCTYPE declares entities, which were not expanded")
        netscape = "netscape" in prolog.doctype.lower()
        lines = text.count("\n", 0, prolog.root)
        return Sniffed("feed", text[prolog.root :], faults, netscape=netscape, lines_before=lines)
    if name in _PAGE_ROOTS or prolog.doctype[:20].lower().split()[1:2] == ["html"]:
        return Sniffed("page", page=_describe_page(text[:_PAGE_LIMIT]))
    if not name:
        late = _FEED_START.search(text, prolog.root + 1, prolog.root + _JUNK_LIMIT)
        if late and late.start() > prolog.root:
            return _sniff_markup(text, late.start(), (*faults, "it has text before the XML begins"))
        return Sniffed("other", page="markup without a root element")
    known = _KNOWN_XML.get(name)
    return Sniffed("other", page=known or f"an XML document of another kind, its root is <{name[:40]}>")


def _skip_prolog(text: str, at: int) -> _Prolog:
    """Step over comments, processing instructions and the DOCTYPE; an unclosed one leaves the place where it starts."""
    doctype = ""
    while True:
        while at < len(text) and text[at] in _SPACE:
            at += 1
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
            step = end + 3
        elif text.startswith("<?", at):
            end = text.find("?>", at + 2)
            step = end + 2
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end = _doctype_end(text, at)
            doctype, step = text[at:end] if end > 0 else "", end + 1
        else:
            return _Prolog(at, doctype)
        if end < 0:
            return _Prolog(at, doctype)
        at = step


def _doctype_end(text: str, at: int) -> int:
    """Return the place of the ``>`` that ends a DOCTYPE, its internal subset included, or -1."""
    depth, position = 0, at
    while True:
        stop = _DECLARATION_STOP.search(text, position)
        if not stop:
            return -1
        mark, position = stop[0], stop.end()
        if mark == "[":
            depth += 1
        elif mark == "]":
            depth -= 1
        elif mark == ">" and depth <= 0:
            return stop.start()
        elif mark != ">":
            close = text.find("-->" if mark == "<!--" else mark, position)
            if close < 0:
                return -1
            position = close + (3 if mark == "<!--" else 1)


def _describe_page(page: str) -> str:
    lowered = page.lower()
    title = _TITLE.search(page, 0, _TITLE_LIMIT)
    named = " ".join(unescape(title[1]).split())[:80] if title else ""
    about = f"an HTML page titled “{named}”" if named else "an HTML page"
    for looks_like, marks in signatures():
        if all(mark in lowered for mark in marks):
            return f"{about}; it looks like {looks_like}"
    return about


def _describe_other(text: str) -> str:
    for magic, what in _BINARY:
        if text.startswith(magic):
            return what
    words = " ".join(text.split())[:60]
    if sum(character.isprintable() or character.isspace() for character in text) < 0.9 * len(text):
        return "binary data"
    return f"plain text that begins “{words}”"


@cache
def signatures(path: Path = SIGNATURES) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Load the signatures of error and challenge pages as pairs of what a page looks like and the marks it must hold.

    Raises:
        LexiconError: the file does not follow its schema.
    """
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["signature"]
        loaded = tuple((row["looks_like"], tuple(row["all"])) for row in rows)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise LexiconError(f"{path.name}: it needs [[signature]] tables with `looks_like` and `all` ({error}).") from error
    for looks_like, marks in loaded:
        if not isinstance(looks_like, str) or not marks or any(not isinstance(m, str) or m != m.lower() or not m for m in marks):
            raise LexiconError(f"{path.name}: signature {looks_like!r} needs at least one lower-case mark in `all`.")
    return loaded
