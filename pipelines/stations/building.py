"""Station 6: lake to build database, dbt, checks, publication. One writer at a time; nothing is published that fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.core.clock import SystemClock
from pipelines.core.errors import BuildError
from pipelines.core.files import write_text
from pipelines.core.ids import make_id
from pipelines.loading.checks import CheckResult, run_checks
from pipelines.loading.load import Generation, LoadedTable, connect, load, loaded_tables, read_generation
from pipelines.loading.publish import Published, publish, published
from pipelines.loading.tables import ROW_TYPES
from pipelines.settings import Settings
from pipelines.stations.coding import active_version, compared_versions
from pipelines.stations.correcting import corrected_mentions
from pipelines.stations.matching import catch_up
from pipelines.stations.workspace import Workspace, code_version

_LOG_ONLY = frozenset({"fetch", "sighting", "snapshot"})
DBT_TIMEOUT_S = 1800
_FULL = "No space left on device"
# Unit tests hold the models' code against made-up rows; they belong to `make test`, not to each publication.
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


@dataclass(frozen=True, slots=True)
class DbtReport:
    """How a dbt run ended: nodes by status, and what failed in words."""

    statuses: dict[str, int]
    failures: list[str]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build gave; ``published`` is None when nothing was new."""

    published: Published | None
    loaded: list[LoadedTable] = field(default_factory=list)
    dbt: DbtReport | None = None
    checks: list[CheckResult] = field(default_factory=list)


def build(workspace: Workspace, *, force: bool = False, until: datetime | None = None) -> BuildReport:
    """Load, transform, check and publish, if the record or the code changed since the last publication.

    Raises:
        BuildError: a check of severity ERROR or a dbt test failed; what is published stays.
    """
    with workspace.lock("build"):
        fingerprint = lake_fingerprint(workspace)
        # Not read when forced: this is how a damaged manifest is got rid of.
        before = None if force else published(workspace.settings.current)
        if before is not None and before.fingerprint == fingerprint:
            return BuildReport(published=None)
        with workspace.progress.step("build", 4) as step:
            generation, loaded = load_lake(workspace, until=until)
            step.advance()
            report = run_dbt(workspace.settings)
            step.advance()
            checks = check_build(workspace)
            step.advance()
            done = publish_build(workspace, generation, fingerprint, {t.name: t.checksum for t in loaded})
            step.advance()
    return BuildReport(done, loaded, report, checks)


def lake_fingerprint(workspace: Workspace) -> str:
    """Name what a build would be made from. Log tables are left out: a poll in which nothing is new asks for no build."""
    tables = [t for t in ROW_TYPES if t.__name__.lower() not in _LOG_ONLY]
    return make_id("build", workspace.lake.fingerprint(*tables), active_version(workspace), code_version())


def load_lake(workspace: Workspace, *, until: datetime | None = None, version: str | None = None) -> tuple[Generation, list[LoadedTable]]:
    """Load the lake into the build database, with the mentions of extractor ``version`` (default: the active one).

    Meanwhile nobody writes to the lake, so that no table is newer than another.
    """
    settings = workspace.settings
    _marker(settings).unlink(missing_ok=True)
    with workspace.writing():
        counted = version or active_version(workspace)
        catch_up(workspace, until=until, version=counted)
        corrected = corrected_mentions(workspace, counted, until)
        return load(
            workspace.lake,
            settings.build_database,
            code_version=code_version(),
            extractor_version=counted,
            model=settings.model,
            now=SystemClock().now(),
            until=until,
            corrected=corrected.changed,
            gone=corrected.gone,
            compared=compared_versions(workspace, counted),
        )


