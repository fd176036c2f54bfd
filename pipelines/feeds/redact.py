"""Cutting forgotten items out of a body as received; every other byte stays, so that the other items parse as before.

Items are found by their tags in the bytes, not by a parser: what a parser would mend must not be mended here. Whoever calls
this checks what the result parses to.
"""

from __future__ import annotations

import codecs
import html
import json
import re
from collections.abc import Callable, Collection
from typing import Any

from pipelines.feeds.encoding import decode
from pipelines.feeds.tombstones import item_keys, url_key

Holds = Callable[[Collection[str]], bool]

_NAME = r"(?:[A-Za-z][\w.-]*:)?"
_TAG = re.compile(rf"<(/?)({_NAME}(?:item|entry))(?=[\s>/])", re.I)
_LINK = re.compile(rf"<{_NAME}(?:link|origlink)\b([^>]*?)(?:/>|>(.*?)</{_NAME}(?:link|origlink)\s*>)", re.I | re.S)
_GUID = re.compile(rf"<{_NAME}(guid|id)\b[^>]*>(.*?)</{_NAME}\1\s*>", re.I | re.S)
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\s*>", re.I | re.S)
_HREF = re.compile(r"""\bhref\s*=\s*["']([^"']*)["']""", re.I)
_ABOUT = re.compile(r"""\brdf:about\s*=\s*["']([^"']*)["']""", re.I)
_LISTED = re.compile(r"""<rdf:li\b[^>]*?\bresource\s*=\s*["']([^"']*)["'][^>]*?(?:/>|>\s*</rdf:li\s*>)\s*""", re.I)
_SPACE = re.compile(r"\s*")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.S)
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_BOMS = {
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def redact(body: bytes, holds: Holds) -> bytes:
    """Return the body without the items of which ``holds`` says, by their keys, that they were forgotten.

    The same body where it has none of them, or where no item can be found in it.
    """
    decoded = decode(body)
    if decoded.text.lstrip()[:1] == "{":
        return _json(body, decoded.text, holds)
    wide = decoded.encoding in _WIDE
    # Latin-1 gives each byte a character, so that what is not cut out comes back byte for byte in any encoding that contains ASCII.
    text = decoded.text if wide else body.decode("latin-1")
    kept = _cut(text, lambda fragment: holds(_keys(_readable(fragment, decoded.encoding, wide))))
    kept = _LISTED.sub(lambda m: "" if holds({url_key(html.unescape(m[1]))}) else m.group(), kept)
    if kept == text:
        return body
    if not wide:
        return kept.encode("latin-1")
    mark = _BOMS[decoded.encoding]
    return (mark if body.startswith(mark) else b"") + kept.encode(decoded.encoding, "replace")


def _cut(text: str, goes: Callable[[str], bool]) -> str:
    """Leave out the items that go, in one pass: an item that is never closed ends where the next one begins, and stays."""
    parts, kept_until, start, name = [], 0, -1, ""
    for tag in _TAG.finditer(text):
        if not tag[1]:
            start, name = tag.start(), tag[2].lower()
        elif start >= 0 and tag[2].lower() == name:
            end = text.find(">", tag.end()) + 1 or len(text)
            if goes(text[start:end]):
                parts.append(text[kept_until:start])
                kept_until = _SPACE.match(text, end).end()  # type: ignore[union-attr]
            start = -1
    return "".join((*parts, text[kept_until:]))


def _readable(fragment: str, encoding: str, wide: bool) -> str:
    return fragment if wide else fragment.encode("latin-1").decode(encoding, "replace")


def _keys(fragment: str) -> frozenset[str]:
    links = []
    for attributes, inner in _LINK.findall(fragment):
        links += [html.unescape(href) for href in _HREF.findall(attributes)]
        links += [_text(inner)] if inner else []
    links += [html.unescape(about) for about in _ABOUT.findall(fragment[: fragment.find(">") + 1])]
    guid = _GUID.search(fragment)
    title = _TITLE.search(fragment)
    return item_keys(links=links, guid=_text(guid[2]) if guid else None, title=_text(title[1]) if title else "")


def _text(inner: str) -> str:
    return html.unescape(_CDATA.sub(lambda m: m[1], inner)).strip()


def _json(body: bytes, text: str, holds: Holds) -> bytes:
    try:
        document: Any = json.loads(text)
        items = document["items"]
        kept = [item for item in items if not holds(_json_keys(item))]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return body
    if len(kept) == len(items):
        return body
    return json.dumps({**document, "items": kept}, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _json_keys(item: dict[str, Any]) -> frozenset[str]:
    links = [item[name] for name in ("url", "external_url") if isinstance(item.get(name), str)]
    return item_keys(links=links, guid=str(item.get("id", "")), title=str(item.get("title", "")))
