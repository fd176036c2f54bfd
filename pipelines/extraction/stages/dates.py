"""Dates that a sentence states, absolute or relative, read from the publication day in the outlet's zone.

Not here: which of them is a deed's date (decide.py).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.extraction.stages.parse import Parsed

_MONTH_NAMES = (
    "january:jan",
    "february:feb",
    "march:mar",
    "april:apr",
    "may",
    "june:jun",
    "july:jul",
    "august:aug",
    "september:sep:sept",
    "october:oct",
    "november:nov",
    "december:dec",
)
_COUNTED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DAYS = {name: number for number, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))}
_DAYS.update({"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6})
_MONTHS = {name: number + 1 for number, names in enumerate(_MONTH_NAMES) for name in names.split(":")}
_NUMBERS = {word: number for number, word in enumerate(_COUNTED)} | {"a": 1, "an": 1, "couple": 2, "several": 4, "few": 3}
_SHIFTS = {"last": -1, "past": -1, "this": 0, "next": 1, "coming": 1}
_NOT_BEFORE_YEAR = frozenset(("$", "£", "€", "room", "flight"))
_NOT_AFTER_YEAR = frozenset(("people", "troops", "soldiers", "%", "percent", "metres", "km"))
_YEAR = re.compile(r"(1[5-9]\d\d|20\d\d)$")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?$")


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date expression: its words [first, last], the days it covers, its precision and whether it was relative."""

    first: int
    last: int
    start: date
    end: date
    precision: str
    source: str
    ahead: bool = False

    @property
    def value(self) -> str:
        """The date in the gold's form; a week is given by its month."""
        if self.precision == "day":
            return self.start.isoformat()
        return f"{self.start.year:04d}" if self.precision == "year" else f"{self.start.year:04d}-{self.start.month:02d}"


def find_dates(parsed: Parsed, first: int, last: int, today: date, future: bool = False) -> list[DateSpan]:
    """All date expressions among the words [first, last); ``future`` reads a bare weekday or month forwards."""
    found: list[DateSpan] = []
    at = first
    while at < last:
        span = _at(parsed, at, last, today, future)
        if span is None:
            at += 1
        else:
            found.append(span)
            at = span.last + 1
    return found


def _at(parsed: Parsed, at: int, last: int, today: date, future: bool) -> DateSpan | None:
    try:
        return _named(parsed, at, last, today, future) or _relative(parsed, at, last, today) or _bare_year(parsed, at, last)
    except (ValueError, OverflowError):
        # February 31, the year 0.
        return None


def _named(parsed: Parsed, at: int, last: int, today: date, future: bool) -> DateSpan | None:
    """A month with what belongs to it, or a weekday."""
    word = parsed.lower[at].rstrip(".")
    if not parsed.words[at][:1].isupper():
        return None
    if word in _MONTHS and (word not in ("may", "march") or parsed.pos[at] == "PROPN"):
        return _month(parsed, at, last, today, future)
    if word in _DAYS:
        return _weekday(parsed, at, today, future, parsed.lower[at - 1] if at else "")
    return None


def _relative(parsed: Parsed, at: int, last: int, today: date) -> DateSpan | None:
    word = parsed.lower[at].rstrip(".")
    before = parsed.lower[at - 1] if at else ""
    if word in ("yesterday", "today", "tonight", "tomorrow"):
        shift = {"yesterday": -1, "tomorrow": 1}.get(word, 0)
        return _day(at, at, today + timedelta(days=shift), "relative", shift > 0)
    if word in _SHIFTS and at + 1 < last:
        return _shifted(parsed, at, today)
    if word == "ago" or (word == "earlier" and before.rstrip("s") in ("day", "week", "month", "year")):
        return _ago(parsed, at, today)
    return None


def _bare_year(parsed: Parsed, at: int, last: int) -> DateSpan | None:
    word = parsed.lower[at].rstrip(".")
    if not _YEAR.match(word) or parsed.pos[at] not in ("NUM", "NOUN", "PROPN"):
        return None
    before, after = parsed.lower[at - 1] if at else "", parsed.lower[at + 1] if at + 1 < last else ""
    counted = parsed.dep[at] == "nummod" and not _near_head(parsed, at)
    return None if counted or before in _NOT_BEFORE_YEAR or after in _NOT_AFTER_YEAR else _year(at, at, int(word))


def _near_head(parsed: Parsed, at: int) -> bool:
    """Whether a four-digit number before a singular noun is a year ("the 1979 revolution")."""
    return parsed.tag[parsed.head[at]] in ("NN", "NNP")


def _day(first: int, last: int, day: date, source: str, ahead: bool = False) -> DateSpan:
    return DateSpan(first, last, day, day, "day", source, ahead)


def _year(first: int, last: int, year: int, source: str = "stated") -> DateSpan:
    return DateSpan(first, last, date(year, 1, 1), date(year, 12, 31), "year", source)


