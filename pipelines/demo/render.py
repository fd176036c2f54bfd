"""A feed of the sample world as bytes: the same world, feed and time give the same bytes, always.

Formats: RSS 2.0, Atom 1.0, RDF (RSS 1.0), JSON Feed 1.1. Faults that spoil bytes (truncated XML, the HTML error page) are
made here too; those that live in HTTP (503, 301, 304, gzip) are the server's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape as escape_html
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from pipelines.demo.schema import FeedRow, OutletSpec
from pipelines.demo.world import Shown, World, feed_of

CONTENT_TYPES = {
    "rss20": "application/rss+xml",
    "atom10": "application/atom+xml",
    "rdf10": "application/rdf+xml",
    "json1": "application/feed+json",
}
# Names are written out, since strftime's depend on the machine's locale.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_KEPT_SHARE = 0.6


def content_type(outlet: OutletSpec) -> str:
    """Return the Content-Type header that the outlet's feeds carry."""
    return outlet.content_type or f"{CONTENT_TYPES[outlet.format]}; charset={outlet.encoding}"


def feed_bytes(world: World, outlet_id: str, feed_name: str, at: datetime) -> bytes:
    """Return the whole feed as it stands at ``at``, without regard to faults."""
    outlet = world.outlet(outlet_id)
    feed = feed_of(outlet, feed_name)
    shown = world.shown(outlet_id, feed_name, at)
    text = {"rss20": _rss, "atom10": _atom, "rdf10": _rdf, "json1": _json}[outlet.format](outlet, feed, shown, at)
    # A character that the encoding lacks becomes a character reference, as publishing systems do it.
    return text.encode(outlet.encoding, "xmlcharrefreplace")


def truncated(body: bytes) -> bytes:
    """Cut a feed in the middle of a tag's text, as a publishing system does that dies while it writes."""
    return body[: int(len(body) * _KEPT_SHARE)]


def error_page(outlet: OutletSpec) -> bytes:
    """Return the page that the outlet's server gives, with status 200, when its publishing system is down."""
    name = escape_html(outlet.name)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{name}: page not available</title></head>\n'
        f"<body>\n<h1>Sorry, something went wrong</h1>\n<p>{name} is being updated. Please try again in a few minutes.</p>\n"
        f'<p><a href="https://{outlet.host}/">Back to the front page</a></p>\n</body>\n</html>\n'
    ).encode()


def home_page(outlet: OutletSpec) -> bytes:
    """Return the outlet's front page, which names its feeds."""
    links = "".join(
        f'<link rel="alternate" type="{CONTENT_TYPES[outlet.format]}" title={quoteattr(f"{outlet.name}: {feed.name}")} '
        f"href={quoteattr(feed.path)}>\n"
        for feed in outlet.feeds
    )
    name = escape_html(outlet.name)
    head = f"<head><title>{name}</title>\n{links}</head>"
    return f'<!DOCTYPE html>\n<html lang="en">\n{head}\n<body><h1>{name}</h1></body>\n</html>\n'.encode()


def rfc822(moment: datetime, zone: ZoneInfo, style: str) -> str:
    """Write a time as RSS does, with an offset (`offset`), a zone's name (`named_zone`) or neither (`no_zone`)."""
    local = moment.astimezone(zone)
    stamp = f"{_WEEKDAYS[local.weekday()]}, {local.day:02d} {_MONTHS[local.month - 1]} {local.year} {local:%H:%M:%S}"
    suffix = {"offset": f" {local:%z}", "named_zone": f" {local.tzname()}", "no_zone": ""}[style]
    return stamp + suffix


def _published(shown: Shown) -> datetime:
    return shown.version.at if shown.outlet.dates_follow_edits else shown.item.at


def _link(shown: Shown) -> str:
    return f"{shown.link}?utm_source=rss&utm_medium=feed" if shown.outlet.tracking else shown.link


