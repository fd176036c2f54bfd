"""A body's bytes -> a :class:`Document`: decode, sniff, parse, mend if need be, and read the items.

This is what a parsing child runs. It builds no lake records and imports nothing that needs pyarrow.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from pipelines.feeds.document import Document, NotAFeed, ParseContext, RawDocument, RawItem, Unparseable
from pipelines.feeds.encoding import Decoded, decode
from pipelines.feeds.grammar import FAILURES, IllFormed, LooseParser, StrictParser
from pipelines.feeds.items import read_items
from pipelines.feeds.json_feed import read_json
from pipelines.feeds.repair import escape_markup, mend
from pipelines.feeds.sniff import Sniffed, sniff


class _Parsed(NamedTuple):
    parser: StrictParser | LooseParser
    faults: tuple[str, ...]
    incomplete: bool


def read_document(body: bytes, context: ParseContext) -> Document:
    """Read a feed body. Whatever the bytes are, the answer is a document whose outcome and detail say what happened.

    Raises:
        MemoryError: the body needs more memory than this process may have.
    """
    decoded = decode(body, context.content_type)
    sniffed = sniff(decoded.text)
    if sniffed.kind == "empty":
        what = "The body is empty." if not body else "The body holds nothing but white space."
        return Document("empty", what)
    try:
        raw = _read_raw(sniffed, context)
    except NotAFeed as finding:
        return Document("not_a_feed", f"This is no feed: it is {finding}.", encoding=decoded.encoding)
    except Unparseable as finding:
        return Document("unparseable", f"No entry could be read: {finding}.", encoding=decoded.encoding)
    return _document(raw, decoded, context)


def _read_raw(sniffed: Sniffed, context: ParseContext) -> RawDocument:
    if sniffed.kind == "json":
        return read_json(sniffed.text, context.max_entries)
    if sniffed.kind != "feed":
        raise NotAFeed(sniffed.page)
    parsed = _parse(sniffed, context)
    parser = parsed.parser
    entries = parser.entries
    if parsed.incomplete:
        # An entry that was cut off may have lost half a sentence: it would look like an edit when it comes whole again.
        entries = entries[:-1]
    if not entries and parsed.faults:
        raise Unparseable("; ".join(parsed.faults))
    feed = parser.feeddata
    return RawDocument(
        format="rss091n" if sniffed.netscape and parser.version.startswith("rss") else parser.version or None,
        title=_text(feed, "title"),
        language=_text(feed, "language"),
        home=_text(feed, "link"),
        items=[_raw_item(entry) for entry in entries[: context.max_entries]],
        found=len(entries) + parser.found_beyond_cap,
        faults=(*sniffed.faults, *parsed.faults),
    )


def _parse(sniffed: Sniffed, context: ParseContext) -> _Parsed:
    """Parse strictly as it is; else mended; else with the texts' markup escaped too; else leniently."""
    strict = StrictParser(context.feed_url, context.max_entries)
    failure = _read_strictly(strict, sniffed.text)
    if failure is None and not strict.swallowed_items():
        return _Parsed(strict, (), incomplete=False)
    text, faults = mend(sniffed.text)
    if faults:
        strict = StrictParser(context.feed_url, context.max_entries)
        failure = _read_strictly(strict, text)
    if failure is None:
        return _Parsed(strict, faults, incomplete=False)
    if failure.ended:
        return _cut_off(strict, faults)
    faults = (*faults, f"it is not well-formed ({failure})")
    escaped = escape_markup(text)
    if escaped != text:
        second = StrictParser(context.feed_url, context.max_entries)
        failure = _read_strictly(second, escaped)
        if failure is None or failure.ended:
            return _Parsed(second, faults, incomplete=False) if failure is None else _cut_off(second, faults)
    return _read_leniently(text, strict, faults, context)


def _read_strictly(parser: StrictParser, text: str) -> IllFormed | None:
    try:
        parser.read(text)
    except IllFormed as failure:
        return failure
    return None


