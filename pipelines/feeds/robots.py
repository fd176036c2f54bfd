"""robots.txt: whether a page may be fetched, and how slowly (RFC 9309, and the common Crawl-delay). For article pages, not for feeds.

What belongs here: fetching, caching and asking robots.txt. What does not: the pages. A feed is published to be fetched by
programs, and so is asked without robots.txt, as feed readers do.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from protego import Protego

from pipelines.core.clock import Clock
from pipelines.feeds.addresses import BadUrlError, HttpUrl, RefusedAddressError, read_url
from pipelines.feeds.http import HttpClient, HttpResponse
from pipelines.feeds.politeness import HostGate

# RFC 9309 asks for at least 500 KiB, and for no use of a copy older than a day.
MAX_BYTES = 500 * 1024
KEPT_FOR = timedelta(hours=24)
RETRIED_AFTER = timedelta(hours=1)
MAX_DELAY_S = 60.0
_OTHER = "another-agent"
_AGENT_LINE = re.compile(r"^[ \t]*(user-?[ \t]?agent)[ \t]*[: \t][ \t]*([^#\r\n]*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RobotsVerdict:
    """Whether a page may be fetched; ``reason`` is a sentence where not; ``crawl_delay_s`` is what the host asks for, if anything."""

    allowed: bool
    reason: str | None = None
    crawl_delay_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """One host's robots.txt: its rules (None: all is allowed), or why it could not be had, and until when that holds."""

    rules: Any
    trouble: str | None
    until: datetime


class Robots:
    """Asks robots.txt once a day and host; safe for threads. A crawl delay is passed on to ``gate``, which then keeps it."""

    def __init__(self, client: HttpClient, clock: Clock, *, gate: HostGate | None = None, max_delay_s: float = MAX_DELAY_S) -> None:
        self._client = client
        self._clock = clock
        self._gate = gate
        self._max_delay_s = max_delay_s
        # The product token alone: the whole field may hold words, such as a host's name, that another group is meant for.
        self._agent = re.split(r"[/\s(]", client.policy.user_agent.strip(), maxsplit=1)[0] or "Parallax"
        self._known: dict[tuple[str, str, int], _Known] = {}
        self._guard = threading.Lock()
        self._turns: defaultdict[tuple[str, str, int], threading.Lock] = defaultdict(threading.Lock)

    def check(self, url: str, *, allow_loopback: bool = False) -> RobotsVerdict:
        """Tell whether ``url`` may be fetched. Never raises for network trouble."""
        try:
            page = read_url(url)
        except (BadUrlError, RefusedAddressError) as error:
            return RobotsVerdict(False, str(error))
        known = self._of_host(page, allow_loopback)
        if known.trouble:
            return RobotsVerdict(False, known.trouble)
        if known.rules is None:
            return RobotsVerdict(True)
        delay = known.rules.crawl_delay(self._agent)
        if not known.rules.can_fetch(page.url, self._agent):
            return RobotsVerdict(False, f"The robots.txt of {page.host} does not allow {self._agent} to fetch this page.", delay)
        if delay is not None and delay > self._max_delay_s:
            longest = f"more than the {self._max_delay_s:g} s waited here"
            return RobotsVerdict(False, f"The robots.txt of {page.host} asks for {delay:g} s between requests, {longest}.", delay)
        if delay is not None and self._gate is not None:
            self._gate.slow_down(page.host, delay)
        return RobotsVerdict(True, None, delay)

    def _of_host(self, page: HttpUrl, allow_loopback: bool) -> _Known:
        with self._guard:
            turn = self._turns[page.origin]
        with turn:
            now = self._clock.now()
            known = self._known.get(page.origin)
            if known is None or known.until <= now:
                known = self._fetch(page, allow_loopback, known, now)
                self._known[page.origin] = known
            return known

    def _fetch(self, page: HttpUrl, allow_loopback: bool, before: _Known | None, now: datetime) -> _Known:
        address = f"{page.url.removesuffix(page.target)}/robots.txt"
        response = self._client.get(address, allow_loopback=allow_loopback, gate=self._gate)
        if response.body is not None:
            return _Known(Protego.parse(_readable(response.body, self._agent)), None, now + KEPT_FOR)
        if _absent(response):
            return _Known(None, None, now + KEPT_FOR)
        if before is not None and before.trouble is None:
            return _Known(before.rules, None, now + RETRIED_AFTER)
        trouble = f"The robots.txt of {page.host} could not be had, so its pages are left alone for now: {response.detail}"
        return _Known(None, trouble, now + RETRIED_AFTER)


def _absent(response: HttpResponse) -> bool:
    """Tell whether there is no robots.txt, so that all is allowed; a server in trouble or asking for patience allows nothing."""
    if response.outcome in ("gone", "redirect_error"):
        return True
    return response.outcome == "http_error" and response.status is not None and response.status < 500


def _readable(body: bytes, agent: str) -> str:
    """Decode and shorten a robots.txt, and fold the groups of all other agents into one.

    The parser takes time that grows with the square of the number of agents: minutes, for 500 KiB of them.
    """
    text = body[:MAX_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    if len(body) > MAX_BYTES:
        text = text.rpartition("\n")[0]

    def fold(line: re.Match[str]) -> str:
        named = line[2].strip().lower()
        ours = named == "*" or (named.strip("*") and agent.lower().startswith(named.strip("*")))
        return f"user-agent: {named if ours else _OTHER}"

    return _AGENT_LINE.sub(fold, text)
