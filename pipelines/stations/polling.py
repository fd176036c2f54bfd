"""Station 1: poll the feeds that are due, archive each body, log each response.

The fetch log of one poll is one lake file. Until it is written, each finished fetch stands in a journal, so that a
process that is killed half-way loses none; the next poll takes the journal over first.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.core.clock import Clock, SystemClock
from pipelines.core.ids import make_id
from pipelines.core.records import from_mapping, table_of
from pipelines.feeds import polling
from pipelines.feeds.polling import FeedTarget
from pipelines.feeds.records import Fetch
from pipelines.lake.store import Lake
from pipelines.outlets.records import FeedRow, OutletRow
from pipelines.outlets.registry import to_rows
from pipelines.stations.workspace import Workspace

JOURNAL = "poll.jsonl"
CLOCK_DRIFT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one poll did: feeds asked, responses by outcome, new bodies."""

    feeds: int
    polled: int
    outcomes: dict[str, int]
    new_bodies: int
    failures: list[Fetch]

    def plus(self, other: PollReport) -> PollReport:
        """Add a later poll of the same feeds."""
        return PollReport(
            feeds=other.feeds,
            polled=self.polled + other.polled,
            outcomes=dict(Counter(self.outcomes) + Counter(other.outcomes)),
            new_bodies=self.new_bodies + other.new_bodies,
            failures=[*self.failures, *other.failures],
        )


def poll(workspace: Workspace, *, everything: bool = False) -> PollReport:
    """Poll the feeds of all enabled outlets that are due (``everything``: all of them)."""
    with workspace.lock("poll"):
        recover_journal(workspace)
        register(workspace)
        targets = [
            FeedTarget(
                feed_id=source.id(outlet),
                outlet_id=outlet.id,
                url=source.url,
                allow_loopback=outlet.allow_loopback or workspace.settings.allow_loopback,
            )
            for outlet, source in workspace.registry.feeds()
            if outlet.enabled and outlet.id not in workspace.forgotten.outlets
        ]
        now = workspace.clock.now()
        states = latest_states(workspace.lake, {t.feed_id for t in targets}, until=_believable(workspace.clock, now))
        logged = {feed for feed, state in states.items() if state.requested_at >= now}
        due = [t for t in targets if t.feed_id not in logged]
        journal = workspace.settings.home / JOURNAL
        with workspace.progress.step("poll", len(due)) as step, journal.open("a", encoding="utf-8") as sink:

            def keep(fetch: Fetch) -> None:
                sink.write(json.dumps(dataclasses.asdict(fetch), default=datetime.isoformat) + "\n")
                sink.flush()
                os.fsync(sink.fileno())
                step.advance()

            try:
                fetches = polling.poll(
                    due,
                    {k: dataclasses.replace(s, next_due_at=now) for k, s in states.items()} if everything else states,
                    client=workspace.client,
                    archive=workspace.archive,
                    clock=workspace.clock,
                    policy=workspace.poll_policy,
                    on_fetch=keep,
                )
            finally:
                recover_journal(workspace)
    return PollReport(
        feeds=len(targets),
        polled=len(fetches),
        outcomes=dict(Counter(f.outcome for f in fetches)),
        new_bodies=sum(f.outcome == "new_body" for f in fetches),
        failures=[f for f in fetches if f.outcome not in ("new_body", "same_body", "not_modified")],
    )


def register(workspace: Workspace) -> None:
    """Write the registry's state to the lake, if it changed."""
    outlets, feeds = to_rows(workspace.registry)
    # An outlet that was taken out keeps its facts, or its past articles would have no publisher any more.
    present = {o.outlet_id for o in outlets}
    outlets += [dataclasses.replace(o, enabled=False) for o in workspace.lake.read(OutletRow) if o.outlet_id not in present]
    made_from = str(hash_rows([*outlets, *feeds]))
    if any(workspace.lake.made_from(t) != made_from for t in (OutletRow, FeedRow)):
        with workspace.writing():
            workspace.lake.replace(OutletRow, outlets, made_from)
            workspace.lake.replace(FeedRow, feeds, made_from)


def hash_rows(rows: Iterable[object]) -> str:
    """Return a short hash of some records."""
    return make_id("rows", *(repr(row) for row in rows))


def _believable(clock: Clock, now: datetime) -> datetime | None:
    """Return the time after which a logged poll is not believed; None on a clock that is set by hand (demo, replay).

    A machine whose clock was a year ahead for a day must not wait a year for its next poll.
    """
    return now + CLOCK_DRIFT if isinstance(clock, SystemClock) else None


def latest_states(lake: Lake, feed_ids: set[str], *, until: datetime | None = None) -> dict[str, Fetch]:
    """Return the last fetch of each feed (up to ``until``), reading the log backwards by day until all are found."""
    found: dict[str, Fetch] = {}
    for day in reversed(lake.days(Fetch)):
        of_day: dict[str, Fetch] = {}
        for fetch in lake.read(Fetch, days={day}):
            if until is not None and fetch.requested_at > until:
                continue
            if fetch.feed_id in feed_ids and fetch.feed_id not in found:
                before = of_day.get(fetch.feed_id)
                if before is None or fetch.requested_at > before.requested_at:
                    of_day[fetch.feed_id] = fetch
        found.update(of_day)
        if len(found) == len(feed_ids):
            break
    return found


def recover_journal(workspace: Workspace) -> int:
    """Move what the journal holds into the lake; return how many fetches that were."""
    journal = workspace.settings.home / JOURNAL
    if not journal.exists():
        return 0
    fetches = list(_read_journal(journal))
    with workspace.writing():
        workspace.lake.append(Fetch, fetches)
    journal.unlink()
    return len(fetches)


def _read_journal(path: Path) -> Iterable[Fetch]:
    times = {c.name for c in table_of(Fetch).columns if str(c.arrow).startswith("timestamp")}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            values: dict[str, Any] = json.loads(line)
        except json.JSONDecodeError:
            continue  # the line that a killed process was writing; its body is in the archive and is fetched again
        yield from_mapping(Fetch, {k: datetime.fromisoformat(v) if k in times and v else v for k, v in values.items()})
