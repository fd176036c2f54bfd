"""What the tests of the fetching side share: a loopback fault server, a client with short limits, feed bodies of our own."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.core.clock import FixedClock
from pipelines.feeds.addresses import Endpoint
from pipelines.feeds.archive import Archive
from pipelines.feeds.http import HttpClient, HttpPolicy
from tests.support.fault_server import FaultServer


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def make_client() -> Callable[..., HttpClient]:
    """Make a client with a deadline of a few seconds; ``names`` maps host names to addresses instead of DNS."""

    def make(names: dict[str, list[str]] | None = None, **limits: object) -> HttpClient:
        def resolver(host: str, port: int) -> list[Endpoint]:
            known = {host: [host]} if host.replace(".", "").isdigit() or ":" in host else (names or {})
            if host not in known:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return [Endpoint(socket.AF_INET6 if ":" in ip else socket.AF_INET, (ip, port)) for ip in known[host]]

        policy = HttpPolicy(**{"user_agent": "Parallax/test (+tests)", "deadline_s": 5.0, **limits})  # type: ignore[arg-type]
        return HttpClient(policy, resolver=resolver)

    return make


@pytest.fixture
def client(make_client: Callable[..., HttpClient]) -> HttpClient:
    return make_client()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2021, 9, 1, 12, tzinfo=UTC))


@pytest.fixture
def rss() -> Callable[..., bytes]:
    """Make a small RSS feed with the given item titles."""

    def make(*titles: str) -> bytes:
        items = "".join(f"<item><title>{title}</title><guid>{title}</guid></item>" for title in titles)
        head = '<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour wire</title><language>en-gb</language>'
        return f"{head}{items}</channel></rss>".encode()

    return make
