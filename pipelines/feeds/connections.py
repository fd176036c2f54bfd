"""Connections that go to checked addresses only and end at a total deadline: urllib3's connection classes, narrowed.

What belongs here: opening one guarded connection. What does not: what is asked over it, or what an answer means.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from pipelines.feeds.addresses import Endpoint, HttpUrl, Resolver, resolve

# http.client refuses answers of more than 100 header lines, which busy sites do send, and offers no parameter for it.
http.client._MAXHEADERS = 1000  # type: ignore[attr-defined]
MAX_HEADER_BYTES = 512 * 1024


class DeadlineError(TimeoutError):
    """The total time of a request chain is spent."""


class OversizedHeadError(Exception):
    """The status line and header fields are larger than any honest answer's."""


@dataclass(slots=True)
class Deadline:
    """The moment (of the monotonic clock) at which a whole request chain has to be over."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline that lies ``seconds`` ahead."""
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Return the seconds left.

        Raises:
            DeadlineError: none are left.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise DeadlineError
        return left

    def postpone(self, seconds: float) -> None:
        """Move the deadline back, for time that was spent waiting for one's turn."""
        self.at += seconds


class _Guard:
    """What one connection's socket is held to; ``head_left`` counts down until the header fields are read."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.head_left: int | None = MAX_HEADER_BYTES

    def received(self, count: int) -> None:
        if self.head_left is not None:
            self.head_left -= count
            if self.head_left < 0:
                raise OversizedHeadError


class _GuardedSocket(socket.socket):
    guard: _Guard | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Receive within what is left of the whole, so that a trickle cannot start the clock again with every byte."""
        if self.guard:
            self.settimeout(self.guard.deadline.left())
        count = super().recv_into(*args, **kwargs)
        if self.guard:
            self.guard.received(count)
        return count


class _GuardedTlsSocket(ssl.SSLSocket):
    guard: _Guard | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """As for plain sockets."""
        if self.guard:
            self.settimeout(self.guard.deadline.left())
        count = super().recv_into(*args, **kwargs)
        if self.guard:
            self.guard.received(count)
        return count


class _GuardedConnection(HTTPConnection):
    """An HTTP connection whose name is resolved once, by us, and whose every address is checked before it is used."""

    guard: _Guard
    resolver: Resolver
    allow_loopback: bool
    connect_timeout_s: float

    def _new_conn(self) -> socket.socket:
        deadline = self.guard.deadline
        endpoints = resolve(
            self._dns_host,
            self.port,
            resolver=self.resolver,
            timeout_s=deadline.left(),
            allow_loopback=self.allow_loopback,
        )
        return _connect(endpoints, self.connect_timeout_s, self.guard)

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, _GuardedSocket | _GuardedTlsSocket):
            self.sock.guard = self.guard


class _GuardedTlsConnection(_GuardedConnection, HTTPSConnection):
    """The same over TLS: the certificate is verified against the host's name, although an address is connected to."""


def _connect(endpoints: Sequence[Endpoint], timeout_s: float, guard: _Guard) -> socket.socket:
    """Connect to the first endpoint that answers; each gets its share of the time, so that a dead IPv6 route leaves some."""
    failure: OSError | None = None
    for place, endpoint in enumerate(endpoints):
        left = guard.deadline.left()
        made = _GuardedSocket(endpoint.family, socket.SOCK_STREAM)
        try:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.settimeout(min(timeout_s, left / (len(endpoints) - place)))
            made.connect(endpoint.address)
            made.settimeout(guard.deadline.left())
        except OSError as error:
            made.close()
            failure = error
            continue
        return made
    raise failure or OSError("the host has no address")


def open_connection(
    url: HttpUrl,
    *,
    deadline: Deadline,
    connect_timeout_s: float,
    resolver: Resolver,
    allow_loopback: bool,
    tls: ssl.SSLContext,
) -> HTTPConnection:
    """Make (not yet connect) the connection for one hop; call :func:`head_is_read` on it once the header fields are in."""
    made: _GuardedConnection
    if url.scheme == "https":
        made = _GuardedTlsConnection(url.host, url.port, timeout=deadline.left(), ssl_context=tls)
    else:
        made = _GuardedConnection(url.host, url.port, timeout=deadline.left())
    made.guard = _Guard(deadline)
    made.resolver = resolver
    made.allow_loopback = allow_loopback
    made.connect_timeout_s = connect_timeout_s
    return made


def head_is_read(connection: HTTPConnection) -> None:
    """Lift the cap on header bytes: what follows is the body, which has its own."""
    if isinstance(connection, _GuardedConnection):
        connection.guard.head_left = None


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return a context that verifies certificates: by ``ca_file``, else the machine's own store, else certifi's.

    The last is for Pythons that come without a store, as python.org's for macOS does.
    """
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    context.check_hostname = True
    context.sslsocket_class = _GuardedTlsSocket
    if ca_file is not None:
        context.load_verify_locations(cafile=str(ca_file))
    elif _machine_has_store():
        context.load_default_certs()
    else:
        context.load_verify_locations(cafile=certifi.where())
    return context


def _machine_has_store() -> bool:
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        return True
    return bool(paths.capath and any(entry.name.endswith(".0") for entry in os.scandir(paths.capath)))
