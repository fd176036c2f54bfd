"""One GET, with all its limits: total time, bytes, redirects, addresses. Used for feeds, pages, robots.txt and discovery.

What belongs here: following a chain of hops and saying what came of it. What does not: what a feed's earlier polls imply
(``fetch``), or when to ask (``planning``). Environment proxies are not used: behind one, no address could be checked.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import urllib3.exceptions
from urllib3.connection import HTTPConnection
from urllib3.response import HTTPResponse as RawResponse

from pipelines.feeds.addresses import BadUrlError, Endpoint, HttpUrl, RefusedAddressError, Resolver, join_url, read_url, system_resolver
from pipelines.feeds.connections import Deadline, OversizedHeadError, head_is_read, open_connection, tls_context
from pipelines.feeds.content_coding import ACCEPT_ENCODING, BadEncodingError, BodyDecoder, TooLargeError
from pipelines.feeds.encoding import decode
from pipelines.feeds.politeness import HostGate
from pipelines.feeds.sniff import sniff

HttpOutcome = Literal[
    "ok", "not_modified", "http_error", "rate_limited", "gone", "redirect_error", "refused_address",
    "dns_error", "tls_error", "connection_error", "timeout", "too_large", "bad_encoding", "bad_url",
]  # fmt: skip
MIB = 1024 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WITH_BODY = frozenset({200, 203})
_TELLING = frozenset({401, 403, 404, 429, 503})
_READ = 64 * 1024
_EXCERPT = 32 * 1024
_EXCERPT_S = 2.0
_ADVICE = {
    401: "it asks for a login",
    403: "it refuses this client",
    404: "there is nothing at this address now",
    410: "the address was withdrawn for good",
    429: "it asks for fewer requests",
    503: "it is out of service for a while",
}
_TROUBLE: tuple[tuple[tuple[type[BaseException], ...], HttpOutcome, str], ...] = (
    # urllib3 counts a refused connection as a kind of time-out; it does not occur here, as sockets are opened by `connections`.
    (
        (TimeoutError, urllib3.exceptions.TimeoutError),
        "timeout",
        "{host} did not finish its answer in time (at most {seconds:g} s in all); it may be slow or out of reach.",
    ),
    ((socket.gaierror,), "dns_error", "The name {host} cannot be looked up ({what}); check its spelling and your connection."),
    ((ssl.SSLCertVerificationError,), "tls_error", "The certificate of {host} is not valid: {what}."),
    ((ssl.SSLError, urllib3.exceptions.SSLError), "tls_error", "No secure connection to {host} could be made ({what})."),
    ((ConnectionRefusedError,), "connection_error", "{host} refuses connections; the server may be down."),
    (
        (ConnectionError, http.client.IncompleteRead),
        "connection_error",
        "{host} broke off the connection before its answer was whole.",
    ),
)


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """Limits and manners of a client.

    ``deadline_s`` is the total time of one chain, name look-up and redirects included; ``max_body_bytes`` caps the body
    both as received and as decoded. ``connect_to`` answers for the given hosts instead of DNS (the addresses are checked
    like any others), and ``ca_file`` replaces the machine's trusted certificates.
    """

    user_agent: str = "Parallax/0.1 (news comparison)"
    deadline_s: float = 30.0
    connect_timeout_s: float = 10.0
    max_body_bytes: int = 15 * MIB
    max_redirects: int = 5
    allow_downgrade: bool = False
    connect_to: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """What an earlier response gave for asking again; sent to ``url`` only, at whichever hop that is."""

    url: str
    etag: str | None
    last_modified: str | None

    def headers(self) -> dict[str, str]:
        """Return the conditional request's header fields."""
        sent: dict[str, str] = {}
        if self.etag:
            sent["If-None-Match"] = self.etag
        if self.last_modified:
            sent["If-Modified-Since"] = self.last_modified
        return sent


