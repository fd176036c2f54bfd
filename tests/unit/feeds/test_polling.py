"""Many feeds at once: order, politeness, and what one feed's trouble does to the others (nothing)."""

from __future__ import annotations

import dataclasses
import itertools
import threading
import time
from datetime import timedelta

import pytest

from pipelines.core.clock import SystemClock
from pipelines.core.ids import make_id
from pipelines.feeds.polling import FeedTarget, PollingError, PollPolicy, poll
from tests.support.fault_server import RESET, Gauge, reply

FAST = PollPolicy(host_interval_s=0)


@pytest.fixture
def hosts(server, make_client):
    """A client to which host0.example to host19.example are all the fault server."""
    return make_client({f"host{n}.example": ["127.0.0.1"] for n in range(20)})


def target(server, n, path="/feed", host=None):
    return FeedTarget(f"outlet{n:02}/main", f"outlet{n:02}", server.url(path, host=host or f"host{n}.example"), allow_loopback=True)


def run(targets, states=None, *, client, archive, clock, policy=FAST, on_fetch=lambda _: None):
    return poll(targets, states or {}, client=client, archive=archive, clock=clock, policy=policy, on_fetch=on_fetch)


def test_eight_at_once_and_no_more(server, hosts, archive, clock, rss):
    gauge = Gauge()
    server.on("/feed", lambda _: gauge.answer(0.25, reply(200, rss("a"))))
    started = time.monotonic()
    rows = run([target(server, n) for n in range(20)], client=hosts, archive=archive, clock=clock)
    assert len(rows) == 20
    assert gauge.most == 8
    assert time.monotonic() - started < 3.5


def test_rows_come_in_order_of_completion_and_are_returned_by_feed_id(server, hosts, archive, clock, rss):
    for n, wait in enumerate((0.3, 0.0, 0.15)):
        server.on(f"/{n}", lambda _, wait=wait: [wait, reply(200, rss("a"))])
    seen, threads = [], set()

    def keep(row):
        seen.append(row)
        threads.add(threading.current_thread())

    rows = run([target(server, n, f"/{n}") for n in range(3)], client=hosts, archive=archive, clock=clock, on_fetch=keep)
    assert [row.outlet_id for row in seen] == ["outlet01", "outlet02", "outlet00"]
    assert [row.outlet_id for row in rows] == ["outlet00", "outlet01", "outlet02"]
    assert threads == {threading.current_thread()}


def test_on_a_fixed_clock_two_runs_give_the_same_rows(server, hosts, archive, clock, rss):
    server.on("/feed", reply(200, rss("a"), {"ETag": '"1"'}))
    server.on("/broken", reply(503, headers={"Retry-After": "900"}))
    targets = [target(server, n, "/broken" if n % 3 == 0 else "/feed") for n in range(9)]

    def rows(order):
        made = run(order, client=hosts, archive=archive, clock=clock)
        return [dataclasses.replace(row, duration_ms=0) for row in made]

    first = rows(targets)
    assert rows(targets[::-1]) == first
    assert [row.fetch_id for row in first] == [make_id("fetch", row.feed_id, clock.now()) for row in first]
    assert {row.requested_at for row in first} == {clock.now()}


def test_one_request_at_a_time_to_a_host_with_a_pause_between(server, make_client, archive, clock, rss):
    client = make_client({"one.example": ["127.0.0.1"]})
    gauge = Gauge()
    server.on("/feed", lambda _: gauge.answer(0.03, reply(200, rss("a"))))
    targets = [target(server, n, host="one.example") for n in range(4)]
    run(targets, client=client, archive=archive, clock=clock, policy=PollPolicy(host_interval_s=0.1))
    assert gauge.most == 1
    times = [asked.at for asked in server.asked]
    assert all(later - earlier >= 0.125 for earlier, later in itertools.pairwise(times))


@pytest.mark.parametrize(("answer_s", "pause_s", "concurrency"), [(0, 0.2, 1), (0.2, 0, 2)])
def test_waiting_for_one_host_does_not_hold_up_the_others(server, hosts, archive, clock, rss, answer_s, pause_s, concurrency):
    server.on("/crowded", lambda _: [answer_s, reply(200, rss("a"))])
    server.on("/feed", reply(200, rss("a")))
    crowded = [target(server, n, "/crowded", host="host0.example") for n in range(10, 15)]
    others = [target(server, n) for n in range(1, 9)]
    seen = []
    policy = PollPolicy(host_interval_s=pause_s, concurrency=concurrency)
    run([*crowded, *others], client=hosts, archive=archive, clock=clock, policy=policy, on_fetch=lambda row: seen.append(row.outlet_id))
    assert len(seen) == 13
    assert {f"outlet{n:02}" for n in range(1, 9)} <= set(seen[:11])


