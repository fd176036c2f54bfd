"""Titles without the words that only say what kind of piece it is: live blogs, briefings, letters, puzzles.

Not here: how titles are compared (``similarity``).
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from pipelines.core.errors import LexiconError

_HEAD = re.compile(r"\A\s*(?P<segment>[^:|]{1,60}?)\s*[:|]\s+")
_TAIL = re.compile(r"\s*(?:[|]|:\s|\s[-–—]\s)\s*(?P<segment>[^:|]{1,60}?)\s*\Z")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CALENDAR = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december)\b"
)
_BULLETS = "•‣▪●◦"
_LINE = re.compile(r"[a-z&#*][a-z&#*',’ -]*\Z")


def parse(data: str, source: str) -> re.Pattern[str]:
    """Compile a list of heading phrases, one to a line.

    Raises:
        LexiconError: a line is no phrase in lower case, or stands twice.
    """
    phrases: dict[str, None] = {}
    for number, line in enumerate(data.splitlines(), start=1):
        phrase = line.strip()
        if not phrase or line.startswith("# "):
            continue
        if not _LINE.match(phrase):
            raise LexiconError(f"{source}, line {number}: {phrase!r} must be lower-case words, with # for numbers and * for any words.")
        if phrase in phrases:
            raise LexiconError(f"{source}, line {number}: {phrase!r} stands there twice.")
        phrases[phrase] = None
    return re.compile("|".join(re.escape(p).replace(r"\*", ".+").replace(r"\#", "#") for p in phrases) or r"(?!)")


@lru_cache(maxsize=1)
def default() -> re.Pattern[str]:
    """Return the phrases of ``data/headings.txt``."""
    text = resources.files("pipelines.stories").joinpath("data/headings.txt").read_text(encoding="utf-8")
    return parse(text, "headings.txt")


def matter(title: str) -> str:
    """Return a title without its heading segments; empty when it is nothing but a heading."""
    if _is_heading(title):
        return ""
    for pattern in (_HEAD, _TAIL):
        found = pattern.search(title)
        if found and _is_heading(found["segment"]):
            title = title[: found.start()] + title[found.end() :]
    return title.strip()


def shape(title: str) -> str:
    """Return a title in lower case with all numbers alike: what dated instalments of one column share."""
    return _NUMBER.sub("#", title.lower()).strip()


def instalment(title: str) -> str:
    """Return the :func:`shape` of a title with weekdays and months alike too: `Crossword, Monday, May 3`, `Crossword, Friday, June 4`."""
    return _CALENDAR.sub("#", shape(title))


def own_summary(summary: str) -> str:
    """Return a summary; empty where it is a bulleted list: headlines of other pieces, which say nothing of this one."""
    return "" if summary.lstrip().startswith(tuple(_BULLETS)) else summary


def _is_heading(segment: str) -> bool:
    return default().fullmatch(shape(segment)) is not None