class Redirect(NamedTuple):
    """One hop that pointed elsewhere: its status and the address that gave it."""

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came of one GET. ``body`` is set for outcome ``ok`` only; ``headers`` have lower-case names, repeated ones joined."""

    url: str
    final_url: str
    redirects: tuple[Redirect, ...]
    outcome: HttpOutcome
    detail: str | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    wire_bytes: int | None = None
    validators_sent: bool = False
    duration_ms: int = 0  # waiting for a turn left out

    @property
    def ok(self) -> bool:
        """Whether a body came."""
        return self.outcome == "ok"

    @property
    def content_type(self) -> str | None:
        """The Content-Type as sent."""
        return self.headers.get("content-type")


class _StopError(Exception):
    """Ends a chain with an outcome and a sentence."""

    def __init__(self, outcome: HttpOutcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome: HttpOutcome = outcome
        self.detail = detail


@dataclass(slots=True)
class _Chain:
    """One GET under way."""

    headers: Mapping[str, str]
    validators: Validators | None
    allow_loopback: bool
    gate: HostGate | None
    deadline: Deadline
    asked: str
    at: str
    origin: tuple[str, str, int] | None = None
    redirects: list[Redirect] = field(default_factory=list)
    status: int | None = None
    answer: dict[str, str] = field(default_factory=dict)
    wire_bytes: int | None = None
    validators_sent: bool = False
    waited: float = 0.0


class HttpClient:
    """Fetches by GET; safe for threads. No cookies, no credentials, a new connection for every hop."""

    def __init__(self, policy: HttpPolicy, *, resolver: Resolver = system_resolver) -> None:
        self.policy = policy
        self._resolver = _with_overrides(policy.connect_to, resolver)
        self._tls = tls_context(policy.ca_file)

    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        allow_loopback: bool = False,
        validators: Validators | None = None,
        gate: HostGate | None = None,
    ) -> HttpResponse:
        """Fetch ``url``, following redirects; trouble of the network or the server is an outcome, never an exception.

        ``headers`` go to the first origin (scheme, host, port) only. Waiting at ``gate`` does not count as the chain's time.
        """
        started = time.monotonic()
        chain = _Chain(
            headers=headers or {},
            validators=validators,
            allow_loopback=allow_loopback,
            gate=gate,
            deadline=Deadline.after(self.policy.deadline_s),
            asked=url,
            at=url,
        )
        outcome: HttpOutcome
        body: bytes | None = None
        detail: str | None
        try:
            outcome, body, detail = self._follow(chain)
        except _StopError as stop:
            outcome, detail = stop.outcome, stop.detail
        except (
            BadUrlError, RefusedAddressError, OversizedHeadError, TooLargeError, BadEncodingError,
            OSError, http.client.HTTPException, urllib3.exceptions.HTTPError,
        ) as error:  # fmt: skip
            outcome, detail = self._explain(error, chain)
        return HttpResponse(
            url=url,
            final_url=chain.at,
            redirects=tuple(chain.redirects),
            outcome=outcome,
            detail=detail,
            status=chain.status,
            headers=chain.answer,
            body=body,
            wire_bytes=chain.wire_bytes,
            validators_sent=chain.validators_sent,
            duration_ms=round((time.monotonic() - started - chain.waited) * 1000),
        )

    def _follow(self, chain: _Chain) -> tuple[HttpOutcome, bytes | None, str | None]:
        url = read_url(chain.asked)
        seen: set[str] = set()
        while True:
            if url.url in seen:
                raise _StopError("redirect_error", f"The redirects go round in a circle through {url.url}.")
            seen.add(url.url)
            chain.at = url.url
            chain.status, chain.answer, chain.validators_sent = None, {}, False
            with chain.gate.turn(url.host) if chain.gate else nullcontext(0.0) as waited:
                chain.deadline.postpone(waited)
                chain.waited += waited
                result = self._hop(url, chain)
            if not isinstance(result, HttpUrl):
                return result
            if len(chain.redirects) > self.policy.max_redirects:
                raise _StopError("redirect_error", f"The address redirects more than {self.policy.max_redirects} times.")
            if url.scheme == "https" and result.scheme == "http" and not self.policy.allow_downgrade:
                raise _StopError("redirect_error", f"{url.url} redirects from https to http ({result.url}), which is not followed.")
            url = result

    def _hop(self, url: HttpUrl, chain: _Chain) -> HttpUrl | tuple[HttpOutcome, bytes | None, str | None]:
        """Ask one address; return where it points to, or what it gave."""
        connection = open_connection(
            url,
            deadline=chain.deadline,
            connect_timeout_s=self.policy.connect_timeout_s,
            resolver=self._resolver,
            allow_loopback=chain.allow_loopback,
            tls=self._tls,
        )
        try:
            connection.request("GET", url.target, headers=self._fields(url, chain), preload_content=False, decode_content=False)
            response = connection.getresponse()
            head_is_read(connection)
            chain.status = response.status
            chain.answer = {name.lower(): value for name, value in response.headers.itermerged()}
            if response.status in _REDIRECTS:
                return _target(url, response, chain)
            return self._result(connection, response, chain)
        finally:
            connection.close()

    def _fields(self, url: HttpUrl, chain: _Chain) -> dict[str, str]:
        fields = {"User-Agent": self.policy.user_agent, "Accept-Encoding": ACCEPT_ENCODING, "Connection": "close"}
        chain.origin = chain.origin or url.origin
        if url.origin == chain.origin:
            fields.update(chain.headers)
        if chain.validators and chain.validators.url == url.url and (conditional := chain.validators.headers()):
            fields.update(conditional)
            chain.validators_sent = True
        return fields

    def _result(self, connection: HTTPConnection, response: RawResponse, chain: _Chain) -> tuple[HttpOutcome, bytes | None, str | None]:
        status = response.status
        if status == 304:
            return "not_modified", None, None
        if status in _WITH_BODY:
            body, note = self._body(response, chain)
            return "ok", body, note
        detail = f"{_host(chain.at)} answered {status} {http.client.responses.get(status, '')}".rstrip()
        if status in _ADVICE:
            detail += f": {_ADVICE[status]}"
        if status in _TELLING and (page := _page(connection, response, chain)):
            detail += f"; it sent {page}"
        outcome: HttpOutcome = "http_error"
        if status == 410:
            outcome = "gone"
        elif status == 429 or (status == 503 and "retry-after" in chain.answer):
            outcome = "rate_limited"
        return outcome, None, f"{detail}."

    def _body(self, response: RawResponse, chain: _Chain) -> tuple[bytes, str | None]:
        cap = self.policy.max_body_bytes
        length = response.headers.get("Content-Length", "")
        if length.isascii() and length.isdigit() and len(length) < 20 and int(length) > cap:
            raise TooLargeError
        decoder = BodyDecoder(response.headers.get("Content-Encoding"), cap)
        received = 0
        try:
            while data := response.read1(_READ, decode_content=False):
                received += len(data)
                if received > cap:
                    raise TooLargeError
                decoder.feed(data)
        except urllib3.exceptions.ProtocolError:
            # Servers that compress on the fly are known to announce the length of the uncompressed body.
            if not decoder.whole:
                raise
        body = decoder.finish()
        chain.wire_bytes = received
        return body, decoder.note

    def _explain(self, error: Exception, chain: _Chain) -> tuple[HttpOutcome, str]:
        host = _host(chain.at)
        if isinstance(error, BadUrlError | RefusedAddressError):
            where = f"Redirected from {chain.at}: " if chain.status in _REDIRECTS else ""
            return ("bad_url" if isinstance(error, BadUrlError) else "refused_address"), f"{where}{error}"
        if isinstance(error, TooLargeError):
            return "too_large", f"The body from {host} is larger than {self.policy.max_body_bytes:,} bytes when unpacked; it was not kept."
        if isinstance(error, BadEncodingError):
            return "bad_encoding", f"The body from {host} could not be unpacked: {error}; it was not kept."
        if isinstance(error, OversizedHeadError):
            return "connection_error", f"{host} sent more header fields than any honest answer has."
        return _explain_network(error, host, self.policy.deadline_s)


def _explain_network(error: Exception, host: str, deadline_s: float) -> tuple[HttpOutcome, str]:
    """Tell what kind of trouble an exception of the network is, looking through urllib3's wrappers."""
    causes = _causes(error)
    for kinds, outcome, sentence in _TROUBLE:
        for cause in causes:
            if isinstance(cause, kinds):
                what = next((str(w) for a in ("verify_message", "strerror", "reason") if (w := getattr(cause, a, None))), str(cause))
                return outcome, sentence.format(host=host, what=what[:200], seconds=deadline_s)
    return "connection_error", f"The exchange with {host} failed ({str(causes[-1])[:200] or type(causes[-1]).__name__})."


