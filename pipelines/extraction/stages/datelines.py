"""The place that an agency story names before its first sentence ("DUSHANBE, Oct 4 (Agency) –").

Not here: places inside sentences.
"""

from __future__ import annotations

import re

from pipelines.extraction.word_lists import word_list

_DATELINE = re.compile(
    r"\s{0,5}(?:[A-Z][a-z]+ \d{1,2}, \d{4} \d{1,2}:\d\d [AP]M )?"
    r"(?P<place>[A-Z][A-Z'’.\-]+(?: [A-Z][A-Z'’.\-]+){0,3}(?:, [A-Z][\w.'’]+(?: [A-Z][\w.'’]+){0,2}?)??)"
    r"(?:, (?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8})(?:, \d{4})?)?(?:,? ?\([^()]{2,40}\))?\s{0,2}(?:[-–—]{1,2}|:)\s"
)
_NO_PLACE = word_list("datelines", "no_place")


def dateline(text: str) -> tuple[int, int] | None:
    """The span of the dateline's place in ``text``, or ``None``."""
    match = _match(text)
    return match.span("place") if match else None


def story_start(text: str) -> int:
    """Where the story itself begins: behind the dateline, which is no part of its first sentence; 0 where there is none."""
    match = _match(text)
    return match.end() if match else 0


def _match(text: str) -> re.Match[str] | None:
    match = _DATELINE.match(text)
    if match is None or match.group("place").split()[0].strip(".:") in _NO_PLACE or len(match.group("place")) < 3:
        return None
    return match
