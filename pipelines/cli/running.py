"""Commands that make tables: run, demo, replay, rebuild, publish."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import show
from pipelines.cli.common import HomeOption, JsonOption, QuietOption, open_workspace, out, print_json, progress, settings_for
from pipelines.cli.reading import first_comparison
from pipelines.core.clock import SystemClock
from pipelines.core.errors import UsageError
from pipelines.outlets import registry as outlet_registry
from pipelines.stations.building import BuildReport
from pipelines.stations.demonstrating import demo as run_demo
from pipelines.stations.demonstrating import showpiece
from pipelines.stations.rebuilding import rebuild as run_rebuild
from pipelines.stations.rebuilding import rebuild_generation, republish
from pipelines.stations.replaying import archive_registry, read_index
from pipelines.stations.replaying import replay as run_replay
from pipelines.stations.running import RunReport
from pipelines.stations.running import run as run_once

DemoHomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the demo's data. Default: demo in the usual home (warehouse/demo).", show_default=False),
]
ReplayHomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the replay's data. Default: replay/<folder> in the usual home.", show_default=False),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Build and publish even if nothing is new.")]
REPLAY_FOLDER = "replay"
DEMO_FOLDER = "demo"


def register(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command()(run)
    app.command()(demo)
    app.command()(replay)
    app.command()(rebuild)
    app.command()(publish)


def run(
    home: HomeOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Poll every feed now, also those that are not due.")] = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Poll the outlets that are due and take what is new through to published tables."""
    workspace = open_workspace(home, quiet=quiet or as_json)
    report = run_once(workspace, everything=everything, force=force)
    _finish(report, workspace.settings.published_database, quiet=quiet, as_json=as_json)


def demo(home: DemoHomeOption = None, force: ForceOption = False, quiet: QuietOption = False, as_json: JsonOption = False) -> None:
    """Run the whole way on bundled sample feeds, offline, in a folder of its own (warehouse/demo)."""
    started = time.perf_counter()
    if not (quiet or as_json):
        out.print("Serving the sample world on the loopback address and polling it on a simulated clock …")
    settings = settings_for(home)
    if home is None:
        settings = settings.model_copy(update={"home": settings.home / DEMO_FOLDER})
    workspace, report = run_demo(settings, progress=progress(quiet or as_json), force=force)
    if as_json:
        print_json(show.report_facts(report, workspace.settings.published_database))
        return
    if quiet:
        return
    first_comparison(workspace.settings, showpiece(workspace.settings))
    show.stage_times(report, time.perf_counter() - started)
    show.report(report)
    show.database(workspace.settings.published_database)
    show.next_steps(workspace.settings.home)


def replay(
    folder: Annotated[Path, typer.Argument(help="Folder with index.csv (outlet, captured_at, file, bytes) and the bodies.")],
    home: ReplayHomeOption = None,
    force: ForceOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Replay an archive of feed snapshots with its own clock, as if it were being polled.

    Without --home it goes into warehouse/replay/<name of the folder's parent and folder>, away from your own data.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder; give the folder that holds index.csv.")
    settings = settings_for(home)
    if home is None:
        name = "-".join(folder.resolve().parts[-2:]).strip("/") or "archive"
        settings = settings.model_copy(update={"home": settings.home / REPLAY_FOLDER / name})
    captures = read_index(folder)
    if not settings.registry.exists():
        known = settings_for(None).registry
        source = outlet_registry.load(known) if known.exists() else outlet_registry.loads(outlet_registry.starter())
        settings.home.mkdir(parents=True, exist_ok=True)
        outlet_registry.save(archive_registry(source, captures), settings.registry)
    workspace = open_workspace(settings.home, quiet=quiet or as_json)
    report = run_replay(workspace, captures, force=force)
    _finish(report, settings.published_database, quiet=quiet, as_json=as_json)


def rebuild(
    home: HomeOption = None,
    source: Annotated[
        str, typer.Option("--from", help="lake: only the databases; articles: mentions and matching too; snapshots: all but the record.")
    ] = "lake",
    generation: Annotated[str | None, typer.Option("--generation", help="Make this published generation again and compare it.")] = None,
    into: Annotated[Path | None, typer.Option("--into", help="Folder for --generation. Default: <home>/regenerated/<id>.")] = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make the databases (and what is derived) anew from the record, or make an old generation again."""
    workspace = open_workspace(home, quiet=quiet or as_json)
    if generation is None:
        _finish(run_rebuild(workspace, source=source), workspace.settings.published_database, quiet=quiet, as_json=as_json)
        return
    remade = rebuild_generation(workspace, generation, into or workspace.settings.home / "regenerated" / generation[:12])
    if as_json:
        print_json({"same": remade.same, "lake_hash": remade.lake_hash, "database": remade.database, "differences": remade.differences})
    elif not quiet:
        verdict = "the same rows" if remade.same else "NOT the same rows: " + "; ".join(remade.differences)
        out.print(f"Generation {remade.wanted.generation.generation_id} was made again: {verdict}.\n{remade.database}")
    if not remade.same:
        raise typer.Exit(1)


def publish(home: HomeOption = None, quiet: QuietOption = False, as_json: JsonOption = False) -> None:
    """Match, build, check and publish from the lake as it is, without polling or extracting."""
    workspace = open_workspace(home, quiet=quiet or as_json)
    report = RunReport()
    built: BuildReport = report.timed("build", lambda: republish(workspace))
    report.build = built
    _finish(report, workspace.settings.published_database, quiet=quiet, as_json=as_json)


def _finish(report: RunReport, database: Path, *, quiet: bool, as_json: bool) -> None:
    if as_json:
        print_json({"finished_at": SystemClock().now(), **show.report_facts(report, database)})
    elif not quiet:
        show.report(report)
        show.stage_times(report, sum(report.seconds.values()))
        show.database(database)
