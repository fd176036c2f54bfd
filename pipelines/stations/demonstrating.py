"""The demo: the bundled sample world is served on the loopback address and polled on a simulated clock.

It goes the same way as a real run, through the same HTTP client, in a home folder of its own.
"""

from __future__ import annotations

from pipelines.core.clock import FixedClock
from pipelines.demo.registry import registry as demo_registry
from pipelines.demo.server import DemoServer
from pipelines.demo.truth import load_truth
from pipelines.demo.world import World
from pipelines.demo.world import load as load_world
from pipelines.feeds.http import HttpPolicy
from pipelines.loading.load import connect
from pipelines.outlets import registry as outlet_registry
from pipelines.settings import Settings
from pipelines.stations.polling import poll
from pipelines.stations.running import RunReport, derive, ingest
from pipelines.stations.workspace import SILENT, Progress, Workspace


def demo_settings(settings: Settings) -> Settings:
    """Return the settings of the demo: loopback allowed, polls as dense as the world's schedule."""
    return settings.model_copy(
        update={
            "allow_loopback": True,
            "host_interval_s": 0.0,
            "min_interval_s": 600,
            "max_interval_s": 3600,
        }
    )


def demo(settings: Settings, *, progress: Progress = SILENT, force: bool = False) -> tuple[Workspace, RunReport]:
    """Poll the sample world at all its poll times and take it through to published tables; run again, it finds all done.

    Returns the workspace of the demo's home and the reports.
    """
    own = demo_settings(settings)
    world = load_world()
    report = RunReport()
    with DemoServer(world) as server:
        clock = FixedClock(world.poll_times()[0])
        policy = HttpPolicy(user_agent=own.user_agent, connect_to=server.connect_to)
        workspace = Workspace(own, clock=clock, progress=progress, http_policy=policy)
        _write_registry(world, own)
        report.timed("poll", lambda: _poll_all(world, server, clock, workspace, report))
    ingest(workspace, report)
    derive(workspace, report, force=force)
    return workspace, report


def _poll_all(world: World, server: DemoServer, clock: FixedClock, workspace: Workspace, report: RunReport) -> None:
    times = world.poll_times()
    quiet = Workspace(workspace.settings, clock=clock, http_policy=workspace.http_policy)
    with workspace.progress.step("poll", len(times)) as step:
        for at in times:
            clock.set(at)
            server.set_time(at)
            polled = poll(quiet)
            report.poll = polled if report.poll is None else report.poll.plus(polled)
            step.advance()


def _write_registry(world: World, settings: Settings) -> None:
    wanted = demo_registry(world)
    if not settings.registry.exists() or outlet_registry.load(settings.registry) != wanted:
        settings.home.mkdir(parents=True, exist_ok=True)
        outlet_registry.save(wanted, settings.registry)


def showpiece(settings: Settings) -> str | None:
    """Return the id of the story that the demo shows: of those in which headlines differ in who they name, the widest."""
    world = load_world()
    items = [world.item(key) for row in load_truth(world).headlines for key in (row.no_actor, row.actor, row.speaker)]
    query = (
        "SELECT s.story_id FROM lake.article_version v JOIN lake.story_article USING (article_id) JOIN lake.story s USING (story_id) "
        f"WHERE {' OR '.join('(v.outlet_id = ? AND contains(v.url, ?))' for _ in items)} ORDER BY s.outlets DESC, s.story_id LIMIT 1"
    )
    with connect(settings.published_database, read_only=True) as connection:
        found = connection.execute(query, [value for outlet, item in items for value in (outlet.id, item.id)]).fetchone()
    return str(found[0]) if found else None