def _of_month(first: int, last: int, year: int, month: int, source: str) -> DateSpan:
    return DateSpan(first, last, date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month", source)


def _month(parsed: Parsed, at: int, last: int, today: date, future: bool) -> DateSpan | None:
    month = _MONTHS[parsed.lower[at].rstrip(".")]
    first, end = at, at
    day = year = None
    after = [parsed.lower[i] for i in range(at + 1, min(last, at + 4))]
    if after and after[0] == "." and len(after) > 1:
        after, end = after[1:], end + 1
    if after and (match := _DAY.match(after[0])) and 1 <= int(match.group(1)) <= 31:
        day, end = int(match.group(1)), end + 1
        rest = after[1:]
        if rest and rest[0] == "," and len(rest) > 1 and _YEAR.match(rest[1]):
            year, end = int(rest[1]), end + 2
        elif rest and _YEAR.match(rest[0]):
            year, end = int(rest[0]), end + 1
    elif after and _YEAR.match(after[0]):
        year, end = int(after[0]), end + 1
    if day is None and end == at and after[:1] in (["this"], ["last"], ["next"]) and after[1:2] == ["year"]:
        year, end = today.year + {"this": 0, "last": -1, "next": 1}[after[0]], at + 2
    if day is None and at and (match := _DAY.match(parsed.lower[at - 1])) and 1 <= int(match.group(1)) <= 31:
        day, first = int(match.group(1)), at - 1
    if year is None:
        year = _likely_year(month, day or 15, today, future)
    source = "stated"
    if day is None:
        return _of_month(first, end, year, month, source)
    return _day(first, end, date(year, month, day), source, date(year, month, day) > today)


def _likely_year(month: int, day: int, today: date, future: bool) -> int:
    day = min(day, 28)
    choices = [date(today.year + shift, month, day) for shift in (-1, 0, 1)]
    if future:
        return next((c.year for c in choices if (c - today).days >= -20), today.year)
    return min(choices, key=lambda c: abs((c - today).days) + (120 if (c - today).days > 45 else 0)).year


def _weekday(parsed: Parsed, at: int, today: date, future: bool, before: str) -> DateSpan:
    wanted = _DAYS[parsed.lower[at].rstrip(".")]
    back = (today.weekday() - wanted) % 7
    first = at
    if before in ("last", "past"):
        first, shift = at - 1, -(back or 7)
    elif before in ("next", "coming") or (future and before != "last"):
        first, shift = (at - 1 if before in ("next", "coming") else at), (-back) % 7
        if before == "next" and shift == 0:
            shift = 7
    elif before == "this":
        first, shift = at - 1, -back if back < 4 else 7 - back
    else:
        shift = -back
    return _day(first, at, today + timedelta(days=shift), "relative", shift > 0)


def _shifted(parsed: Parsed, at: int, today: date) -> DateSpan | None:
    """ "Last week", "this month", "next year", "last night"."""
    word, unit = parsed.lower[at], parsed.lower[at + 1].rstrip(".")
    shift, end = _SHIFTS[word], at + 1
    if unit in ("morning", "afternoon", "evening", "night") and shift <= 0:
        return _day(at, end, today + timedelta(days=-1 if word == "last" else 0), "relative")
    if unit in ("week", "weekend"):
        return _weekend(at, end, today, shift) if unit == "weekend" else _week(at, end, today + timedelta(weeks=shift), shift > 0)
    if unit == "month":
        return _month_away(at, end, today, shift)
    if unit == "year":
        return _year(at, end, today.year + shift, "relative")
    if unit in _MONTHS and shift:
        month = _MONTHS[unit]
        year = today.year + (shift if (month >= today.month) == (shift < 0) else 0)
        return _of_month(at, end, year, month, "relative")
    return None


def _week(first: int, last: int, day: date, ahead: bool = False) -> DateSpan:
    monday = day - timedelta(days=day.weekday())
    return DateSpan(first, last, monday, monday + timedelta(days=6), "week", "relative", ahead)


def _weekend(first: int, last: int, today: date, shift: int) -> DateSpan:
    saturday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift, days=5)
    if shift == 0 and today.weekday() < 2:
        saturday -= timedelta(weeks=1)
    return DateSpan(first, last, saturday, saturday + timedelta(days=1), "week", "relative", saturday > today)


def _month_away(first: int, last: int, today: date, shift: int) -> DateSpan:
    year, month = divmod(today.year * 12 + today.month - 1 + shift, 12)
    return _of_month(first, last, year, month + 1, "relative")


def _ago(parsed: Parsed, at: int, today: date) -> DateSpan | None:
    unit = parsed.lower[at - 1].rstrip("s")
    number = parsed.lower[at - 2] if at >= 2 else ""
    count = int(number) if number.isdigit() else _NUMBERS.get(number)
    if count is None:
        return None
    first = at - 2
    if unit in ("day", "week"):
        day = today - timedelta(days=count if unit == "day" else 7 * count)
        return _day(first, at, day, "relative") if unit == "day" else _week(first, at, day)
    if unit == "month":
        return _month_away(first, at, today, -count)
    years = {"year": 1, "decade": 10}.get(unit)
    return _year(first, at, today.year - count * years, "relative") if years else None
