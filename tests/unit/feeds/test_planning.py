"""When a feed is asked again, on a fixed clock."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.feeds.planning import FeedTarget, PollPolicy, due, is_due, plan, read_retry_after
from pipelines.feeds.records import Fetch

NOW = datetime(2021, 9, 1, 12, tzinfo=UTC)
POLICY = PollPolicy()
HOUR, DAY = 3600, 86400


def fetched(**columns) -> Fetch:
    row = dict.fromkeys((f.name for f in dataclasses.fields(Fetch)), None)
    row.update(
        fetch_id="x", feed_id="quay/main", outlet_id="quay", requested_at=NOW, url="https://quay.example/feed", redirects=[],
        feed_url="https://quay.example/feed", final_url="https://quay.example/feed", outcome="same_body", moved_count=0,
        consecutive_failures=0, interval_s=1800, next_due_at=NOW + timedelta(seconds=1800), muted=False, duration_ms=1,
    )  # fmt: skip
    return Fetch(**{**row, **columns})


def planned(previous=None, outcome="same_body", fresh=False, retry_after_s=None, now=NOW, feed_id="quay/main", policy=POLICY):
    return plan(previous, feed_id=feed_id, outcome=outcome, fresh=fresh, retry_after_s=retry_after_s, now=now, policy=policy)


def run(outcomes, *, retry_after_s=None, policy=POLICY):
    """Plan a history of polls, each at the moment it was due; returns the plans."""
    state, now, plans = None, NOW, []
    for outcome in outcomes:
        made = planned(state, outcome, outcome == "new_body", retry_after_s, now, policy=policy)
        plans.append(made)
        state = fetched(
            requested_at=now, outcome=outcome, interval_s=made.interval_s, next_due_at=made.next_due_at,
            consecutive_failures=made.consecutive_failures, muted=made.muted,
        )  # fmt: skip
        now = made.next_due_at
    return plans


def test_new_content_shortens_the_interval_down_to_the_least():
    intervals = [p.interval_s for p in run(["new_body"] * 5)]
    assert intervals == [1800, 900, 600, 600, 600]


def test_nothing_new_lengthens_it_up_to_the_most():
    intervals = [p.interval_s for p in run(["new_body"] + ["not_modified"] * 8)]
    assert intervals == sorted(intervals)
    assert intervals[1] == 2700
    assert intervals[-1] == POLICY.max_interval_s


@pytest.mark.parametrize("every_s", [2 * HOUR, 6 * HOUR])
def test_a_feed_is_asked_at_the_rhythm_it_publishes_at(every_s):
    state, now, intervals = None, NOW, []
    for _ in range(200):
        fresh = state is not None and now.timestamp() // every_s > state.requested_at.timestamp() // every_s
        made = planned(state, "new_body" if fresh else "not_modified", fresh, now=now)
        state = fetched(requested_at=now, interval_s=made.interval_s)
        intervals.append(made.interval_s)
        now = made.next_due_at
    settled = intervals[50:]
    assert every_s / 6 < sum(settled) / len(settled) < every_s


def test_a_new_body_that_is_no_feed_does_not_shorten():
    assert planned(fetched(interval_s=3600), "new_body", fresh=False).interval_s == 5400


def test_failures_double_the_wait_up_to_a_day_and_never_end():
    plans = run(["http_error"] * 40)
    waits = [p.interval_s for p in plans]
    assert [p.consecutive_failures for p in plans] == list(range(1, 41))
    for number, wait in enumerate(waits[:7]):
        assert 600 * 2**number <= wait <= 600 * 2**number * 1.1 + 1
    assert all(0.9 * DAY <= wait <= DAY for wait in waits[8:])
    assert not any(p.muted for p in plans)


def test_after_failures_a_feed_starts_over():
    plans = run(["new_body", "new_body", "http_error", "http_error", "same_body", "same_body"])
    assert [p.consecutive_failures for p in plans] == [0, 0, 1, 2, 0, 0]
    assert [p.interval_s for p in plans[-2:]] == [1800, 2700]


def test_jitter_is_deterministic_and_differs_by_feed_and_time():
    waits = {planned(None, "timeout", feed_id=f"quay/{n}").interval_s for n in range(30)}
    assert len(waits) > 10
    assert planned(None, "timeout") == planned(None, "timeout")
    assert len({planned(None, "timeout", now=NOW + timedelta(hours=n)).interval_s for n in range(30)}) > 10


def test_due_at_is_the_interval_from_now():
    for outcome in ("new_body", "http_error", "gone"):
        made = planned(None, outcome)
        assert made.next_due_at == NOW + timedelta(seconds=made.interval_s)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), (" 0 ", 0), ("316800", DAY), ("9" * 18, DAY), ("1.5", 2), ("-120", None), ("", None), (None, None), ("soon", None),
        ("9" * 400, None), ("Wed, 01 Sep 2021 12:05:00 GMT", 300), ("Wed, 01 Sep 2021 13:00:00 +0100", 0),
        ("Wed, 01 Sep 2021 11:00:00 GMT", 0),
        ("Sun, 05 Sep 2021 04:00:00 GMT", DAY), ("Wednesday, 01-Sep-21 12:01:00 GMT", 60), ("Wed, 99 Sep 2021 12:05:00 GMT", None),
        ("Wed, 01 Sep 2021 12:05:00", 300), ("1 2 3 4 5 6 7 8", None),
    ],
)  # fmt: skip
def test_retry_after_in_all_its_forms(value, seconds):
    assert read_retry_after(value, NOW, DAY) == seconds


def test_retry_after_is_waited_for_and_a_little_longer():
    for n in range(20):
        wait = planned(None, "rate_limited", retry_after_s=7200, feed_id=f"quay/{n}").interval_s
        assert 7200 <= wait <= 7200 * 1.1 + 1


def test_retry_after_of_88_hours_is_a_day_at_most_with_jitter():
    capped = read_retry_after(str(88 * HOUR), NOW, DAY)
    waits = {planned(None, "rate_limited", retry_after_s=capped, feed_id=f"quay/{n}").interval_s for n in range(20)}
    assert len(waits) > 10
    assert all(0.9 * DAY <= wait <= DAY for wait in waits)


def test_a_short_retry_after_does_not_undo_the_backoff():
    assert planned(fetched(consecutive_failures=5), "rate_limited", retry_after_s=1).interval_s >= 600 * 2**5


def test_gone_mutes_to_once_a_week_until_it_answers():
    plans = run(["new_body", "gone", "gone", "timeout", "new_body", "http_error"])
    assert [p.muted for p in plans] == [False, True, True, True, False, False]
    assert [p.interval_s for p in plans[1:4]] == [7 * DAY] * 3
    assert plans[5].interval_s < HOUR


TARGET = FeedTarget("quay/main", "quay", "https://quay.example/feed")


def test_what_is_due():
    assert is_due(TARGET, None, NOW)
    assert not is_due(TARGET, fetched(), NOW + timedelta(seconds=1739))
    assert is_due(TARGET, fetched(), NOW + timedelta(seconds=1740))
    assert is_due(TARGET, fetched(), NOW + timedelta(seconds=1800))


def test_a_feed_in_trouble_is_never_asked_early():
    waiting = fetched(outcome="rate_limited", consecutive_failures=1)
    assert not is_due(TARGET, waiting, NOW + timedelta(seconds=1799))
    assert is_due(TARGET, waiting, NOW + timedelta(seconds=1800))


def test_another_address_in_the_registry_is_due_at_once():
    assert is_due(dataclasses.replace(TARGET, url="https://quay.example/new"), fetched(muted=True), NOW + timedelta(seconds=1))
    assert not is_due(dataclasses.replace(TARGET, url="https://quay.example/new"), fetched(feed_url=None), NOW + timedelta(seconds=1))


def test_a_clock_that_was_set_back_does_not_stop_polling():
    assert is_due(TARGET, fetched(requested_at=NOW + timedelta(days=300), next_due_at=NOW + timedelta(days=301)), NOW)


def test_due_keeps_the_order_and_counts_a_feed_once():
    targets = [FeedTarget(f"quay/{n}", "quay", f"https://quay.example/{n}") for n in (3, 1, 2, 1)]
    assert [t.feed_id for t in due(targets, {}, NOW)] == ["quay/3", "quay/1", "quay/2"]
    states = {"quay/1": fetched(feed_id="quay/1", feed_url=None)}
    assert [t.feed_id for t in due(targets, states, NOW)] == ["quay/3", "quay/2"]
