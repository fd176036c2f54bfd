"""feedparser's grammar of RSS, RDF and Atom, without what Parallax does not keep.

feedparser stays the parser: its handlers decide what an element means. Left out are its date parsing (``dates`` does
that from the raw strings), HTML sanitizing and URI resolving inside texts, and the elements of an entry that no column of ours
holds (media, geo, chapters ...), which are skipped before any handler runs. Held by a test to give the same entries as plain
feedparser on every archived feed, in a fraction of the time.

Reads text whose prolog is gone; knows nothing of encodings, outcomes or records.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any
from xml.parsers import expat

from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.html import _cp1252
from feedparser.util import FeedParserDict
from feedparser_sgmllib import SGMLParseError

# Entry elements that reach a column. Everything else inside an entry is skipped by the strict parser.
_KEPT = frozenset((
    "item", "entry", "title", "link", "description", "summary", "content", "content:encoded", "fullitem", "body", "xhtml:body",
    "abstract", "guid", "id", "pubdate", "published", "issued", "created", "updated", "modified", "author", "name", "email",
    "uri", "url", "homepage", "contributor", "category", "keywords", "source", "dc:creator", "dc:author", "dc:date",
    "dc:subject", "dc:title", "dc:description", "dc:contributor", "dcterms:created", "dcterms:issued", "dcterms:modified",
    "itunes:author", "itunes:summary", "feedburner:origlink",
))  # fmt: skip
_ENTRY_TAGS = frozenset(("item", "entry"))
_SCOPE_ATTRIBUTES = frozenset(("xml:base", "base", "xml:lang", "lang"))
_SEPARATOR = "\n"
_C1 = re.compile("[\x80-\x9f]")
_NO_MEMORY = 1
# "no element found", "unclosed token", "partial character", "unclosed CDATA section": what expat says where a document just stops.
_ENDED = frozenset((3, 5, 6, 20))

# What feedparser's handlers were seen to raise on hostile markup (its issues 256, 337, 376).
FAILURES = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, OverflowError, RecursionError, SGMLParseError,
)  # fmt: skip


class IllFormed(Exception):  # noqa: N818 - a finding about the body
    """The strict parser stopped; ``ended`` tells that it was at the end of the text, as of a body that was cut off."""

    def __init__(self, reason: str, line: int, column: int, *, ended: bool) -> None:
        super().__init__(f"{reason} at line {line}, column {column}")
        self.ended = ended


class _Lean:
    """Handlers that replace feedparser's in both of its parsers; stands before them in the order of resolution."""

    entries: list[FeedParserDict]
    found_beyond_cap = 0
    # A guid is kept as given: resolved, it would change with the address that the feed is polled at.
    can_be_relative_uri = StrictFeedParser.can_be_relative_uri - {"id"}

    @staticmethod
    def looks_like_html(s: str) -> bool:
        """Always false: only its sanitizer would use the answer."""
        return False

    def push_content(self: Any, tag: str, attrs_d: dict[str, str], default_content_type: str, expecting_text: int) -> None:
        """Open a text, with its parameters in a plain dictionary: feedparser's own maps each key on each access."""
        self.incontent += 1
        if self.lang:
            self.lang = self.lang.replace("_", "-")
        kind = self.map_content_type(attrs_d.get("type", default_content_type))
        self.contentparams = {"type": kind, "language": self.lang, "base": self.baseuri}
        self.contentparams["base64"] = self._is_base64(attrs_d, self.contentparams)
        self.push(tag, expecting_text)

    def _end_published(self: Any) -> None:
        self.pop("published")

    _end_issued = _end_pubdate = _end_dcterms_issued = _end_published

    def _end_updated(self: Any) -> None:
        self.pop("updated")

    _end_modified = _end_lastbuilddate = _end_dcterms_modified = _end_updated

    def _start_dc_date(self: Any, attrs_d: dict[str, str]) -> None:
        self.push("dc_date", 1)

    def _end_dc_date(self: Any) -> None:
        self.pop("dc_date")

    def _end_created(self: Any) -> None:
        self.pop("created")

    _end_dcterms_created = _end_created

    def _end_expirationdate(self: Any) -> None:
        self.pop("expired")

    # feedparser converts these to numbers, and fails on an end tag that had no start.
    def _end_width(self: Any) -> None:
        self.pop("width")

    def _end_height(self: Any) -> None:
        self.pop("height")

    def _end_dcterms_valid(self: Any) -> None:
        self.pop("validity")

    def _end_content(self: Any) -> None:
        # feedparser copies a content to the summary where there is none; the column `summary` is what the outlet gave.
        self.pop_content("content")

    _end_body = _end_xhtml_body = _end_content_encoded = _end_fullitem = _end_content

    def _start_description(self: Any, attrs_d: dict[str, str]) -> None:
        # feedparser takes a second description (a photo's caption, say) for the content.
        self.push_content("description", attrs_d, "text/html", self.infeed or self.inentry or self.insource)

    _start_dc_description = _start_description

    def _end_description(self: Any) -> None:
        self.pop_content("description")

    _end_dc_description = _end_abstract = _end_description

    def _start_summary(self: Any, attrs_d: dict[str, str]) -> None:
        self.push_content("summary", attrs_d, "text/plain", 1)

    def _end_summary(self: Any) -> None:
        self.pop_content("summary")

    def _start_media_description(self: Any, attrs_d: dict[str, str]) -> None:
        self.push("media_description", 1)

    def _end_media_description(self: Any) -> None:
        self.pop("media_description")

    def _start_itunes_summary(self: Any, attrs_d: dict[str, str]) -> None:
        self.push("itunes_summary", 1)

    def _end_itunes_summary(self: Any) -> None:
        self.pop("itunes_summary")

    def _start_media_title(self: Any, attrs_d: dict[str, str]) -> None:
        self.push("media_title", 1)

    def _end_media_title(self: Any) -> None:
        self.pop("media_title")

    def _start_media_category(self: Any, attrs_d: dict[str, str]) -> None:
        self.push("media_category", 1)

    def _end_media_category(self: Any) -> None:
        self.pop("media_category")

    def _end_media_keywords(self: Any) -> None:
        self.pop("media_keywords")

    def _end_itunes_keywords(self: Any) -> None:
        self.pop("itunes_keywords")