def _guid(shown: Shown) -> str | None:
    outlet, item = shown.outlet, shown.item
    tag = f"tag:{outlet.host},{item.at:%Y}"
    if outlet.guid == "per_edit":
        return f"{tag}:{_digest(outlet.id, item.id)}-r{shown.version.number}"
    return {
        "permalink": shown.link,
        "opaque": f"{tag}:{_digest(outlet.id, item.id)}",
        "shared": f"https://{outlet.host}/news",
        "none": None,
    }[outlet.guid]


def _digest(*parts: str) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:12]


def _paragraphs(text: str) -> str:
    return "\n".join(f"<p>{escape_html(part.strip(), quote=False)}</p>" for part in text.split("\n\n") if part.strip())


def _summary(shown: Shown) -> str:
    text = shown.version.summary
    return _paragraphs(text) if shown.outlet.markup and text else text


def _element(outlet: OutletSpec, name: str, text: str | None) -> str:
    if text is None:
        return ""
    if outlet.cdata and "]]>" not in text and name in {"title", "description"}:
        return f"<{name}><![CDATA[{text}]]></{name}>\n"
    return f"<{name}>{escape(text)}</{name}>\n"


def _feed_title(outlet: OutletSpec, feed: FeedRow) -> str:
    return outlet.name if feed.section is None else f"{outlet.name}: {feed.section}"


def _rss(outlet: OutletSpec, feed: FeedRow, listed: Sequence[Shown], at: datetime) -> str:
    zone = ZoneInfo(outlet.timezone)
    stamp = f"<lastBuildDate>{rfc822(at, zone, 'offset')}</lastBuildDate>\n" if outlet.stamps_now else ""
    head = (
        f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f"<channel>\n<title>{escape(_feed_title(outlet, feed))}</title>\n<link>https://{outlet.host}/</link>\n"
        f"<description>{escape(outlet.description)}</description>\n<language>{outlet.language}</language>\n{stamp}"
    )
    return head + "".join(_rss_item(shown, zone) for shown in listed) + "</channel>\n</rss>\n"


def _rss_item(shown: Shown, zone: ZoneInfo) -> str:
    outlet, item = shown.outlet, shown.item
    guid = _guid(shown)
    permanent = "true" if outlet.guid == "permalink" else "false"
    parts = [
        "<item>\n",
        _element(outlet, "title", shown.version.title),
        _element(outlet, "link", _link(shown)),
        _element(outlet, "description", _summary(shown) or None),
        f'<guid isPermaLink="{permanent}">{escape(guid)}</guid>\n' if guid else "",
        _element(outlet, "pubDate", None if outlet.dates == "none" else rfc822(_published(shown), zone, outlet.dates)),
        _element(outlet, "dc:creator", item.author),
        *(_element(outlet, "category", category) for category in item.categories),
    ]
    if item.source_url and item.source_title:
        parts.append(f"<source url={quoteattr(item.source_url)}>{escape(item.source_title)}</source>\n")
    if shown.version.content:
        parts.append(f"<content:encoded><![CDATA[{_paragraphs(shown.version.content)}]]></content:encoded>\n")
    return "".join([*parts, "</item>\n"])


def _atom(outlet: OutletSpec, feed: FeedRow, listed: Sequence[Shown], at: datetime) -> str:
    zone = ZoneInfo(outlet.timezone)
    latest = max((shown.version.at for shown in listed), default=at)
    head = (
        f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">\n'
        f"<title>{escape(_feed_title(outlet, feed))}</title>\n<id>https://{outlet.host}/</id>\n"
        f'<link rel="self" href={quoteattr(f"http://{outlet.host}{feed.path}")}/>\n<updated>{_iso(latest, zone)}</updated>\n'
    )
    return head + "".join(_atom_entry(shown, zone) for shown in listed) + "</feed>\n"


