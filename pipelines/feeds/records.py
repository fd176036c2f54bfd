"""Lake tables of the polling side: each response, each distinct body, each distinct entry, each sighting of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pipelines.core.records import column, table

FetchOutcome = Literal[
    "new_body",
    "same_body",
    "not_modified",
    "http_error",
    "rate_limited",
    "gone",
    "redirect_error",
    "refused_address",
    "dns_error",
    "tls_error",
    "connection_error",
    "timeout",
    "too_large",
    "bad_encoding",
    "bad_url",
]
SnapshotOutcome = Literal["ok", "partial", "not_a_feed", "empty", "unparseable", "limit_exceeded"]


@table("fetch", grain="HTTP request chain for one feed", key=("fetch_id",), day="requested_at")
class Fetch:
    """One poll of one feed: what was asked, what came back, and when to ask again.

    The last row of a feed is also its polling state, so that no other file has to agree with the log.
    """

    fetch_id: str = column("Hash of feed and request time.")
    feed_id: str = column("The feed that was polled.")
    outlet_id: str = column("The outlet that the feed belongs to.")
    requested_at: datetime = column("When the request was made (UTC, the poll's clock).")
    url: str = column("Address that was asked first.")
    feed_url: str | None = column("Address in the registry then; when the registry has another one, polling starts afresh.", default=None)
    final_url: str = column("Address that answered, after redirects.")
    redirects: list[str] = column("Every address on the way, in order, each with its status, as `301 https://…`.")
    status: int | None = column("HTTP status of the final response; NULL when none came.")
    outcome: FetchOutcome = column("What the response was: new body, known body, 304, or the kind of failure.")
    detail: str | None = column("For failures and oddities: one sentence for a person.")
    content_type: str | None = column("Content-Type as sent.")
    wire_bytes: int | None = column("Bytes of the body as sent (compressed).")
    body_bytes: int | None = column("Bytes of the body after decompression.")
    body_sha256: str | None = column("SHA-256 of the decompressed body, its name in the archive; NULL when there was none.")
    etag: str | None = column("ETag to send to `validators_url` next time.")
    last_modified: str | None = column("Last-Modified to send to `validators_url` next time.")
    validators_url: str | None = column("Address that gave the validators; they are sent to no other.")
    validators_since: datetime | None = column("When these validators were first received; they are dropped after 8 days.")
    last_body_sha256: str | None = column("Hash of the latest body that this feed gave, at this poll or an earlier one.")
    retry_after_s: int | None = column("Retry-After in seconds, capped at 24 h; NULL when not sent or not understood.")
    moved_to: str | None = column("Target of an all-permanent redirect chain, while it stays the same.")
    moved_count: int = column("How many polls in a row saw that same permanent target.")
    consecutive_failures: int = column("Failed polls in a row, this one included; 0 after a success.")
    interval_s: int = column("Seconds until the next poll as planned for this feed.")
    next_due_at: datetime = column("When the feed is due again.")
    muted: bool = column("True after 410 Gone: polled once a week only, until it answers again.")
    duration_ms: int = column("How long the request took.", volatile=True)


@table("snapshot", grain="feed x distinct body", key=("snapshot_id",), day="fetched_at")
class Snapshot:
    """One distinct body of one feed and what parsing it gave."""

    snapshot_id: str = column("Hash of feed and body hash.")
    feed_id: str = column("The feed that gave the body.")
    outlet_id: str = column("The outlet that the feed belongs to.")
    fetch_id: str = column("The first fetch that brought this body.")
    fetched_at: datetime = column("When that fetch was made.")
    body_sha256: str = column("SHA-256 of the body, its name in the archive.")
    body_bytes: int = column("Bytes of the body.")
    outcome: SnapshotOutcome = column("What parsing gave; `partial`: ill-formed, but entries were recovered.")
    detail: str | None = column("Why the outcome is not `ok`, in one sentence.")
    format: str | None = column("`rss20`, `rss10`, `atom10`, `json1` …; NULL when it is no feed.")
    encoding: str | None = column("Character encoding that was used.")
    title: str | None = column("The feed's own title.")
    language: str | None = column("The feed's own language tag.")
    entries: int = column("Entries found.")
    entries_kept: int = column("Entries kept (capped at the setting `max_entries`).")
    without_date: int = column("Entries without any date.")
    without_guid: int = column("Entries without a guid.")
    repeated_guid: int = column("Entries whose guid another entry of this document has too.")


@table("entry", grain="feed x distinct entry content", key=("entry_id",), day="seen_at")
class Entry:
    """One entry of a feed, as given, at its first sighting with this very content."""

    entry_id: str = column("Hash of feed, guid, link, texts and dates as given.")
    feed_id: str = column("The feed.")
    outlet_id: str = column("The outlet that the feed belongs to.")
    snapshot_id: str = column("The first snapshot that held it.")
    position: int = column("Place in that snapshot, 0 first.")
    seen_at: datetime = column("When that snapshot was fetched.")
    guid: str | None = column("guid, id or rdf:about as given; NULL when missing or empty.")
    guid_unique: bool = column("False when another entry of the same document has the guid, so it cannot identify.")
    link: str | None = column("Link as given, made absolute.")
    canonical_link: str | None = column("Link without tracking parameters, fragment and default port; NULL when it is no article address.")
    title: str = column("Title as given, markup and entities included.")
    summary: str = column("Summary or description as given, markup included.")
    content: str = column("Full content as given (content:encoded, atom:content, content_html), or empty.")
    author: str | None = column("Author as given.")
    categories: list[str] = column("Categories or tags as given.")
    published_raw: str | None = column("Publication date string as given.")
    published_at: datetime | None = column("The outlet's claim of publication, in UTC; NULL when missing or not understood.")
    published_zone: str | None = column("Where the zone came from: `offset`, `name`, `utc`, `outlet` (assumed) or NULL.")
    published_quality: str = column("`ok`, `missing`, `unreadable`, `date_only`, `assumed_zone`, `future`, `old` or `fallback`.")
    updated_raw: str | None = column("Update date string as given.")
    updated_at: datetime | None = column("The outlet's claim of the latest update, in UTC.")
    source_url: str | None = column("`<source url>`: the feed of the original publisher.")
    source_title: str | None = column("`<source>`: the name of the original publisher.")


@table("sighting", grain="snapshot x entry", key=("snapshot_id", "entry_id"), day="seen_at")
class Sighting:
    """One entry seen in one snapshot; tells how long an outlet kept it in the feed."""

    snapshot_id: str = column("The snapshot.")
    entry_id: str = column("The entry.")
    feed_id: str = column("The feed.")
    position: int = column("Place in the snapshot, 0 first.")
    seen_at: datetime = column("When the snapshot was fetched.")
