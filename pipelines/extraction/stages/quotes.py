"""Which characters stand in quotation marks, of whatever style, also unclosed ones.

Not here: who speaks (sources.py).
"""

from __future__ import annotations

import re

_PAIRS = {"“": "”", "„": "“”", "«": "»", "‘": "’", "‹": "›", "「": "」"}
_DOUBLE = re.compile(r"''|``|\"|[“”„«»‹›「」‘’'`]")
_MAX_OPEN = 1500


def quoted_spans(text: str) -> list[tuple[int, int]]:
    """Spans between quotation marks, the marks left out, in text order and without overlap.

    Straight and curly single quotes open only before a word after a blank, and close only after one, so that apostrophes are none. A
    quotation that is never closed runs to the end of its paragraph.
    """
    spans: list[tuple[int, int]] = []
    opened: tuple[int, str] | None = None
    for match in _DOUBLE.finditer(text):
        mark, start, end = match.group(), match.start(), match.end()
        if opened is not None:
            line = text.find("\n", opened[0], start)
            if line >= 0 or start - opened[0] > _MAX_OPEN:
                _close(spans, opened, line if line >= 0 else opened[0] + _MAX_OPEN, text)
                opened = None
        if opened is None:
            if _opens(text, mark, start, end):
                opened = (end, mark)
        elif _closes(text, opened[1], mark, start, end):
            spans.append((opened[0], start))
            opened = None
    if opened is not None:
        line = text.find("\n", opened[0])
        _close(spans, opened, line if line >= 0 else len(text), text)
    return [span for span in spans if span[1] > span[0]]


def _close(spans: list[tuple[int, int]], opened: tuple[int, str], end: int, text: str) -> None:
    # A single quote that is never closed is an apostrophe ('tis, the '90s), not speech.
    if opened[1] not in ("'", "‘", "’", "`"):
        spans.append((opened[0], min(end, len(text))))


def _opens(text: str, mark: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if mark in ("'", "’", "`"):
        return mark != "’" and (not before or not before.isalnum()) and bool(after) and not after.isspace()
    if mark in ("‘",):
        return not before.isalnum()
    if mark in ("”", "»", "›", "」"):
        return False
    if mark in ('"', "''", "``"):
        return bool(after) and not after.isspace()
    return True


def _closes(text: str, opener: str, mark: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if opener in ("'", "‘", "`"):
        return mark in ("'", "’") and not before.isspace() and not after.isalnum()
    if opener in ('"', "''", "``"):
        return mark in ('"', "''", "”")
    return mark in _PAIRS.get(opener, "") or mark == '"'
