"""Phrases that feeds put before and after the text of an entry, from ``data/boilerplate.toml``.

Schema of the file: ``[[head]]`` and ``[[tail]]`` tables with ``name`` (what it is), ``pattern`` (a regular expression,
matched without regard to case at the start or the end of the text) and, for tails, ``hint`` (lower-case letters that
every match contains, so that most texts are passed over quickly). A tail may only begin at the start of the text or
of a line, after closing punctuation, or, after a blank, with a capital letter or a bracket: "they read more" is a sentence.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pipelines.core.errors import LexiconError

_TAIL_WINDOW = 400
_HEAD_WINDOW = 120
_MAX_TAILS = 10
_BOUNDARY = r"(?:\A|(?<=[.!?…:;\"”’»)\]\n])[ ]*|(?<=\s)(?-i:(?=[A-ZÀ-Þ\[(→»>…])))"
_CLOSERS = " \n\t"
_FIELDS = {"head": {"name", "pattern"}, "tail": {"name", "pattern", "hint"}}


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """Compiled patterns of both ends."""

    heads: re.Pattern[str]
    tails: re.Pattern[str]
    hints: re.Pattern[str]

    def span(self, text: str) -> tuple[int, int]:
        """Return the start and end of ``text`` without its boilerplate."""
        start, end = 0, len(text)
        head = self.heads.match(text[:_HEAD_WINDOW])
        if head and head.end() > 0:
            start = head.end()
            while start < end and text[start] in _CLOSERS:
                start += 1
        for _ in range(_MAX_TAILS):
            low = max(start, end - _TAIL_WINDOW)
            window = text[low:end]
            match = self.tails.search(window) if self.hints.search(window.lower()) else None
            if match is None:
                break
            end = low + match.start()
            while end > start and text[end - 1] in _CLOSERS:
                end -= 1
        return start, end


def parse(data: str, source: str) -> Boilerplate:
    """Read the TOML text of a boilerplate file.

    Raises:
        LexiconError: the file is not TOML, lacks a field, or a pattern does not compile or matches the empty text.
    """
    try:
        document = tomllib.loads(data)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{source} is not valid TOML: {error}") from error
    rows = {kind: document.get(kind, []) for kind in _FIELDS}
    if unknown := set(document) - set(_FIELDS):
        raise LexiconError(f"{source} has a table that is neither head nor tail: {', '.join(sorted(unknown))}")
    for kind, needed in _FIELDS.items():
        for number, row in enumerate(rows[kind], start=1):
            _check(row, needed, f"{source}, {kind} {number}")
    return Boilerplate(
        heads=re.compile("|".join(f"(?:{r['pattern']})" for r in rows["head"]) or r"(?!)", re.IGNORECASE),
        tails=re.compile(_BOUNDARY + "(?:" + ("|".join(f"(?:{r['pattern']})" for r in rows["tail"]) or r"(?!)") + r")\s*\Z", re.IGNORECASE),
        hints=re.compile("|".join(re.escape(r["hint"]) for r in rows["tail"]) or r"(?!)"),
    )


def _check(row: dict[str, str], needed: set[str], where: str) -> None:
    if set(row) != needed or not all(isinstance(v, str) and v for v in row.values()):
        raise LexiconError(f"{where}: needs exactly the fields {', '.join(sorted(needed))}, each a text")
    try:
        pattern = re.compile(row["pattern"], re.IGNORECASE)
    except re.error as error:
        raise LexiconError(f"{where}: the pattern does not compile: {error}") from error
    if pattern.fullmatch(""):
        raise LexiconError(f"{where}: the pattern matches the empty text")
    if "hint" in row and row["hint"] != row["hint"].lower():
        raise LexiconError(f"{where}: the hint must be in lower case")


@cache
def default() -> Boilerplate:
    """Return the boilerplate that ships with Parallax."""
    file = resources.files("pipelines.articles") / "data" / "boilerplate.toml"
    return parse(file.read_text(encoding="utf-8"), "boilerplate.toml")
