"""Parsing of untrusted bodies in long-lived child processes, each with a limit on time and memory, that can be killed.

A child that hangs, dies or takes too much memory is replaced; its body gets a snapshot that says so and the others go on. The children
are started by ``subprocess``, not ``multiprocessing``: those would run the caller's main module again (dagster, the command
line) in each child. What a child does is in ``parser_child``.

The memory limit is on address space and holds on Linux; macOS does not enforce it, so there the time limit alone protects.
"""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import TracebackType
from typing import Any

import pipelines
from pipelines.core.ids import body_hash
from pipelines.feeds import parser_child
from pipelines.feeds.document import Document, ParseContext
from pipelines.feeds.entries import to_records
from pipelines.feeds.records import Entry, Snapshot

_START_LIMIT_S = 120.0
_LOOK_AHEAD = 4
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseLimits:
    """What one body may take: seconds of wall time, and bytes of address space beyond what a child needs by itself."""

    timeout_s: float = 20.0
    memory_bytes: int = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseJob:
    """One body to parse: its bytes, or the path of its file in the archive (gzip), which the child then reads itself.

    A job with a path must name the body's hash; ``body_bytes`` is its size, read from the gzip file when not given.
    """

    context: ParseContext
    body: bytes | None = None
    path: Path | None = None
    body_sha256: str | None = None
    body_bytes: int | None = None

    def __post_init__(self) -> None:
        if (self.body is None) == (self.path is None):
            raise ValueError("a parse job needs either a body or a path")
        if self.path is not None and self.body_sha256 is None:
            raise ValueError("a parse job with a path needs the hash of its body")

    def identity(self) -> tuple[str, int]:
        """Return the hash and the size of the body."""
        if self.body is not None:
            return self.body_sha256 or body_hash(self.body), len(self.body)
        assert self.path is not None
        assert self.body_sha256 is not None
        return self.body_sha256, self.body_bytes if self.body_bytes is not None else _size(self.path)


