"""The whole way, once: poll, parse, assemble, code, match, build. Each station's time and numbers are reported."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from pipelines.core.files import TEMPORARY_SUFFIX
from pipelines.core.records import table_of
from pipelines.loading.tables import ROW_TYPES
from pipelines.stations.assembling import AssembleReport, assemble_new
from pipelines.stations.building import BuildReport, build
from pipelines.stations.coding import CodeReport, code
from pipelines.stations.matching import MatchReport, match
from pipelines.stations.pages import PagesReport, fetch_pages
from pipelines.stations.parsing import ParseReport, parse
from pipelines.stations.polling import PollReport, poll
from pipelines.stations.workspace import Workspace

T = TypeVar("T")


@dataclass(slots=True)
class RunReport:
    """Reports of all stations of one run, and seconds by station."""

    poll: PollReport | None = None
    parse: ParseReport | None = None
    assemble: AssembleReport | None = None
    pages: PagesReport | None = None
    code: CodeReport | None = None
    match: MatchReport | None = None
    build: BuildReport | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def timed(self, name: str, function: Callable[[], T]) -> T:
        """Call ``function`` and add its wall time under ``name``."""
        started = time.perf_counter()
        try:
            return function()
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def run(workspace: Workspace, *, everything: bool = False, force: bool = False) -> RunReport:
    """Poll what is due (``everything``: all feeds) and take it through to published tables."""
    report = RunReport()
    report.poll = report.timed("poll", lambda: poll(workspace, everything=everything))
    process(workspace, report, force=force)
    maintain(workspace)
    return report


def process(workspace: Workspace, report: RunReport, *, force: bool = False) -> None:
    """Take what the archive holds through to published tables."""
    ingest(workspace, report)
    derive(workspace, report, force=force)


def ingest(workspace: Workspace, report: RunReport) -> None:
    """Parse and assemble what the archive holds, and fetch pages where the registry allows it."""
    report.parse = report.timed("parse", lambda: parse(workspace))
    report.assemble = report.timed("assemble", lambda: assemble_new(workspace))
    report.pages = report.timed("pages", lambda: fetch_pages(workspace))


def derive(workspace: Workspace, report: RunReport, *, force: bool = False) -> None:
    """Code, match, build and publish."""
    report.code = report.timed("extract", lambda: code(workspace))
    report.match = report.timed("match", lambda: match(workspace))
    report.build = report.timed("build", lambda: build(workspace, force=force))


def sweep(workspace: Workspace) -> int:
    """Delete temporary files that are older than a day; return how many."""
    before = time.time() - timedelta(days=1).total_seconds()
    gone = 0
    for folder in (workspace.settings.lake, workspace.settings.archive, workspace.settings.snapshots):
        for path in folder.rglob(f".*{TEMPORARY_SUFFIX}"):
            if path.lstat().st_mtime < before:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def maintain(workspace: Workspace) -> int:
    """Join the small files of closed days, delete what killed processes left; return how many files went."""
    gone = sweep(workspace)
    closed = workspace.clock.now().date() - timedelta(days=1)
    with workspace.lock("maintain"), workspace.writing():
        return gone + sum(workspace.lake.compact(t, before=closed) for t in ROW_TYPES if not table_of(t).derived)
