"""When a deed was, as far as its own mention says so: a day, a week, a month or a year.

Not here: what other mentions of the same text say of it (``bearings``), and what it means for a match (``deeds``).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from pipelines.extraction.records import Mention
from pipelines.stories import deed_words

LONG_AGO = timedelta(days=365)
"""A deed that ended so long before a report was seen is not the news of that report."""
_ROUND = {"week": timedelta(days=7), "month": timedelta(days=31), "year": timedelta(days=366)}
"""A time that is counted back from the report (`last month`, `20 years ago`) is meant as roughly as its unit."""
_WORD = re.compile(r"[^\W_]+")


def stated(mention: Mention) -> bool:
    """Tell whether a mention itself gives the time of its deed, be it the day or the year."""
    known = mention.event_date_start is not None and mention.date_precision is not None
    return known and mention.date_source in ("stated", "relative") and not _is_bound(mention)


def states_day(mention: Mention) -> bool:
    """Tell whether a mention itself gives the day of its deed."""
    return mention.date_precision == "day" and stated(mention)


def other_time(one: Mention, two: Mention) -> bool:
    """Tell whether two mentions state times that do not overlap."""
    if not stated(one) or not stated(two):
        return False
    assert one.event_date_start is not None and two.event_date_start is not None
    apart = max(one.event_date_start, two.event_date_start) - min(_end(one), _end(two))
    return apart > max(_roughly(one), _roughly(two))


def long_ago_in_one(one: Mention, two: Mention) -> bool:
    """Tell whether one mention states a time long before the other was seen, and the other, which states none, may be news."""
    if stated(one) == stated(two):
        return False
    dated, other = (one, two) if stated(one) else (two, one)
    return other.seen_at.date() - _end(dated) > LONG_AGO


def _roughly(mention: Mention) -> timedelta:
    return _ROUND.get(mention.date_precision or "", timedelta(0)) if mention.date_source == "relative" else timedelta(0)


def _is_bound(mention: Mention) -> bool:
    """Tell whether the time is where some other span begins or ends: no eruption was in 1971 that is `the first since 1971`."""
    if mention.date_start is None or not mention.sentence_start <= mention.date_start <= mention.sentence_end:
        return False
    before = _WORD.findall(mention.sentence[: mention.date_start - mention.sentence_start].lower())
    return bool(before) and before[-1] in deed_words.default().bounds


def _end(mention: Mention) -> date:
    assert mention.event_date_start is not None
    return mention.event_date_end or mention.event_date_start