def test_waiting_for_a_turn_is_no_part_of_the_total_time(server, make_client, archive, clock, rss):
    client = make_client({"one.example": ["127.0.0.1"], "two.example": ["127.0.0.1"], "three.example": ["127.0.0.1"]}, deadline_s=0.8)
    server.on("/feed", reply(302, headers={"Location": server.url("/shared", host="three.example")}))
    server.on("/shared", reply(200, rss("a")))
    targets = [target(server, n, host=f"{name}.example") for n, name in enumerate(("one", "two"))]
    rows = run(targets, client=client, archive=archive, clock=clock, policy=PollPolicy(host_interval_s=1.0))
    assert [row.outcome for row in rows] == ["new_body", "new_body"]
    assert all(row.duration_ms < 800 for row in rows)


def test_redirects_of_several_feeds_to_one_host_take_turns_there(server, hosts, archive, clock, rss):
    server.on("/feed", reply(302, headers={"Location": server.url("/shared", host="host19.example")}))
    server.on("/shared", lambda _: [0.02, reply(200, rss("a"))])
    run([target(server, n) for n in range(4)], client=hosts, archive=archive, clock=clock, policy=PollPolicy(host_interval_s=0.05))
    times = [asked.at for asked in server.asked if asked.path == "/shared"]
    assert len(times) == 4
    assert all(later - earlier >= 0.06 for earlier, later in itertools.pairwise(times))


def test_one_feeds_failure_is_a_row_and_the_others_go_on(server, hosts, archive, clock, rss):
    server.on("/feed", reply(200, rss("a")))
    server.on("/500", reply(500))
    server.on("/reset", lambda _: [RESET])
    server.on("/cut", reply(200, rss("a"))[:-5])
    targets = [target(server, n, path) for n, path in enumerate(["/feed", "/500", "/reset", "/cut", "/feed"])]
    unknown = FeedTarget("outlet90/main", "outlet90", "https://nowhere.example/")
    bad = FeedTarget("outlet91/main", "outlet91", "not an address")
    inner = FeedTarget("outlet92/main", "outlet92", "http://127.0.0.1/")
    rows = run([*targets, unknown, bad, inner], client=hosts, archive=archive, clock=clock)
    assert [row.outcome for row in rows] == [
        "new_body", "http_error", "connection_error", "connection_error", "new_body", "dns_error", "bad_url", "refused_address",
    ]  # fmt: skip
    assert all(row.detail for row in rows if row.outcome != "new_body")


def test_only_what_is_due_is_asked(server, hosts, archive, clock, rss):
    server.on("/feed", reply(200, rss("a"), {"ETag": '"1"'}), reply(200, rss("a"), {"ETag": '"1"'}), reply(304))
    targets = [target(server, n) for n in range(2)]
    states = {row.feed_id: row for row in run(targets, client=hosts, archive=archive, clock=clock)}
    assert run(targets, states, client=hosts, archive=archive, clock=clock) == []
    clock.set(clock.now() + timedelta(hours=1))
    rows = run(targets, states, client=hosts, archive=archive, clock=clock)
    assert [row.outcome for row in rows] == ["not_modified", "not_modified"]
    assert len(server.asked) == 4


def test_a_defect_at_one_feed_loses_no_other_row(server, hosts, archive, clock, rss, monkeypatch):
    server.on("/feed", reply(200, rss("a")))
    server.on("/other", reply(200, rss("other")))
    put = archive.put

    def failing(body):
        if body == rss("other"):
            raise RuntimeError("a defect")
        return put(body)

    monkeypatch.setattr(archive, "put", failing)
    seen = []
    with pytest.raises(PollingError, match="outlet01/main, outlet03/main") as caught:
        run(
            [target(server, n, "/other" if n in (1, 3) else "/feed") for n in range(5)],
            client=hosts, archive=archive, clock=clock, on_fetch=seen.append,
        )  # fmt: skip
    kept = ["outlet00/main", "outlet02/main", "outlet04/main"]
    assert sorted(row.feed_id for row in seen) == kept
    assert [row.feed_id for row in caught.value.fetches] == kept
    assert [type(e) for e in caught.value.exceptions] == [RuntimeError, RuntimeError]
    assert "outlet01/main" in caught.value.exceptions[0].__notes__[0]


def test_when_a_row_cannot_be_stored_no_further_feed_is_asked(server, hosts, archive, clock, rss):
    server.on("/feed", reply(200, rss("a")))

    def full(row):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        run(
            [target(server, n) for n in range(20)],
            client=hosts,
            archive=archive,
            clock=clock,
            policy=PollPolicy(concurrency=2),
            on_fetch=full,
        )
    assert len(server.asked) <= 4


def test_on_the_machines_clock_rows_say_when_each_was_asked(server, hosts, archive, rss):
    server.on("/feed", reply(200, rss("a")))
    rows = run([target(server, n) for n in range(3)], client=hosts, archive=archive, clock=SystemClock())
    assert all(row.requested_at.tzinfo is not None and row.duration_ms >= 0 for row in rows)
