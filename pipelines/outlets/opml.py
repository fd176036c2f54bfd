"""OPML, the feed readers' subscription list: a reader that recovers from broken files, and a writer.

Lists found in the wild are often no XML at all: in one popular collection 40 of 59 files have bare ampersands in their
addresses. An XML parser either refuses them or, when told to recover, silently drops characters *out of the addresses*. So this
reader looks for ``outline`` tags itself, takes each attribute letter for letter, and says for each oddity on which line it stands.
No entity but the predefined and HTML ones is ever expanded, so that entity bombs and external entities do nothing.

Making registry outlets of outlines is in ``importing``.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from pipelines.outlets.schema import FeedSource, Outlet, Registry, check_url, url_key

NAMESPACE = "urn:parallax:outlet:1"
"""Namespace of the attributes that carry an outlet's facts from one Parallax registry to another."""
CARRIED = ("id", "publisher", "country", "language", "timezone", "owner", "state_control", "ownership_citation", "ownership_date")
MAX_BYTES = 16 * 1024 * 1024
_MAX_VALUE = 4096

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_TOKEN = re.compile(r"<!--|<!\[CDATA\[|<outline(?=[\s/>])|</outline\s*>", re.IGNORECASE)
_CLOSINGS = {"<!--": "-->", "<![cdata[": "]]>"}
_NAME = re.compile(r"\s*([A-Za-z_][\w:.-]*)\s*=\s*")
_END = re.compile(r"\s*(/?)\s*>")
_AFTER_VALUE = re.compile(r"\s*/?\s*>|\s+[A-Za-z_][\w:.-]*\s*=|\s*$")
_BARE_VALUE = re.compile(r"[^\s<>\"']+")
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_NEXT_ATTRIBUTE = re.compile(r"\s+(?:text|title|description|type|version|language|category|(?:xml|html|feed)?url)\s*=\s*$", re.IGNORECASE)
_GLUED_ATTRIBUTE = re.compile(r"[A-Za-z_][\w:.-]*\s*=\s*[\"']")
_NEXT_TAG = re.compile(r"\n\s*<|</?outline[\s/>]", re.IGNORECASE)
_JUNK_END = re.compile(r"[<>]|\s[A-Za-z_][\w:.-]*\s*=")
_UNCLOSED_FEED = "this feed's outline is never closed; it was taken to end where the next tag begins"
_ADDRESS_KEYS = ("xmlurl", "feedurl")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was wrong, and the line that it stands on."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list. ``folders`` are the titles around it, outermost first; ``facts`` the Parallax attributes, by field name."""

    line: int
    title: str
    xml_url: str
    html_url: str | None = None
    language: str | None = None
    folders: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OpmlResult:
    """What a list holds: its feeds in file order, each address once, and every problem in line order."""

    outlines: list[Outline]
    problems: list[Problem]


@dataclass(slots=True)
class _Tag:
    line: int
    attributes: dict[str, str]
    closed: bool

    @property
    def address(self) -> str | None:
        return next((self.attributes[key] for key in _ADDRESS_KEYS if self.attributes.get(key)), None)

    @property
    def title(self) -> str:
        return " ".join((self.attributes.get("title") or self.attributes.get("text") or "").split())


def read(data: bytes) -> OpmlResult:
    """Read an OPML document, whatever its state. Pure; never raises for what the bytes hold."""
    problems: list[Problem] = []
    if len(data) > MAX_BYTES:
        problems.append(Problem(1, f"the file has {len(data)} bytes; only the first {MAX_BYTES} were read"))
        data = data[:MAX_BYTES]
    text = _decode(data, problems)
    tags = list(_tags(text, problems))
    outlines = _collect(tags, problems)
    if not re.search(r"<opml[\s>]", text[:5000], re.IGNORECASE):
        problems.append(Problem(1, "this does not look like OPML: there is no <opml> tag at its start"))
    if not outlines:
        problems.append(Problem(1, 'no feed was found: an OPML list names each feed as <outline xmlUrl="…"/>'))
    # text and title mostly hold the same words, and so the same oddity.
    return OpmlResult(outlines, sorted(dict.fromkeys(problems), key=lambda p: p.line))