class ParserPool:
    """A context manager that holds ``workers`` parsing children. Not for use by several threads at once."""

    def __init__(self, workers: int = 2, limits: ParseLimits | None = None) -> None:
        if workers < 1:
            raise ValueError("a parser pool needs at least one worker")
        self._workers = workers
        self._limits = limits or ParseLimits()
        self._children: list[_Child] = []
        self._open = False

    def __enter__(self) -> ParserPool:
        self._open = True
        try:
            self._fill()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End every child; safe to call twice."""
        self._open = False
        while self._children:
            self._children.pop().kill()

    def parse(self, jobs: Iterable[ParseJob]) -> Iterator[tuple[Snapshot, list[Entry]]]:
        """Parse bodies; results come in the order of the jobs.

        ``jobs`` is read a few jobs per worker ahead of the results that were taken, so that memory stays bounded.

        Raises:
            RuntimeError: the pool is not open, a child cannot start, or our own code failed on a body (a defect).
        """
        if not self._open:
            raise RuntimeError("use the parser pool in a `with` block")
        numbered = enumerate(jobs)
        done: dict[int, tuple[Snapshot, list[Entry]]] = {}
        taken = given = 0
        more = True
        try:
            while True:
                while more and given - taken < self._workers * _LOOK_AHEAD and (idle := self._idle()):
                    number, job = next(numbered, (-1, None))
                    if job is None:
                        more = False
                    else:
                        idle.give(number, job)
                        given += 1
                if taken in done:
                    yield done.pop(taken)
                    taken += 1
                elif taken == given and not more:
                    return
                else:
                    done.update(self._collect())
        finally:
            # A consumer that stopped early leaves jobs in the children: their answers must not reach the next call.
            self._drop([child for child in self._children if child.job is not None])

    def _idle(self) -> _Child | None:
        # A child that died between two jobs (killed from outside) must not take the next job with it.
        self._drop([child for child in self._children if child.ready and child.job is None and child.process.poll() is not None])
        self._fill()
        return next((child for child in self._children if child.ready and child.job is None), None)

    def _fill(self) -> None:
        while len(self._children) < self._workers:
            self._children.append(_Child(self._limits))

    def _drop(self, children: list[_Child]) -> None:
        for child in children:
            child.kill()
            self._children.remove(child)

    def _collect(self) -> dict[int, tuple[Snapshot, list[Entry]]]:
        """Wait for the next answer or limit; return the results that came."""
        awaited = [child for child in self._children if child.job is not None or not child.ready]
        now = time.monotonic()
        nearest = min(child.deadline for child in awaited)
        answered = set(wait([child.connection for child in awaited], timeout=max(0.0, nearest - now)))
        now = time.monotonic()
        results = {}
        for child in awaited:
            if child.connection in answered:
                result = self._receive(child)
            elif child.deadline <= now:
                result = self._overdue(child)
            else:
                continue
            if result is not None:
                results[result[0]] = result[1]
        return results

    def _receive(self, child: _Child) -> tuple[int, tuple[Snapshot, list[Entry]]] | None:
        try:
            kind, value = child.connection.recv()
        except (EOFError, OSError):
            return self._died(child)
        if kind == parser_child.READY:
            child.ready = True
            return None
        number, job = child.take()
        if kind == parser_child.DOCUMENT:
            return number, _records(job, value)
        if kind == parser_child.UNREADABLE:
            return number, _records(job, Document("unparseable", f"The archived body could not be read: {value}."))
        self._drop([child])
        if kind == parser_child.MEMORY:
            return number, _records(job, Document("limit_exceeded", self._memory_sentence()))
        raise RuntimeError(f"Parsing failed on the body {job.identity()[0]} of feed {job.context.feed_id}:\n{value}")

    def _overdue(self, child: _Child) -> tuple[int, tuple[Snapshot, list[Entry]]]:
        if child.job is None:
            self._drop([child])
            raise RuntimeError(f"A parsing child did not start within {_START_LIMIT_S:.0f} seconds.")
        number, job = child.take()
        self._drop([child])
        sentence = f"Parsing took longer than {self._limits.timeout_s:g} seconds and was stopped."
        return number, _records(job, Document("limit_exceeded", sentence))

    def _died(self, child: _Child) -> tuple[int, tuple[Snapshot, list[Entry]]]:
        self._drop([child])
        if child.job is None:
            raise RuntimeError(f"A parsing child could not start ({_how_ended(child.process.returncode)}).")
        number, job = child.take()
        sentence = f"The parser broke down on this body ({_how_ended(child.process.returncode)})."
        return number, _records(job, Document("unparseable", sentence))

    def _memory_sentence(self) -> str:
        return f"Parsing needed more than {self._limits.memory_bytes / 1024**2:.0f} MiB of memory and was stopped."


class _Child:
    """One child process, the pipe to it, and the job it has."""

    def __init__(self, limits: ParseLimits) -> None:
        self.limits = limits
        self.ready = False
        self.job: ParseJob | None = None
        self._number = -1
        self.deadline = time.monotonic() + _START_LIMIT_S
        self.connection, theirs = Pipe()
        try:
            self.process = _start(theirs, limits)
        except BaseException:
            self.connection.close()
            raise
        finally:
            theirs.close()

    def give(self, number: int, job: ParseJob) -> None:
        """Send a job; a child that is gone shows when its answer is awaited."""
        self._number, self.job = number, job
        self.deadline = time.monotonic() + self.limits.timeout_s
        try:
            self.connection.send((job.context, str(job.path) if job.path is not None else job.body))
        except ConnectionError:
            # Its end of the pipe is closed, so that the next wait reads the end of file.
            return

    def take(self) -> tuple[int, ParseJob]:
        """Take the job back."""
        job, self.job = self.job, None
        if job is None:
            raise RuntimeError("a parsing child answered without a job")
        return self._number, job

    def kill(self) -> None:
        """Kill the process, whatever it does, and reap it."""
        self.connection.close()
        self.process.kill()
        self.process.wait()


def _start(theirs: Connection, limits: ParseLimits) -> subprocess.Popen[bytes]:
    root = str(Path(next(iter(pipelines.__path__))).parent)
    before = os.environ.get("PYTHONPATH")
    return subprocess.Popen(
        [sys.executable, "-m", parser_child.__name__, str(theirs.fileno()), str(limits.memory_bytes), str(limits.timeout_s)],
        env={**os.environ, "PYTHONPATH": root + (os.pathsep + before if before else "")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(theirs.fileno(),),
        # Out of the terminal's group, so that Ctrl-C reaches the parent alone.
        process_group=0,
    )


def _records(job: ParseJob, document: Any) -> tuple[Snapshot, list[Entry]]:
    sha, size = job.identity()
    return to_records(document, job.context, body_sha256=sha, body_bytes=size)


def _how_ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"its process ended by {signal.Signals(-code).name}"
    return f"its process ended with code {code}"


def _size(path: Path) -> int:
    """Return the uncompressed size that a gzip file states in its last four bytes; 0 for a file that is not there."""
    try:
        with path.open("rb") as file:
            if file.read(2) != _GZIP_MAGIC:
                return path.stat().st_size
            file.seek(-4, os.SEEK_END)
            return int(struct.unpack("<I", file.read(4))[0])
    except OSError:
        return 0
