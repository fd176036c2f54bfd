"""Raw items -> items: links made absolute and canonical, dates read, guids checked against the rest of their document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from pipelines.feeds.dates import offset_is_stale, read_date
from pipelines.feeds.document import Item, ParseContext, RawDocument, RawItem
from pipelines.feeds.links import absolute, canonical


class ReadItems(NamedTuple):
    """Items in document order, and the place of each in the document, 0 first."""

    items: tuple[Item, ...]
    positions: tuple[int, ...]


def read_items(raw: RawDocument, context: ParseContext) -> ReadItems:
    """Read the items of a document; of items that are alike in every field the first is kept."""
    distinct: dict[RawItem, int] = {}
    for position, item in enumerate(raw.items):
        distinct.setdefault(item, position)
    guids = Counter(item.guid.strip() for item in distinct)
    trust = not offset_is_stale(_dates(distinct), fetched_at=context.fetched_at, outlet_timezone=context.outlet_timezone)
    home = absolute(raw.home, context.feed_url)
    items = tuple(_item(item, guids, home, context, trust) for item in distinct)
    return ReadItems(items, tuple(distinct.values()))


def _dates(items: Iterable[RawItem]) -> Iterable[str]:
    for item in items:
        yield from filter(None, (item.published, item.updated))


def _item(raw: RawItem, guids: Counter[str], home: str | None, context: ParseContext, trust: bool) -> Item:
    guid = raw.guid.strip()
    link = absolute(raw.link, context.feed_url) or (absolute(guid, "") if guid else None)
    original = absolute(raw.original_link, context.feed_url)
    published = read_date(raw.published, fetched_at=context.fetched_at, outlet_timezone=context.outlet_timezone, trust_offset=trust)
    updated = read_date(raw.updated, fetched_at=context.fetched_at, outlet_timezone=context.outlet_timezone, trust_offset=trust)
    return Item(
        guid=guid or None,
        guid_unique=not guid or guids[guid] == 1,
        link=link,
        canonical_link=canonical(original or link, home),
        title=raw.title,
        summary=raw.summary,
        content=raw.content,
        author=raw.author or None,
        categories=list(raw.categories),
        published_raw=raw.published or None,
        published_at=published.at,
        published_zone=published.zone,
        published_quality=published.quality,
        updated_raw=raw.updated or None,
        updated_at=updated.at,
        source_url=raw.source_url or None,
        source_title=raw.source_title or None,
    )
