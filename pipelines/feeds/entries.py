"""Documents -> records: the one place where what a body says gets its ids and becomes rows of ``snapshot`` and ``entry``."""

from __future__ import annotations

from pipelines.core.ids import make_id
from pipelines.feeds.document import Document, Item, ParseContext
from pipelines.feeds.records import Entry, Snapshot


def snapshot_id(feed_id: str, body_sha256: str) -> str:
    """Return the id of a feed's distinct body."""
    return make_id("snapshot", feed_id, body_sha256)


def entry_id(feed_id: str, item: Item) -> str:
    """Return the id of a feed's distinct entry content: guid, link, texts and dates as given."""
    return make_id("entry", feed_id, item.guid, item.link, item.title, item.summary, item.content, item.published_raw, item.updated_raw)


def to_records(document: Document, context: ParseContext, *, body_sha256: str, body_bytes: int) -> tuple[Snapshot, list[Entry]]:
    """Build the rows of one read body; entries in document order, each id once.

    Two items may differ in a field that is no part of the id (an author, a category): the first stands.
    """
    identity = snapshot_id(context.feed_id, body_sha256)
    entries: dict[str, Entry] = {}
    for position, item in zip(document.positions, document.items, strict=True):
        key = entry_id(context.feed_id, item)
        if key not in entries:
            entries[key] = Entry(
                entry_id=key,
                feed_id=context.feed_id,
                outlet_id=context.outlet_id,
                snapshot_id=identity,
                position=position,
                seen_at=context.fetched_at,
                **item._asdict(),
            )
    snapshot = Snapshot(
        snapshot_id=identity,
        feed_id=context.feed_id,
        outlet_id=context.outlet_id,
        fetch_id=context.fetch_id,
        fetched_at=context.fetched_at,
        body_sha256=body_sha256,
        body_bytes=body_bytes,
        outcome=document.outcome,
        detail=document.detail,
        format=document.format,
        encoding=document.encoding,
        title=document.title,
        language=document.language,
        entries=document.found,
        entries_kept=len(entries),
        without_date=document.without_date,
        without_guid=document.without_guid,
        repeated_guid=document.repeated_guid,
    )
    return snapshot, list(entries.values())
