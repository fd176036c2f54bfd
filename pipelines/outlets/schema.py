"""What an outlet and a feed are: the registry's schema, with a check for every field.

Nothing here reads or writes a file; see ``registry`` for that.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
import zoneinfo
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Annotated, Literal
from urllib.parse import urlsplit

import pycountry
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

UNKNOWN = "unknown"
UNKNOWN_COUNTRY = "XXX"
"""Written where the country is not known; from the range that ISO 3166-1 leaves to users, so it will never name a country."""
UNKNOWN_LANGUAGE = "und"
"""ISO 639's own code for an undetermined language."""
UNKNOWN_TIMEZONE = "UTC"
NEVER = "never"

# Kosovo has no ISO code of its own; this user-assigned one is what the EU, the IMF and GeoNames write.
# XTV and XKM are the two invented countries of the bundled sample world.
USER_ASSIGNED_COUNTRIES = (UNKNOWN_COUNTRY, "XKX", "XTV", "XKM")

StateControl = Literal["none", "public", "partial", "full", "unknown"]

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost")


def check_slug(value: str) -> str:
    """Return ``value`` if it may be an outlet's id or a feed's name.

    Raises:
        ValueError: it has other characters than a-z, 0-9 and single hyphens between them, or more than 60.
    """
    if _SLUG.fullmatch(value) and len(value) <= 60:
        return value
    raise ValueError(f"{value!r} is no short name: use up to 60 of a-z, 0-9 and hyphens, such as {slug(value) or 'my-outlet'!r}")


def slug(text: str) -> str:
    """Return ``text`` as a short name (at most 40 characters), or the empty string when it has no ASCII letter or digit."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:40].strip("-")


def check_country(value: str) -> str:
    """Return ``value`` if it is an ISO 3166-1 alpha-3 code, or ``XXX`` for unknown.

    Raises:
        ValueError: it is not; the message says which code was probably meant.
    """
    if value in USER_ASSIGNED_COUNTRIES or pycountry.countries.get(alpha_3=value):
        return value
    hint = _country_hint(value)
    raise ValueError(
        f"{value!r} is no ISO 3166-1 alpha-3 code{f': write {hint!r}' if hint else ' such as GBR'}"
        f" (or {UNKNOWN_COUNTRY!r} when it is not known)"
    )


def _country_hint(value: str) -> str | None:
    if value.upper() == "UK":
        return "GBR"
    try:
        return str(pycountry.countries.lookup(value.strip()).alpha_3)
    except LookupError:
        return nearest(value.upper(), [c.alpha_3 for c in pycountry.countries]) if len(value) == 3 else None


def check_language(value: str) -> str:
    """Return ``value`` if it is an ISO 639-1 code, or ``und`` for unknown.

    Raises:
        ValueError: it is not; the message says which code was probably meant.
    """
    if value == UNKNOWN_LANGUAGE or pycountry.languages.get(alpha_2=value):
        return value
    hint = language_code(value)
    raise ValueError(
        f"{value!r} is no ISO 639-1 code{f': write {hint!r}' if hint else ' such as en'} (or {UNKNOWN_LANGUAGE!r} when it is not known)"
    )


def language_code(value: str) -> str | None:
    """Return the ISO 639-1 code that a tag (``en-GB``), a three-letter code or an English name stands for, if any."""
    head = re.split(r"[-_]", value.strip().lower())[0]
    if not head:
        return None
    # Not `lookup`, which tries all fields at once: "en" is also the name of another language.
    for field in ("alpha_2", "alpha_3", "bibliographic", "name"):
        if found := pycountry.languages.get(**{field: head.title() if field == "name" else head}):
            return getattr(found, "alpha_2", None)
    return None


@cache
def _timezones() -> frozenset[str]:
    # Keys such as `localtime` and `posixrules` depend on the machine and so would make one registry mean two things.
    return frozenset(zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"})


def check_timezone(value: str) -> str:
    """Return ``value`` if it is a key of the IANA time zone database.

    Raises:
        ValueError: it is not; the message names the nearest one.
    """
    if value in _timezones():
        return value
    folded = {zone.lower(): zone for zone in _timezones()}
    asked = value.strip().lower().replace(" ", "_")
    by_city = {zone.lower().rsplit("/", 1)[-1]: zone for zone in sorted(_timezones()) if "/" in zone}
    hint = folded.get(asked) or by_city.get(asked) or folded.get(nearest(asked, folded) or "")
    raise ValueError(f"{value!r} is no IANA time zone{f': did you mean {hint!r}?' if hint else ' such as Europe/London'}")


def check_url(value: str) -> str:
    """Return ``value`` if it is an absolute http(s) address with a host and without user, password, blanks or control characters.

    Raises:
        ValueError: it is not; the message says what is wrong.
    """
    if any(ch.isspace() or ord(ch) < 32 or ord(ch) == 127 for ch in value):
        raise ValueError(f"{value!r} has a blank or control character: remove it or write it as %20")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{value!r} is no address ({error})") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{value!r} does not start with http:// or https://: only those are fetched")
    if not parts.hostname or port == 0 or not _is_host(parts.hostname):
        raise ValueError(f"{value!r} has no host name that could be asked")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{value!r} carries a user name or password: addresses with those are not fetched; remove it")
    return value


def _is_host(host: str) -> bool:
    if ":" in host:
        return True
    return all(0 < len(label) <= 63 for label in host.rstrip(".").split(".")) and not re.search(r"[^\w.-]", host)


def is_loopback(url: str) -> bool:
    """Whether the address names this machine by a local name or a loopback IP address."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    if host in _LOCAL_NAMES or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def url_key(url: str) -> str:
    """Return what two addresses of one feed have in common: no scheme, default port, fragment, nor upper case in the host."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().rstrip(".")
    port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}{parts.path or '/'}{query}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that ``word`` was probably meant to be, if one is close."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def _check_verified(value: str) -> str:
    if value == NEVER:
        return value
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(f"{value!r} is neither 'never' nor a date such as 2026-03-31; `parallax outlets check` writes it") from None


def _unquoted_date(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


Slug = Annotated[str, AfterValidator(check_slug)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Url = Annotated[str, StringConstraints(max_length=2048), AfterValidator(check_url)]


class FeedSource(BaseModel):
    """One feed of an outlet: its short name (unique in the outlet), its address, and what it covers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Slug
    url: Url
    section: Text | None = None

    def id(self, outlet: Outlet) -> str:
        """Return the feed's id, ``<outlet id>/<feed name>``."""
        return f"{outlet.id}/{self.name}"


