"""From the stored text to the text that is parsed: markup, hidden characters, quotes and capitals are evened out, offsets are kept.

Not here: sentences and words (parse.py).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

MAX_CHARACTERS = 60_000
_HIDDEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufe00-\ufe0f]")
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,2000}|!--.{0,2000}?--)>", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,12});")
_ODD = re.compile(
    "[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe00-\ufe0f<&'’`\u00a0\x00-\x08\x0b-\x1f\x7f“”´…‐-―\ud800-\udfff]"
)
_SINGLE = {
    "’": "'", "`": "'", "´": "'", "\u00a0": " ", "“": '"', "”": '"', "‐": "-", "‑": "-", "\u2007": " ", "\u202f": " ",
}  # fmt: skip
_DASHED = re.compile(r"(?<=\s)--(?=\w)")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Normal:
    """A text for the parser. Character ``i`` stands for the stored text from ``begins[i]`` to ``ends[i]``; ``None`` when nothing moved."""

    text: str
    begins: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None
    capped: bool = False

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a span of the parsed text to the stored text."""
        if self.begins is None or self.ends is None or end <= start:
            return start, end
        return self.begins[start], self.ends[end - 1]


def normalise(text: str, *, title: bool = False, lowers: Callable[[list[str]], list[bool]] | None = None) -> Normal:
    """Prepare ``text`` for the parser, at most :data:`MAX_CHARACTERS` of it.

    ``lowers`` tells, for the words of a headline, which are written small in running text; it is asked only where capitals carry
    no information (a headline with a capital on each word, or text all in capitals).
    """
    capped = len(text) > MAX_CHARACTERS
    cut = _cut(text) if capped else text
    plain, begins, ends = _even_out(cut) if _ODD.search(cut) else (cut, None, None)
    # Agencies' "--officials" is one word to the tokeniser.
    plain = _DASHED.sub("\u2013 ", plain)
    if lowers is not None:
        plain = recase(plain, lowers, title=title)
    return Normal(plain, begins, ends, capped)


def visible(text: str) -> str:
    """A stored phrase without the hidden characters that may stand in it, for looking it up."""
    return _HIDDEN.sub("", text)


def _cut(text: str) -> str:
    end = max(text.rfind(mark, MAX_CHARACTERS - 2000, MAX_CHARACTERS) for mark in (". ", "\n"))
    return text[: end + 1] if end > 0 else text[:MAX_CHARACTERS]


def _even_out(text: str) -> tuple[str, tuple[int, ...] | None, tuple[int, ...] | None]:
    out: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        piece, width = _piece(text, at)
        if piece:
            out.append(piece)
            begins.append(at)
            ends.append(at + width)
        at += width
    plain = "".join(out)
    if len(plain) == len(text):
        return plain, None, None
    return plain, tuple(begins), tuple(ends)


def _piece(text: str, at: int) -> tuple[str, int]:
    """The one character (or none) that stands for the characters at ``at``, and how many of them it stands for."""
    char = text[at]
    if char == "<":
        tag = _TAG.match(text, at)
        return (" ", tag.end() - at) if tag else (char, 1)
    if char == "&":
        entity = _ENTITY.match(text, at)
        plain = html.unescape(entity.group()) if entity else ""
        return (plain, entity.end() - at) if entity and len(plain) == 1 else (char, 1)
    if char in "'`’" and text[at : at + 2] in ("''", "``", "’’"):
        return '"', 2
    return ("" if _HIDDEN.match(char) else _SINGLE.get(char) or _readable(char)), 1


def _readable(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        # Half of a character, left by a broken feed: the tokeniser cannot read it.
        return "\ufffd"
    return " " if char == "\x7f" or (char < " " and char not in "\n\t") else char


def recase(text: str, lowers: Callable[[list[str]], list[bool]], *, title: bool) -> str:
    """Write small what stands in capitals for the headline's sake only; the length never changes."""
    found = list(_WORD.finditer(text))
    words = [match.group() for match in found]
    if not words:
        return text
    letters = sum(map(len, words))
    shouted = letters > 12 and sum(len(w) for w in words if w.isupper()) > 0.7 * letters
    long = [w for w in words[1:] if len(w) > 3]
    titled = title and len(long) > 2 and sum(w[0].isupper() for w in long) >= 0.75 * len(long)
    emphasised = title and not shouted and any(w.isupper() and len(w) > 4 for w in words)
    if not (shouted or titled or emphasised):
        return text
    small = lowers(words)
    chars = list(text)
    for index, (match, low) in enumerate(zip(found, small, strict=True)):
        word = match.group()
        initial = len(word) == 1 and text[match.end() : match.end() + 1] == "."
        shown = word if initial else _shown(word, low, index == 0, shouted=shouted, titled=titled)
        if len(shown) == len(word):
            chars[match.start() : match.end()] = shown
    return "".join(chars)


def _shown(word: str, low: bool, first: bool, *, shouted: bool, titled: bool) -> str:
    if word.isupper() and len(word) > 1 and (shouted or len(word) > 4):
        if low:
            return word.capitalize() if first else word.lower()
        return word.capitalize() if shouted and len(word) > 3 else word
    if titled and low and not first and word[0].isupper() and not word[1:].isupper():
        return word.lower()
    return word
