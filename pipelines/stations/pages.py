"""Station 3b, opt-in: fetch the pages of new articles of outlets whose registry entry allows full text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
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
    """Fetch each new article's page once, oldest first; articles seen more than two days ago are left alone.

    A page that was fetched before is never asked for again; if its version is missing (after a rebuild), it is made anew.
    """
    with workspace.lock("pages"):
        versions = _restored(workspace)
        with workspace.writing():
            workspace.lake.append(ArticleVersion, versions)
        waiting = _waiting(workspace)
        outcomes: Counter[str] = Counter()
        if waiting:
            for page, version in _fetched(workspace, waiting):
                outcomes[page.outcome] += 1
                versions.extend([version] if version else [])
    return PagesReport(
        outcomes=dict(outcomes),
        new_versions=len(versions),
        days=sorted({v.first_seen.date().isoformat() for v in versions}),
    )


def _restored(workspace: Workspace) -> list[ArticleVersion]:
    """Return full-text versions of fetched pages that the lake lacks."""
    if not workspace.lake.files(Page):
        return []
    existing = workspace.lake.read(ArticleVersion)
    have = {v.page_id for v in existing}
    restored = []
    for page in workspace.lake.read(Page):
        if page.outcome == "ok" and page.page_id not in have:
            before = [v for v in existing if v.article_id == page.article_id and v.page_id is None and v.first_seen <= page.fetched_at]
            if before:
                restored.append(with_body(max(before, key=lambda v: (v.first_seen, v.version_id)), page))
    return restored


def _waiting(workspace: Workspace) -> list[ArticleVersion]:
    """Return the latest versions of new articles whose outlets allow full text and whose pages were never asked for."""
    allowed = {o.id for o in workspace.registry.outlets if o.full_text}
    if not allowed:
        return []
    asked = {row["article_id"] for row in workspace.lake.read_columns(Page, ["article_id"])}
    recent = workspace.lake.read(ArticleVersion, since=(workspace.clock.now() - FETCH_WITHIN).date())
    latest: dict[str, ArticleVersion] = {}
    for version in sorted(recent, key=lambda v: (v.first_seen, v.version_id)):
        if version.outlet_id in allowed and version.article_id not in asked and version.url and version.stratum == "title_summary":
            latest[version.article_id] = version
    return list(latest.values())


def _fetched(workspace: Workspace, waiting: list[ArticleVersion]) -> Iterator[tuple[Page, ArticleVersion | None]]:
    from pipelines.articles.pages import PageFetcher  # trafilatura costs half a second to import; most homes never need it

    settings = workspace.settings
    local = {o.id for o in workspace.registry.outlets if o.allow_loopback}
    fetcher = PageFetcher(workspace.client, workspace.archive, workspace.clock, host_interval_s=settings.host_interval_s)
    with workspace.progress.step("pages", len(waiting)) as step:
        for version in waiting:
            page = fetcher.fetch(version, allow_loopback=version.outlet_id in local or settings.allow_loopback)
            fuller = with_body(version, page) if page.outcome == "ok" else None
            # The version first: a page that stands in the lake is never asked for again.
            with workspace.writing():
                workspace.lake.append(ArticleVersion, [fuller] if fuller else [])
                workspace.lake.append(Page, [page])
            yield page, fuller
            step.advance()
