"""All lake tables, in the data's order, and those that loading makes from them. Importing this module registers them."""

from __future__ import annotations

from pipelines.articles.records import ArticleEntry, ArticleOrigin, ArticleVersion, CopyLink, Page
from pipelines.core.records import Table, table_of
from pipelines.corrections.records import CorrectionRow
from pipelines.evaluation.records import AccuracyRow
from pipelines.extraction.records import Extraction, Mention
from pipelines.feeds.records import Entry, Fetch, Sighting, Snapshot
from pipelines.loading.records import RecodedMention, RecodedVersion, ReplacedMention
from pipelines.outlets.records import FeedRow, OutletRow
from pipelines.stories.records import Event, EventMention, Story, StoryArticle, StoryChange, StoryTopic

ROW_TYPES: tuple[type, ...] = (
    OutletRow,
    FeedRow,
    Fetch,
    Snapshot,
    Entry,
    Sighting,
    ArticleVersion,
    ArticleEntry,
    Page,
    CopyLink,
    ArticleOrigin,
    Extraction,
    Mention,
    Story,
    StoryArticle,
    StoryTopic,
    StoryChange,
    Event,
    EventMention,
    CorrectionRow,
    AccuracyRow,
)

MADE_BY_LOADING: tuple[type, ...] = (ReplacedMention, RecodedVersion, RecodedMention)
"""In schema ``lake`` of the database, but not in the lake."""

ALL_TABLES: tuple[Table, ...] = tuple(table_of(row) for row in (*ROW_TYPES, *MADE_BY_LOADING))
