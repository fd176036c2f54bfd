"""Station 3b, opt-in: fetch the pages of new articles of outlets whose registry entry allows full text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from pipelines.articles.assemble import with_body
from pipelines.articles.records import ArticleVersion, Page
from pipelines.stations.workspace import Workspace

FETCH_WITHIN = timedelta(days=2)


@dataclass(slots=True)
class PagesReport:
    """What fetching pages gave: pages by outcome, versions with a body, ingestion days touched."""

    outcomes: dict[str, int] = field(default_factory=dict)
    new_versions: int = 0
    days: list[str] = field(default_factory=list)

    @property
    def fetched(self) -> int:
        """Pages asked for."""
        return sum(self.outcomes.values())


def fetch_pages(workspace: Workspace) -> PagesReport:
    """Fetch each new article's page once, oldest first; articles seen more than two days ago are left alone."""
    allowed = {o.id: o for o in workspace.registry.outlets if o.full_text}
    if not allowed:
        return PagesReport()
    from pipelines.articles.pages import PageFetcher  # trafilatura costs half a second to import; most homes never need it

    now = workspace.clock.now()
    with workspace.lock("pages"):
        asked = {row["article_id"] for row in workspace.lake.read_columns(Page, ["article_id"])}
        recent = workspace.lake.read(ArticleVersion, since=(now - FETCH_WITHIN).date())
        latest: dict[str, ArticleVersion] = {}
        for version in sorted(recent, key=lambda v: (v.first_seen, v.version_id)):
            if version.outlet_id in allowed and version.article_id not in asked and version.url and version.stratum == "title_summary":
                latest[version.article_id] = version
        if not latest:
            return PagesReport()
        fetcher = PageFetcher(workspace.client, workspace.archive, workspace.clock, host_interval_s=workspace.settings.host_interval_s)
        pages: list[Page] = []
        versions: list[ArticleVersion] = []
        with workspace.progress.step("pages", len(latest)) as step:
            for version in latest.values():
                loopback = allowed[version.outlet_id].allow_loopback or workspace.settings.allow_loopback
                page = fetcher.fetch(version, allow_loopback=loopback)
                pages.append(page)
                if page.outcome == "ok":
                    versions.append(with_body(version, page))
                    workspace.lake.append(ArticleVersion, versions[-1:])
                workspace.lake.append(Page, [page])
                step.advance()
    return PagesReport(
        outcomes=dict(Counter(p.outcome for p in pages)),
        new_versions=len(versions),
        days=sorted({v.first_seen.date().isoformat() for v in versions}),
    )
