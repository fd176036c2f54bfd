"""Replays an archive of feed snapshots with its own clock, as if it were being polled.

The archive is a folder with ``index.csv`` (outlet, captured_at, file, bytes) and the bodies, plain or gzipped.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.core.errors import UsageError
from pipelines.core.ids import make_id
from pipelines.feeds.content_coding import BadEncodingError, BodyDecoder, TooLargeError
from pipelines.feeds.records import Fetch, FetchOutcome
from pipelines.outlets.schema import UNKNOWN, UNKNOWN_COUNTRY, UNKNOWN_LANGUAGE, UNKNOWN_TIMEZONE, Outlet, Registry, check_slug
from pipelines.stations.polling import PollReport, latest_states, register
from pipelines.stations.running import RunReport, process
from pipelines.stations.workspace import Workspace

COLUMNS = ("outlet", "captured_at", "file", "bytes")
FEED_NAME = "archive"
FLUSH_EVERY = 500
STORE_THREADS = 8
STORE_CHUNK = 64
UNKNOWN_FACTS = {
    "country": UNKNOWN_COUNTRY,
    "language": UNKNOWN_LANGUAGE,
    "timezone": UNKNOWN_TIMEZONE,
    "owner": UNKNOWN,
    "state_control": UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Capture:
    """One line of the index."""

    line: int
    outlet_id: str
    captured_at: datetime
    path: Path

    @property
    def feed_id(self) -> str:
        """The archive keeps one feed per outlet."""
        return f"{self.outlet_id}/{FEED_NAME}"


def replay(workspace: Workspace, captures: Sequence[Capture], *, force: bool = False) -> RunReport:
    """Replay an archive through to published tables. What was replayed before is not read again.

    Raises:
        UsageError: the home's registry lacks an outlet of the archive.
    """
    report = RunReport()
    _check_registry(workspace.registry, captures)
    report.poll = report.timed("archive", lambda: log_captures(workspace, captures))
    process(workspace, report, force=force)
    return report


def read_index(folder: Path) -> list[Capture]:
    """Read ``index.csv``, ordered by time and outlet.

    Raises:
        UsageError: no such file, a column is missing, or a line is wrong.
    """
    index = folder / "index.csv"
    if not index.is_file():
        raise UsageError(f"{folder} holds no index.csv; an archive to replay needs one with the columns {', '.join(COLUMNS)}.")
    try:
        with index.open(newline="", encoding="utf-8-sig") as source:
            reader = csv.DictReader(source)
            missing = [c for c in COLUMNS if c not in (reader.fieldnames or ())]
            if missing:
                raise UsageError(f"{index}: the column {missing[0]} is missing; the columns are {', '.join(COLUMNS)}.")
            captures = [_capture(folder, reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{index} is no CSV file in UTF-8: {error}.") from error
    if not captures:
        raise UsageError(f"{index} names no capture; each line after the first says outlet, time and file of one.")
    return _once(index, sorted(captures, key=lambda c: (c.captured_at, c.outlet_id, c.path.name)))


def _once(index: Path, captures: Sequence[Capture]) -> list[Capture]:
    """Leave out lines that say the same twice; one feed cannot have given two bodies at one moment."""
    kept: dict[tuple[str, datetime], Capture] = {}
    for capture in captures:
        first = kept.setdefault((capture.outlet_id, capture.captured_at), capture)
        if first.path != capture.path:
            lines = " and ".join(map(str, sorted((first.line, capture.line))))
            names = f"{first.path.name} and {capture.path.name}"
            raise UsageError(f"{index}, lines {lines}: {capture.outlet_id} at {capture.captured_at} has two files, {names}.")
    return list(kept.values())


def archive_registry(known: Registry, captures: Sequence[Capture]) -> Registry:
    """Return a registry of the archive's outlets: facts of known outlets are kept, the others are `unknown`."""
    facts = {o.id: o.model_dump() for o in known.outlets}
    outlets = []
    for outlet_id in sorted({c.outlet_id for c in captures}):
        values = facts.get(outlet_id) or {"id": outlet_id, "name": outlet_id, "publisher": outlet_id, **UNKNOWN_FACTS}
        feed = {"name": FEED_NAME, "url": f"https://{outlet_id}.invalid/{FEED_NAME}"}
        outlets.append(Outlet.model_validate({**values, "feeds": [feed]}))
    return Registry(outlets=tuple(outlets))


def _check_registry(registry: Registry, captures: Sequence[Capture]) -> None:
    known = {o.id for o in registry.outlets}
    unknown = sorted({c.outlet_id for c in captures} - known)
    if unknown:
        raise UsageError(f"The registry of this home has no outlet {unknown[0]!r}; replay into a home of its own (--home DIR).")


