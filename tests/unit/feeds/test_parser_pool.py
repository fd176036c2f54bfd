"""The pool of parsing children: order, limits, deaths, and that nothing is left behind."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.core.ids import body_hash
from pipelines.feeds import parser_child
from pipelines.feeds.parse import ParseContext, parse_body
from pipelines.feeds.parser_pool import ParseJob, ParseLimits, ParserPool

MIB = 1024 * 1024


def context_of(number: int) -> ParseContext:
    return ParseContext(
        feed_id=f"o{number}/news", outlet_id=f"o{number}", fetch_id=f"f{number}", fetched_at=datetime(2024, 5, 14, tzinfo=UTC),
        feed_url="https://o.example/feed",
    )  # fmt: skip


def body_of(number: int) -> bytes:
    return f"<rss version='2.0'><channel><item><title>Story {number}</title></item></channel></rss>".encode()


def heavy_body() -> bytes:
    """Takes seconds to parse and little memory."""
    nest = b"<x a='b'>" * 200_000 + b"</x>" * 200_000
    return b"<rss version='2.0'><channel>" + nest * 3 + b"</channel></rss>"


def job_of(number: int, body: bytes | None = None) -> ParseJob:
    return ParseJob(context=context_of(number), body=body_of(number) if body is None else body)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pids_of(pool: ParserPool) -> list[int]:
    return [child.process.pid for child in pool._children]


def test_results_come_in_order_and_equal_those_of_this_process(tmp_path: Path) -> None:
    archived = tmp_path / "body.gz"
    archived.write_bytes(gzip.compress(body_of(3)))
    jobs = [
        job_of(0), job_of(1, b""), job_of(2, b"<html></html>"),
        ParseJob(context=context_of(3), path=archived, body_sha256=body_hash(body_of(3))), *(job_of(n) for n in range(4, 20)),
    ]  # fmt: skip
    bodies = [job.body if job.body is not None else body_of(3) for job in jobs]
    with ParserPool(2) as pool:
        results = list(pool.parse(jobs))
        again = list(pool.parse(jobs[:3]))
    assert results == [parse_body(body, job.context) for body, job in zip(bodies, jobs, strict=True)]
    assert again == results[:3]


def test_a_body_that_takes_too_long_is_stopped_and_the_others_go_on(tmp_path: Path) -> None:
    fifo = tmp_path / "never-written"
    os.mkfifo(fifo)
    hanging = ParseJob(context=context_of(1), path=fifo, body_sha256="0" * 64, body_bytes=7)
    started = time.monotonic()
    with ParserPool(2, ParseLimits(timeout_s=1.0)) as pool:
        before = pids_of(pool)
        results = list(pool.parse([job_of(0), hanging, *(job_of(n) for n in range(2, 8))]))
        after = pids_of(pool)
    assert time.monotonic() - started < 60
    assert [snapshot.outcome for snapshot, _ in results] == ["ok", "limit_exceeded", *["ok"] * 6]
    stopped = results[1][0]
    assert "longer than 1 seconds" in (stopped.detail or "")
    assert (stopped.body_sha256, stopped.body_bytes, stopped.feed_id) == ("0" * 64, 7, "o1/news")
    assert len(set(before) - set(after)) == 1
    assert not any(map(is_alive, {*before, *after}))


def test_a_body_that_is_busy_too_long_is_stopped() -> None:
    with ParserPool(1, ParseLimits(timeout_s=0.2)) as pool:
        [(snapshot, entries), (good, _)] = pool.parse([job_of(0, heavy_body()), job_of(1)])
    assert (snapshot.outcome, entries, good.outcome) == ("limit_exceeded", [], "ok")


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not enforce RLIMIT_AS")
@pytest.mark.parametrize("size", [8 * MIB, 40 * MIB])
def test_a_body_that_takes_too_much_memory_is_stopped(size: int) -> None:
    # One character beyond the first plane makes the text take four bytes for each of its characters.
    greedy = "<rss version='2.0'><channel><title>\U0001f6a2".encode() + b"x" * size + b"</title></channel></rss>"
    with ParserPool(1, ParseLimits(memory_bytes=24 * MIB)) as pool:
        [(snapshot, _), (good, _)] = pool.parse([job_of(0, greedy), job_of(1)])
    assert (snapshot.outcome, good.outcome) == ("limit_exceeded", "ok")
    assert "24 MiB" in (snapshot.detail or "")


def test_a_child_that_dies_costs_only_its_own_body() -> None:
    with ParserPool(2) as pool:

        def jobs() -> Iterator[ParseJob]:
            yield job_of(0, heavy_body())
            yield job_of(1)
            busy = next(child for child in pool._children if child.job is not None and child.job.context.feed_id == "o0/news")
            os.kill(busy.process.pid, signal.SIGKILL)
            yield job_of(2)

        results = list(pool.parse(jobs()))
    assert [snapshot.outcome for snapshot, _ in results] == ["unparseable", "ok", "ok"]
    assert "SIGKILL" in (results[0][0].detail or "")


def test_a_child_that_died_between_jobs_is_replaced() -> None:
    with ParserPool(1) as pool:
        [first] = pool.parse([job_of(0)])
        pool._children[0].process.kill()
        pool._children[0].process.wait()
        [second] = pool.parse([job_of(1)])
    assert (first[0].outcome, second[0].outcome) == ("ok", "ok")


def test_an_archived_body_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gz"
    broken.write_bytes(gzip.compress(body_of(0))[:-12])
    jobs = [ParseJob(context=context_of(n), path=path, body_sha256="1" * 64) for n, path in enumerate([broken, tmp_path / "absent.gz"])]
    with ParserPool(1) as pool:
        results = list(pool.parse(jobs))
    assert [snapshot.outcome for snapshot, _ in results] == ["unparseable", "unparseable"]
    assert all("could not be read" in (snapshot.detail or "") for snapshot, _ in results)


def test_jobs_are_read_a_bounded_number_ahead() -> None:
    drawn = 0

    def jobs() -> Iterator[ParseJob]:
        nonlocal drawn
        for number in range(200):
            drawn += 1
            yield job_of(number)

    with ParserPool(2) as pool:
        results = pool.parse(jobs())
        for taken in range(1, 60):
            next(results)
            assert drawn - taken <= 2 * 4
        results.close()


def test_a_consumer_that_stops_early_leaves_no_stale_answers() -> None:
    with ParserPool(2) as pool:
        results = pool.parse(job_of(n) for n in range(50))
        next(results)
        results.close()
        [(snapshot, _)] = pool.parse([job_of(77)])
    assert snapshot.feed_id == "o77/news"


def test_children_end_with_the_block_whatever_ends_it() -> None:
    pids: list[int] = []
    with pytest.raises(KeyboardInterrupt), ParserPool(2) as pool:
        pids += pids_of(pool)
        results = pool.parse([job_of(0), job_of(1, heavy_body())])
        next(results)
        pids += pids_of(pool)
        raise KeyboardInterrupt
    assert not any(map(is_alive, pids))


def test_children_end_when_their_parent_is_killed() -> None:
    script = (
        "import sys, time\n"
        "from pipelines.feeds.parser_pool import ParserPool\n"
        "pool = ParserPool(2).__enter__()\n"
        "print(*[c.process.pid for c in pool._children], flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
    parent.kill()
    parent.wait()
    assert len(pids) == 2
    deadline = time.monotonic() + 30
    while any(map(is_gone_slowly, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_gone_slowly, pids))


def is_gone_slowly(pid: int) -> bool:
    """Whether a process still runs; a zombie that only waits to be reaped does not."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text() if Path("/proc").is_dir() else is_alive(pid)
    except OSError:
        return False


def test_a_defect_of_ours_is_raised_with_its_trace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "broken_reader.py"
    package.write_text(
        "import pipelines.feeds.parser_child as child\n"
        "def fail(body, context): raise LookupError('planted defect')\n"
        "child.read_document = fail\n"
        "import sys\n"
        "child.main(sys.argv[1:])\n"
    )
    monkeypatch.setattr(parser_child, "__name__", "broken_reader")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with ParserPool(1) as pool, pytest.raises(RuntimeError, match="planted defect"):
        list(pool.parse([job_of(0)]))


def test_a_child_imports_neither_arrow_nor_spacy() -> None:
    code = "import sys, pipelines.feeds.parser_child; print([m for m in ('pyarrow', 'spacy', 'pydantic', 'dagster') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_wrong_use_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one worker"):
        ParserPool(0)
    with pytest.raises(ValueError, match="body or a path"):
        ParseJob(context=context_of(0))
    with pytest.raises(ValueError, match="hash"):
        ParseJob(context=context_of(0), path=Path("x"))
    with pytest.raises(RuntimeError, match="with"):
        list(ParserPool(1).parse([job_of(0)]))
