"""Making things anew: derived lake tables from the archive, the build database from the lake, an old generation from both."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.articles.records import ArticleEntry, ArticleVersion
from pipelines.core.errors import BuildError, UsageError
from pipelines.core.files import write_text
from pipelines.corrections import schema as corrections
from pipelines.extraction.records import Extraction, Mention
from pipelines.feeds.records import Entry, Sighting, Snapshot
from pipelines.loading.publish import Published, generations
from pipelines.loading.tables import ALL_TABLES
from pipelines.stations.building import BuildReport, build, load_lake, run_dbt
from pipelines.stations.matching import MATCHED, match
from pipelines.stations.polling import register
from pipelines.stations.repairing import repair
from pipelines.stations.running import RunReport, process
from pipelines.stations.workspace import Workspace, code_version

MADE_AGAIN = "made-again.txt"
log = logging.getLogger(__name__)

# Pages are a record: what a page said on one day cannot be fetched again, so they are never cleared.
FROM_SNAPSHOTS = (Snapshot, Entry, Sighting, ArticleVersion, ArticleEntry, Extraction, Mention)
FROM_ARTICLES = (Extraction, Mention)


@dataclass(frozen=True, slots=True)
class Remade:
    """A generation that was made again: where it lies, whether it is the same to the last row, else the tables that differ."""

    wanted: Published
    database: Path
    lake_hash: str
    same: bool
    differences: list[str]


def rebuild(workspace: Workspace, *, source: str = "lake") -> RunReport:
    """Delete what can be made anew and make it: from the ``lake``, from ``articles``, or from ``snapshots``.

    The archive, the fetch log, fetched pages and published generations stay in any case; so does what was read from
    bodies that the archive has lost since.

    Raises:
        UsageError: ``source`` is none of the three.
    """
    cleared: dict[str, tuple[type, ...]] = {
        "lake": (),
        "articles": (*FROM_ARTICLES, *MATCHED),
        "snapshots": (*FROM_SNAPSHOTS, *MATCHED),
    }
    if source not in cleared:
        raise UsageError(f"--from {source}: choose one of {', '.join(cleared)}.")
    with workspace.lock("build"), workspace.writing():
        kept = _rows_of_lost_bodies(workspace) if Snapshot in cleared[source] else {}
        for row_type in cleared[source]:
            workspace.lake.clear(row_type)
        for row_type, rows in kept.items():
            workspace.lake.append(row_type, rows)
        if workspace.settings.build_database.parent.exists():
            shutil.rmtree(workspace.settings.build_database.parent)
    report = RunReport()
    process(workspace, report, force=True)
    return report


def _rows_of_lost_bodies(workspace: Workspace) -> dict[type, list[Any]]:
    """Return the parsed rows of bodies that are missing from the archive or damaged in it: they cannot be made again."""
    snapshots = workspace.lake.read(Snapshot)
    lost = [s for s in snapshots if not workspace.archive.intact(s.body_sha256)]
    if not lost:
        return {}
    log.warning("%d archived bodies are missing or damaged; what was read from them is kept as it is", len(lost))
    ids = {s.snapshot_id for s in lost}
    return {
        Entry: [e for e in workspace.lake.read(Entry) if e.snapshot_id in ids],
        Sighting: [s for s in workspace.lake.read(Sighting) if s.snapshot_id in ids],
        Snapshot: lost,
    }


def rebuild_generation(workspace: Workspace, generation_id: str, target: Path) -> Remade:
    """Make a published generation again from the lake as it was then, into ``target``, and say whether it is the same.

    Raises:
        UsageError: no kept generation has that id, or ``target`` holds something else.
        BuildError: the code is another one, so the same rows cannot be promised.
    """
    kept = generations(workspace.settings.snapshots)
    wanted = next((p for p in kept if generation_id and p.generation.generation_id.startswith(generation_id)), None)
    if wanted is None:
        known = ", ".join(p.generation.generation_id for p in kept) or "none"
        raise UsageError(f"No kept generation has the id {generation_id!r}; kept are: {known}.")
    old = wanted.generation
    if old.code_version != code_version():
        raise BuildError(
            f"Generation {old.generation_id} was made by Parallax {old.code_version}; this is {code_version()}. "
            "Check out that version to make it again."
        )
    repair(workspace)
    scratch = _scratch(workspace, target)
    later = [c.id for c in scratch.corrections if c.when > old.built_at]
    if later:
        corrections.remove(scratch.settings.corrections, later)  # they came after that generation was made
    match(scratch, until=old.lake_until, version=old.extractor_version)
    generation, loaded = load_lake(scratch, until=old.lake_until, version=old.extractor_version)
    run_dbt(scratch.settings)
    differences = [t.name for t in loaded if wanted.tables.get(t.name) not in (None, t.checksum)]
    same = generation.lake_hash == old.lake_hash
    return Remade(wanted, scratch.settings.build_database, generation.lake_hash, same, differences)


def _scratch(workspace: Workspace, target: Path) -> Workspace:
    """Open a home of its own over the same record: recorded tables are linked, derived ones are made anew in it."""
    settings = workspace.settings.model_copy(update={"home": target})
    marker = target / MADE_AGAIN
    if target.exists() and not marker.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} holds something else; give --into a folder that is empty or not there yet.")
    write_text(marker, f"A generation of {workspace.settings.home}, made again. This folder can be deleted.\n")
    shutil.rmtree(settings.lake, ignore_errors=True)
    settings.lake.mkdir(parents=True)
    for name in ("registry", "topics", "corrections"):
        if getattr(workspace.settings, name).exists():
            shutil.copyfile(getattr(workspace.settings, name), getattr(settings, name))
    for table in ALL_TABLES:
        source = workspace.settings.lake / table.name
        if not table.derived and source.is_dir():
            (settings.lake / table.name).symlink_to(source.resolve(), target_is_directory=True)
    scratch = Workspace(settings, clock=workspace.clock)
    register(scratch)
    return scratch


def republish(workspace: Workspace) -> BuildReport:
    """Match, build and publish from the lake as it is, whether or not something is new; nothing is polled or coded."""
    match(workspace)
    return build(workspace, force=True)
