"""Links of entries: made absolute, and brought to one canonical form by which an article can be known again.

Pure text work: nothing is fetched, so shorteners and AMP addresses stay as they are.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit, urlunsplit

from pipelines.core.errors import LexiconError

TRACKING_PARAMETERS = Path(__file__).parent / "data" / "tracking_parameters.toml"
MAX_CANONICAL = 2048
_BREAKS = re.compile(r"[\t\r\n\x00-\x1f]+")
_BARE_HOST = re.compile(r"www\.[\w-]+(\.[\w-]+)+([/?#]|$)", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Tracking(NamedTuple):
    """Query parameters to leave out: names and prefixes for every site, further names by host."""

    names: frozenset[str]
    prefixes: tuple[str, ...]
    sites: dict[str, frozenset[str]]


@lru_cache(maxsize=16384)
def absolute(link: str, base: str) -> str | None:
    """Return ``link`` as an absolute http or https address, resolved against ``base``; None when it cannot be one."""
    stripped = _BREAKS.sub("", link.strip().strip("<>").strip())
    if not stripped:
        return None
    if _BARE_HOST.match(stripped):
        stripped = "//" + stripped
    try:
        joined = urljoin(base, stripped) if base else stripped
        parts = urlsplit(joined)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return None
    return joined.replace(" ", "%20")


@lru_cache(maxsize=65536)
def canonical(link: str | None, home: str | None = None) -> str | None:
    """Return the canonical form of an absolute link; None when it is no article address.

    Left out are tracking parameters, the fragment (unless it is a ``#!`` route), the default port, user info and the case of
    scheme and host. None is given for a site's home page or the feed's own ``home``, and for more than 2,048 characters.
    """
    if not link or len(link) > MAX_CANONICAL:
        return None
    plain = _plain(link)
    if plain is None or plain == (_plain(home) if home else None):
        return None
    parts = urlsplit(plain)
    if parts.path == "/" and not parts.query and not parts.fragment:
        return None
    return plain


def _plain(link: str) -> str | None:
    try:
        parts = urlsplit(link)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not host:
        return None
    network = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        network = f"{network}:{port}"
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit((scheme, network, parts.path or "/", _kept_query(parts.query, host), fragment))


def _kept_query(query: str, host: str) -> str:
    if not query:
        return ""
    tracking = load_tracking()
    labels = host.split(".")
    local: set[str] = set()
    for start in range(len(labels) - 1):
        local |= tracking.sites.get(".".join(labels[start:]), frozenset())
    kept = []
    for pair in query.replace("&amp;", "&").split("&"):
        name = pair.partition("=")[0].lower()
        if pair and name not in tracking.names and name not in local and not name.startswith(tracking.prefixes):
            kept.append(pair)
    return "&".join(kept)


@cache
def load_tracking(path: Path = TRACKING_PARAMETERS) -> Tracking:
    """Load the list of tracking parameters.

    Raises:
        LexiconError: the file does not follow its schema.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        lists = {"names": data["names"], "prefixes": data["prefixes"], **{f"site {h}": n for h, n in data["site"].items()}}
    except (OSError, tomllib.TOMLDecodeError, KeyError, AttributeError) as error:
        raise LexiconError(f"{path.name}: it needs the lists `names` and `prefixes` and the table [site] ({error}).") from error
    for where, values in lists.items():
        if not isinstance(values, list) or any(not isinstance(v, str) or not v or v != v.lower() for v in values):
            raise LexiconError(f"{path.name}: {where} must be a list of lower-case parameter names.")
    return Tracking(
        names=frozenset(data["names"]),
        prefixes=tuple(data["prefixes"]),
        sites={host: frozenset(names) for host, names in data["site"].items()},
    )
