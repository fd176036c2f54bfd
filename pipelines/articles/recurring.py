"""What an outlet prints again and again: the issues of a series, a box, a sentence that is filled in anew each day.

Such texts are alike and still no copies of one another. What is in many articles of an outlet is left out by count (``shingles``); here
is told what shows already at the second time. Only for two articles of one outlet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from pipelines.articles.passages import DAY_NAMES, Passage
from pipelines.articles.shingles import Document
from pipelines.feeds.date_words import load_months, plain_word

_ANEW = timedelta(hours=12)
"""A number that is another one so much later is a new count; before that it is the mending of a report."""
_WEEK = timedelta(days=7)
_SHORT = 50


def recurs(passage: Passage) -> bool:
    """Tell whether the two texts of one outlet are two instalments, by what headlines, dates and changed words say.

    They are when their headlines name different dates ("Photos of the week, 19 September") or differ in nothing but names of days. Short
    texts are, too, when they differ in nothing but names of days, or half a day or more apart in nothing but numbers ("551 days since"),
    and when they come under two headlines more than a week apart.
    """
    a, b = passage.a, passage.b
    dates, other_dates = _dates(a.title_words), _dates(b.title_words)
    if (dates and other_dates and dates != other_dates) or _other_days(a.title_words, b.title_words):
        return True
    if min(len(a.words), len(b.words)) >= _SHORT:
        return False
    apart = abs(_moment(a, b) - _moment(b, a))
    again = apart > _WEEK and a.title_words != b.title_words
    return again or _other_days(a.words, b.words) or (apart >= _ANEW and _is_count(passage))


def _dates(words: Iterable[str]) -> frozenset[tuple[int, str]]:
    """Return the calendar days that a headline names, as month and day of the month."""
    months = load_months()
    found = set()
    for one, two in pairwise(words):
        for month, day in ((one, two), (two, one)):
            number = months.get(plain_word(month))
            if number and day.isdecimal() and 1 <= int(day) <= 31:
                found.add((number, day.lstrip("0")))
    return frozenset(found)


def _other_days(words: Sequence[str], other: Sequence[str]) -> bool:
    return words != other and [w for w in words if w not in DAY_NAMES] == [w for w in other if w not in DAY_NAMES]


def _is_count(passage: Passage) -> bool:
    """Tell whether numbers changed and nothing else: in the gaps of the passage, or in the whole texts."""
    if _other_numbers(passage.a.words, passage.b.words):
        return True
    return bool(passage.gaps) and all(_is_number(w) for gap in passage.gaps for side in gap for w in (side or ("",)))


def _other_numbers(words: Sequence[str], other: Sequence[str]) -> bool:
    if words == other or len(words) != len(other):
        return False
    return all(one == two or (_is_number(one) and _is_number(two)) for one, two in zip(words, other, strict=True))


def _is_number(word: str) -> bool:
    return word[:1].isdecimal()


def _moment(document: Document, other: Document) -> datetime:
    """Return when the outlet says that it published the text; where it does not say so of both, when we first saw it."""
    version, date = document.version, document.version.published_at
    return date if date and other.version.published_at else version.first_seen
