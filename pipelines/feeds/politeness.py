"""Turns at hosts: one request at a time to each host, and a pause between two.

What belongs here: waiting. Which hosts ask for longer pauses is told by robots.txt (``robots``).
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class HostGate:
    """Gives out turns, safe for threads. ``interval_s`` is the least time from the end of one request to the next."""

    def __init__(
        self,
        interval_s: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.interval_s = interval_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._guard = threading.Lock()
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._slower: dict[str, float] = {}
        self._free_at: dict[str, float] = {}

    def slow_down(self, host: str, interval_s: float) -> None:
        """Keep a longer pause at one host, such as its crawl delay; a shorter one than the gate's own changes nothing."""
        with self._guard:
            self._slower[host] = interval_s

    def ready_at(self, host: str) -> float:
        """Return the moment (of the monotonic clock) from which the host may be asked again; 0 when it was not asked yet."""
        with self._guard:
            return self._free_at.get(host, 0.0)

    @contextmanager
    def turn(self, host: str) -> Iterator[float]:
        """Hold the host for one request; yields the seconds that were waited for the turn."""
        asked = self._monotonic()
        with self._guard:
            turn = self._turns[host]
        with turn:
            wait = self.ready_at(host) - self._monotonic()
            if wait > 0:
                self._sleep(wait)
            try:
                yield self._monotonic() - asked
            finally:
                with self._guard:
                    pause = max(self.interval_s, self._slower.get(host, 0.0))
                    self._free_at[host] = self._monotonic() + pause
