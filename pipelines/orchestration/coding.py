"""Assets of the extractor and of matching. Mentions are partitioned by ingestion day: re-coding is a backfill."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from pipelines.articles.records import ArticleOrigin, ArticleVersion, CopyLink
from pipelines.corrections.records import CorrectionRow
from pipelines.extraction.records import Extraction, Mention
from pipelines.feeds.records import Fetch
from pipelines.orchestration.resources import WorkspaceResource
from pipelines.orchestration.specs import lake_key, lake_spec
from pipelines.settings import Settings
from pipelines.stations.coding import code
from pipelines.stations.matching import match
from pipelines.stories.records import Event, EventMention, Story, StoryArticle, StoryChange, StoryTopic

INGESTION_DAYS = dg.DailyPartitionsDefinition(start_date=Settings().first_day.isoformat(), end_offset=1)
_MATCHED = [CopyLink, ArticleOrigin, Story, StoryArticle, StoryTopic, StoryChange, Event, EventMention, CorrectionRow]


@dg.multi_asset(
    specs=[
        lake_spec(Mention, "extraction", deps=[ArticleVersion], kinds=["spacy"]),
        lake_spec(Extraction, "extraction", deps=[ArticleVersion], kinds=["spacy"]),
    ],
    partitions_def=INGESTION_DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def mentions(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult]:
    """Code the article versions of these ingestion days that the present extractor has not coded."""
    report = code(workspace.open(), days={date.fromisoformat(key) for key in context.partition_keys})
    yield dg.MaterializeResult(
        asset_key=lake_key(Mention),
        metadata={
            "new_mentions": report.mentions,
            "by_action": dg.MetadataValue.json(dict(report.actions)),
            "extractor_version": report.extractor_version,
        },
    )
    yield dg.MaterializeResult(
        asset_key=lake_key(Extraction),
        metadata={
            "versions_coded": report.versions,
            "statuses": dg.MetadataValue.json(dict(report.statuses)),
            "words": report.words,
            "sentences": report.sentences,
        },
    )


@dg.multi_asset(
    specs=[
        lake_spec(row, "matching", deps=[ArticleVersion, Fetch if row in (CopyLink, ArticleOrigin) else Mention], kinds=["python"])
        for row in _MATCHED
    ]
)
def matched(workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult]:
    """Find copies, stories and events anew, if the record changed."""
    opened = workspace.open()
    report = match(opened)
    numbers = {
        CopyLink: {"pairs": report.copy_links, "copy_groups": report.copy_groups},
        Story: {"stories": report.stories, "of_several_outlets": report.stories_of_several_outlets},
        Event: {"events": report.events, "of_several_outlets": report.events_of_several_outlets},
    }
    for row in _MATCHED:
        extra = numbers.get(row, {}) if report.computed else {}
        rows = len(opened.lake.keys(row))
        yield dg.MaterializeResult(asset_key=lake_key(row), metadata={"computed": report.computed, "dagster/row_count": rows, **extra})
