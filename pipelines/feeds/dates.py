"""Dates of entries: the outlet's raw string -> a moment in UTC, where its zone came from, and how far it can be trusted.

We read the string ourselves, since feedparser takes CEST, BST, IST and AEST for UTC and gives nothing or nonsense for several
common forms; dateparser and then feedparser come last, for what we do not understand. Nothing here decides which date counts.

What cannot be seen in one date is not corrected: an outlet that prints a fixed offset the year round is an hour wrong in summer.
:func:`offset_is_stale` finds it where the clock gives it away (an entry "from the future", by less than its summer time), and
only then are that document's dates read as the outlet's local time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.feeds.date_words import load_months, load_zones, plain_word

FUTURE = timedelta(days=1)
OLD = timedelta(days=365)
_OLDEST_YEAR = 1900
_MAX_LENGTH = 120
_EPOCH = re.compile(r"-?\d{9,11}(?:\.\d+)?|\d{12,14}")
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(?=\D|$)")
_TIME = re.compile(r"(?<![\d:])(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?![\d:])\s*([AaPp])?(?(5)\.?[Mm]\.?(?![A-Za-z]))")
_OFFSET = re.compile(r"\s*\(?(?:GMT|UTC|UT|Z)?\s*([+\-−])\s?(?:(\d{1,2}):(\d{2})|(\d{1,2})(\d{2})|(\d{1,2}))(?!\d)", re.IGNORECASE)
_IANA = re.compile(r"\s*\[?\(?([A-Z][A-Za-z]+/[A-Za-z_+\-/0-9]+)\]?\)?")
_NAME = re.compile(r"\s*\(?([A-Za-z]{1,5})\b\.?\)?")
_CJK = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,4})\s?([./-])\s?(\d{1,2})\s?[./-]\s?(\d{1,4})(?!\d)")
# The fallbacks fill a missing year or day from the machine's clock, or with the first: they get whole dates only.
_DATED = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d+\D+\d+\D+\d+")
_UNDATED = re.compile(r"[\d:.\s]*|\d{4}\D?\d{1,3}|[\d:]+\s*\w{0,5}")
_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:[\u0900-\u097f]+)?", re.UNICODE)
_CONNECTIVES = frozenset((
    "at", "de", "del", "of", "um", "a", "à", "alle", "las", "los", "h", "uhr", "the", "der", "den", "le", "la", "kl", "ob", "v",
    "г", "р", "року", "года", "st", "nd", "rd", "th", "t", "o", "in",
))  # fmt: skip
_STALE_AFTER = timedelta(minutes=2)


class DateReading(NamedTuple):
    """A moment in UTC or None; `offset`, `name`, `utc`, `outlet` or None; and the quality flag of the entry's columns."""

    at: datetime | None
    zone: str | None
    quality: str


class _Parsed(NamedTuple):
    at: datetime | None
    zone: str | None
    quality: str
    offset: timedelta | None


_UNREADABLE = _Parsed(None, None, "unreadable", None)


def read_date(raw: str | None, *, fetched_at: datetime, outlet_timezone: str, trust_offset: bool = True) -> DateReading:
    """Read a date as a feed gave it.

    ``trust_offset=False`` takes the clock time for the outlet's local time, whatever zone is printed. Qualities, the first that
    holds: ``missing``, ``unreadable``, ``future`` (over a day after ``fetched_at``), ``old`` (over 365 days before it),
    ``fallback`` (another library's reading), ``date_only``, ``assumed_zone``, ``ok``.
    """
    if raw is None or not raw.strip():
        return DateReading(None, None, "missing")
    parsed = _parse(raw.strip(), outlet_timezone, trust_offset)
    if parsed.at is None:
        return DateReading(None, None, "unreadable")
    if parsed.at > fetched_at + FUTURE:
        return DateReading(parsed.at, parsed.zone, "future")
    if parsed.at < fetched_at - OLD:
        return DateReading(parsed.at, parsed.zone, "old")
    return DateReading(parsed.at, parsed.zone, parsed.quality)


