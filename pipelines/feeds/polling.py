"""Polling what is due: several feeds at once, one request at a time to a host, no feed's trouble another's.

What belongs here: threads and turns. What a single poll does is in ``fetch``; when it is due, in ``planning``.
"""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field

from pipelines.core.clock import Clock
from pipelines.feeds.addresses import BadUrlError, RefusedAddressError, read_url
from pipelines.feeds.archive import Archive
from pipelines.feeds.fetch import effective_url, fetch_feed
from pipelines.feeds.http import HttpClient
from pipelines.feeds.planning import FeedTarget, PollPolicy, due
from pipelines.feeds.politeness import HostGate
from pipelines.feeds.records import Fetch

__all__ = ["FeedTarget", "PollPolicy", "PollingError", "poll"]


class PollingError(ExceptionGroup[Exception]):
    """Defects that came up at single feeds; all others were polled, and ``fetches`` has their rows."""

    fetches: list[Fetch]


@dataclass(slots=True)
class _Lanes:
    """Waiting feeds by host. A host with one request under way, or asked a moment ago, is passed over for another."""

    gate: HostGate
    waiting: dict[str, deque[FeedTarget]] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)

    def take(self) -> tuple[str, FeedTarget] | None:
        """Return the next feed whose host is free."""
        now = time.monotonic()
        for host, lane in self.waiting.items():
            if host not in self.busy and self.gate.ready_at(host) <= now:
                target = lane.popleft()
                self.busy.add(host)
                if not lane:
                    del self.waiting[host]
                return host, target
        return None

    def next_ready_in(self) -> float | None:
        """Return the seconds until a host that is not busy may be asked; None when all are busy."""
        moments = [self.gate.ready_at(host) for host in self.waiting if host not in self.busy]
        return max(min(moments) - time.monotonic(), 0.0) if moments else None


def poll(
    targets: Sequence[FeedTarget],
    states: Mapping[str, Fetch],
    *,
    client: HttpClient,
    archive: Archive,
    clock: Clock,
    policy: PollPolicy,
    on_fetch: Callable[[Fetch], None],
) -> list[Fetch]:
    """Poll every target that is due by its state (its last fetch); return the rows by feed id.

    ``on_fetch`` is called from this thread with each row as it comes, so that it can be stored before the poll ends. If it
    raises, no further feed is asked.

    Raises:
        PollingError: something unexpected happened at some feeds; the rows of all others were handed on first.
    """
    gate = HostGate(policy.host_interval_s)
    lanes = _Lanes(gate)
    for target in due(targets, states, clock.now()):
        url = effective_url(target, states.get(target.feed_id), policy)
        lanes.waiting.setdefault(_host(url), deque()).append(target)

    def work(target: FeedTarget) -> Fetch:
        state = states.get(target.feed_id)
        return fetch_feed(target, state, client=client, archive=archive, clock=clock, policy=policy, gate=gate)

    fetches: list[Fetch] = []
    defects: dict[str, Exception] = {}
    with closing(_run(lanes, work, policy.concurrency)) as results:
        for target, outcome in results:
            if isinstance(outcome, Fetch):
                fetches.append(outcome)
                on_fetch(outcome)
            else:
                outcome.add_note(f"while polling feed {target.feed_id} at {target.url}")
                defects[target.feed_id] = outcome
    fetches.sort(key=lambda fetch: fetch.feed_id)
    if defects:
        named = sorted(defects)
        raised = PollingError(f"unexpected errors while polling {', '.join(named)}", [defects[feed_id] for feed_id in named])
        raised.fetches = fetches
        raise raised
    return fetches


def _run(
    lanes: _Lanes, work: Callable[[FeedTarget], Fetch], concurrency: int
) -> Generator[tuple[FeedTarget, Fetch | Exception], None, None]:
    """Work through the lanes; yields each target with its row, or the defect that came up, in order of completion."""
    finished: queue.SimpleQueue[Future[Fetch]] = queue.SimpleQueue()
    running: dict[Future[Fetch], tuple[str, FeedTarget]] = {}
    with ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="poll") as pool:
        while lanes.waiting or running:
            while len(running) < concurrency and (taken := lanes.take()):
                future = pool.submit(work, taken[1])
                running[future] = taken
                future.add_done_callback(finished.put)
            try:
                future = finished.get(timeout=lanes.next_ready_in() if len(running) < concurrency else None)
            except queue.Empty:
                continue
            host, target = running.pop(future)
            lanes.busy.discard(host)
            error = future.exception()
            if error is not None and not isinstance(error, Exception):
                raise error
            yield target, error or future.result()


def _host(url: str) -> str:
    try:
        return read_url(url).host
    except (BadUrlError, RefusedAddressError):
        return url
