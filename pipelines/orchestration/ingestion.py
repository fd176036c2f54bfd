"""Assets from the registry to article versions: one poll of everything due, parsed and assembled."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import dagster as dg

from pipelines.articles.records import ArticleEntry, ArticleVersion, Page
from pipelines.feeds.records import Entry, Fetch, Sighting, Snapshot
from pipelines.orchestration.resources import WorkspaceResource
from pipelines.orchestration.specs import lake_key, lake_spec
from pipelines.outlets.records import FeedRow, OutletRow
from pipelines.stations.assembling import assemble_new
from pipelines.stations.pages import fetch_pages
from pipelines.stations.parsing import parse
from pipelines.stations.polling import poll, register

GROUP = "ingestion"
POLLED = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=2), warn_window=timedelta(minutes=45))


@dg.multi_asset(specs=[lake_spec(OutletRow, GROUP, kinds=["toml"]), lake_spec(FeedRow, GROUP, kinds=["toml"])])
def registry(workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult]:
    """The outlets and feeds that the user chose, as the registry file has them now."""
    opened = workspace.open()
    register(opened)
    outlets, feeds = opened.registry.outlets, opened.registry.feeds()
    yield dg.MaterializeResult(asset_key=lake_key(OutletRow), metadata={"dagster/row_count": len(outlets)})
    yield dg.MaterializeResult(asset_key=lake_key(FeedRow), metadata={"dagster/row_count": len(feeds)})


@dg.multi_asset(specs=[lake_spec(Fetch, GROUP, deps=[FeedRow], kinds=["http"], freshness_policy=POLLED)])
def fetches(workspace: WorkspaceResource) -> dg.MaterializeResult:
    """Poll the feeds that are due. One feed's failure is a row of the log, not the run's failure."""
    report = poll(workspace.open())
    return dg.MaterializeResult(
        asset_key=lake_key(Fetch),
        metadata={
            "feeds": report.feeds,
            "polled": report.polled,
            "new_bodies": report.new_bodies,
            "outcomes": dg.MetadataValue.json(report.outcomes),
            "failures": dg.MetadataValue.md(_table([(f.feed_id, f.outcome, f.detail or "") for f in report.failures])),
        },
    )


@dg.multi_asset(
    specs=[
        lake_spec(Snapshot, GROUP, deps=[Fetch], kinds=["feedparser"]),
        lake_spec(Entry, GROUP, deps=[Fetch], kinds=["feedparser"]),
        lake_spec(Sighting, GROUP, deps=[Fetch], kinds=["feedparser"]),
    ]
)
def parsed_feeds(workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult]:
    """Parse the bodies that are new, in children that can be killed."""
    report = parse(workspace.open())
    bad: list[tuple[str, str, str]] = [(s.feed_id, s.outcome, s.detail or "") for s in report.bad]
    yield dg.MaterializeResult(
        asset_key=lake_key(Snapshot),
        metadata={
            "new_snapshots": report.snapshots,
            "outcomes": dg.MetadataValue.json(dict(report.outcomes)),
            "not_ok": dg.MetadataValue.md(_table(bad)),
        },
    )
    yield dg.MaterializeResult(asset_key=lake_key(Entry), metadata={"new_entries": report.new_entries})
    yield dg.MaterializeResult(asset_key=lake_key(Sighting), metadata={"new_sightings": report.sightings})


@dg.multi_asset(
    specs=[
        lake_spec(ArticleVersion, GROUP, deps=[Entry, OutletRow], kinds=["python"]),
        lake_spec(ArticleEntry, GROUP, deps=[Entry], kinds=["python"]),
        lake_spec(Page, GROUP, deps=[ArticleVersion], kinds=["http"]),
    ]
)
def articles(workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult]:
    """Assemble new entries into article versions; fetch full text where the registry allows it."""
    opened = workspace.open()
    report = assemble_new(opened)
    pages = fetch_pages(opened)
    yield dg.MaterializeResult(
        asset_key=lake_key(ArticleVersion),
        metadata={
            "new_versions": report.new_versions + pages.new_versions,
            "new_articles": report.new_articles,
            "edits": report.edits,
            "days": dg.MetadataValue.json(sorted({*report.days, *pages.days})),
        },
    )
    yield dg.MaterializeResult(asset_key=lake_key(ArticleEntry), metadata={"new_entries": report.entries})
    outcomes = dg.MetadataValue.json(pages.outcomes)
    yield dg.MaterializeResult(asset_key=lake_key(Page), metadata={"pages": pages.fetched, "outcomes": outcomes})


def _table(rows: Sequence[tuple[str, str, str]]) -> str:
    if not rows:
        return "none"
    lines = [f"| {a} | {b} | {c.replace('|', '/')} |" for a, b, c in rows[:50]]
    return "\n".join(["| what | outcome | why |", "|---|---|---|", *lines])
