"""Raw, HTML-like text of feeds to clean text, with the way back to the raw text kept.

Letters are never changed: no normalisation, no case folding, no smart quotes. Tags, comments, scripts, entities,
superfluous blanks, invisible characters and the boilerplate of feeds go. What the text means is not looked at here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.entities import html5

from pipelines.articles import mapping
from pipelines.articles.boilerplate import Boilerplate
from pipelines.articles.mapping import Runs

HIDDEN = "hidden_characters"
DOUBLE_ENCODED = "double_encoded"
MARKUP_LEFT = "markup_in_text"
CAPPED = "text_capped"

_MAX_PASSES = 3
_RAW_PER_CLEAN = 20
"""Raw characters read for each clean character that may be kept; bounds the time that a page of nothing but tags can take."""


def _names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_BLOCKS = _names(
    "address article aside blockquote body br center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head",
    "header hr html legend li main nav ol option p pre section summary table tbody tfoot thead title tr ul",
)
_CELLS = frozenset({"td", "th"})
_DROPPED = _names("script style template svg math object noembed textarea select iframe")
_INLINE = _names(
    "a abbr acronym audio b bdi bdo big button cite code del dfn em font i img input ins kbd label mark noscript picture q s samp",
    "small source span strike strong sub sup time track tt u var video wbr",
)
_KNOWN = _BLOCKS | _CELLS | _DROPPED | _INLINE

_HIDDEN_CHARACTERS = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f"
)
_BLANKS = "\t\n\x0b\x0c\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_ODD = re.compile(f"[<&{_BLANKS}{_HIDDEN_CHARACTERS}]|  |\\A | \\Z")
_HIDDEN_OR_BLANK = f"(?P<hidden>[{_HIDDEN_CHARACTERS}])|(?P<blank>[ {_BLANKS}]{{2,}}|[{_BLANKS}])"
_PLAIN_TOKEN = re.compile(_HIDDEN_OR_BLANK)
_TOKEN = re.compile(
    r"<(?:!--(?P<comment>)|[!?][^<>]*+>"
    r"|(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9:_-]*+)(?:(?=[\s/>\"'])(?:(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>|[^<>]*+>)))"
    r"|(?P<entity>&(?:\#[0-9]{1,8}|\#[xX][0-9A-Fa-f]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});)"
    f"|{_HIDDEN_OR_BLANK}"
)
_BLANK = re.compile(f"[ {_BLANKS}]+")
_HAS_BLOCKS = re.compile(r"<(?:p|br|div|li|ul|ol|h[1-6]|table|tr|blockquote|section|article)\b", re.IGNORECASE)
_LEFT_ENTITY = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9A-Fa-f]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
_LEFT_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?=[\s/>])[^<>]*>")
_STANDALONE = frozenset({"br", "p", "hr", "img", "li", "div"})
_JOINERS = "\u200c\u200d"
_FIRST_JOINING_SCRIPT = 0x0590
_NEWLINES = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class CleanText:
    """Clean text, the runs that lead back to the raw text, and what was odd about it (flags in a fixed order)."""

    text: str
    runs: Runs
    flags: tuple[str, ...] = ()


EMPTY = CleanText("", [])


def clean(raw: str, *, max_chars: int, boilerplate: Boilerplate | None = None, single_line: bool = False, plain: bool = False) -> CleanText:
    """Clean one raw text.

    Args:
        raw: the text as given in the feed or page.
        max_chars: characters kept; a longer text is cut at a blank and flagged ``text_capped``.
        boilerplate: phrases to drop from both ends; None for titles, which are kept whole.
        single_line: whether paragraphs are joined by blanks (titles) rather than by ``\\n``.
        plain: whether the text is no markup at all (extracted from a page): then ``<`` and ``&`` are letters and every
            line break ends a paragraph.

    Returns:
        The text without markup, with one ``\\n`` between paragraphs and no other control character.
    """
    if not raw:
        return EMPTY
    flags: set[str] = set()
    limit = max_chars * _RAW_PER_CLEAN
    if len(raw) > limit:
        raw = raw[:limit]
        flags.add(CAPPED)
    if _ODD.search(raw) is None:
        text, runs = raw, mapping.identity(len(raw))
    elif plain:
        text, runs = _Writer(raw, flags, single_line, paragraphs_marked=True, token=_PLAIN_TOKEN).run(_KNOWN.__contains__)
    else:
        text, runs = _strip_markup(raw, flags, single_line)
    if boilerplate is not None:
        start, end = boilerplate.span(text)
        if (start, end) != (0, len(text)):
            text, runs = text[start:end], mapping.cut(runs, start, end)
    if len(text) > max_chars:
        end = _last_blank(text, max_chars)
        text, runs = text[:end], mapping.cut(runs, 0, end)
        flags.add(CAPPED)
    return CleanText(text, runs, tuple(sorted(flags)))


def _last_blank(text: str, limit: int) -> int:
    """Return where to cut ``text`` so that at most ``limit`` characters and, if possible, only whole words are kept."""
    blank = max(text.rfind(" ", limit - limit // 10, limit + 1), text.rfind("\n", limit - limit // 10, limit + 1))
    return len(text[: blank if blank > 0 else limit].rstrip(" \n"))


def _strip_markup(raw: str, flags: set[str], single_line: bool) -> tuple[str, Runs]:
    writer = _Writer(raw, flags, single_line)
    text, runs = writer.run(lambda name: True)
    for _ in range(_MAX_PASSES - 1):
        if not _still_encoded(text):
            break
        flags.add(DOUBLE_ENCODED)
        text, outer = _Writer(text, flags, single_line, paragraphs_marked=True).run(_KNOWN.__contains__)
        runs = mapping.compose(outer, runs)
    if _still_encoded(text) or _LEFT_TAG.search(text):
        flags.add(MARKUP_LEFT)
    return text, runs


def _still_encoded(text: str) -> bool:
    """Tell whether text that was decoded once is markup again: a known entity, a stand-alone tag, or a tag with its end.

    A lone `<b>` in a sentence about HTML is no markup.
    """
    if "&" in text and any(m[0][1:] in html5 or m[0][1] == "#" for m in _LEFT_ENTITY.finditer(text)):
        return True
    if "<" not in text:
        return False
    opened: set[str] = set()
    for match in _LEFT_TAG.finditer(text):
        name = match[2].lower()
        if name in _KNOWN and (name in _STANDALONE or (match[1] and name in opened)):
            return True
        opened.add(name)
    return False


class _Writer:
    """One pass over a text: copies what is text, drops what is markup, keeps the runs.

    A line break is a blank in HTML, but a blank line is a paragraph in text that has no block tags, and every line
    break is one in text of an earlier pass (``paragraphs_marked``).
    """

    def __init__(
        self, raw: str, flags: set[str], single_line: bool, *, paragraphs_marked: bool = False, token: re.Pattern[str] = _TOKEN
    ) -> None:
        self._raw = raw
        self._search = token.search
        self._flags = flags
        self._out: list[str] = []
        self._length = 0
        self._runs: Runs = []
        self._pending = ""
        self._pending_raw = -1
        self._newline = " " if single_line else "\n"
        self._line_breaks_needed = 1 if paragraphs_marked else 2
        self._lines_count = not single_line and (paragraphs_marked or _HAS_BLOCKS.search(raw) is None)

    def run(self, is_tag: Callable[[str], bool]) -> tuple[str, Runs]:
        """Return the clean text and its runs; ``is_tag`` tells which lower-case tag names are markup."""
        raw, position = self._raw, 0
        search = self._search
        while match := search(raw, position):
            start = match.start()
            if start > position:
                self._copy(position, start)
            position = match.end()
            kind = match.lastgroup
            if kind == "blank":
                self._blank(match[0], start)
            elif kind == "entity":
                self._entity(match[0], start)
            elif kind == "hidden":
                self._hidden(start)
            elif kind == "comment":
                end = raw.find("-->", position)
                position = len(raw) if end < 0 else end + 3
            elif kind == "name":
                position = self._tag(match, is_tag)
        if position < len(raw):
            self._copy(position, len(raw))
        return "".join(self._out), self._runs

    def _tag(self, match: re.Match[str], is_tag: Callable[[str], bool]) -> int:
        name = match["name"].lower()
        if not is_tag(name):
            self._copy(match.start(), match.start() + 1)
            return match.start() + 1
        if name in _BLOCKS:
            self._break(self._newline)
        elif name in _CELLS:
            self._break(" ")
        elif name in _DROPPED and not match["close"] and not match[0].endswith("/>"):
            end = re.compile(f"</{name}\\s*>", re.IGNORECASE).search(self._raw, match.end())
            return len(self._raw) if end is None else end.end()
        return match.end()

    def _entity(self, entity: str, start: int) -> None:
        if entity[1] != "#" and entity[1:] not in html5:
            self._copy(start, start + len(entity))
            return
        decoded = html.unescape(entity)
        if _BLANK.fullmatch(decoded):
            self._break(self._newline if _NEWLINES.search(decoded) and self._lines_count else " ")
            return
        shown = re.sub(f"[{_HIDDEN_CHARACTERS}]", "", decoded)
        if shown != decoded or not decoded:
            self._flags.add(HIDDEN)
        if shown:
            self._emit(shown)

    def _hidden(self, start: int) -> None:
        raw = self._raw
        if raw[start] in _JOINERS and 0 < start < len(raw) - 1:
            before, after = ord(raw[start - 1]), ord(raw[start + 1])
            if before >= _FIRST_JOINING_SCRIPT and after >= _FIRST_JOINING_SCRIPT:
                self._copy(start, start + 1)
                return
        self._flags.add(HIDDEN)

    def _blank(self, blank: str, start: int) -> None:
        if self._lines_count and len(_NEWLINES.findall(blank)) >= self._line_breaks_needed:
            self._break("\n")
        else:
            self._break(" ", start if blank == " " else -1)

    def _break(self, blank: str, raw: int = -1) -> None:
        if self._out and self._pending != "\n":
            keep_place = self._pending == blank == " "
            if not keep_place:
                self._pending, self._pending_raw = blank, raw

    def _copy(self, start: int, end: int) -> None:
        """Copy raw text in which no blank but single spaces occurs; those at its ends join the blanks beside them."""
        raw = self._raw
        if raw[start] == " ":
            self._break(" ", start)
            start += 1
        if start == end:
            return
        stop = end - 1 if raw[end - 1] == " " else end
        if stop > start:
            self._emit(raw[start:stop], start)
        if stop < end:
            self._break(" ", stop)

    def _emit(self, text: str, raw: int = -1) -> None:
        if self._pending:
            if self._pending_raw >= 0:
                mapping.append(self._runs, self._length, self._pending_raw, 1)
            self._out.append(self._pending)
            self._length += 1
            self._pending, self._pending_raw = "", -1
        if raw >= 0:
            mapping.append(self._runs, self._length, raw, len(text))
        self._out.append(text)
        self._length += len(text)
