"""A real HTTP server on the loopback address that serves the sample world as it stands at a set time.

It answers for every outlet's host, by the Host header; with a path ``/<outlet id>/…`` it also answers for a client that asks
the loopback address itself. What the feeds hold is :mod:`pipelines.demo.world`; how they look is :mod:`pipelines.demo.render`.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple

from pipelines.demo import render
from pipelines.demo.schema import OutletSpec
from pipelines.demo.world import World

LOOPBACK = "127.0.0.1"


class Reply(NamedTuple):
    """One HTTP response: status, headers and body (empty where the status has none)."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


class DemoServer:
    """Serves a world on a free loopback port while the context is open; start it, set the time, poll, set the next time.

    The time starts at the world's first poll. Setting it and serving may happen in different threads.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._hosts = {outlet.host: outlet for outlet in world.outlets}
        self._lock = threading.Lock()
        self._at = world.poll_times()[0]
        self._http: _Server | None = None
        self._thread: threading.Thread | None = None
        self.defects: list[BaseException] = []

    def __enter__(self) -> DemoServer:
        self._http = _Server(self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, name="demo-server", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._http is not None and self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._http.server_close()
        self._http = None
        if self.defects and error is None:
            raise self.defects[0]

    @property
    def port(self) -> int:
        """The port that the server listens on.

        Raises:
            RuntimeError: the server is not running.
        """
        if self._http is None:
            raise RuntimeError("the demo server is not running: use it as `with DemoServer(world) as server:`")
        return self._http.server_address[1]

    @property
    def base_url(self) -> str:
        """The server's own address, for clients without a connect override: ``<base_url>/<outlet id><feed path>``."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def connect_to(self) -> dict[str, tuple[str, int]]:
        """Where to connect for each outlet's host, so that addresses in the rows do not carry the port of the run."""
        return dict.fromkeys(self._hosts, (LOOPBACK, self.port))

    @property
    def time(self) -> datetime:
        """The simulated time that is being served."""
        with self._lock:
            return self._at

    def set_time(self, at: datetime) -> None:
        """Serve the world as it stands at ``at`` from now on.

        Raises:
            ValueError: ``at`` has no time zone.
        """
        if at.tzinfo is None:
            raise ValueError("the demo server needs a time with a zone")
        with self._lock:
            self._at = at

    def reply(self, host: str, path: str, headers: dict[str, str]) -> Reply:
        """Answer one GET; ``headers`` are the request's, with lower-case names."""
        at = self.time
        outlet = self._hosts.get(host.partition(":")[0].lower())
        prefix = ""
        if outlet is None:
            first, _, rest = path.lstrip("/").partition("/")
            outlet = next((o for o in self.world.outlets if o.id == first), None)
            prefix, path = f"/{first}", f"/{rest}"
        if outlet is None:
            return _page(404, "no outlet of the sample world has this address")
        path = path.partition("?")[0]
        if path == "/":
            return Reply(200, {"Content-Type": "text/html; charset=utf-8"}, render.home_page(outlet))
        if path == "/robots.txt":
            return Reply(200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /account/\n")
        return self._feed(outlet, path, prefix, headers, at)

    def _feed(self, outlet: OutletSpec, path: str, prefix: str, headers: dict[str, str], at: datetime) -> Reply:
        for feed in outlet.feeds:
            fault = self.world.fault(outlet.id, feed.name, at)
            moved = [f.moved_to for f in outlet.faults if f.kind == "moved" and f.feed == feed.name]
            if path != feed.path and path not in moved:
                continue
            if fault is None or (fault.kind == "moved" and path != feed.path):
                return self._good(outlet, feed.name, headers, at)
            if fault.kind == "moved":
                return Reply(301, {"Location": f"{prefix}{fault.moved_to}"})
            if fault.kind == "unavailable":
                return _page(503, "down for maintenance", {"Retry-After": str(fault.retry_after_s)})
            if fault.kind == "html_error":
                return Reply(200, {"Content-Type": "text/html; charset=utf-8"}, render.error_page(outlet))
            body = render.truncated(render.feed_bytes(self.world, outlet.id, feed.name, at))
            return _packed(outlet, body, headers, {"Content-Type": render.content_type(outlet)})
        return _page(404, "no feed of this outlet has this path")

    def _good(self, outlet: OutletSpec, feed_name: str, headers: dict[str, str], at: datetime) -> Reply:
        body = render.feed_bytes(self.world, outlet.id, feed_name, at)
        answer = {"Content-Type": render.content_type(outlet)}
        if outlet.etag:
            answer["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if outlet.last_modified:
            answer["Last-Modified"] = render.http_date(render.last_change(self.world, outlet.id, feed_name, at))
        if _unchanged(answer, headers):
            return Reply(304, {name: value for name, value in answer.items() if name != "Content-Type"})
        return _packed(outlet, body, headers, answer)


def _unchanged(answer: dict[str, str], asked: dict[str, str]) -> bool:
    # If-None-Match decides alone where it is sent (RFC 9110, section 13.2.2).
    if "if-none-match" in asked:
        known = [tag.strip().removeprefix("W/") for tag in asked["if-none-match"].split(",")]
        return answer.get("ETag") in known
    return "Last-Modified" in answer and asked.get("if-modified-since") == answer["Last-Modified"]


def _packed(outlet: OutletSpec, body: bytes, asked: dict[str, str], answer: dict[str, str]) -> Reply:
    if outlet.gzip and "gzip" in asked.get("accept-encoding", ""):
        return Reply(200, {**answer, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}, gzip.compress(body, mtime=0))
    return Reply(200, answer, body)


def _page(status: int, sentence: str, headers: dict[str, str] | None = None) -> Reply:
    body = f"<!DOCTYPE html>\n<html><head><title>{status}</title></head><body><p>{status}: {sentence}</p></body></html>\n".encode()
    return Reply(status, {"Content-Type": "text/html; charset=utf-8", **(headers or {})}, body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, demo: DemoServer) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.demo = demo

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over clients that hang up; keep anything else, so that it is raised when the server closes."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError | TimeoutError):
            self.demo.defects.append(error)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        asked = {name.lower(): value for name, value in self.headers.items()}
        status, headers, body = self.server.demo.reply(asked.get("host", ""), self.path, asked)
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body and status != 304:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is http.server's)
        """Write no log: the client's fetch log is the record."""