def _decode(data: bytes, problems: list[Problem]) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _tidy(data.decode(encoding, "replace"), problems)
    declared = _DECLARED.match(data[:400])
    names = [declared.group(1).decode("ascii").lower()] if declared else []
    if names and names[0].startswith(("utf-16", "utf16", "utf-32", "ucs", "iso-10646-ucs")):
        problems.append(Problem(1, f"declared as {names[0]}, but the declaration itself has one byte a character; read as UTF-8"))
        names = []
    for encoding in [*names, "utf-8"]:
        try:
            return _tidy(data.decode(encoding), problems)
        except LookupError:
            problems.append(Problem(1, f"the declared encoding {encoding!r} does not exist; read as UTF-8"))
        except UnicodeError as error:
            at = getattr(error, "start", 0)
            line = data.count(b"\n", 0, at) + 1
            problems.append(Problem(line, f"this is not {encoding} as declared or assumed; another encoding was tried"))
    return _tidy(data.decode("cp1252", "replace"), problems)


def _tidy(text: str, problems: list[Problem]) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = _CONTROL.search(text)
    if found:
        problems.append(Problem(text.count("\n", 0, found.start()) + 1, "control characters, which XML forbids, were left out"))
        text = _CONTROL.sub("", text)
    return text


def _tags(text: str, problems: list[Problem]) -> list[_Tag | int]:
    """Return the outline tags in order: a :class:`_Tag` for an opening one, the line number for a closing one."""
    tags: list[_Tag | int] = []
    at, line, counted = 0, 1, 0
    # A closing that was looked for in vain once is not looked for again: 50,000 openings would take minutes.
    absent: set[str] = set()
    while found := _TOKEN.search(text, at):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        at = found.end()
        token = found.group().lower()
        if token.startswith("</"):
            tags.append(line)
        elif token == "<outline":
            tag, at = _open_tag(text, at, line, problems)
            tags.append(tag)
        elif token not in absent:
            end = text.find(_CLOSINGS[token], at)
            if end < 0:
                absent.add(token)
                problems.append(Problem(line, f"{found.group()} is never closed; what follows it was read"))
            else:
                at = end
    return tags


def _open_tag(text: str, at: int, line: int, problems: list[Problem]) -> tuple[_Tag, int]:
    attributes: dict[str, str] = {}
    while True:
        if end := _END.match(text, at):
            return _Tag(line, attributes, closed=bool(end.group(1))), end.end()
        name = _NAME.match(text, at)
        if name is None:
            here = line + text.count("\n", at, _skip_blank(text, at))
            stop = _JUNK_END.search(text, at + 1)
            if stop is None or stop.group() == "<":
                problems.append(Problem(here, "this outline tag has no end; what was read of it is kept"))
                return _Tag(line, attributes, closed=True), stop.start() if stop else len(text)
            problems.append(Problem(here, f"{text[at : stop.start()].strip()[:40]!r} is no attribute and was left out"))
            at = stop.start()
            continue
        value_line = line + text.count("\n", at, name.end())
        value, at = _value(text, name.end(), value_line, problems)
        line = value_line + text.count("\n", name.end(), at)
        key = name.group(1).lower()
        if key in attributes:
            problems.append(Problem(value_line, f"attribute {name.group(1)!r} stands twice; the first is kept"))
        else:
            attributes[key] = _unescape(value, value_line, problems)


