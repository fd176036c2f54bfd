"""Mending ill-formed XML, so that the strict parser can read it: the faults that real feeds have, one function each.

Works on text without a prolog, only after the strict parser has refused it. Nothing is guessed about the feed's meaning; what
was mended is named, in the order of mending.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.entities import html5

# What XML 1.0 does not allow in any form.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OPEN_CDATA = "<![CDATA["
_OPEN_COMMENT = "<!--"
_SECTION = re.compile(r"<!\[CDATA\[|<!--")
_ITEM_EDGE = re.compile(r"</?(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_TEXT_ELEMENT = re.compile(r"<(title|description|summary|content|content:encoded|dc:description)(?:\s[^<>]*)?(?<!/)>")
_OPENER = re.compile(r"<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>\s*$")
# CDATA sections, all closed by then, are matched whole and left alone.
_REFERENCE = re.compile(r"<!\[CDATA\[.*?\]\]>|&(#[xX]?[0-9A-Fa-f]{1,40};|[A-Za-z][A-Za-z0-9]{0,31};)?", re.DOTALL)
_LOOSE_ANGLE = re.compile(r"<!\[CDATA\[.*?\]\]>|<(?![A-Za-z_/?])|\]\]>", re.DOTALL)
_TAG = re.compile(r"<!\[CDATA\[.*?\]\]>|</?([A-Za-z_][\w.-]*):[A-Za-z_]|\sxmlns:([A-Za-z_][\w.-]*)\s*=", re.DOTALL)
_ATTRIBUTE_PREFIX = re.compile(r"""\s([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*\s*=\s*["']""")
_ROOT_NAME = re.compile(r"<[A-Za-z_][\w.:-]*")
_XML_NAMES = frozenset(("lt;", "gt;", "amp;", "quot;", "apos;"))
_BUILT_IN = frozenset(("xml", "xmlns"))


def mend(text: str) -> tuple[str, tuple[str, ...]]:
    """Return ``text`` with its known faults mended, and a phrase for each kind of fault found."""
    faults: list[str] = []
    steps: tuple[Callable[[str], tuple[str, list[str]]], ...] = (
        _without_controls, _closed_sections, _legal_references, _escaped_angles, _bound_prefixes,
    )  # fmt: skip
    for step in steps:
        text, found = step(text)
        faults += found
    return text, tuple(faults)


def escape_markup(text: str) -> str:
    """Escape the markup inside the text elements of entries, so that an unclosed ``<p>`` cannot break the document.

    The second resort, for text that :func:`mend` did not make well-formed: the texts come out as the outlet wrote them.
    """
    pieces: list[str] = []
    closes: dict[str, int] = {}
    done = at = edge = 0
    while match := _TEXT_ELEMENT.search(text, at):
        name, at = match[1], match.end()
        # Places found are kept until they are passed, so that the whole walk stays linear.
        if closes.get(name, 0) != -1 and closes.get(name, 0) < at:
            closes[name] = text.find(f"</{name}>", at)
        if edge < at:
            found = _ITEM_EDGE.search(text, at)
            edge = found.start() if found else len(text)
        close = closes[name]
        if close < 0 or close > edge or "xhtml" in match[0]:
            continue
        inner = text[at:close]
        if "<" in inner and _OPEN_CDATA not in inner:
            pieces += [text[done:at], inner.replace("&", "&amp;").replace("<", "&lt;")]
            done = close
        at = close
    return "".join((*pieces, text[done:]))


def _without_controls(text: str) -> tuple[str, list[str]]:
    mended, count = _CONTROL.subn("", text)
    return mended, ["it holds control characters"] if count else []


def _closed_sections(text: str) -> tuple[str, list[str]]:
    """Close each CDATA section that runs over the edge of its item, and drop comments, unclosed ones as text.

    One walk in linear time: a body of 50,000 openings must not be searched to its end for each of them.
    """
    pieces: list[str] = []
    faults: dict[str, None] = {}
    at = 0
    ends = {_OPEN_CDATA: -2, _OPEN_COMMENT: -2}
    while match := _SECTION.search(text, at):
        opening, kind = match.start(), match[0]
        pieces.append(text[at:opening])
        if ends[kind] != -1 and ends[kind] < match.end():
            ends[kind] = text.find("-->" if kind == _OPEN_COMMENT else "]]>", match.end())
        end = ends[kind]
        if kind == _OPEN_CDATA:
            piece, at, closed = _cdata(text, opening, end)
            pieces.append(piece)
            if not closed:
                faults["a CDATA section is not closed"] = None
        elif end >= 0:
            if "--" in text[opening + 4 : end]:
                faults["a comment holds two dashes"] = None
            at = end + 3
        else:
            pieces.append("&lt;!--")
            faults["a comment is not closed"] = None
            at = match.end()
    pieces.append(text[at:])
    return "".join(pieces), list(faults)


def _cdata(text: str, opening: int, end: int) -> tuple[str, int, bool]:
    """Return a CDATA section, closed, where the text goes on after it, and whether it was closed.

    Markup of an item may stand inside a section that is closed properly: only a second opening before the end, or no end, is a
    fault. A section without end or item edge is dropped with all that follows: the body stops inside it.
    """
    start = opening + len(_OPEN_CDATA)
    edge = _ITEM_EDGE.search(text, start, end if end >= 0 else len(text))
    if edge and (end < 0 or text.find(_OPEN_CDATA, start, end) >= 0):
        opener = _OPENER.search(text, max(0, opening - 300), opening)
        close = text.find(f"</{opener[1]}", start, edge.start()) if opener else -1
        stop = close if close >= 0 else edge.start()
        return text[opening:stop] + "]]>", stop, False
    if end < 0:
        return "", len(text), False
    return text[opening : end + 3], end + 3, True


def _legal_references(text: str) -> tuple[str, list[str]]:
    found: set[str] = set()

    def legal(match: re.Match[str]) -> str:
        whole, reference = match[0], match[1]
        if whole[0] == "<" or reference in _XML_NAMES:
            return whole
        if not reference:
            found.add("it holds a bare &")
            return "&amp;"
        if reference[0] == "#":
            if _is_character(reference):
                return whole
            found.add(f"it refers to a character that does not exist (&{reference[:14]})")
            return "\ufffd"
        if reference in html5:
            found.add("it uses HTML entities that XML does not have")
            return html5[reference].replace("&", "&amp;").replace("<", "&lt;")
        found.add(f"it uses an undeclared entity (&{reference[:20]})")
        return f"&amp;{reference}"

    return _REFERENCE.sub(legal, text), sorted(found)[:4]


def _is_character(reference: str) -> bool:
    digits = reference[1:-1]
    try:
        code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    except ValueError:
        return False
    allowed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return allowed and digits[0] != "X"


def _escaped_angles(text: str) -> tuple[str, list[str]]:
    count = 0

    def escaped(match: re.Match[str]) -> str:
        nonlocal count
        if len(match[0]) > 3:
            return match[0]
        count += 1
        return "&lt;" if match[0] == "<" else "]]&gt;"

    mended = _LOOSE_ANGLE.sub(escaped, text)
    return mended, ["it holds a bare < or ]]>"] if count else []


def _bound_prefixes(text: str) -> tuple[str, list[str]]:
    used: set[str] = set()
    bound: set[str] = set()
    for match in _TAG.finditer(text):
        if match[1]:
            used.add(match[1])
        elif match[2]:
            bound.add(match[2])
    used.update(prefix for prefix in _ATTRIBUTE_PREFIX.findall(text) if prefix not in bound)
    missing = sorted(used - bound - _BUILT_IN)[:100]
    root = _ROOT_NAME.match(text)
    if not missing or not root:
        return text, []
    declarations = "".join(f' xmlns:{prefix}="urn:unbound:{prefix}"' for prefix in missing)
    mended = text[: root.end()] + declarations + text[root.end() :]
    return mended, [f"the prefix {missing[0]} is not bound to a namespace"]
