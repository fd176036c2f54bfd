"""Alerts: what went wrong while nobody looked, one line each, shown by `parallax doctor` and the Dagster UI."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.feeds.records import Fetch
from pipelines.stations.polling import latest_states
from pipelines.stations.workspace import Workspace

log = logging.getLogger(__name__)

FILE = "alerts.jsonl"
INTERVALS_UNTIL_STALE = 3
LEAST_SILENCE = timedelta(hours=6)
ABANDONED = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: when, of what kind, about what, in one sentence."""

    at: datetime
    kind: str
    key: str
    sentence: str


@dataclass(frozen=True, slots=True)
class StaleFeed:
    """A feed that has not answered well for longer than three of its intervals."""

    feed_id: str
    sentence: str


def raise_alert(workspace: Workspace, kind: str, sentence: str, *, key: str | None = None) -> bool:
    """Add an alert; one about the same thing is added once a day. Returns whether it was added."""
    now = workspace.clock.now()
    about = key or sentence
    if any(a.kind == kind and a.key == about and now - a.at < timedelta(days=1) for a in alerts(workspace)):
        return False
    path = _path(workspace)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as sink:
        sink.write(json.dumps({"at": now.isoformat(), "kind": kind, "key": about, "sentence": sentence}) + "\n")
    return True


def alerts(workspace: Workspace, *, since: datetime | None = None) -> list[Alert]:
    """Return alerts, oldest first."""
    path = _path(workspace)
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            values = json.loads(line)
            alert = Alert(datetime.fromisoformat(values["at"]), values["kind"], values["key"], values["sentence"])
        except (ValueError, KeyError, TypeError):
            log.warning("%s: a line is damaged, as a killed process leaves one; it is passed over", path)
            continue
        if since is None or alert.at >= since:
            found.append(alert)
    return found


def stale_feeds(workspace: Workspace) -> list[StaleFeed]:
    """Return feeds of enabled outlets whose failures have lasted for three intervals and six hours or more."""
    feeds = {source.id(outlet) for outlet, source in workspace.registry.feeds() if outlet.enabled}
    states = latest_states(workspace.lake, feeds)
    now = _now(workspace, states)
    stale = []
    for feed_id, state in sorted(states.items()):
        failures = state.consecutive_failures
        silence = timedelta(seconds=state.interval_s * failures) if failures else now - state.requested_at
        limit = max(LEAST_SILENCE, timedelta(seconds=state.interval_s * INTERVALS_UNTIL_STALE))
        if silence > limit:
            why = f"{failures} polls failed in a row, the last with {state.outcome}" if failures else "it was not polled"
            hours = int(silence.total_seconds() // 3600)
            stale.append(StaleFeed(feed_id, f"Feed {feed_id} has been silent for about {hours} h: {why}."))
    return stale


def _now(workspace: Workspace, states: Mapping[str, Fetch]) -> datetime:
    """Return the clock's time; in a home that is not polled any more (an archive, the demo), that of its last poll."""
    latest = max((s.requested_at for s in states.values()), default=workspace.clock.now())
    now = workspace.clock.now()
    return now if now - latest < ABANDONED else latest


def _path(workspace: Workspace) -> Path:
    return workspace.settings.home / FILE
