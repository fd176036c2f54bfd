"""JSON Feed 1.0 and 1.1 -> raw items. feedparser 6 yields nothing for JSON.

Source: https://www.jsonfeed.org/version/1.1/. Reads text; knows nothing of dates, links or records.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pipelines.feeds.document import NotAFeed, RawDocument, RawItem, Unparseable

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/(\d+(?:\.\d+)?)")
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_FIELD = r'"{}"\s*:\s*("(?:[^"\\]|\\.)*")'
_HEAD = 20_000


def read_json(text: str, max_entries: int) -> RawDocument:
    """Read a JSON Feed; of one that is cut off, the items that are whole.

    Raises:
        NotAFeed: it is JSON of another kind, or text that only begins like JSON.
        Unparseable: it means to be a JSON Feed, but no item can be read.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _recover(text, max_entries, error)
    if not isinstance(data, dict):
        raise NotAFeed("a JSON list")
    version = _VERSION.match(_string(data.get("version")))
    items = data.get("items")
    if not isinstance(items, list) or not (version or "title" in data):
        if version:
            raise Unparseable("its list of items is missing")
        raise NotAFeed(_describe(data))
    return RawDocument(
        format=_format(version),
        title=_string(data.get("title")),
        language=_string(data.get("language")),
        home=_string(data.get("home_page_url")),
        items=[_item(item, data) for item in items[:max_entries]],
        found=len(items),
        faults=() if version else ("it names no version of JSON Feed",),
    )


def _recover(text: str, max_entries: int, error: Exception) -> RawDocument:
    version = _VERSION.search(text[:_HEAD].replace("\\/", "/"))
    if not version:
        raise NotAFeed("text that begins like JSON but is not") from error
    reason = "it nests too deeply" if isinstance(error, RecursionError) else f"it is not valid JSON ({error})"
    try:
        items = [_item(item, {}) for item in _whole_items(text)]
    except RecursionError:
        items = []
    if not items:
        raise Unparseable(reason) from error
    return RawDocument(
        format=_format(version),
        title=_head_field(text, "title"),
        language=_head_field(text, "language"),
        home=_head_field(text, "home_page_url"),
        items=items[:max_entries],
        found=len(items),
        faults=(reason,),
    )


def _whole_items(text: str) -> Iterator[Any]:
    """Yield the items of a broken document up to the place where it breaks."""
    start = _ITEMS.search(text)
    if not start:
        return
    decoder, at = json.JSONDecoder(), start.end()
    while True:
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
        try:
            item, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield item


def _head_field(text: str, name: str) -> str:
    items = _ITEMS.search(text)
    match = re.search(_FIELD.format(name), text[: min(items.start(), _HEAD) if items else _HEAD])
    if not match:
        return ""
    try:
        return str(json.loads(match[1]))
    except ValueError:
        return ""


def _item(item: Any, feed: dict[str, Any]) -> RawItem:
    if not isinstance(item, dict):
        return RawItem()
    tags = item.get("tags")
    return RawItem(
        guid=_string(item.get("id")),
        link=_string(item.get("url")) or _string(item.get("external_url")),
        title=_string(item.get("title")),
        summary=_string(item.get("summary")),
        content=_string(item.get("content_html")) or _string(item.get("content_text")),
        author=_authors(item) or _authors(feed),
        categories=tuple(filter(None, map(_string, tags))) if isinstance(tags, list) else (),
        published=_string(item.get("date_published")),
        updated=_string(item.get("date_modified")),
        # A linked item of another site: `external_url` names what it is about, not who published it first.
        source_url="",
    )


def _authors(holder: dict[str, Any]) -> str:
    """Names of `authors` (1.1) or `author` (1.0), apart by commas."""
    listed = holder.get("authors")
    people = listed if isinstance(listed, list) and listed else [holder.get("author")]
    return ", ".join(filter(None, (_string(p.get("name")) for p in people if isinstance(p, dict))))


def _string(value: Any) -> str:
    """A string as it is; a number as text, since ids are often numbers; anything else as nothing."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8") if _has_surrogates(value) else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def _has_surrogates(value: str) -> bool:
    return not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value)


def _format(version: re.Match[str] | None) -> str:
    return "json" + version[1].replace(".", "") if version and version[1] != "1" else "json1"


def _describe(data: dict[str, Any]) -> str:
    for key in ("error", "message", "errors", "detail"):
        if value := data.get(key):
            return f"a JSON error message ({key}: {str(value)[:60]})"
    return f"JSON of another kind (its keys: {', '.join(list(data)[:5]) or 'none'})"
