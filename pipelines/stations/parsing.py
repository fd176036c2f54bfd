"""Station 2: parse every archived body that has not been parsed, in children that can be killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.core.ids import make_id
from pipelines.feeds.parse import ParseContext
from pipelines.feeds.parser_pool import ParseJob, ParseLimits, ParserPool
from pipelines.feeds.records import Entry, Fetch, Sighting, Snapshot
from pipelines.feeds.tombstones import entry_keys
from pipelines.stations.polling import register
from pipelines.stations.repairing import repair
from pipelines.stations.workspace import Workspace

FLUSH_EVERY = 500
DEFAULT_ZONE = "UTC"
POOL_FROM = 8


@dataclass(slots=True)
class ParseReport:
    """What parsing gave: bodies by outcome, entries that were new, sightings."""

    outcomes: Counter[str] = field(default_factory=Counter)
    new_entries: int = 0
    sightings: int = 0
    bad: list[Snapshot] = field(default_factory=list)

    @property
    def snapshots(self) -> int:
        """Bodies parsed."""
        return sum(self.outcomes.values())


def parse(workspace: Workspace) -> ParseReport:
    """Parse pending bodies in the order in which they were fetched; write entries, sightings, then the snapshots.

    The first station after the fetch log, so it has damaged lake files repaired, and an
    edited registry written down, before anything is made from them.
    """
    report = ParseReport()
    repair(workspace)
    register(workspace)
    with workspace.lock("parse"):
        jobs = list(_pending(workspace))
        if not jobs:
            return report
        known = workspace.lake.keys(Entry)
        s = workspace.settings
        limits = ParseLimits(timeout_s=s.parse_timeout_s, memory_bytes=s.parse_memory_bytes)
        workers = s.workers if len(jobs) >= POOL_FROM else 1
        batch: list[tuple[Snapshot, list[Entry], list[Sighting]]] = []
        with ParserPool(workers, limits) as pool, workspace.progress.step("parse", len(jobs)) as step:
            for snapshot, found in pool.parse(jobs):
                # A body in which no item could be cut out may still hold what was forgotten.
                entries = [e for e in found if not workspace.forgotten.holds(entry_keys(e))] if workspace.forgotten.keys else found
                fresh = [e for e in entries if e.entry_id not in known]
                known.update(e.entry_id for e in fresh)
                batch.append((snapshot, fresh, _sightings(snapshot, entries)))
                step.advance()
                if len(batch) >= FLUSH_EVERY:
                    _flush(workspace, batch, report)
                    batch = []
            _flush(workspace, batch, report)
    return report


def _pending(workspace: Workspace) -> Iterator[ParseJob]:
    done = workspace.lake.keys(Snapshot)
    columns = ["fetch_id", "feed_id", "outlet_id", "requested_at", "final_url", "body_sha256", "body_bytes", "content_type"]
    rows = workspace.lake.read_columns(Fetch, columns)
    for row in sorted((r for r in rows if r["body_sha256"]), key=lambda r: (r["requested_at"], r["feed_id"])):
        snapshot_id = make_id("snapshot", row["feed_id"], row["body_sha256"])
        if snapshot_id in done:
            continue
        done.add(snapshot_id)
        context = parse_context(workspace, row)
        sha, size = row["body_sha256"], row["body_bytes"]
        yield ParseJob(context=context, path=workspace.archive.path(sha), body_sha256=sha, body_bytes=size)


def parse_context(workspace: Workspace, row: Mapping[str, Any]) -> ParseContext:
    """Return what is known of a body from the row of the fetch that brought it."""
    zones = {outlet.id: outlet.timezone for outlet in workspace.registry.outlets}
    return ParseContext(
        feed_id=row["feed_id"],
        outlet_id=row["outlet_id"],
        fetch_id=row["fetch_id"],
        fetched_at=row["requested_at"],
        feed_url=row["final_url"],
        outlet_timezone=zones.get(row["outlet_id"], DEFAULT_ZONE),
        content_type=row["content_type"],
        max_entries=workspace.settings.max_entries,
    )


def _sightings(snapshot: Snapshot, entries: list[Entry]) -> list[Sighting]:
    first: dict[str, int] = {}
    for entry in entries:
        first.setdefault(entry.entry_id, entry.position)
    return [
        Sighting(snapshot_id=snapshot.snapshot_id, entry_id=e, feed_id=snapshot.feed_id, position=p, seen_at=snapshot.fetched_at)
        for e, p in first.items()
    ]


def _flush(workspace: Workspace, batch: list[tuple[Snapshot, list[Entry], list[Sighting]]], report: ParseReport) -> None:
    entries = [e for _, part, _ in batch for e in part]
    sightings = [s for _, _, part in batch for s in part]
    with workspace.writing():
        workspace.lake.append(Entry, entries)
        workspace.lake.append(Sighting, sightings)
        workspace.lake.append(Snapshot, [s for s, _, _ in batch])
    report.new_entries += len(entries)
    report.sightings += len(sightings)
    report.outcomes.update(s.outcome for s, _, _ in batch)
    report.bad.extend(s for s, _, _ in batch if s.outcome != "ok")
