"""What a station works with: settings, clock, lake, archive, registry, HTTP client; and locks between processes."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Protocol

from filelock import FileLock, Timeout

from pipelines import __version__
from pipelines.core.clock import Clock, SystemClock
from pipelines.core.errors import BusyError
from pipelines.corrections import schema as corrections_schema
from pipelines.corrections.schema import Correction
from pipelines.feeds import tombstones
from pipelines.feeds.archive import Archive
from pipelines.feeds.http import HttpClient, HttpPolicy
from pipelines.feeds.planning import PollPolicy
from pipelines.feeds.redact import redact
from pipelines.feeds.tombstones import Forgotten
from pipelines.lake.store import Lake
from pipelines.outlets import registry as outlet_registry
from pipelines.outlets.registry import Registry
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.stories import topic_list
from pipelines.stories.topic_list import TopicList

log = logging.getLogger(__name__)

LOCK_WAIT_S = 600.0
SAY_AFTER_S = 3.0
_SOURCES = ("pipelines/**/*.py", "pipelines/**/*.toml", "pipelines/**/*.txt", "dbt/**/*.sql", "dbt/**/*.yml")
_NO_PART_OF_VERSION = ("pipelines/demo/", "dbt/target/")


class Step(Protocol):
    """A running step of known or unknown length."""

    def advance(self, by: int = 1) -> None:
        """Say that ``by`` more units are done."""
        ...


class Progress(Protocol):
    """Shows long work; the command line draws bars, Dagster logs, tests do nothing."""

    def step(self, name: str, total: int | None) -> AbstractContextManager[Step]:
        """Start a step of ``total`` units (None: unknown)."""
        ...


class _Silent:
    def advance(self, by: int = 1) -> None:
        """Do nothing."""

    def step(self, name: str, total: int | None) -> AbstractContextManager[Step]:
        """Return a step that shows nothing."""
        return nullcontext(self)


SILENT: Progress = _Silent()


@dataclass(frozen=True)
class Workspace:
    """Everything that the stations share for one home folder."""

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    progress: Progress = SILENT
    http_policy: HttpPolicy | None = None

    @cached_property
    def lake(self) -> Lake:
        """The Parquet record."""
        return Lake(self.settings.lake)

    @cached_property
    def archive(self) -> Archive:
        """Bodies as received, without what was forgotten."""
        forgotten = self.forgotten
        return Archive(self.settings.archive, (lambda body: redact(body, forgotten.holds)) if forgotten.keys else None)

    @cached_property
    def forgotten(self) -> Forgotten:
        """What must not come back.

        Raises:
            LakeError: the file that says so is damaged.
        """
        return Forgotten(tombstones.read(self.settings.forgotten))

    @cached_property
    def registry(self) -> Registry:
        """The user's outlets; the starter registry is put in place where there is none."""
        return outlet_registry.load(outlet_registry.ensure(self.settings.registry))

    @cached_property
    def topics(self) -> TopicList:
        """The topics in force: the user's own list, else the shipped one.

        Raises:
            LexiconError: the user's list does not follow its schema.
        """
        own = self.settings.topics
        return topic_list.parse(own.read_text(encoding="utf-8"), str(own)) if own.exists() else topic_list.default()

    @property
    def corrections(self) -> list[Correction]:
        """What people have set right; read anew each time, since the file may be edited while a workspace is open.

        Raises:
            CorrectionError: the file does not follow its schema.
        """
        return corrections_schema.read(self.settings.corrections)

    @cached_property
    def poll_policy(self) -> PollPolicy:
        """How often feeds are polled."""
        s = self.settings
        return PollPolicy(
            min_interval_s=s.min_interval_s,
            max_interval_s=s.max_interval_s,
            concurrency=s.fetch_concurrency,
            host_interval_s=s.host_interval_s,
        )

    @cached_property
    def client(self) -> HttpClient:
        """The HTTP client, with the limits of the settings."""
        s = self.settings
        return HttpClient(
            self.http_policy
            or HttpPolicy(
                user_agent=s.user_agent,
                deadline_s=s.fetch_deadline_s,
                connect_timeout_s=s.connect_timeout_s,
                max_body_bytes=s.max_body_bytes,
                max_redirects=s.max_redirects,
            )
        )

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the lock of one station against other processes; waits up to ten minutes.

        Raises:
            BusyError: another process kept it for longer.
        """
        folder = self.settings.home / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        file = FileLock(folder / f"{name}.lock")
        where = f"`{name}` in {self.settings.home}"
        try:
            try:
                file.acquire(timeout=SAY_AFTER_S)
            except Timeout:
                log.warning("another Parallax process is at %s; waiting for it, ten minutes at most", where)
                file.acquire(timeout=LOCK_WAIT_S - SAY_AFTER_S)
        except Timeout as error:
            raise BusyError(f"Another Parallax process has been at {where} for ten minutes; end it or wait.") from error
        try:
            yield
        finally:
            file.release()

    def writing(self) -> AbstractContextManager[None]:
        """Hold the lake while rows that belong together are written, or while all of it is loaded; never for long.

        A station takes it inside its own lock; the holder takes no other.
        """
        return self.lock("lake")


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return the package version and a hash of all source files that shape the rows, such as `0.1.0+3fa9c2d1`."""
    digest = hashlib.sha256()
    for path in sorted({p for pattern in _SOURCES for p in PROJECT_ROOT.glob(pattern)}):
        name = path.relative_to(PROJECT_ROOT).as_posix()
        if not name.startswith(_NO_PART_OF_VERSION) and path.is_file():
            digest.update(name.encode() + b"\0" + path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:8]}"
