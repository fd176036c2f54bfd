"""A loopback HTTP server that does what it is told, well-formed or not: for tests of everything that fetches.

What belongs here: sockets and scripted answers. What does not: any particular fault; tests write those down themselves.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

RESET = object()
"""As a step: break the connection off with a TCP reset."""

TLS_HELLO = b"\x16"


@dataclass(frozen=True)
class Asked:
    """One request as received; header names in lower case."""

    path: str
    headers: dict[str, str]
    at: float = field(default_factory=time.monotonic)


Steps = Iterable[object]
Answer = bytes | Callable[[Asked], "bytes | Steps"]


def reply(status: int = 200, body: bytes = b"", headers: dict[str, str] | Iterable[tuple[str, str]] = (), *, length: bool = True) -> bytes:
    """Make a whole HTTP/1.1 answer; ``length`` False leaves the end of the body to the end of the connection."""
    fields = list(headers.items()) if isinstance(headers, dict) else list(headers)
    if length and status != 304:
        fields.append(("Content-Length", str(len(body))))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"HTTP/1.1 {status} Told\r\n{head}Connection: close\r\n\r\n".encode("latin-1") + body


class FaultServer:
    """Answers by path: the answers given to :meth:`on` in turn, the last one over and over. ``asked`` logs the requests."""

    def __init__(self, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, 0), family=family, backlog=64)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._tls = tls
        self._answers: dict[str, list[Answer]] = {}
        self._given: defaultdict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self.asked: list[Asked] = []
        self.sent = 0

    def on(self, path: str, *answers: Answer) -> None:
        self._answers[path] = list(answers)

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        named = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'https' if self._tls else 'http'}://{named}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def __enter__(self) -> FaultServer:
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self._threads.append(thread)
        return self

    def __exit__(self, *exc: object) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            asked = self._read(connection)
            if asked is None:
                return
            with self._lock:
                self.asked.append(asked)
                answer = self._next(asked.path)
            made = answer(asked) if callable(answer) else answer
            self._send(connection, [made] if isinstance(made, bytes) else made)

    def _next(self, path: str) -> Answer:
        answers = self._answers.get(path, [reply(404, b"nothing here")])
        place = min(self._given[path], len(answers) - 1)
        self._given[path] += 1
        return answers[place]

    def _send(self, connection: socket.socket, steps: Steps) -> None:
        """Send bytes, wait for seconds, or reset."""
        for step in steps:
            if self._closing.is_set():
                return
            if step is RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
                return
            if isinstance(step, int | float):
                self._closing.wait(step)
            elif isinstance(step, bytes):
                connection.sendall(step)
                self.sent += len(step)
        with contextlib.suppress(OSError):
            if self._tls:
                connection.unwrap()  # type: ignore[attr-defined]
            connection.shutdown(socket.SHUT_WR)

    def _read(self, connection: socket.socket) -> Asked | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece or piece.startswith(TLS_HELLO):
                return None
            data += piece
        first, *lines = data.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        named = (line.partition(":") for line in lines)
        return Asked(first.split(" ")[1], {name.strip().lower(): value.strip() for name, _, value in named})


class Gauge:
    """Counts requests that wait at once. One stops counting before its answer goes out: its client may then ask anew at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = 0
        self.most = 0

    def answer(self, wait: float, body: bytes) -> Steps:
        """Wait for ``wait`` seconds, counted, then send ``body``."""
        with self._lock:
            self._waiting += 1
            self.most = max(self.most, self._waiting)
        yield wait
        with self._lock:
            self._waiting -= 1
        yield body


def make_certificate(folder: Path, *names: str) -> Path | None:
    """Write a self-signed certificate for the given subject names (``DNS:x``, ``IP:y``) with its key; None without openssl."""
    target = folder / "server.pem"
    key = folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=parallax-test", "-addext", f"subjectAltName={','.join(names)}", "-keyout", str(key), "-out", str(target)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    target.write_bytes(target.read_bytes() + key.read_bytes())
    return target
