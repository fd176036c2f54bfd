"""Station 3: entries to article versions; and full text, where an outlet's entry in the registry allows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.articles.assemble import ArticleIndex, AssemblyLimits, OutletFacts, assemble
from pipelines.articles.records import ArticleEntry, ArticleVersion
from pipelines.feeds.records import Entry
from pipelines.outlets.registry import publisher_of
from pipelines.stations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class AssembleReport:
    """What assembly gave: entries read, new articles, edits (further versions of known articles), ingestion days touched."""

    entries: int
    new_articles: int
    edits: int
    days: list[str]

    @property
    def new_versions(self) -> int:
        """Article versions that were new."""
        return self.new_articles + self.edits


def assemble_new(workspace: Workspace) -> AssembleReport:
    """Turn entries that belong to no article yet into article versions."""
    with workspace.lock("assemble"):
        done = workspace.lake.keys(ArticleEntry)
        pending = [e for e in workspace.lake.read(Entry) if e.entry_id not in done]
        if not pending:
            return AssembleReport(0, 0, 0, [])
        pending.sort(key=lambda e: (e.seen_at, e.feed_id, e.position, e.entry_id))
        existing = workspace.lake.read(ArticleVersion)
        with workspace.progress.step("assemble", len(pending)) as step:
            assembly = assemble(pending, ArticleIndex.from_versions(existing), outlet_facts(workspace), _limits(workspace))
            step.advance(len(pending))
        with workspace.writing():
            workspace.lake.append(ArticleVersion, assembly.versions)
            workspace.lake.append(ArticleEntry, assembly.links)
    return _report(pending, assembly.versions, {v.article_id for v in existing})


def outlet_facts(workspace: Workspace) -> dict[str, OutletFacts]:
    """Return what assembly and coding need to know of each outlet."""
    return {
        o.id: OutletFacts(outlet_id=o.id, language=o.language, country=o.country, timezone=o.timezone, publisher=publisher_of(o))
        for o in workspace.registry.outlets
    }


def _limits(workspace: Workspace) -> AssemblyLimits:
    s = workspace.settings
    return AssemblyLimits(max_text_chars=s.max_text_chars, max_versions_per_day=s.max_versions_per_day)


def _report(entries: Sequence[Entry], versions: Sequence[ArticleVersion], known: set[str]) -> AssembleReport:
    articles = {v.article_id for v in versions} - known
    return AssembleReport(
        entries=len(entries),
        new_articles=len(articles),
        edits=len(versions) - len(articles),
        days=sorted({v.first_seen.date().isoformat() for v in versions}),
    )