def _skip_blank(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _value(text: str, at: int, line: int, problems: list[Problem]) -> tuple[str, int]:
    quote = text[at : at + 1]
    if quote not in ('"', "'") or not quote:
        bare = _BARE_VALUE.match(text, at)
        problems.append(Problem(line, "an attribute's value has no quotation marks"))
        return (bare.group().removesuffix("/"), bare.end() - bare.group().endswith("/")) if bare else ("", at)
    start = at + 1
    stop = _NEXT_TAG.search(text, start, min(len(text), start + _MAX_VALUE))
    limit = stop.start() if stop else min(len(text), start + _MAX_VALUE)
    close = text.find(quote, start, limit)
    first, inner = close, False
    while close >= 0 and not _AFTER_VALUE.match(text, close + 1):
        # Either two attributes without a blank between them, or this quotation mark opens the next value, or it stands inside this one.
        if _GLUED_ATTRIBUTE.match(text, close + 1):
            break
        if following := _NEXT_ATTRIBUTE.search(text, start, close):
            if inner:
                return text[start:first], first + 1
            problems.append(Problem(line, "an attribute's value has no closing quotation mark; it was ended before the next attribute"))
            return text[start : following.start()], following.start()
        inner, close = True, text.find(quote, close + 1, limit)
    if close < 0:
        problems.append(Problem(line, "an attribute's value has no closing quotation mark; it was ended at the end of the line"))
        newline = text.find("\n", start, limit)
        end = newline if newline >= 0 else limit
        return re.sub(r"[\"'\s]*/?>?\s*$", "", text[start:end]), end
    if inner:
        problems.append(Problem(line, "a quotation mark inside an attribute's value is not written as &quot;"))
    return text[start:close], close + 1


def _unescape(value: str, line: int, problems: list[Problem]) -> str:
    """Replace entities; a bare ampersand stays, since in an address it is part of the address."""
    bare: list[str] = []
    unknown: list[str] = []

    def one(found: re.Match[str]) -> str:
        decimal, hexadecimal, name = found.groups()
        if name:
            text = html.unescape(found.group())
            if text == found.group():
                unknown.append(text)
            return text
        code = int(decimal) if decimal else int(hexadecimal, 16)
        legal = code in (9, 10, 13) or (32 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF)
        if not legal:
            unknown.append(found.group())
        return chr(code) if legal else ""

    if re.search(r"&(?!#\d+;|#[xX][0-9A-Fa-f]+;|[A-Za-z][A-Za-z0-9]*;)", value):
        bare.append("&")
    out = _ENTITY.sub(one, value)
    if bare:
        problems.append(Problem(line, "a bare & should be written as &amp;; it was read as it stands"))
    if "<" in value:
        problems.append(Problem(line, "a bare < should be written as &lt;; it was read as it stands"))
    for entity in unknown:
        problems.append(Problem(line, f"{entity} stands for no character"))
    return out


def _collect(tags: list[_Tag | int], problems: list[Problem]) -> list[Outline]:
    opened = sum(isinstance(tag, _Tag) and not tag.closed for tag in tags)
    closings = sum(isinstance(tag, int) for tag in tags)
    stack: list[_Tag] = []
    outlines: list[Outline] = []
    seen: dict[str, int] = {}
    for tag in tags:
        if isinstance(tag, int):
            if opened > closings and stack and stack[-1].address and stack[-1].line != tag and len(stack) > 1:
                problems.append(Problem(stack.pop().line, _UNCLOSED_FEED))
            if stack:
                stack.pop()
            else:
                problems.append(Problem(tag, "</outline> closes nothing and was left out"))
            continue
        if opened > closings:
            # Feeds hold no feeds: with closing tags missing, a feed that is still open is one that was never closed.
            while stack and stack[-1].address:
                problems.append(Problem(stack.pop().line, _UNCLOSED_FEED))
        outline = _outline(tag, stack, seen, problems)
        if outline:
            outlines.append(outline)
        if not tag.closed:
            stack.append(tag)
    problems += [Problem(tag.line, "this outline is never closed") for tag in stack]
    return outlines


def _outline(tag: _Tag, around: list[_Tag], seen: dict[str, int], problems: list[Problem]) -> Outline | None:
    attributes = tag.attributes
    address = tag.address
    if address is None and attributes.get("type", "").lower() in ("rss", "atom", "feed") and attributes.get("url"):
        address = attributes["url"]
    if address is None:
        if tag.closed:
            problems.append(Problem(tag.line, f"outline {tag.title!r} has no xmlUrl and is no folder; it was left out"))
        return None
    try:
        address = clean_address(address)
    except ValueError as error:
        problems.append(Problem(tag.line, f"feed {tag.title or '(no title)'!r} was left out: {error}"))
        return None
    key = url_key(address)
    if key in seen:
        problems.append(Problem(tag.line, f"feed {address} stands on line {seen[key]} already; this one was left out"))
        return None
    seen[key] = tag.line
    home = attributes.get("htmlurl", "").strip()
    try:
        home = check_url(home) if home else ""
    except ValueError as error:
        problems.append(Problem(tag.line, f"htmlUrl was left out: {error}"))
        home = ""
    return Outline(
        line=tag.line,
        title=tag.title or urlsplit(address).hostname or address,
        xml_url=address,
        html_url=home or None,
        language=attributes.get("language", "").strip() or None,
        folders=tuple(folder.title for folder in around if folder.title and not folder.address),
        facts=_facts([*around, tag]),
    )


def _facts(tags: list[_Tag]) -> tuple[tuple[str, str], ...]:
    facts: dict[str, str] = {}
    for tag in tags:
        for key, value in tag.attributes.items():
            if key.startswith("parallax:"):
                facts[key.removeprefix("parallax:")] = value
            elif key == "htmlurl" and not tag.address and "parallax:id" in tag.attributes:
                facts["homepage"] = value
            elif key in ("text", "title") and not tag.address and "parallax:id" in tag.attributes:
                facts["name"] = value
    return tuple(sorted(facts.items()))


def clean_address(address: str) -> str:
    """Return a feed's address, trimmed, with ``feed:`` and a missing scheme made http.

    Raises:
        ValueError: it is no http(s) address even then.
    """
    address = address.strip()
    address = re.sub(r"^feed:(?=https?://)", "", address, flags=re.IGNORECASE)
    address = re.sub(r"^(?:feed:)?//", "http://", address, flags=re.IGNORECASE)
    if re.match(r"[\w-]+(?:\.[\w-]+)+(?:[/?]|$)", address):
        address = "http://" + address
    scheme, _, rest = address.partition("://")
    return check_url(f"{scheme.lower()}://{rest}" if rest else address)


def write(registry: Registry) -> bytes:
    """Return the registry as OPML 2.0: one folder per outlet, one outline per feed, disabled outlets included.

    Any feed reader can import it. The facts about an outlet travel in attributes of the ``parallax`` namespace, so that
    reading and importing the file gives the same outlets. What the user allows or switched off here (``full_text``,
    ``allow_loopback``, ``enabled``) and ``verified`` belong to this installation and stay out.
    """
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:parallax="{NAMESPACE}">',
        "  <head><title>Parallax outlets</title></head>",
        "  <body>",
    ]
    for outlet in registry.outlets:
        out.append(f"    <outline {_folder(outlet)}>")
        out += [f"      <outline {_feed(outlet, feed)}/>" for feed in outlet.feeds]
        out.append("    </outline>")
    out += ["  </body>", "</opml>", ""]
    return "\n".join(out).encode()


def _folder(outlet: Outlet) -> str:
    attributes = {"text": outlet.name, "title": outlet.name, "htmlUrl": outlet.homepage}
    attributes |= {f"parallax:{name}": getattr(outlet, name) for name in CARRIED}
    return _attributes(attributes)


def _feed(outlet: Outlet, feed: FeedSource) -> str:
    title = f"{outlet.name} - {feed.section or feed.name}"
    return _attributes({
        "type": "rss", "text": title, "title": title, "xmlUrl": feed.url, "htmlUrl": outlet.homepage, "language": outlet.language,
        "parallax:feed": feed.name, "parallax:section": feed.section,
    })  # fmt: skip


def _attributes(values: Mapping[str, object]) -> str:
    escapes = {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
    return " ".join(f"{name}={quoteattr(str(value), escapes)}" for name, value in values.items() if value is not None)
