"""Registry outlets from the outlines of an OPML list.

A list names feeds, not outlets: feeds of one site become one outlet. What the list does not say stays ``unknown`` (``XXX`` for
the country, ``und`` for the language, UTC for the time zone), never guessed. A list that Parallax wrote carries the facts.
Permissions (``full_text``, ``allow_loopback``) are never taken from a list: it may come from anybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from pipelines.outlets.opml import CARRIED, OpmlResult, Outline, Problem
from pipelines.outlets.schema import (
    UNKNOWN,
    UNKNOWN_COUNTRY,
    UNKNOWN_LANGUAGE,
    UNKNOWN_TIMEZONE,
    FeedSource,
    Outlet,
    Registry,
    check_slug,
    language_code,
    slug,
    url_key,
)

# Hosts that carry other people's feeds: sharing one of them says nothing about who publishes.
SHARED_HOSTS = frozenset({
    "feedburner.com", "feedproxy.google.com", "feedblitz.com", "fetchrss.com", "rss.app", "politepol.com", "feedly.com", "medium.com",
    "youtube.com", "reddit.com", "news.google.com", "twitter.com", "x.com", "facebook.com", "github.com", "s3.amazonaws.com",
    "substack.com", "sites.google.com", "flipboard.com", "inoreader.com",
})  # fmt: skip
_FEED_PREFIXES = ("www.", "feeds.", "feed.", "rss.", "rssfeeds.", "newsfeed.", "m.", "api.")
_FACTS = {*CARRIED, "name", "homepage"}


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The registry after the import, the ids of new outlets, the ids of feeds added to known outlets, and what was wrong."""

    registry: Registry
    added: list[str]
    extended: list[str]
    problems: list[Problem]


def import_outlines(result: OpmlResult, registry: Registry) -> ImportResult:
    """Return ``registry`` with the feeds of an OPML list added; feeds that it has already are left as they are.

    A feed whose site is the homepage of a known outlet joins that outlet, unless the list names the outlet by id.
    """
    known = {url_key(feed.url): outlet.id for outlet, feed in registry.feeds(include_disabled=True)}
    problems = list(result.problems)
    outlets = {outlet.id: outlet for outlet in registry.outlets}
    homes = {_site(outlet.homepage): outlet.id for outlet in registry.outlets if outlet.homepage}
    added: list[str] = []
    extended: list[str] = []
    for key, outlines in _groups(result.outlines).items():
        fresh = [o for o in outlines if url_key(o.xml_url) not in known]
        problems += [
            Problem(o.line, f"feed {o.xml_url} is in the registry already, as a feed of {known[url_key(o.xml_url)]!r}")
            for o in outlines
            if url_key(o.xml_url) in known
        ]
        if not fresh:
            continue
        facts = dict(fresh[0].facts)
        home = facts["id"] if facts.get("id") in outlets else None if "id" in facts else homes.get(key)
        try:
            if home:
                feeds = _feeds(fresh, [feed.name for feed in outlets[home].feeds])
                before = outlets[home]
                outlets[home] = _checked(before.model_dump() | {"feeds": [*(f.model_dump() for f in before.feeds), *feeds]})
                extended += [f"{home}/{feed['name']}" for feed in feeds]
            else:
                outlet = _checked(_outlet(key, fresh, outlets))
                outlets[outlet.id] = outlet
                added.append(outlet.id)
        except ValueError as error:
            problems.append(Problem(fresh[0].line, f"outlet {fresh[0].title!r} was left out: {_first(error)}"))
    after = registry.model_copy(update={"outlets": tuple(outlets.values())})
    return ImportResult(after, added, extended, sorted(problems, key=lambda p: p.line))


def _checked(values: dict[str, Any]) -> Outlet:
    return Outlet.model_validate(values)


def _first(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        reason = first["ctx"]["error"] if first["type"] == "value_error" else first["msg"]
        return f"{'.'.join(str(part) for part in first['loc'])}: {reason}" if first["loc"] else str(reason)
    return str(error)


def _groups(outlines: Iterable[Outline]) -> dict[str, list[Outline]]:
    """Group by outlet id where given, else by the site's host; on a shared host each feed is its own outlet."""
    groups: dict[str, list[Outline]] = {}
    for outline in outlines:
        facts = dict(outline.facts)
        key = f"id:{facts['id']}" if facts.get("id") else _site(outline.html_url) or _site(outline.xml_url) or outline.xml_url
        groups.setdefault(key, []).append(outline)
    return groups


def _site(url: str | None) -> str | None:
    """Return the host of a site without the labels that only mean "feed", or None where the host is a shared one."""
    host = ((urlsplit(url).hostname if url else None) or "").lower().rstrip(".")
    if any(host == shared or host.endswith("." + shared) for shared in SHARED_HOSTS):
        return None
    for prefix in _FEED_PREFIXES:
        if host.startswith(prefix) and host.count(".") > 1:
            return host.removeprefix(prefix)
    return host or None


def _outlet(key: str, outlines: list[Outline], taken: dict[str, Outlet]) -> dict[str, Any]:
    first = outlines[0]
    facts = {name: value for name, value in first.facts if name in _FACTS}
    languages = {language_code(o.language) for o in outlines if o.language} - {None}
    values: dict[str, Any] = {
        "id": _free_id(slug(key.removeprefix("id:")) if "://" not in key else slug(first.title), first.xml_url, taken),
        "name": _name(outlines, key),
        "publisher": UNKNOWN,
        "country": UNKNOWN_COUNTRY,
        "language": languages.pop() if len(languages) == 1 else UNKNOWN_LANGUAGE,
        "timezone": UNKNOWN_TIMEZONE,
        "homepage": first.html_url if _site(first.html_url) else None,
    }
    return values | facts | {"feeds": _feeds(outlines, [])}


def _name(outlines: list[Outline], key: str) -> str:
    """The title of a lone feed; for several, what the titles have in common at their start, else the host."""
    titles = [outline.title for outline in outlines]
    shared = titles[0]
    for title in titles[1:]:
        while shared and not title.startswith(shared):
            shared = shared[:-1]
    shared = shared.strip(" -|:·–—»>/")
    return (shared if len(shared) >= 3 else key)[:300]


def _free_id(wanted: str, url: str, taken: Iterable[str]) -> str:
    base = wanted or "outlet-" + hashlib.sha256(url.encode()).hexdigest()[:8]
    return _free(base, set(taken))


def _free(base: str, taken: set[str]) -> str:
    name, n = base, 2
    while name in taken:
        name, n = f"{base}-{n}", n + 1
    return name


def _feeds(outlines: list[Outline], names: list[str]) -> list[dict[str, Any]]:
    taken = set(names)
    feeds = []
    for outline in outlines:
        facts = dict(outline.facts)
        wanted = facts.get("feed", "")
        try:
            check_slug(wanted)
        except ValueError:
            wanted = slug(outline.title) or "feed"
        name = _free(wanted, taken)
        taken.add(name)
        section = facts.get("section") if "feed" in facts else (outline.folders[-1] if outline.folders else None)
        feeds.append(FeedSource(name=name, url=outline.xml_url, section=(section or "")[:300].strip() or None).model_dump())
    return feeds
