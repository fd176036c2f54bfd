"""What goes into the extractor and what comes out of it; plain data without behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pipelines.extraction.records import Extraction, Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeItem:
    """One article version as the extractor reads it.

    ``country`` (ISO 3166-1 alpha-3) and ``timezone`` (IANA name) are the outlet's; ``language`` is an ISO 639-1 code, or ``None`` to have
    the extractor tell English from the rest itself. Texts are as stored: all offsets count in them.
    """

    version_id: str
    article_id: str
    outlet_id: str
    seen_at: datetime
    published_at: datetime | None = None
    country: str | None = None
    timezone: str = "UTC"
    language: str | None = None
    title: str = ""
    summary: str = ""
    body: str = ""

    def units(self) -> tuple[tuple[str, str], ...]:
        """The units that hold text, as (name, text), in reading order."""
        pairs = (("title", self.title), ("summary", self.summary), ("body", self.body))
        return tuple((name, text) for name, text in pairs if text.strip())


@dataclass(frozen=True, slots=True)
class Coded:
    """One item with its mentions (in text order) and the mark that it was coded."""

    item: CodeItem
    mentions: list[Mention] = field(default_factory=list)
    extraction: Extraction | None = None
