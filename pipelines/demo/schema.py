"""Schema of the sample world's data files: outlets, stories, items with their edits, and faults.

What the files mean over time is in :mod:`pipelines.demo.world`; what is known to be true of them in :mod:`pipelines.demo.truth`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
FeedFormat = Literal["rss20", "atom10", "rdf10", "json1"]
GuidStyle = Literal["permalink", "opaque", "none", "per_edit", "shared"]
DateStyle = Literal["offset", "named_zone", "no_zone", "none"]
FaultKind = Literal["truncated", "html_error", "unavailable", "moved"]

_HOST = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)*\.example$")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Schedule(_Row):
    """The days and the hours (UTC) at which the demo polls."""

    start: date
    days: int = Field(ge=1, le=31)
    hours_utc: tuple[time, ...] = Field(min_length=1)


class StoryRow(_Row):
    """One matter that items are about; ``singles`` gathers items that have nothing to do with one another."""

    id: Slug
    title: Text
    kind: Literal["crisis", "everyday", "singles"]


class FeedRow(_Row):
    """One feed of an outlet; ``section`` is NULL for the feed that carries everything."""

    name: Slug
    path: Annotated[str, StringConstraints(pattern=r"^/\S+$")]
    section: str | None = None


class Fault(_Row):
    """What a feed does wrong from ``start`` until before ``end`` (UTC)."""

    kind: FaultKind
    feed: Slug
    start: AwareDatetime
    end: AwareDatetime
    retry_after_s: int | None = Field(default=None, gt=0)
    moved_to: str | None = None
    note: Text

    @model_validator(mode="after")
    def _complete(self) -> Fault:
        if self.end <= self.start:
            raise ValueError("a fault must end after it starts")
        if (self.kind == "unavailable") != (self.retry_after_s is not None):
            raise ValueError("retry_after_s belongs to `unavailable`, and only there")
        if (self.kind == "moved") != (self.moved_to is not None):
            raise ValueError("moved_to belongs to `moved`, and only there")
        return self


class OutletSpec(_Row):
    """One fictitious outlet: who it is, and how its feed is made."""

    id: Slug
    name: Text
    description: Text
    publisher: Text
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    language: Literal["en"] = "en"
    timezone: Text
    owner: Text
    state_control: Literal["none", "public", "partial", "full", "unknown"]
    host: Text
    format: FeedFormat
    guid: GuidStyle
    dates: DateStyle
    encoding: Literal["utf-8", "iso-8859-1"] = "utf-8"
    content_type: str | None = None
    etag: bool = False
    last_modified: bool = False
    gzip: bool = False
    window_hours: int = Field(default=40, gt=0)
    markup: bool = False
    cdata: bool = False
    tracking: bool = False
    dates_follow_edits: bool = False
    stamps_now: bool = False
    feeds: tuple[FeedRow, ...] = Field(min_length=1)
    faults: tuple[Fault, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> OutletSpec:
        if not _HOST.match(self.host):
            raise ValueError(f"outlet {self.id}: host {self.host!r} must end in .example, so that it can belong to nobody")
        names = [feed.name for feed in self.feeds]
        if len(set(names)) < len(names):
            raise ValueError(f"outlet {self.id}: two feeds have one name")
        unknown = sorted({fault.feed for fault in self.faults} - set(names))
        if unknown:
            raise ValueError(f"outlet {self.id}: a fault names feed {unknown[0]!r}, which is not there")
        return self


class Edit(_Row):
    """A later state of an item; a text that is not given stays as it was."""

    at: AwareDatetime
    title: Text | None = None
    summary: str | None = None
    content: str | None = None


class Item(_Row):
    """One article as its feed gives it; ``until`` is the end of its stay, NULL for the outlet's usual window."""

    id: Slug
    story: Slug
    at: AwareDatetime
    until: AwareDatetime | None = None
    title: Text
    summary: str = ""
    content: str = ""
    author: str | None = None
    categories: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    source_url: str | None = None
    source_title: str | None = None
    edits: tuple[Edit, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Item:
        moments = [self.at, *(edit.at for edit in self.edits)]
        if any(later <= earlier for earlier, later in pairwise(moments)):
            raise ValueError(f"item {self.id}: edits must come one after the other, after the item's own time")
        if self.until is not None and self.until <= moments[-1]:
            raise ValueError(f"item {self.id}: it leaves the feed before its last edit")
        if (self.source_url is None) != (self.source_title is None):
            raise ValueError(f"item {self.id}: source_url and source_title come together")
        return self


class WorldFile(_Row):
    """``world.toml``."""

    title: Text
    schedule: Schedule
    stories: tuple[StoryRow, ...]
    outlets: tuple[OutletSpec, ...]


class ItemsFile(_Row):
    """``items/<outlet>.toml``."""

    items: tuple[Item, ...]


class Version(_Row):
    """One state of one item as a reader of the feed sees it; ``number`` is 0 for the first."""

    number: int
    at: datetime
    title: str
    summary: str
    content: str


def versions(item: Item) -> tuple[Version, ...]:
    """Return all states of ``item``, oldest first."""
    states = [Version(number=0, at=item.at, title=item.title, summary=item.summary, content=item.content)]
    for number, edit in enumerate(item.edits, start=1):
        last = states[-1]
        states.append(
            Version(
                number=number,
                at=edit.at,
                title=last.title if edit.title is None else edit.title,
                summary=last.summary if edit.summary is None else edit.summary,
                content=last.content if edit.content is None else edit.content,
            )
        )
    return tuple(states)
