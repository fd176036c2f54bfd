"""What keeps a home whole: locks, waiting, clocks that jump, journals and alerts that were cut off, two processes at once."""

from __future__ import annotations

import logging
import multiprocessing
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.core.clock import Clock, FixedClock, SystemClock
from pipelines.core.errors import BusyError
from pipelines.feeds.records import Fetch
from pipelines.outlets import registry as outlet_registry
from pipelines.settings import Settings
from pipelines.stations import workspace as workspace_module
from pipelines.stations.alerts import alerts, raise_alert
from pipelines.stations.doctor import examine
from pipelines.stations.polling import JOURNAL, poll, recover_journal
from pipelines.stations.workspace import Workspace
from tests.support.fault_server import FaultServer, reply

NOW = datetime(2025, 3, 4, 12, tzinfo=UTC)
FEED = b"<rss version='2.0'><channel><title>t</title><item><guid>1</guid><title>Norland shells Lenk</title></item></channel></rss>"
REGISTRY = """
[[outlets]]
id = "lake"
name = "Lake"
publisher = "Lake"
country = "GBR"
language = "en"
timezone = "UTC"
allow_loopback = true

[[outlets.feeds]]
name = "all"
url = "{url}"
"""


def opened(home: Path, url: str, clock: Clock | None = None) -> Workspace:
    home.mkdir(parents=True, exist_ok=True)
    (home / "outlets.toml").write_text(REGISTRY.format(url=url))
    return Workspace(Settings(home=home, host_interval_s=0.0), clock=clock or SystemClock())


def hold(home: Path, name: str, ready: object) -> None:
    with Workspace(Settings(home=home)).lock(name):
        ready.set()  # type: ignore[attr-defined]
        time.sleep(60)


def test_a_lock_that_another_process_holds_is_told_and_then_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    other = context.Process(target=hold, args=(tmp_path, "poll", ready))
    other.start()
    try:
        assert ready.wait(60)
        monkeypatch.setattr(workspace_module, "SAY_AFTER_S", 0.05)
        monkeypatch.setattr(workspace_module, "LOCK_WAIT_S", 0.2)
        with caplog.at_level(logging.WARNING), pytest.raises(BusyError, match="`poll`"), Workspace(Settings(home=tmp_path)).lock("poll"):
            pass
        assert "waiting for it" in caplog.text
    finally:
        other.kill()
        other.join()
    with Workspace(Settings(home=tmp_path)).lock("poll"):
        pass


def test_offline_every_feed_fails_and_the_poll_does_not(tmp_path: Path) -> None:
    with FaultServer() as server:
        url = server.url("/feed")
    workspace = opened(tmp_path, url)
    report = poll(workspace)
    assert report.outcomes == {"connection_error": 1}
    (row,) = workspace.lake.read(Fetch)
    assert row.detail
    assert [f.sentence for f in examine(workspace) if f.level == "broken" and f.about == "feeds"] == [
        "None of 1 feeds answered well the last time (1 connection_error); look at your connection."
    ]


def test_a_clock_that_was_ahead_does_not_stop_polling_for_good(tmp_path: Path) -> None:
    with FaultServer() as server:
        server.on("/feed", reply(body=FEED))
        ahead = datetime.now(UTC) + timedelta(days=400)
        assert poll(opened(tmp_path, server.url("/feed"), FixedClock(ahead))).polled == 1
        workspace = opened(tmp_path, server.url("/feed"))
        assert poll(workspace).polled == 1
        assert poll(workspace).polled == 0
        assert len(workspace.lake.read(Fetch)) == 2
        assert [f.about for f in examine(workspace)].count("clock") == 1


def test_a_clock_that_goes_back_a_little_waits(tmp_path: Path) -> None:
    with FaultServer() as server:
        server.on("/feed", reply(body=FEED))
        workspace = opened(tmp_path, server.url("/feed"))
        assert poll(workspace).polled == 1
        (row,) = workspace.lake.read(Fetch)
        workspace.lake.clear(Fetch)
        workspace.lake.append(Fetch, [replace(row, requested_at=row.requested_at + timedelta(minutes=5))])
        assert poll(workspace, everything=True).polled == 0


def test_a_journal_that_was_cut_off_keeps_its_whole_lines(tmp_path: Path) -> None:
    with FaultServer() as server:
        server.on("/feed", reply(body=FEED))
        workspace = opened(tmp_path, server.url("/feed"), FixedClock(NOW))
        poll(workspace)
    (row,) = workspace.lake.read(Fetch)
    workspace.lake.clear(Fetch)
    import dataclasses
    import json

    line = json.dumps(dataclasses.asdict(row), default=datetime.isoformat)
    (tmp_path / JOURNAL).write_text(line + "\n" + line[:70])
    assert "journal" in [f.about for f in examine(workspace)]
    assert recover_journal(workspace) == 1
    assert workspace.lake.read(Fetch) == [row]
    assert not (tmp_path / JOURNAL).exists()


def test_alerts_survive_a_line_that_was_cut_off(tmp_path: Path) -> None:
    workspace = opened(tmp_path, "https://lake.example/x", FixedClock(NOW))
    assert raise_alert(workspace, "run_failed", "One.")
    with (tmp_path / "alerts.jsonl").open("a") as sink:
        sink.write('{"at": "2025-\n')
    assert raise_alert(workspace, "run_failed", "Two.")
    assert [a.sentence for a in alerts(workspace)] == ["One.", "Two."]


def test_two_polls_at_once_ask_each_feed_once(tmp_path: Path) -> None:
    with FaultServer() as server:
        server.on("/feed", lambda _: (time.sleep(0.5), reply(body=FEED))[1])
        opened(tmp_path, server.url("/feed"))
        code = (
            "import sys; from pathlib import Path; from pipelines.settings import Settings\n"
            "from pipelines.stations.polling import poll; from pipelines.stations.workspace import Workspace\n"
            "print(poll(Workspace(Settings(home=Path(sys.argv[1])))).polled)"
        )
        both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) for _ in range(2)]
        assert sorted(p.communicate(timeout=60)[0].strip() for p in both) == ["0", "1"]
        assert server.paths() == ["/feed"]


def test_a_registry_that_is_edited_to_nothing_polls_nothing(tmp_path: Path) -> None:
    workspace = opened(tmp_path, "https://lake.example/x")
    (tmp_path / "outlets.toml").write_text("# nobody\n")
    assert outlet_registry.load(tmp_path / "outlets.toml").outlets == ()
    report = poll(workspace)
    assert (report.feeds, report.polled) == (0, 0)