class StrictParser(_Lean, StrictFeedParser):  # type: ignore[misc]
    """feedparser's strict parser, driven by expat directly, skipping what is not kept.

    Entries beyond ``max_entries`` are counted in ``found_beyond_cap`` and not built.
    """

    def __init__(self, base: str, max_entries: int) -> None:
        super().__init__(base, None, "utf-8")
        self.resolve_relative_uris = False
        self.sanitize_html = False
        self._feed_base = base
        self._max_entries = max_entries
        self.contentparams = {}
        self._skipping = 0
        self._depths: dict[str, int] = {}
        self._depths_of: FeedParserDict | None = None
        self._tags: dict[str, str] = {}
        self._starters: dict[str, Any] = {}
        self._enders: dict[str, Any] = {}

    def read(self, text: str) -> None:
        """Parse a whole document, without prolog.

        Raises:
            IllFormed: the text is not well-formed; the entries before that place are in ``entries``.
        """
        parser = expat.ParserCreate("utf-8", _SEPARATOR)
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.buffer_size = 65536
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartNamespaceDeclHandler = self._namespace
        try:
            parser.Parse(text, True)
        except expat.ExpatError as error:
            if error.code == _NO_MEMORY:
                raise MemoryError from error
            reason = expat.ErrorString(error.code) or "a syntax error"
            raise IllFormed(reason, error.lineno, error.offset + 1, ended=error.code in _ENDED) from error
        except FAILURES as error:
            reason = f"feedparser failed ({type(error).__name__})"
            raise IllFormed(reason, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1, ended=False) from error

    def swallowed_items(self) -> bool:
        """Tell whether a text holds the opening of a CDATA section: an earlier one was not closed and ran over whole items."""
        for entry in self.entries:
            texts = [dict.get(entry, "title"), dict.get(entry, "summary"), *(c.get("value") for c in dict.get(entry, "content", ()))]
            if any(text and "<![CDATA[" in text for text in texts):
                return True
        return False

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        self.startPrefixMapping(prefix, uri)
        self._tags.clear()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipping:
            self._skipping += 1
            return
        tag = self._tags.get(name) or self._tag(name)
        if not self.incontent:
            if self.inentry and tag not in _KEPT:
                self._skipping = 1
                return
            if tag in _ENTRY_TAGS and len(self.entries) >= self._max_entries:
                self.found_beyond_cap += 1
                self._skipping = 1
                return
        attrs_d = self._attributes(attributes) if attributes else {}
        if self.incontent or (attributes and not _SCOPE_ATTRIBUTES.isdisjoint(attrs_d)):
            self.unknown_starttag(tag, list(attrs_d.items()))
            return
        starter = self._starters.get(tag) or self._starter(tag)
        if starter is None:
            self.unknown_starttag(tag, list(attrs_d.items()))
            return
        self.depth += 1
        self.basestack.append(self.baseuri)
        self.langstack.append(self.lang)
        if tag not in ("title", "link", "description", "name"):
            self.intextinput = 0
        if tag not in ("title", "link", "description", "url", "href", "width", "height"):
            self.inimage = 0
        starter(attrs_d)

    def _end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        tag = self._tags.get(name) or self._tag(name)
        ender = None if self.svgOK or self.contentparams.get("type") == "application/xhtml+xml" else self._enders.get(tag)
        if ender is None:
            self.unknown_endtag(tag)
            return
        ender()
        self.basestack.pop()
        if self.basestack and self.basestack[-1]:
            self.baseuri = self.basestack[-1]
        self.langstack.pop()
        if self.langstack:
            self.lang = self.langstack[-1]
        self.depth -= 1

    def _characters(self, text: str) -> None:
        if self._skipping or not self.elementstack:
            return
        if self.contentparams.get("type") == "application/xhtml+xml":
            self.handle_data(text)
        else:
            self.elementstack[-1][2].append(text)

    def _start_link(self, attrs_d: dict[str, str]) -> None:
        if attrs_d or not self.inentry or self.insource:
            super()._start_link(attrs_d)
        else:
            self.push("link", 1)

    def _end_link(self) -> None:
        self.pop("link")

    def _end_guid(self) -> None:
        value = self.pop("id")
        if self.guidislink and value and not self.insource and not dict.get(self.entries[-1] if self.inentry else {}, "link"):
            self._save("link", self._resolved(value), overwrite=True)

    _end_id = _end_guid

    def _resolved(self, link: str) -> str:
        """Resolve against an ``xml:base``, if one holds; the feed's own address comes in later, once for all formats."""
        return self.resolve_uri(link) if self.baseuri != self._feed_base else link

    def _starter(self, tag: str) -> Any:
        """Bind feedparser's handlers of a kept tag once; None for tags that take its general way."""
        if tag not in _KEPT:
            return None
        prefix, _, local = tag.rpartition(":")
        mapped = self.namespacemap.get(prefix, prefix) if prefix else ""
        method = f"{mapped}_{local}" if mapped else local
        starter, ender = getattr(self, "_start_" + method, None), getattr(self, "_end_" + method, None)
        if starter is None or ender is None or (prefix and mapped != prefix):
            return None
        self._starters[tag], self._enders[tag] = starter, ender
        return starter

    def _tag(self, name: str) -> str:
        """Name an element as feedparser does: known namespaces by their usual prefix, others by the one given."""
        uri, local, prefix = _split(name)
        lowered = uri.lower()
        if "backend.userland.com/rss" in lowered:
            lowered = "http://backend.userland.com/rss"
        known = self._matchnamespaces.get(lowered, prefix)
        tag = (f"{known.lower()}:{local}" if known else local).lower()
        self._tags[name] = tag
        return tag

    def _attributes(self, attributes: dict[str, str]) -> dict[str, str]:
        named: dict[str, str] = {}
        for key, value in attributes.items():
            uri, local, prefix = _split(key)
            known = self._matchnamespaces.get(uri.lower(), "") if uri else ""
            short = (f"{known}:{local}" if known else local).lower()
            named[short] = value.lower() if short in ("rel", "type") else value
            if prefix:
                named[f"{prefix}:{local}".lower()] = value
        return named

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        """Take the usual plain texts on a short way; everything else on feedparser's own."""
        stack = self.elementstack
        if not self.inentry or self.insource or not stack or stack[-1][0] != element or not stack[-1][1]:
            return super().pop(element, strip_whitespace)
        inline = self.contentparams.get("base64") or self.contentparams.get("type") == "application/xhtml+xml"
        if element not in _PLAIN or (inline and element != "link"):
            return super().pop(element, strip_whitespace)
        output = _straightened("".join(stack.pop()[2]).strip())
        entry = self.entries[-1]
        key = "summary" if element == "description" else element
        if key == "content":
            dict.setdefault(entry, "content", []).append({"value": output, "type": self.contentparams.get("type")})
        elif key == "title" and -1 < self.title_depth <= self.depth:
            return output
        elif key == "link":
            if not self.inimage:
                # Query parameters such as `&copy=1` come as entity references from some feeds; feedparser's own remedy.
                dict.__setitem__(entry, key, self._resolved(_AS_ENTITY.sub(r"&\1", output.replace("&amp;", "&"))))
        elif key != "category":
            depths = self._depths if entry is self._depths_of else self._fresh_depths(entry)
            if key not in depths or self.depth <= depths[key]:
                depths[key] = self.depth
                dict.__setitem__(entry, key, output)
        return output

    def _fresh_depths(self, entry: FeedParserDict) -> dict[str, int]:
        self._depths, self._depths_of = {}, entry
        return self._depths


_PLAIN = frozenset(("title", "description", "summary", "content", "published", "updated", "dc_date", "category", "author", "id", "link"))
_AS_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")


def _split(name: str) -> tuple[str, str, str]:
    parts = name.split(_SEPARATOR)
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _straightened(text: str) -> str:
    """Undo UTF-8 that was read as Latin-1, and Windows characters left as C1 controls, as feedparser does."""
    if text.isascii():
        return text
    with suppress(UnicodeEncodeError, UnicodeDecodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_cp1252) if _C1.search(text) else text


class LooseParser(_Lean, LooseFeedParser):  # type: ignore[misc]
    """feedparser's lenient parser, for text that stays ill-formed after mending. Slow, and quadratic on some inputs."""

    def __init__(self, base: str) -> None:
        super().__init__(base, None, "utf-8", {})
        self.contentparams = {}
        self.resolve_relative_uris = False
        self.sanitize_html = False

    def read(self, text: str) -> None:
        """Parse a whole document, without prolog; what feedparser raises on hostile text comes through."""
        self.feed(text)
