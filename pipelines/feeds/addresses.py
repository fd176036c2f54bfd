"""Which addresses may be contacted: the reading of a URL, and the check of every resolved IP address.

What belongs here: pure rules, and the resolver that applies them. What does not: sockets; the check is made in
``connections`` at connect time, on the very address that is then connected to, so that a name which resolves to a harmless
address first and to an inner one later gains nothing.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

MAX_URL_LENGTH = 8192
_DEFAULT_PORTS = {"http": 80, "https": 443}
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Written out rather than taken from `ipaddress.is_global`, whose tables differ between Python 3.11 and 3.13. After IANA's
# special-purpose registries, with 168.63.129.16 added: publicly routed, yet it answers with a cloud machine's own secrets.
_NOT_PUBLIC: tuple[tuple[str, str], ...] = (
    ("127.0.0.0/8", "a loopback address"),
    ("0.0.0.0/8", "an address of this machine"),
    ("10.0.0.0/8", "a private address"),
    ("172.16.0.0/12", "a private address"),
    ("192.168.0.0/16", "a private address"),
    ("100.64.0.0/10", "a private address of a carrier"),
    ("169.254.0.0/16", "a link-local address"),
    ("168.63.129.16/32", "a cloud platform's inner address"),
    ("192.0.0.0/24", "a reserved address"),
    ("192.0.2.0/24", "an address reserved for documentation"),
    ("198.51.100.0/24", "an address reserved for documentation"),
    ("203.0.113.0/24", "an address reserved for documentation"),
    ("192.88.99.0/24", "a 6to4 relay address"),
    ("198.18.0.0/15", "an address reserved for measurements"),
    ("224.0.0.0/4", "a multicast address"),
    ("240.0.0.0/4", "a reserved address"),
    ("::1/128", "a loopback address"),
    ("::/128", "an address of this machine"),
    ("::ffff:0:0/96", "an IPv4-mapped IPv6 address"),
    ("64:ff9b::/96", "a NAT64 address"),
    ("64:ff9b:1::/48", "a NAT64 address"),
    ("2002::/16", "a 6to4 address"),
    ("2001::/23", "a reserved address"),
    ("2001:db8::/32", "an address reserved for documentation"),
    ("3fff::/20", "an address reserved for documentation"),
    ("fc00::/7", "a private address"),
    ("fe80::/10", "a link-local address"),
    ("fec0::/10", "a private address"),
    ("ff00::/8", "a multicast address"),
)
_REFUSED: tuple[tuple[_Network, str], ...] = tuple((ipaddress.ip_network(net), what) for net, what in _NOT_PUBLIC)
_GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")


class BadUrlError(Exception):
    """A URL that cannot be read as one; the message is a sentence for a person."""


class RefusedAddressError(Exception):
    """A URL or IP address that may not be contacted; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One resolved address: the socket family and the address as ``socket.connect`` takes it."""

    family: socket.AddressFamily
    address: tuple[str, int] | tuple[str, int, int, int]


Resolver = Callable[[str, int], Sequence[Endpoint]]


@dataclass(frozen=True, slots=True)
class HttpUrl:
    """A URL that passed the syntactic rules: normalised, without fragment; ``host`` has no brackets."""

    url: str
    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port, as header fields may be shared within one origin only."""
        return self.scheme, self.host, self.port