def _atom_entry(shown: Shown, zone: ZoneInfo) -> str:
    item, version = shown.item, shown.version
    summary = _summary(shown)
    parts = [
        "<entry>\n",
        f"<title>{escape(version.title)}</title>\n<id>{escape(_guid(shown) or shown.link)}</id>\n",
        f'<link rel="alternate" href={quoteattr(_link(shown))}/>\n',
        f"<published>{_iso(_published(shown), zone)}</published>\n<updated>{_iso(version.at, zone)}</updated>\n",
        f"<author><name>{escape(item.author)}</name></author>\n" if item.author else "",
        *(f"<category term={quoteattr(category)}/>\n" for category in item.categories),
        f'<summary type="{"html" if shown.outlet.markup else "text"}">{escape(summary)}</summary>\n' if summary else "",
        f'<content type="html">{escape(_paragraphs(version.content))}</content>\n' if version.content else "",
        "</entry>\n",
    ]
    return "".join(parts)


def _rdf(outlet: OutletSpec, feed: FeedRow, listed: Sequence[Shown], at: datetime) -> str:
    zone = ZoneInfo(outlet.timezone)
    sequence = "".join(f"<rdf:li rdf:resource={quoteattr(shown.link)}/>\n" for shown in listed)
    head = (
        f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
        f'<channel rdf:about="https://{outlet.host}/">\n<title>{escape(_feed_title(outlet, feed))}</title>\n'
        f"<link>https://{outlet.host}/</link>\n<description>{escape(outlet.description)}</description>\n"
        f"<dc:language>{outlet.language}</dc:language>\n<items><rdf:Seq>\n{sequence}</rdf:Seq></items>\n</channel>\n"
    )
    return head + "".join(_rdf_item(shown, zone) for shown in listed) + "</rdf:RDF>\n"


def _rdf_item(shown: Shown, zone: ZoneInfo) -> str:
    outlet, version = shown.outlet, shown.version
    parts = [
        f"<item rdf:about={quoteattr(shown.link)}>\n",
        _element(outlet, "title", version.title),
        _element(outlet, "link", _link(shown)),
        _element(outlet, "description", _summary(shown) or None),
        _element(outlet, "dc:date", _iso(_published(shown), zone)),
        _element(outlet, "dc:creator", shown.item.author),
        *(_element(outlet, "dc:subject", category) for category in shown.item.categories),
        f"<content:encoded><![CDATA[{_paragraphs(version.content)}]]></content:encoded>\n" if version.content else "",
        "</item>\n",
    ]
    return "".join(parts)


def _json(outlet: OutletSpec, feed: FeedRow, listed: Sequence[Shown], at: datetime) -> str:
    zone = ZoneInfo(outlet.timezone)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _feed_title(outlet, feed),
        "home_page_url": f"https://{outlet.host}/",
        "feed_url": f"http://{outlet.host}{feed.path}",
        "description": outlet.description,
        "language": outlet.language,
        "items": [_json_item(shown, zone) for shown in listed],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _json_item(shown: Shown, zone: ZoneInfo) -> dict[str, object]:
    item, version = shown.item, shown.version
    values: dict[str, object] = {
        "id": _guid(shown) or shown.link,
        "url": _link(shown),
        "title": version.title,
        "summary": version.summary,
        "content_html": _paragraphs(version.content),
        "date_published": _iso(_published(shown), zone),
        "date_modified": _iso(version.at, zone),
        "tags": list(item.categories),
    }
    if item.author:
        values["authors"] = [{"name": item.author}]
    return {name: value for name, value in values.items() if value}


def _iso(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def http_date(moment: datetime) -> str:
    """Write a time as HTTP headers do."""
    return rfc822(moment, ZoneInfo("UTC"), "no_zone") + " GMT"


def last_change(world: World, outlet_id: str, feed_name: str, at: datetime) -> datetime:
    """Return when the feed's contents last changed, as far as what it lists tells."""
    return max((shown.version.at for shown in world.shown(outlet_id, feed_name, at)), default=datetime(2025, 1, 1, tzinfo=UTC))