def offset_is_stale(raws: Iterable[str], *, fetched_at: datetime, outlet_timezone: str) -> bool:
    """Tell whether a document prints its outlet's winter offset in summer.

    It is given away by an entry that seems to come from the future, by 2 minutes to one summer-time shift, with the standard
    offset of the outlet's zone at a time when that zone has summer time.
    """
    local = fetched_at.astimezone(_zone(outlet_timezone))
    shift = local.dst()
    if not shift:
        return False
    usual = (local.utcoffset() or timedelta(0)) - shift
    for raw in raws:
        parsed = _parse(raw.strip(), outlet_timezone, True)
        if parsed.at and parsed.offset == usual and _STALE_AFTER < parsed.at - fetched_at <= shift:
            return True
    return False


@lru_cache(maxsize=65536)
def _parse(raw: str, outlet_timezone: str, trust_offset: bool) -> _Parsed:
    text = " ".join(unicodedata.normalize("NFKC", raw).split())[:_MAX_LENGTH]
    own = _read_epoch(text) or _read_text(text, outlet_timezone, trust_offset)
    if own:
        return own if own.at and own.at.year >= _OLDEST_YEAR else _UNREADABLE
    if len(raw) > _MAX_LENGTH or not _DATED.search(text) or _UNDATED.fullmatch(text):
        return _UNREADABLE
    at = _dateparser(text, outlet_timezone) or _feedparser(text)
    if at is None or at.year < _OLDEST_YEAR:
        return _UNREADABLE
    return _Parsed(at, None, "fallback", None)


def _read_epoch(text: str) -> _Parsed | None:
    if not _EPOCH.fullmatch(text):
        return None
    # Twelve digits and more are milliseconds from 1973 on; YYYYMMDDhhmmss has fourteen and a year in front.
    if len(text) == 14 and "19" <= text[:2] <= "20":
        return None
    seconds = float(text) / (1000 if len(text.lstrip("-")) >= 12 and "." not in text else 1)
    return _Parsed(datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds), "utc", "ok", timedelta(0))


def _read_text(text: str, outlet_timezone: str, trust_offset: bool) -> _Parsed | None:
    basic = _BASIC.match(text)
    if basic:
        day: tuple[int, ...] | None = tuple(int(part) for part in basic.groups()[:3])
        clock = None if basic[4] is None else (int(basic[4]), int(basic[5]), int(basic[6] or 0), 0)
        return _assemble(day, clock, text[basic.end() :], outlet_timezone, trust_offset)
    time = _TIME.search(text)
    if not time:
        return _assemble(_read_day(text, outlet_timezone), None, "", outlet_timezone, trust_offset)
    clock = _read_clock(time)
    if clock is None:
        return _UNREADABLE
    after = text[time.end() :]
    zone_end = _zone_end(after)
    day = _read_day(text[: time.start()] + " " + after[zone_end:], outlet_timezone)
    return _assemble(day, clock, after[:zone_end], outlet_timezone, trust_offset)


def _read_clock(match: re.Match[str]) -> tuple[int, int, int, int] | None:
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[5] in "Pp" else 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    return hour, minute, second, int((match[4] or "0")[:6].ljust(6, "0"))


def _zone_end(after: str) -> int:
    """Return where the zone ends that stands at the beginning of ``after``, 0 when there is none."""
    for pattern in (_OFFSET, _IANA):
        if match := pattern.match(after):
            # A date may follow the time: "09:24 17-09-2021" has no offset.
            return match.end()
    match = _NAME.match(after)
    if match and plain_word(match[1]) not in load_months() and match[1].lower() not in _CONNECTIVES:
        return match.end()
    return 0


def _read_day(text: str, outlet_timezone: str) -> tuple[int, ...] | None:
    """Return (year, month, day) from the text around a time, or None."""
    text = text.replace("T ", " ")
    if match := _CJK.search(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NUMERIC.search(text):
        return _numeric_day(match, outlet_timezone)
    month, numbers, words = None, [], 0
    for token in _TOKEN.findall(text):
        if token.isdigit():
            numbers.append(token)
            continue
        word = plain_word(token)
        known = load_months().get(word)
        if known:
            # The last one counts: "mar., 14 mai 2024" begins with the French Tuesday, not with March.
            month = known
        elif word not in _CONNECTIVES:
            words += 1
    # One further word may be the name of the weekday; more is no date.
    if month is None or len(numbers) != 2 or words > 2:
        return None
    first, second = numbers
    if len(first) == 4:
        first, second = second, first
    if len(first) > 2 or len(second) not in (2, 4):
        return None
    return _full_year(second), month, int(first)


def _numeric_day(match: re.Match[str], outlet_timezone: str) -> tuple[int, ...] | None:
    first, separator, middle, last = match[1], match[2], match[3], match[4]
    if len(first) == 4:
        return int(first), int(middle), int(last)
    if len(last) not in (2, 4) or len(first) > 2:
        return None
    year, a, b = _full_year(last), int(first), int(middle)
    month_first = b > 12 or (a <= 12 and separator != "." and outlet_timezone.startswith(("America/", "US/")))
    return (year, a, b) if month_first else (year, b, a)


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 70 else 1900)


