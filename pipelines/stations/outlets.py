"""Outlets over the network: discover the feeds of a site, check that the feeds of the registry work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import ValidationError

from pipelines.core.errors import UsageError
from pipelines.core.ids import make_id
from pipelines.feeds.discovery import FoundFeed, discover
from pipelines.feeds.parse import ParseContext, parse_body
from pipelines.feeds.politeness import HostGate
from pipelines.outlets import registry as outlet_registry
from pipelines.outlets.registry import Outlet
from pipelines.outlets.schema import UNKNOWN_COUNTRY, UNKNOWN_LANGUAGE, UNKNOWN_TIMEZONE, check_url, is_loopback, language_code, slug
from pipelines.stations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """How one feed of the registry answered: outcome, entries, newest entry, one sentence."""

    feed_id: str
    url: str
    works: bool
    entries: int
    sentence: str


def add_site(
    workspace: Workspace, url: str, *, outlet_id: str | None = None, name: str | None = None, country: str | None = None
) -> Outlet:
    """Discover a site's feeds and add it to the registry as an outlet; what is not known is written as unknown.

    Raises:
        UsageError: the address is none, no feed was found there, or id or country cannot be.
        RegistryError: the outlet or one of its feeds is in the registry already.
    """
    try:
        check_url(url)
    except ValueError as error:
        raise UsageError(str(error)) from error
    found = discover(url, workspace.client, allow_loopback=workspace.settings.allow_loopback)
    if not found:
        raise UsageError(f"No feed was found at {url}; give the address of a feed itself, if you know it.")
    host = (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("rss.").removeprefix("feeds.")
    first = found[0]
    values = {
        "id": outlet_id or slug(host.rsplit(".", 1)[0]),
        "name": name or first.title or host,
        "publisher": name or first.title or host,
        "country": country or UNKNOWN_COUNTRY,
        "language": language_code(first.language or "") or UNKNOWN_LANGUAGE,
        "timezone": UNKNOWN_TIMEZONE,
        "homepage": url,
        # Reached only where the settings allow it: discovery has asked these very addresses.
        "allow_loopback": any(is_loopback(f.url) for f in found),
        "feeds": [{"name": n, "url": f.url} for n, f in zip(_names(found), found, strict=True)],
    }
    try:
        outlet = Outlet.model_validate(values)
    except ValidationError as error:
        reasons = (f"{'.'.join(map(str, e['loc'])) or 'outlet'}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors())
        raise UsageError(f"{url} cannot become an outlet: {'; '.join(reasons)}.") from error
    outlet_registry.save(outlet_registry.add_outlet(workspace.registry, outlet), workspace.settings.registry)
    return outlet


def check_outlets(workspace: Workspace, outlet_ids: Sequence[str] = ()) -> list[FeedCheck]:
    """Fetch and parse each feed once; outlets with a feed that works are marked as verified today.

    Raises:
        UsageError: an id is not in the registry.
    """
    registry = workspace.registry
    known = {o.id for o in registry.outlets}
    for wanted in outlet_ids:
        if wanted not in known:
            raise UsageError(f"The registry has no outlet {wanted!r}; `parallax outlets list` shows all.")
    chosen = [(o, f) for o, f in registry.feeds() if not outlet_ids or o.id in outlet_ids]
    checks: list[FeedCheck] = []
    verified: set[str] = set()
    gate = HostGate(workspace.settings.host_interval_s)
    with workspace.progress.step("check", len(chosen)) as step:
        for outlet, source in chosen:
            check = _check(workspace, outlet, source.id(outlet), source.url, gate)
            checks.append(check)
            if check.works:
                verified.add(outlet.id)
            step.advance()
    today = workspace.clock.now().date().isoformat()
    for outlet in registry.outlets:
        if outlet.id in verified and outlet.verified != today:
            registry = outlet_registry.put_outlet(registry, outlet.model_copy(update={"verified": today}))
    if verified:
        outlet_registry.save(registry, workspace.settings.registry)
    return checks


def _check(workspace: Workspace, outlet: Outlet, feed_id: str, url: str, gate: HostGate) -> FeedCheck:
    loopback = outlet.allow_loopback or workspace.settings.allow_loopback
    response = workspace.client.get(url, allow_loopback=loopback, gate=gate)
    if response.status != 200 or not response.body:
        return FeedCheck(feed_id, url, False, 0, response.detail or f"it answered with HTTP {response.status} and no body")
    context = ParseContext(
        feed_id=feed_id,
        outlet_id=outlet.id,
        fetch_id=make_id("check", feed_id),
        fetched_at=workspace.clock.now(),
        feed_url=response.final_url,
        outlet_timezone=outlet.timezone,
        max_entries=workspace.settings.max_entries,
    )
    snapshot, entries = parse_body(response.body, context)
    dates = [e.published_at for e in entries if e.published_at]
    if snapshot.outcome not in ("ok", "partial") or not entries:
        return FeedCheck(feed_id, url, False, len(entries), snapshot.detail or f"the body is {snapshot.outcome} and has no entry")
    newest = f", the newest of {max(dates):%d %b %Y %H:%M} UTC" if dates else ", without dates"
    return FeedCheck(feed_id, url, True, len(entries), f"{snapshot.format}, {len(entries)} entries{newest}")


def _names(found: Sequence[FoundFeed]) -> list[str]:
    names: list[str] = []
    for number, feed in enumerate(found):
        base = slug(feed.title or "") or f"feed-{number + 1}"
        names.append(base if base not in names else f"{base}-{number + 1}")
    return names
