"""What one feed document says, before it is given an identity: plain values that pass cheaply between processes.

Holds the context that a body is parsed in and the values that parsing gives. No parsing here, and no lake records:
a parsing child imports this module and must not need pyarrow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

Outcome = Literal["ok", "partial", "not_a_feed", "empty", "unparseable", "limit_exceeded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseContext:
    """What is known of a body besides its bytes.

    ``feed_url`` is the address that answered (relative links are resolved against it), ``outlet_timezone`` an IANA name
    for dates without a zone, ``content_type`` the Content-Type header, if any, for bodies that declare no encoding.
    """

    feed_id: str
    outlet_id: str
    fetch_id: str
    fetched_at: datetime
    feed_url: str
    outlet_timezone: str = "UTC"
    max_entries: int = 5000
    content_type: str | None = None


class RawItem(NamedTuple):
    """The strings of one entry as the document gives them; empty where it gives none."""

    guid: str = ""
    link: str = ""
    original_link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    categories: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    source_url: str = ""
    source_title: str = ""


class Item(NamedTuple):
    """One entry with links and dates read; the fields are the columns of ``entry`` that depend on the document alone."""

    guid: str | None
    guid_unique: bool
    link: str | None
    canonical_link: str | None
    title: str
    summary: str
    content: str
    author: str | None
    categories: list[str]
    published_raw: str | None
    published_at: datetime | None
    published_zone: str | None
    published_quality: str
    updated_raw: str | None
    updated_at: datetime | None
    source_url: str | None
    source_title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """A feed as its grammar gives it. ``found`` counts the entries beyond the cap too; ``faults`` says what was mended."""

    format: str | None = None
    title: str = ""
    language: str = ""
    home: str = ""
    items: list[RawItem] = field(default_factory=list)
    found: int = 0
    faults: tuple[str, ...] = ()


class Document(NamedTuple):
    """A read body: the columns of ``snapshot`` that depend on the body alone, and its items in document order."""

    outcome: Outcome
    detail: str | None = None
    format: str | None = None
    encoding: str | None = None
    title: str | None = None
    language: str | None = None
    found: int = 0
    without_date: int = 0
    without_guid: int = 0
    repeated_guid: int = 0
    positions: tuple[int, ...] = ()
    items: tuple[Item, ...] = ()


class NotAFeed(Exception):  # noqa: N818 - a finding about the body, not a failure of ours
    """The body is no feed; the message says what it looks like."""


class Unparseable(Exception):  # noqa: N818 - a finding about the body, not a failure of ours
    """The body means to be a feed, but no entry could be read; the message says why."""