def read_url(url: str) -> HttpUrl:
    """Read and normalise an absolute http(s) URL (host to lower case and punycode, unsafe characters percent-encoded).

    Raises:
        BadUrlError: it is no URL with a host.
        RefusedAddressError: its scheme is neither http nor https, or it carries a user name or password.
    """
    text = url.strip()
    if not text or len(text) > MAX_URL_LENGTH:
        raise BadUrlError(f"The address is {'empty' if not text else f'longer than {MAX_URL_LENGTH} characters'}; give a full address.")
    scheme, colon, _ = text.partition(":")
    if not colon or not scheme.isascii() or not scheme.replace("+", "").replace("-", "").replace(".", "").isalnum():
        raise BadUrlError(f"{_short(text)} is no full address; it has to begin with http:// or https://.")
    if scheme.lower() not in _DEFAULT_PORTS:
        raise RefusedAddressError(f"{_short(text)} begins with {scheme.lower()}: and only http: and https: are fetched.")
    try:
        parts = parse_url(text)
        host = (parts.host or "").strip("[]")
        if ":" not in host:
            host.encode("idna")
    except (LocationParseError, UnicodeError) as error:
        raise BadUrlError(f"{_short(text)} is no valid address ({_reason(error)}).") from error
    if not host.strip("."):
        raise BadUrlError(f"{_short(text)} names no host.")
    if parts.auth is not None:
        raise RefusedAddressError(f"The address at {host} carries a user name or password; such addresses are not fetched.")
    lowered = scheme.lower()
    port = _DEFAULT_PORTS[lowered] if parts.port is None else parts.port
    if port == 0:
        raise BadUrlError(f"{_short(text)} names port 0, which cannot be connected to.")
    shown = parts._replace(fragment=None, port=None if port == _DEFAULT_PORTS[lowered] else port, path=parts.path or "/")
    return HttpUrl(url=shown.url, scheme=lowered, host=host, port=port, target=shown.request_uri)


def join_url(base: str, location: str) -> HttpUrl:
    """Read a link relative to ``base``.

    Raises:
        BadUrlError, RefusedAddressError: as for :func:`read_url`.
    """
    try:
        return read_url(urljoin(base, location.strip()))
    except ValueError as error:
        raise BadUrlError(f"{_short(location)} is no valid address ({error}).") from error


def check_address(ip: str, *, allow_loopback: bool = False) -> None:
    """Pass if a numeric IP address (with or without zone) is public; ``allow_loopback`` adds 127.0.0.0/8 and ::1 only.

    Raises:
        RefusedAddressError: it is not.
    """
    address = ipaddress.ip_address(ip.partition("%")[0])
    what = next((what for network, what in _REFUSED if address.version == network.version and address in network), None)
    if what is None and address.version == 6 and address not in _GLOBAL_IPV6:
        what = "a reserved address"
    if what is None or (allow_loopback and what == "a loopback address"):
        return
    hint = "; set `allow_loopback = true` for the outlet if that is meant" if what == "a loopback address" else ""
    raise RefusedAddressError(f"{ip} is {what}, and only public addresses are contacted{hint}.")


def system_resolver(host: str, port: int) -> list[Endpoint]:
    """Resolve a host name by the operating system, in its order of preference.

    Raises:
        socket.gaierror: the name does not resolve.
    """
    found: list[Endpoint] = []
    for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if family in (socket.AF_INET, socket.AF_INET6):
            found.append(Endpoint(family, address))  # type: ignore[arg-type]
    return found


def resolve(host: str, port: int, *, resolver: Resolver, timeout_s: float, allow_loopback: bool) -> list[Endpoint]:
    """Resolve a host once and check every address it has; a name with one refused address is refused whole.

    Raises:
        RefusedAddressError: an address may not be contacted.
        socket.gaierror: the name does not resolve.
        TimeoutError: the resolver gave no answer in time.
    """
    endpoints = _within(lambda: list(resolver(host, port)), timeout_s, host)
    if not endpoints:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    for endpoint in endpoints:
        try:
            check_address(endpoint.address[0], allow_loopback=allow_loopback)
        except RefusedAddressError as error:
            if endpoint.address[0] == host:
                raise
            raise RefusedAddressError(f"{host} resolves to {error}") from None
    return endpoints


def _within(work: Callable[[], list[Endpoint]], timeout_s: float, host: str) -> list[Endpoint]:
    """Run a look-up in a thread of its own: ``getaddrinfo`` takes no time limit, and a total deadline includes it."""
    answer: queue.SimpleQueue[list[Endpoint] | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            answer.put(work())
        except BaseException as error:
            answer.put(error)

    threading.Thread(target=run, name=f"resolve {host}", daemon=True).start()
    try:
        result = answer.get(timeout=max(timeout_s, 0.001))
    except queue.Empty:
        raise TimeoutError(f"looking up {host} took too long") from None
    if isinstance(result, BaseException):
        raise result
    return result


def _short(text: str) -> str:
    shown = text if len(text) <= 100 else f"{text[:97]}..."
    return repr(shown)


def _reason(error: Exception) -> str:
    text = str(error)
    return text.removeprefix("Failed to parse: ")[:150]