class Outlet(BaseModel):
    """One outlet: who it is, who owns it (with a citation, or ``unknown``), what the user allows, and its feeds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    name: Text
    publisher: Text
    country: Annotated[str, AfterValidator(check_country)]
    language: Annotated[str, AfterValidator(check_language)]
    timezone: Annotated[str, AfterValidator(check_timezone)]
    owner: Text = UNKNOWN
    state_control: StateControl = "unknown"
    ownership_citation: Url | None = None
    ownership_date: date | None = None
    full_text: bool = False
    enabled: bool = True
    allow_loopback: bool = False
    verified: Annotated[str, BeforeValidator(_unquoted_date), AfterValidator(_check_verified)] = NEVER
    homepage: Url | None = None
    feeds: tuple[FeedSource, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ownership_is_cited(self) -> Outlet:
        claims = [name for name in ("owner", "state_control") if getattr(self, name) != UNKNOWN]
        if claims and self.ownership_citation is None:
            raise ValueError(
                f"{' and '.join(claims)} says something, but ownership_citation is missing: give the address where it can be checked,"
                f" or write {UNKNOWN!r}"
            )
        return self

    @model_validator(mode="after")
    def _loopback_is_allowed(self) -> Outlet:
        local = [feed.url for feed in self.feeds if is_loopback(feed.url)]
        if local and not self.allow_loopback:
            raise ValueError(f"feed address {local[0]!r} is this machine's own: set allow_loopback = true if that is meant")
        return self


class Registry(BaseModel):
    """All outlets, in the order of the registry file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outlets: tuple[Outlet, ...] = ()

    @model_validator(mode="after")
    def _nothing_twice(self) -> Registry:
        clashes = find_clashes(self.outlets)
        if clashes:
            raise ValueError("; ".join(clash.message for clash in clashes))
        return self

    def outlet(self, outlet_id: str) -> Outlet:
        """Return one outlet.

        Raises:
            KeyError: there is none with this id.
        """
        for outlet in self.outlets:
            if outlet.id == outlet_id:
                return outlet
        raise KeyError(outlet_id)

    def feeds(self, *, include_disabled: bool = False) -> list[tuple[Outlet, FeedSource]]:
        """Return every feed with its outlet, in registry order; those of disabled outlets only when asked for."""
        return [(outlet, feed) for outlet in self.outlets if outlet.enabled or include_disabled for feed in outlet.feeds]


class Clash(BaseModel):
    """Something that stands twice: where it stands the second time, where the first, and a sentence."""

    model_config = ConfigDict(frozen=True)

    outlet: int
    feed: int | None
    first_outlet: int
    first_feed: int | None
    message: str


def find_clashes(outlets: Iterable[Outlet]) -> list[Clash]:
    """Return outlet ids, feed names within an outlet, and feed addresses that stand more than once."""
    ids: dict[str, int] = {}
    urls: dict[str, tuple[int, int, str]] = {}
    clashes: list[Clash] = []

    def clash(at: tuple[int, int | None], first: tuple[int, int | None], message: str) -> None:
        clashes.append(Clash(outlet=at[0], feed=at[1], first_outlet=first[0], first_feed=first[1], message=message))

    for i, outlet in enumerate(outlets):
        if outlet.id in ids:
            clash((i, None), (ids[outlet.id], None), f"outlet id {outlet.id!r} stands twice: rename one of them")
        ids.setdefault(outlet.id, i)
        names: dict[str, int] = {}
        for j, feed in enumerate(outlet.feeds):
            if feed.name in names:
                clash((i, j), (i, names[feed.name]), f"outlet {outlet.id!r} has two feeds named {feed.name!r}: rename one of them")
            names.setdefault(feed.name, j)
            key = url_key(feed.url)
            if key in urls:
                k, m, owner = urls[key]
                sentence = f"feed address {feed.url!r} of outlet {outlet.id!r} is already a feed of {owner!r}: remove one of them"
                clash((i, j), (k, m), sentence)
            urls.setdefault(key, (i, j, outlet.id))
    return clashes
