"""When a feed is asked again: adaptive intervals, backoff, Retry-After, muting. Pure functions of a feed's last fetch and the time.

The last ``Fetch`` row of a feed is its whole polling state. Nothing here asks anybody anything.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pipelines.core.ids import make_id
from pipelines.feeds.records import Fetch, FetchOutcome

HOUR_S = 3600
DAY_S = 24 * HOUR_S
SUCCESSES: frozenset[FetchOutcome] = frozenset({"new_body", "same_body", "not_modified"})

# With these two, a feed settles where about every third poll brings something new (0.5^p * 1.5^(1-p) = 1 at p = 0.37).
_SHORTER = 0.5
_LONGER = 1.5
_JITTER = 0.1
_SLACK = 0.1
_MAX_SLACK_S = 60.0
_SECONDS = re.compile(r"\d{1,18}(\.\d+)?")


@dataclass(frozen=True, slots=True)
class FeedTarget:
    """One feed to poll: its ids and the address in the registry."""

    feed_id: str
    outlet_id: str
    url: str
    allow_loopback: bool = False


@dataclass(frozen=True, slots=True)
class PollPolicy:
    """How often, how many at once, how patiently. Times in seconds.

    ``moved_after``: polls in a row that must see the same permanent redirect before its target is asked directly, and
    failures in a row at that target before the registry's address is asked again.
    """

    min_interval_s: int = 600
    max_interval_s: int = 6 * HOUR_S
    concurrency: int = 8
    host_interval_s: float = 1.0
    first_interval_s: int = 1800
    backoff_cap_s: int = DAY_S
    retry_after_cap_s: int = DAY_S
    muted_interval_s: int = 7 * DAY_S
    moved_after: int = 5
    validators_max_age_s: int = 8 * DAY_S


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows from a poll: the polling columns of its row."""

    interval_s: int
    next_due_at: datetime
    consecutive_failures: int
    muted: bool


def same_address(target: FeedTarget, state: Fetch) -> bool:
    """Tell whether the registry still has the address that ``state`` was made with; rows that name none count as such."""
    return state.feed_url is None or state.feed_url == target.url


def is_due(target: FeedTarget, state: Fetch | None, now: datetime) -> bool:
    """Tell whether a feed is to be asked now.

    A healthy feed may be asked a little early (a tenth of its interval, at most a minute), or a schedule that ticks as
    often as the feed is due would miss every other tick. A state from the future means that the clock was set back.
    """
    if state is None or not same_address(target, state) or state.requested_at > now:
        return True
    slack = min(_MAX_SLACK_S, _SLACK * state.interval_s) if state.consecutive_failures == 0 else 0.0
    return state.next_due_at <= now + timedelta(seconds=slack)


def due(targets: Iterable[FeedTarget], states: Mapping[str, Fetch], now: datetime) -> list[FeedTarget]:
    """Return the targets that are due, in the given order; a feed that is given twice counts once."""
    distinct: dict[str, FeedTarget] = {}
    for target in targets:
        distinct.setdefault(target.feed_id, target)
    return [t for t in distinct.values() if is_due(t, states.get(t.feed_id), now)]


def plan(
    previous: Fetch | None,
    *,
    feed_id: str,
    outcome: FetchOutcome,
    fresh: bool,
    retry_after_s: int | None,
    now: datetime,
    policy: PollPolicy,
) -> Plan:
    """Decide when the feed is due again. ``fresh``: the response brought a feed that differs from the one before."""
    failures = 0 if outcome in SUCCESSES else 1 + (previous.consecutive_failures if previous else 0)
    muted = outcome == "gone" or (failures > 0 and previous is not None and previous.muted)
    if not failures:
        interval = _adapted(previous, fresh, policy)
    elif muted:
        interval = policy.muted_interval_s
    else:
        interval = _backoff(failures, retry_after_s, _fraction(feed_id, now), policy)
    return Plan(interval, now + timedelta(seconds=interval), failures, muted)


def _adapted(previous: Fetch | None, fresh: bool, policy: PollPolicy) -> int:
    # After failures the last interval was a backoff and says nothing of the feed's own rhythm.
    if previous is None or previous.consecutive_failures:
        wanted = float(policy.first_interval_s)
    else:
        wanted = previous.interval_s * (_SHORTER if fresh else _LONGER)
    return round(min(max(wanted, policy.min_interval_s), policy.max_interval_s))


def _backoff(failures: int, retry_after_s: int | None, fraction: float, policy: PollPolicy) -> int:
    doubled = min(policy.min_interval_s * 2.0 ** min(failures - 1, 30), policy.backoff_cap_s)
    wait = _jittered(doubled, policy.backoff_cap_s, fraction)
    if retry_after_s is not None:
        wait = max(wait, _jittered(min(retry_after_s, policy.retry_after_cap_s), policy.retry_after_cap_s, fraction))
    return math.ceil(wait)


def _jittered(seconds: float, cap: float, fraction: float) -> float:
    """Spread over a tenth: later than asked below the cap, earlier at the cap, so that no two feeds come back at one moment."""
    if seconds >= cap:
        return cap * (1 - _JITTER * fraction)
    return min(seconds * (1 + _JITTER * fraction), cap)


def _fraction(feed_id: str, now: datetime) -> float:
    return int(make_id("jitter", feed_id, now)[:8], 16) / 2**32


def read_retry_after(value: str | None, now: datetime, cap_s: int) -> int | None:
    """Read a Retry-After field (seconds or an HTTP date) as seconds from ``now``, at most ``cap_s``; None when it is neither.

    Negative seconds are not understood (RFC 9110, section 10.2.3); a date that has passed means at once.
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        return min(math.ceil(float(text)), cap_s)
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return min(max(math.ceil((at - now).total_seconds()), 0), cap_s)
