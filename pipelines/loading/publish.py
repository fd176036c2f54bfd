"""Publishing: a finished build database becomes what analysts open, or nothing changes.

Each generation is a folder of its own; ``current`` is a symlink that is swapped atomically. The file itself is never
replaced: a reader keeps the generation that it opened, and a write-ahead file that somebody leaves beside one
generation touches no other.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import shutil
import stat
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipelines.core.errors import BuildError, NothingPublishedError
from pipelines.core.files import atomic_path, write_text
from pipelines.loading.load import SCHEMA_VERSION, Generation

log = logging.getLogger(__name__)

DATABASE = "parallax.duckdb"
MANIFEST = "generation.json"


@dataclass(frozen=True, slots=True)
class Published:
    """A published generation: its folder, database file and what it was made from."""

    generation: Generation
    folder: Path
    fingerprint: str
    tables: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The database file, read-only."""
        return self.folder / DATABASE


def publish(
    build_database: Path,
    snapshots: Path,
    current: Path,
    generation: Generation,
    *,
    fingerprint: str,
    keep: int,
    tables: Mapping[str, str] | None = None,
) -> Published:
    """Copy a closed build database into a folder of its own and swap ``current`` to it; keep the last ``keep`` generations.

    ``fingerprint`` names the inputs, so that the next run can tell that nothing is new; ``tables`` are the checksums of
    the lake tables that were loaded, so that a generation which is made again can be compared table by table. A generation that is already
    there is replaced under a new folder name, never in place.
    """
    stamp = generation.built_at.strftime("%Y%m%dT%H%M%S")
    folder = snapshots / f"{stamp}-{generation.generation_id[:12]}"
    if folder.exists():
        folder = snapshots / f"{stamp}-{generation.generation_id[:12]}-{uuid.uuid4().hex[:4]}"
    with atomic_path(folder / DATABASE) as temporary:
        shutil.copyfile(build_database, temporary)
        temporary.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    facts = {"fingerprint": fingerprint, "tables": dict(tables or {}), **dataclasses.asdict(generation)}
    write_text(folder / MANIFEST, json.dumps(facts, indent=1, default=_iso))
    _swap(current, folder)
    _prune(snapshots, folder, keep)
    return Published(generation, folder, fingerprint, dict(tables or {}))


def published(current: Path) -> Published | None:
    """Return what is published now, or None.

    Raises:
        BuildError: the generation's manifest is damaged, or a newer Parallax wrote it.
    """
    folder = current.resolve()
    manifest = folder / MANIFEST
    if not manifest.exists() or not (folder / DATABASE).exists():
        return None
    try:
        facts = json.loads(manifest.read_text(encoding="utf-8"))
        version = int(facts["schema_version"])
        if version <= SCHEMA_VERSION:
            values = {f.name: facts[f.name] for f in dataclasses.fields(Generation)}
            for name in ("lake_from", "lake_until", "built_at"):
                values[name] = datetime.fromisoformat(values[name]) if values[name] else None
            return Published(Generation(**values), folder, str(facts["fingerprint"]), dict(facts.get("tables", {})))
    except (ValueError, KeyError, TypeError) as error:
        raise BuildError(f"{manifest} is damaged; `parallax publish` publishes the record anew.") from error
    raise BuildError(f"{folder} was published by a newer Parallax (schema {version}, this one knows {SCHEMA_VERSION}). Upgrade Parallax.")


def require_published(current: Path) -> Published:
    """Return what is published now.

    Raises:
        NothingPublishedError: nothing is.
        BuildError: as for :func:`published`.
    """
    found = published(current)
    if found is None:
        raise NothingPublishedError(f"Nothing is published under {current} yet; `parallax run` or `parallax demo` makes a database.")
    return found


def generations(snapshots: Path) -> list[Published]:
    """Return all kept generations that this Parallax can read, oldest first."""
    found = []
    for folder in sorted(f for f in snapshots.glob("*") if f.is_dir()):
        try:
            generation = published(folder)
        except BuildError as error:
            log.warning("%s", error)
            continue
        if generation is not None:
            found.append(generation)
    return found


def _swap(current: Path, folder: Path) -> None:
    temporary = current.with_name(f".{current.name}.{uuid.uuid4().hex[:8]}.tmp")
    temporary.symlink_to(os.path.relpath(folder, current.parent), target_is_directory=True)
    temporary.replace(current)
    handle = os.open(current.parent, os.O_RDONLY)
    try:
        os.fsync(handle)  # after a power failure, the newest generation must still be the one that shows
    finally:
        os.close(handle)


def _prune(snapshots: Path, newest: Path, keep: int) -> None:
    """Delete what killed or failed publications left, then all but the last ``keep`` generations."""
    others = sorted((f for f in snapshots.iterdir() if f.is_dir() and f != newest), key=lambda f: f.name)
    whole = [f for f in others if (f / MANIFEST).exists() and (f / DATABASE).exists()]
    kept = set(whole[max(0, len(whole) - keep + 1) :])
    for folder in others:
        if folder not in kept:
            shutil.rmtree(folder)


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