def check_build(workspace: Workspace) -> list[CheckResult]:
    """Run our own checks on the build database.

    Raises:
        BuildError: a check of severity ERROR failed.
    """
    with connect(workspace.settings.build_database, read_only=True) as connection:
        results = run_checks(connection)
    broken = [r for r in results if r.check.severity == "ERROR" and not r.passed]
    if broken:
        listed = "; ".join(f"{r.check.name}: {r.broken} rows, such as {', '.join(r.examples)}" for r in broken)
        raise BuildError(f"The new database breaks its contract and was not published ({listed}). What was published before stays.")
    return results


def mark_transformed(settings: Settings) -> None:
    """Say that dbt has finished well over what is loaded, for a publication in a later step."""
    with connect(settings.build_database, read_only=True) as connection:
        write_text(_marker(settings), read_generation(connection).generation_id)


def publish_transformed(workspace: Workspace) -> Published:
    """Check and publish a build that an earlier step loaded and transformed.

    Raises:
        BuildError: the build database is not the one that dbt finished over, or a check failed.
    """
    settings = workspace.settings
    marker = _marker(settings)
    with connect(settings.build_database, read_only=True) as connection:
        generation = read_generation(connection)
        tables = {t.name: t.checksum for t in loaded_tables(connection)}
    if not marker.exists() or marker.read_text() != generation.generation_id:
        raise BuildError("The build database was loaded anew, or dbt did not finish over it, so it is not published; build it first.")
    check_build(workspace)
    return publish_build(workspace, generation, lake_fingerprint(workspace), tables)


def _marker(settings: Settings) -> Path:
    return settings.build_database.with_name("transformed.txt")


def publish_build(workspace: Workspace, generation: Generation, fingerprint: str, tables: Mapping[str, str]) -> Published:
    """Publish the build database, which must be closed."""
    s = workspace.settings
    return publish(s.build_database, s.snapshots, s.current, generation, fingerprint=fingerprint, keep=s.keep_generations, tables=tables)


def dbt_environment(settings: Settings) -> dict[str, str]:
    """Return the environment that the dbt project reads."""
    return {
        "PARALLAX_BUILD_DATABASE": str(settings.build_database),
        "PARALLAX_DBT_THREADS": str(settings.dbt_threads),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def run_dbt(settings: Settings, command: str = "build") -> DbtReport:
    """Run dbt in a process of its own, so that its lock on the database ends with it.

    Raises:
        BuildError: a model or a test of severity error failed, with the first failures in words.
    """
    target = settings.home / "build" / "dbt"
    target.mkdir(parents=True, exist_ok=True)
    # What an earlier run found must not be told as this one's.
    (target / "run_results.json").unlink(missing_ok=True)
    project = str(settings.dbt_project)
    arguments = ["--project-dir", project, "--profiles-dir", project, "--target-path", str(target), "--log-path", str(target / "logs")]
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", command, *(NO_UNIT_TESTS if command == "build" else ()), *arguments],
            env={**os.environ, **dbt_environment(settings)},
            cwd=project,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=DBT_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"dbt was not done after {DBT_TIMEOUT_S / 60:.0f} minutes and was stopped; nothing was published.") from error
    output = finished.stdout + finished.stderr
    if finished.returncode != 0 and _FULL in output:
        raise BuildError(f"The disk of {settings.home} is full, so dbt could not finish; nothing was published. Make room and try again.")
    report = _read_results(target / "run_results.json")
    if finished.returncode != 0:
        words = "; ".join(report.failures[:5]) or output.strip()[-1500:]
        log = target / "logs" / "dbt.log"
        raise BuildError(f"dbt found the new database wrong and nothing was published: {words}. The whole log: {log}")
    return report


def _read_results(path: Path) -> DbtReport:
    try:
        results: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["results"]
    except (FileNotFoundError, json.JSONDecodeError):
        return DbtReport({}, [])  # dbt ended before it wrote them, or while it did
    failures = [f"{r['unique_id'].split('.', 2)[-1]}: {r['message']}" for r in results if r["status"] in ("error", "fail", "runtime error")]
    return DbtReport(dict(Counter(str(r["status"]) for r in results)), failures)
