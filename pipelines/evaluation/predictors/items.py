"""Extractor items made of gold lines."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources

from pipelines.core.errors import UsageError
from pipelines.evaluation.gold import Row
from pipelines.extraction.items import CodeItem

# For lines without a date; far from any date that a text may name.
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1)
def outlets() -> Mapping[str, tuple[str, str]]:
    """Return country and time zone of the outlets that the gold names, as the registry would know them."""
    text = resources.files("pipelines.evaluation").joinpath("data/outlets.toml").read_text(encoding="utf-8")
    return {name: (entry["country"], entry["timezone"]) for name, entry in tomllib.loads(text).items()}


def moment(text: str | None) -> datetime | None:
    """Read an ISO time or day; a day is its midnight, a time without a zone is UTC.

    Raises:
        UsageError: it is neither.
    """
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} in the gold is no ISO time such as 2021-09-19T14:15:07Z") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def item_of(row: Row) -> CodeItem:
    """Make an extractor item of a mentions line."""
    published = moment(row.get("published"))
    country, timezone = outlets().get(row.get("outlet", ""), (None, "UTC"))
    return CodeItem(
        version_id=row["item"],
        article_id=row["item"],
        outlet_id=row.get("outlet", ""),
        seen_at=published or UNDATED,
        published_at=published,
        country=country,
        timezone=timezone,
        language="en",
        title=row["title"],
        summary=row["summary"],
        body=row.get("body", ""),
    )


def text_item(name: str, text: str) -> CodeItem:
    """Make an extractor item of one bare text, which stands as its body."""
    return CodeItem(version_id=name, article_id=name, outlet_id="", seen_at=UNDATED, language="en", body=text)