def _assemble(
    day: tuple[int, ...] | None, clock: tuple[int, int, int, int] | None, zone_text: str, outlet_timezone: str, trust_offset: bool
) -> _Parsed | None:
    """Put a date together; None when there was no day, `unreadable` when there is no such day."""
    if day is None:
        return None
    hour, minute, second, micro = clock or (0, 0, 0, 0)
    extra = timedelta(days=hour // 24, seconds=second // 60)
    try:
        naive = datetime(day[0], day[1], day[2], hour % 24, minute, second % 60 if second != 60 else 59, micro) + extra
        offset, source = _offset(zone_text, naive, outlet_timezone) if trust_offset and clock else (None, None)
        if offset is None:
            local = naive.replace(tzinfo=_zone(outlet_timezone))
            return _Parsed(local.astimezone(UTC), "outlet", "assumed_zone" if clock else "date_only", None)
        return _Parsed(naive.replace(tzinfo=timezone(offset)).astimezone(UTC), source, "ok", offset)
    except (ValueError, OverflowError):
        return _UNREADABLE


def _offset(text: str, naive: datetime, outlet_timezone: str) -> tuple[timedelta | None, str | None]:
    """Return the offset that a zone's text means at a local time, and where it came from; the offset is None when unknown."""
    if match := _OFFSET.match(text):
        hours, minutes = int(match[2] or match[4] or match[6]), int(match[3] or match[5] or 0)
        size = timedelta(hours=hours, minutes=minutes)
        # RFC 3339's range is wider, but no clock on Earth is set beyond these.
        possible = minutes <= 59 and size <= timedelta(hours=14)
        return (size if match[1] == "+" else -size) if possible else None, "offset"
    if match := _IANA.match(text):
        try:
            return naive.replace(tzinfo=ZoneInfo(match[1])).utcoffset(), "name"
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None, None
    match = _NAME.match(text)
    name = match[1].upper() if match else ""
    if name in ("Z", "UTC", "GMT", "UT"):
        return timedelta(0), "utc"
    return _local_names(outlet_timezone, naive.year).get(name) or load_zones().offset(name, outlet_timezone), "name"


@lru_cache(maxsize=4096)
def _local_names(outlet_timezone: str, year: int) -> dict[str, timedelta]:
    """Return the names that a zone's clocks go by in a year ("EST", "EDT"), with their offsets."""
    zone = _zone(outlet_timezone)
    names: dict[str, timedelta] = {}
    for month in (1, 7):
        moment = datetime(year, month, 1, tzinfo=zone)
        name, offset = moment.tzname(), moment.utcoffset()
        if name and name.isalpha() and offset is not None:
            names[name.upper()] = offset
    return names


@lru_cache(maxsize=1024)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # The registry refuses unknown zones; a context made by hand still gets a reading, flagged as assumed.
        return UTC


def _dateparser(text: str, outlet_timezone: str) -> datetime | None:
    # Imported late: it takes a tenth of a second, and one string in ten thousand needs it.
    from dateparser import parse

    settings = {
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["day", "month", "year"],
        "TIMEZONE": outlet_timezone,
        "TO_TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": True,
    }
    try:
        at = parse(text, settings=settings)
    except (ValueError, OverflowError, TypeError, AttributeError, IndexError, KeyError):
        # What dateparser raises on odd strings; the date then is unreadable to it.
        return None
    return at.astimezone(UTC) if at and at.tzinfo else None


def _feedparser(text: str) -> datetime | None:
    from feedparser.datetimes import _parse_date

    found = _parse_date(text)
    if not found:
        return None
    try:
        year, month, day, hour, minute, second = found[:6]
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, TypeError):
        return None
