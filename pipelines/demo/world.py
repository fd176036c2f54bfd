"""The sample world over time: which items and versions each feed shows when, and which fault it has.

``load()`` reads and checks the bundled data. How a feed looks as bytes is in :mod:`pipelines.demo.render`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.core.errors import ParallaxError
from pipelines.demo.schema import Fault, FeedRow, Item, ItemsFile, OutletSpec, StoryRow, Version, WorldFile, versions

DATA = Path(__file__).resolve().parent / "data"

M = TypeVar("M", bound=BaseModel)


class WorldError(ParallaxError):
    """A data file of the sample world does not follow its schema."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """One item as a feed shows it at one time, with the version that is current then."""

    outlet: OutletSpec
    item: Item
    version: Version

    @property
    def link(self) -> str:
        """The article's address, without tracking parameters."""
        return f"https://{self.outlet.host}/{self.item.at:%Y/%m/%d}/{self.item.id}"


@dataclass(frozen=True, slots=True)
class World:
    """All outlets, stories and items of the sample world."""

    file: WorldFile
    items: dict[str, tuple[Item, ...]]

    @property
    def outlets(self) -> tuple[OutletSpec, ...]:
        """The outlets, in the file's order."""
        return self.file.outlets

    @property
    def stories(self) -> tuple[StoryRow, ...]:
        """The stories, in the file's order."""
        return self.file.stories

    def outlet(self, outlet_id: str) -> OutletSpec:
        """Return one outlet.

        Raises:
            KeyError: there is none of this id.
        """
        for outlet in self.outlets:
            if outlet.id == outlet_id:
                return outlet
        raise KeyError(outlet_id)

    def item(self, key: str) -> tuple[OutletSpec, Item]:
        """Return the item of ``key``, which is ``<outlet id>/<item id>``.

        Raises:
            KeyError: there is no such item.
        """
        outlet_id, _, item_id = key.partition("/")
        for item in self.items.get(outlet_id, ()):
            if item.id == item_id:
                return self.outlet(outlet_id), item
        raise KeyError(key)

    def item_keys(self) -> list[str]:
        """Return the keys of all items, by outlet."""
        return [f"{outlet.id}/{item.id}" for outlet in self.outlets for item in self.items[outlet.id]]

    def poll_times(self) -> list[datetime]:
        """Return the moments (UTC) at which the demo polls, in order."""
        schedule = self.file.schedule
        days = (schedule.start + timedelta(days=n) for n in range(schedule.days))
        return [datetime.combine(day, hour, tzinfo=UTC) for day in days for hour in sorted(schedule.hours_utc)]

    def shown(self, outlet_id: str, feed_name: str, at: datetime) -> list[Shown]:
        """Return what a feed lists at ``at``, newest first."""
        outlet = self.outlet(outlet_id)
        feed = feed_of(outlet, feed_name)
        listed = []
        for item in self.items[outlet_id]:
            if feed.section is not None and feed.section not in item.sections:
                continue
            if item.at <= at < _end_of_stay(outlet, item):
                current = [version for version in versions(item) if version.at <= at][-1]
                listed.append(Shown(outlet, item, current))
        return sorted(listed, key=lambda shown: (shown.item.at, shown.item.id), reverse=True)

    def fault(self, outlet_id: str, feed_name: str, at: datetime) -> Fault | None:
        """Return the fault that a feed has at ``at``, if any."""
        for fault in self.outlet(outlet_id).faults:
            if fault.feed == feed_name and fault.start <= at < fault.end:
                return fault
        return None

    def sightings(self) -> Iterator[tuple[str, int, datetime]]:
        """Yield (item key, version number, poll time) for all that a poll of every feed sees whole.

        Polls under a fault that hides or cuts the feed do not count; a permanent move hides nothing.
        """
        for at in self.poll_times():
            for outlet in self.outlets:
                for feed in outlet.feeds:
                    fault = self.fault(outlet.id, feed.name, at)
                    if fault is None or fault.kind == "moved":
                        for shown in self.shown(outlet.id, feed.name, at):
                            yield f"{outlet.id}/{shown.item.id}", shown.version.number, at


def feed_of(outlet: OutletSpec, feed_name: str) -> FeedRow:
    """Return one feed of an outlet.

    Raises:
        KeyError: there is none of this name.
    """
    for feed in outlet.feeds:
        if feed.name == feed_name:
            return feed
    raise KeyError(f"{outlet.id}/{feed_name}")


def load(folder: Path = DATA) -> World:
    """Read and check a world: ``world.toml`` and ``items/<outlet>.toml`` for each outlet.

    Raises:
        WorldError: a file is missing, is not TOML or does not follow the schema; the message names it.
    """
    file = read_toml(folder / "world.toml", WorldFile)
    items = {outlet.id: read_toml(folder / "items" / f"{outlet.id}.toml", ItemsFile).items for outlet in file.outlets}
    world = World(file, items)
    for problem in _problems(world):
        raise WorldError(f"{folder}: {problem}")
    return world


def read_toml(path: Path, model: type[M]) -> M:
    """Read one TOML file into its schema.

    Raises:
        WorldError: the file is missing, is not TOML or does not follow the schema.
    """
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return model.model_validate(values)
    except OSError as error:
        raise WorldError(f"{path} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise WorldError(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WorldError(f"{path}: {where}: {first['msg']}") from error


def _end_of_stay(outlet: OutletSpec, item: Item) -> datetime:
    if item.until is not None:
        return item.until
    last = item.edits[-1].at if item.edits else item.at
    return last + timedelta(hours=outlet.window_hours)


def _problems(world: World) -> Iterator[str]:
    stories = [story.id for story in world.stories]
    yield from (f"two {what} are called {name!r}" for what, names in _names(world) for name in _repeated(names))
    yield from (f"item {key}: there is no story {story!r}" for key, story in _stories_of(world) if story not in stories)
    seen = {(key, number) for key, number, _ in world.sightings()}
    for key in world.item_keys():
        for version in versions(world.item(key)[1]):
            if (key, version.number) not in seen:
                yield f"item {key}: version {version.number} is shown whole at no poll"


def _stories_of(world: World) -> list[tuple[str, str]]:
    return [(f"{outlet_id}/{item.id}", item.story) for outlet_id, items in world.items.items() for item in items]


def _names(world: World) -> Iterator[tuple[str, list[str]]]:
    yield "outlets", [outlet.id for outlet in world.outlets]
    yield "hosts", [outlet.host for outlet in world.outlets]
    yield "stories", [story.id for story in world.stories]
    for outlet_id, items in world.items.items():
        yield f"items of {outlet_id}", [item.id for item in items]


def _repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
