"""What is configured, what is reachable, what is broken: findings in plain words, each with what to do."""

from __future__ import annotations

import importlib.util
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pipelines.core.errors import ParallaxError
from pipelines.core.records import table_of
from pipelines.extraction.extractor import extractor_version
from pipelines.feeds.records import Fetch, Snapshot
from pipelines.loading.publish import published
from pipelines.loading.tables import ROW_TYPES
from pipelines.stations import correcting
from pipelines.stations.alerts import ABANDONED, alerts, stale_feeds
from pipelines.stations.forgetting import unfinished
from pipelines.stations.outlets import check_outlets
from pipelines.stations.polling import CLOCK_DRIFT, JOURNAL, latest_states
from pipelines.stations.repairing import set_aside
from pipelines.stations.workspace import Workspace, code_version

Level = Literal["ok", "note", "broken"]
_OFFLINE = frozenset({"dns_error", "connection_error", "tls_error", "timeout"})
LEAST_FREE_BYTES = 1024**3
RECENT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, how it is, and a sentence."""

    level: Level
    about: str
    sentence: str


def examine(workspace: Workspace, *, network: bool = False) -> list[Finding]:
    """Look at everything; with ``network``, also fetch every feed once."""
    parts: list[Callable[[Workspace], Iterator[Finding]]] = []
    parts += [_folders, _registry, _model, _dbt, _lake, _archive, _feeds, _people, _published, _alerts]
    findings: list[Finding] = []
    for part in parts:
        try:
            findings.extend(part(workspace))
        except ParallaxError as error:
            findings.append(Finding("broken", part.__name__.strip("_"), str(error)))
        except OSError as error:
            findings.append(Finding("broken", part.__name__.strip("_"), f"{error.filename}: {error.strerror or error}."))
    if network:
        findings.extend(Finding("ok" if c.works else "broken", f"feed {c.feed_id}", c.sentence) for c in check_outlets(workspace))
    return findings


def _folders(workspace: Workspace) -> Iterator[Finding]:
    home = workspace.settings.home
    probe = home / ".doctor"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        yield Finding("broken", "home", f"{home} cannot be written ({error.strerror}); set PARALLAX_HOME to a folder of yours.")
        return
    free = shutil.disk_usage(home).free
    told = f"{free / 1024**3:.1f} GiB are free there"
    if free >= LEAST_FREE_BYTES:
        yield Finding("ok", "home", f"{home} can be written; {told}.")
    else:
        yield Finding("broken", "home", f"The disk of {home} is nearly full: {told}, and at least 1 GiB should be; make room.")
    if (home / JOURNAL).exists():
        yield Finding("note", "journal", "A poll was cut off; the next one takes over what it had fetched.")


def _registry(workspace: Workspace) -> Iterator[Finding]:
    outlets = workspace.registry.outlets
    never = [o.id for o in outlets if o.verified == "never"]
    polled = f"{len(outlets)} outlets, {len(workspace.registry.feeds())} feeds polled"
    yield Finding("ok", "registry", f"{workspace.settings.registry}: {polled}.")
    if never:
        yield Finding("note", "registry", f"{len(never)} outlets were never seen to work; `parallax outlets check` tries them.")


def _model(workspace: Workspace) -> Iterator[Finding]:
    model = workspace.settings.model
    yield Finding("ok", "extractor", f"Version {extractor_version(model)} on the spaCy pipeline {model}.")


def _dbt(workspace: Workspace) -> Iterator[Finding]:
    project = workspace.settings.dbt_project
    if (project / "__init__.py").exists():
        yield Finding("broken", "dbt", f"{project / '__init__.py'} exists and hides the installed dbt package; delete it.")
    elif importlib.util.find_spec("dbt.adapters.duckdb") is None:
        yield Finding("broken", "dbt", "The package dbt-duckdb is not installed; `make setup` installs everything.")
    elif not (project / "target" / "manifest.json").exists():
        yield Finding("note", "dbt", "dbt/target/manifest.json is missing, so Dagster cannot load; `make setup` makes it.")
    else:
        yield Finding("ok", "dbt", f"{project} is ready; code version {code_version()}.")


def _lake(workspace: Workspace) -> Iterator[Finding]:
    for row_type in ROW_TYPES:
        workspace.lake.check(row_type)
    for lost in set_aside(workspace):
        if lost.done.exists():
            yield Finding("note", "lake", f"{lost.path} was damaged. {lost.done.read_text().strip()} It can be deleted.")
        else:
            yield Finding("broken", "lake", f"{lost.path} could not be read and was set aside; `parallax run` brings its rows back.")
    counts = {table_of(t).name: len(workspace.lake.files(t)) for t in ROW_TYPES}
    filled = sum(1 for n in counts.values() if n)
    yield Finding("ok", "lake", f"{sum(counts.values())} files in {filled} tables under {workspace.settings.lake}.")


def _archive(workspace: Workspace) -> Iterator[Finding]:
    """Every body must be there; those of the last days are read as well."""
    rows = workspace.lake.read_columns(Fetch, ["body_sha256", "requested_at"])
    bodies = {r["body_sha256"]: r["requested_at"] for r in sorted(rows, key=lambda r: r["requested_at"]) if r["body_sha256"]}
    if not bodies:
        return
    recent = max(bodies.values()) - RECENT
    archive = workspace.archive
    lost = [sha for sha, at in bodies.items() if sha not in archive or (at >= recent and not archive.intact(sha))]
    if lost:
        such = archive.path(lost[0])
        yield Finding("broken", "archive", f"{len(lost)} bodies are missing or damaged, such as {such}; restore them from a backup.")
    else:
        yield Finding("ok", "archive", f"{len(bodies)} bodies under {workspace.settings.archive}.")


def _feeds(workspace: Workspace) -> Iterator[Finding]:
    feeds = {source.id(outlet) for outlet, source in workspace.registry.feeds()}
    states = latest_states(workspace.lake, feeds)
    if not states:
        yield Finding("note", "feeds", "Nothing was polled yet; `parallax run` polls the registry.")
        return
    failing = [s for s in states.values() if s.consecutive_failures]
    well = len(states) - len(failing)
    if not well:
        yield Finding("broken", "feeds", _all_fail(states.values()))
    else:
        yield Finding("ok", "feeds", f"{len(states)} of {len(feeds)} feeds were polled; {well} answered well the last time.")
    ahead = max(s.requested_at for s in states.values())
    if ahead > workspace.clock.now() + CLOCK_DRIFT:
        sentence = f"The record holds polls of {ahead:%d %b %Y %H:%M} UTC, which is yet to come: the clock was or is wrong."
        yield Finding("note", "clock", sentence)
    for s in sorted(failing, key=lambda s: s.feed_id):
        times = "once" if s.consecutive_failures == 1 else f"{s.consecutive_failures} times in a row"
        why = s.detail or f"HTTP {s.status}"
        yield Finding("note", f"feed {s.feed_id}", f"{s.outcome} {times}: {why} Next try {s.next_due_at:%d %b %H:%M} UTC.")
    last = max(s.requested_at for s in states.values())
    if workspace.clock.now() - last >= ABANDONED:
        yield Finding("note", "feeds", f"The last poll was on {last:%d %b %Y}; that is right for the demo or a replayed archive.")
    for stale in stale_feeds(workspace):
        yield Finding("broken", f"feed {stale.feed_id}", stale.sentence)
    yield from _bad_bodies(workspace, last - RECENT)


def _people(workspace: Workspace) -> Iterator[Finding]:
    """What people asked for: topics of their own, corrections, forgettings."""
    if workspace.settings.topics.exists():
        yield Finding("ok", "topics", f"{workspace.settings.topics}: {len(workspace.topics.topics)} topics of your own.")
    listed = correcting.listed(workspace)
    if listed:
        yield Finding("ok", "corrections", f"{len(listed)} in {workspace.settings.corrections}.")
    lost = [one.correction.id for one in listed if one.row and one.row.status == "unmatched"]
    if lost:
        yield Finding("note", "corrections", f"{len(lost)} fit nothing any more, such as {lost[0]}; `parallax correct check` tells which.")
    if unfinished(workspace):
        sentence = "A forgetting was cut off, so its texts may still be here; `parallax forget --resume` goes on."
        yield Finding("broken", "forgetting", sentence)


def _all_fail(states: Collection[Fetch]) -> str:
    outcomes = Counter(s.outcome for s in states)
    listed = ", ".join(f"{n} {name}" for name, n in outcomes.most_common())
    remedy = "look at your connection" if outcomes.keys() <= _OFFLINE else "the single feeds are told below"
    return f"None of {len(states)} feeds answered well the last time ({listed}); {remedy}."


def _bad_bodies(workspace: Workspace, since: object) -> Iterator[Finding]:
    last: dict[str, tuple[object, str, str | None]] = {}
    fetched = {r["fetch_id"] for r in workspace.lake.read_columns(Fetch, ["fetch_id", "requested_at"]) if r["requested_at"] >= since}
    for row in workspace.lake.read_columns(Snapshot, ["feed_id", "fetch_id", "fetched_at", "outcome", "detail"]):
        if row["fetch_id"] in fetched and (row["feed_id"] not in last or row["fetched_at"] > last[row["feed_id"]][0]):
            last[row["feed_id"]] = (row["fetched_at"], row["outcome"], row["detail"])
    for feed_id, (_, outcome, detail) in sorted(last.items()):
        if outcome != "ok":
            yield Finding("note", f"feed {feed_id}", f"Its latest body is `{outcome}`: {detail}")


def _published(workspace: Workspace) -> Iterator[Finding]:
    found = published(workspace.settings.current)
    if found is None:
        yield Finding("note", "database", "Nothing is published yet; `parallax run` or `parallax demo` makes a database.")
        return
    generation = found.generation
    until = f", record until {generation.lake_until:%d %b %Y %H:%M} UTC" if generation.lake_until else ""
    yield Finding("ok", "database", f"{workspace.settings.published_database}: generation {generation.generation_id}{until}.")
    if generation.extractor_version != extractor_version(workspace.settings.model):
        yield Finding("note", "database", "It was coded by another extractor version; `parallax run` codes what is left and publishes.")


def _alerts(workspace: Workspace) -> Iterator[Finding]:
    for alert in alerts(workspace, since=workspace.clock.now() - RECENT):
        yield Finding("broken", "alert", f"{alert.at:%d %b %H:%M} UTC: {alert.sentence}")