def _capture(folder: Path, line: int, row: dict[str, str | None]) -> Capture:
    where = f"{folder / 'index.csv'}, line {line}"
    values = {c: (row[c] or "").strip() for c in COLUMNS}
    try:
        check_slug(values["outlet"])
    except ValueError as error:
        raise UsageError(f"{where}: outlet: {error}.") from error
    try:
        at = datetime.fromisoformat(values["captured_at"].replace("Z", "+00:00"))
    except ValueError as error:
        raise UsageError(f"{where}: captured_at {values['captured_at']!r} is no time; write it as 2021-09-17T09:24:18Z.") from error
    path = folder / values["file"]
    if "\0" in values["file"] or not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise UsageError(f"{where}: there is no file {values['file']!r} in {folder}.")
    return Capture(line, values["outlet"], at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC), path)


def log_captures(workspace: Workspace, captures: Sequence[Capture]) -> PollReport:
    """Archive the bodies of captures that were not replayed before, and log each as a response."""
    logged: list[Fetch] = []
    with workspace.lock("poll"):
        register(workspace)
        done = workspace.lake.keys(Fetch)
        states = latest_states(workspace.lake, {c.feed_id for c in captures})
        batch: list[Fetch] = []
        with workspace.progress.step("archive", len(captures)) as step:
            for fetch in _fetches(workspace, captures, states, done):
                batch.append(fetch)
                logged.append(fetch)
                if len(batch) >= FLUSH_EVERY:
                    workspace.lake.append(Fetch, batch)
                    batch = []
                step.advance()
            workspace.lake.append(Fetch, batch)
    return PollReport(
        feeds=len({c.feed_id for c in captures}),
        polled=len(logged),
        outcomes=dict(Counter(f.outcome for f in logged)),
        new_bodies=sum(f.outcome == "new_body" for f in logged),
        failures=[f for f in logged if f.body_sha256 is None],
    )


def _fetches(workspace: Workspace, captures: Sequence[Capture], states: dict[str, Fetch], done: set[str]) -> Iterator[Fetch]:
    last = {feed: (state.last_body_sha256, state.consecutive_failures) for feed, state in states.items()}
    interval = timedelta(seconds=workspace.settings.min_interval_s)
    gone = workspace.forgotten.outlets
    waiting = [c for c in captures if c.outlet_id not in gone and make_id("fetch", c.feed_id, c.captured_at) not in done]
    for capture, body in _store(workspace, waiting):
        before, failures = last.get(capture.feed_id, (None, 0))
        url = f"https://{capture.outlet_id}.invalid/archive"
        outcome: FetchOutcome = body.failure or ("same_body" if body.sha == before else "new_body")
        last[capture.feed_id] = (body.sha or before, failures + 1 if body.failure else 0)
        yield Fetch(
            fetch_id=make_id("fetch", capture.feed_id, capture.captured_at),
            feed_id=capture.feed_id,
            outlet_id=capture.outlet_id,
            requested_at=capture.captured_at,
            url=url,
            final_url=url,
            redirects=[],
            status=200,
            outcome=outcome,
            detail=body.detail or f"replayed from {capture.path.name}",
            content_type=None,
            wire_bytes=body.sent,
            body_bytes=body.size,
            body_sha256=body.sha,
            etag=None,
            last_modified=None,
            validators_url=None,
            validators_since=None,
            last_body_sha256=last[capture.feed_id][0],
            retry_after_s=None,
            moved_to=None,
            moved_count=0,
            consecutive_failures=last[capture.feed_id][1],
            interval_s=workspace.settings.min_interval_s,
            next_due_at=capture.captured_at + interval,
            muted=False,
            duration_ms=0,
        )


@dataclass(frozen=True, slots=True)
class _Body:
    """What a file of the archive held: hash and size of the body, or why there is none."""

    sent: int
    sha: str | None = None
    size: int | None = None
    failure: FetchOutcome | None = None
    detail: str | None = None


def _store(workspace: Workspace, captures: Sequence[Capture]) -> Iterator[tuple[Capture, _Body]]:
    """Archive bodies and yield them in order; a file that cannot be unpacked is a failed fetch, as it would be when polled.

    Several threads, since each body waits twice for the disk to say that it has it.
    """

    def put(capture: Capture) -> tuple[Capture, _Body]:
        raw = capture.path.read_bytes()
        decoder = BodyDecoder(None, workspace.settings.max_body_bytes)
        try:
            decoder.feed(raw)
            body = decoder.finish()
        except BadEncodingError as error:
            return capture, _Body(len(raw), failure="bad_encoding", detail=f"replayed from {capture.path.name}: {error}")
        except TooLargeError:
            too_large = f"unpacked it is larger than {workspace.settings.max_body_bytes:,} bytes"
            return capture, _Body(len(raw), failure="too_large", detail=f"replayed from {capture.path.name}: {too_large}")
        return capture, _Body(len(raw), workspace.archive.put(body), len(body))

    with ThreadPoolExecutor(STORE_THREADS) as pool:
        for start in range(0, len(captures), STORE_CHUNK):
            yield from pool.map(put, captures[start : start + STORE_CHUNK])
