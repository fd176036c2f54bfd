"""Entries of a made-up outlet, for all tests of articles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.articles.assemble import ArticleIndex, assemble
from pipelines.articles.records import ArticleVersion
from pipelines.core.ids import make_id
from pipelines.feeds.records import Entry

START = datetime(2031, 3, 3, 6, tzinfo=UTC)


@pytest.fixture
def entry() -> Callable[..., Entry]:
    """Make an entry; ``poll`` is the number of the poll, ten minutes apart, that saw it first."""
    return make_entry


@pytest.fixture
def version() -> Callable[..., ArticleVersion]:
    """Make a version by assembling an entry; its guid is a hash of what is given."""
    return make_version


def make_version(outlet: str, summary: str, title: str | None = None, poll: int = 0, **fields: object) -> ArticleVersion:
    guid = str(fields.pop("guid", f"{outlet}-{hash((title, summary, poll)) % 10**9}"))
    headline = title or f"{outlet.title()} reports on the matter"
    given = make_entry(poll, outlet_id=outlet, guid=guid, title=headline, summary=summary, **fields)
    return assemble([given], ArticleIndex.from_versions([]), {}).versions[0]


def make_entry(poll: int = 0, position: int = 0, **fields: object) -> Entry:
    outlet = str(fields.pop("outlet_id", "lune"))
    feed = str(fields.pop("feed", f"{outlet}/top"))
    seen = fields.pop("seen_at", START + timedelta(minutes=10 * poll))
    assert isinstance(seen, datetime)
    values: dict[str, object] = {
        "feed_id": feed,
        "outlet_id": outlet,
        "snapshot_id": make_id("snapshot", feed, seen),
        "position": position,
        "seen_at": seen,
        "guid": None,
        "guid_unique": True,
        "link": None,
        "canonical_link": fields.get("link"),
        "title": "Ferry sinks off Port Lune",
        "summary": "A ferry with forty people on board sank off Port Lune on Monday, the coast guard said.",
        "content": "",
        "author": None,
        "categories": [],
        "published_raw": None,
        "published_at": None,
        "published_zone": None,
        "published_quality": "missing",
        "updated_raw": None,
        "updated_at": None,
        "source_url": None,
        "source_title": None,
        **fields,
    }
    told = [feed, *(values[k] for k in ("guid", "link", "title", "summary", "content", "published_raw"))]
    values["entry_id"] = make_id("entry", *told)  # type: ignore[arg-type]
    return Entry(**values)  # type: ignore[arg-type]