def _causes(error: Exception) -> Sequence[BaseException]:
    found: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in found:
        found.append(at)
        at = at.__cause__ or at.__context__
    return found


def _target(url: HttpUrl, response: RawResponse, chain: _Chain) -> HttpUrl:
    locations = [text for text in response.headers.getlist("location") if text.strip()]
    if not locations:
        raise _StopError("redirect_error", f"{url.url} answered {response.status} but does not say where to go.")
    location = locations[0]
    # Header fields arrive as Latin-1; servers mean UTF-8.
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    target = join_url(url.url, location)
    chain.redirects.append(Redirect(response.status, url.url))
    return target


def _page(connection: HTTPConnection, response: RawResponse, chain: _Chain) -> str | None:
    """Say what the page of an error answer looks like; a page that does not come soon is not waited for."""
    chain.deadline.at = min(chain.deadline.at, time.monotonic() + _EXCERPT_S)
    decoder = BodyDecoder(response.headers.get("Content-Encoding"), _EXCERPT)
    try:
        while data := response.read1(_READ, decode_content=False):
            decoder.feed(data)
        excerpt = decoder.finish()
    except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, BadEncodingError):
        return None
    except TooLargeError:
        excerpt = decoder.so_far()
    return sniff(decode(excerpt, chain.answer.get("content-type")).text).page or None


def _host(url: str) -> str:
    try:
        return read_url(url).host
    except (BadUrlError, RefusedAddressError):
        return "the server"


def _with_overrides(connect_to: Mapping[str, tuple[str, int]], resolver: Resolver) -> Resolver:
    def resolve(host: str, port: int) -> Sequence[Endpoint]:
        if host in connect_to:
            ip, other_port = connect_to[host]
            family = socket.AF_INET6 if ":" in ip else socket.AF_INET
            return [Endpoint(family, (ip, other_port))]
        return resolver(host, port)

    return resolve