def _cut_off(strict: StrictParser, faults: tuple[str, ...]) -> _Parsed:
    """Keep what the strict parser read of a text that just ends."""
    inside = bool(strict.inentry and strict.entries)
    where = f"inside entry {len(strict.entries)}, which was left out" if inside else "before its closing tags"
    return _Parsed(strict, (*faults, f"it ends {where}"), incomplete=inside)


def _read_leniently(text: str, strict: StrictParser, faults: tuple[str, ...], context: ParseContext) -> _Parsed:
    loose = LooseParser(context.feed_url)
    try:
        loose.read(text)
    except FAILURES as error:
        best: StrictParser | LooseParser = loose if len(loose.entries) > len(strict.entries) else strict
        faults = (*faults, f"and the lenient parser failed too ({type(error).__name__})")
        return _Parsed(best, faults, incomplete=bool(best.inentry and best.entries))
    return _Parsed(loose, faults, incomplete=bool(loose.inentry and loose.entries))


def _document(raw: RawDocument, decoded: Decoded, context: ParseContext) -> Document:
    faults = (decoded.fault, *raw.faults) if decoded.fault else raw.faults
    read = read_items(raw, context)
    detail = f"The feed is ill-formed: {'; '.join(faults)}." if faults else None
    return Document(
        outcome="partial" if faults else "ok",
        detail=detail,
        format=raw.format,
        encoding=decoded.encoding,
        title=raw.title or None,
        language=raw.language or None,
        found=raw.found,
        without_date=sum(not item.published_raw and not item.updated_raw for item in read.items),
        without_guid=sum(item.guid is None for item in read.items),
        repeated_guid=sum(not item.guid_unique for item in read.items),
        positions=read.positions,
        items=read.items,
    )


def _raw_item(entry: Any) -> RawItem:
    """Gather one entry of feedparser's. Its dictionaries are read by their own keys: its ``get`` maps and warns."""
    source = dict.get(entry, "source")
    if not isinstance(source, dict):
        source = {}
    link = _text(entry, "link")
    guid = _text(entry, "id")
    return RawItem(
        guid=guid,
        link=link,
        original_link=_text(entry, "feedburner_origlink"),
        title=_text(entry, "title"),
        summary=_text(entry, "summary") or _text(entry, "itunes_summary"),
        content=_content(entry),
        author=_author(entry),
        categories=_categories(entry),
        published=_text(entry, "published") or _text(entry, "dc_date") or _text(entry, "created"),
        updated=_text(entry, "updated"),
        source_url=_source_url(source),
        source_title=_text(source, "title"),
    )


def _text(holder: Any, key: str) -> str:
    value = dict.get(holder, key)
    return value if isinstance(value, str) else ""


def _content(entry: Any) -> str:
    """The longest of the contents given; Atom allows several, of one text in several types."""
    contents = dict.get(entry, "content")
    if not isinstance(contents, list):
        return ""
    return max((_text(content, "value") for content in contents if isinstance(content, dict)), key=len, default="")


def _author(entry: Any) -> str:
    people = dict.get(entry, "authors")
    names: list[str] = []
    for person in people if isinstance(people, list) else ():
        name = _text(person, "name") or _text(person, "email")
        if name and name not in names:
            names.append(name)
    return ", ".join(names) if len(names) > 1 else _text(entry, "author")


def _categories(entry: Any) -> tuple[str, ...]:
    tags = dict.get(entry, "tags")
    terms = (_text(tag, "term") or _text(tag, "label") for tag in (tags if isinstance(tags, list) else ()))
    return tuple(dict.fromkeys(filter(None, terms)))


def _source_url(source: Any) -> str:
    """The original feed: the ``url`` of an RSS source; the ``self`` link, else the page or the id, of an Atom one."""
    links = dict.get(source, "links")
    for link in links if isinstance(links, list) else ():
        if _text(link, "rel") == "self" and _text(link, "href"):
            return _text(link, "href")
    return _text(source, "href") or _text(source, "link") or _text(source, "id")
