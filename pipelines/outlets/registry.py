"""The outlet registry as a file: reading and checking it, writing it without losing its comments, and its lake rows.

The schema is in ``schema``, the text surgery in ``toml_edit``. OPML is in ``opml`` and ``importing``. Nothing here fetches anything.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipelines.core import files
from pipelines.core.errors import RegistryError
from pipelines.outlets import toml_edit
from pipelines.outlets.records import FeedRow, OutletRow
from pipelines.outlets.schema import UNKNOWN, FeedSource, Outlet, Registry, find_clashes, nearest
from pipelines.outlets.toml_lines import line_numbers, nearest_line

__all__ = [
    "FeedSource", "Outlet", "Registry",
    "add_outlet", "ensure", "load", "loads", "put_outlet", "remove_outlet", "save", "starter", "to_rows",
]  # fmt: skip

REGISTERED_AT = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN_PROBLEMS = 20
_TOML_POSITION = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


def load(path: Path) -> Registry:
    """Read and check a registry file.

    Raises:
        RegistryError: it is absent, no UTF-8, no TOML, or breaks the schema; every problem is named with its line.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise RegistryError(f"{path}: there is no outlet registry; `parallax outlets list` writes the starter one") from None
    except OSError as error:
        raise RegistryError(f"{path}: cannot be read ({error.strerror})") from None
    return loads(_decode(data, path.name), path.name)


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RegistryError(f"{name}:{line}: byte {data[error.start]:#04x} is not UTF-8; save the file as UTF-8") from None


def loads(text: str, name: str = "outlets.toml") -> Registry:
    """Check a registry given as TOML text; ``name`` stands in the messages.

    Raises:
        RegistryError: as for :func:`load`.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_POSITION.search(str(error))
        line = int(found.group(1)) if found and found.group(1) else text.count("\n") + 1
        raise RegistryError(f"{name}:{line}: this is no TOML: {_TOML_POSITION.sub('', str(error))}") from None
    lines = line_numbers(text)
    problems: list[tuple[int, str]] = []
    for key in document:
        if key != "outlets":
            problems.append((nearest_line(lines, (key,)), f"unknown key {key!r}: the registry holds only [[outlets]] tables"))
    entries = document.get("outlets", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        problems.append((nearest_line(lines, ("outlets",)), "'outlets' is no list of tables: write each outlet under [[outlets]]"))
        entries = []
    outlets = []
    for n, entry in enumerate(entries):
        try:
            outlets.append(Outlet.model_validate(entry))
        except ValidationError as error:
            problems += _explain(error, entry, n, lines)
    if not problems:
        for clash in find_clashes(outlets):
            at = ("outlets", clash.outlet) if clash.feed is None else ("outlets", clash.outlet, "feeds", clash.feed)
            first = ("outlets", clash.first_outlet)
            before = first if clash.first_feed is None else (*first, "feeds", clash.first_feed)
            problems.append((nearest_line(lines, at), f"{clash.message} (first at line {nearest_line(lines, before)})"))
    if problems:
        raise RegistryError(_listing(name, problems))
    return Registry(outlets=tuple(outlets))


def _listing(name: str, problems: list[tuple[int, str]]) -> str:
    shown = [f"{name}:{line}: {text}" for line, text in sorted(problems)[:_SHOWN_PROBLEMS]]
    if len(problems) > _SHOWN_PROBLEMS:
        shown.append(f"{name}: and {len(problems) - _SHOWN_PROBLEMS} more problems")
    return "\n".join(shown)


def _explain(error: ValidationError, entry: dict[str, Any], number: int, lines: dict[tuple[str | int, ...], int]) -> list[tuple[int, str]]:
    """Turn pydantic's findings into (line, sentence), where the sentence names outlet and field and says what to do."""
    who = f"outlet {entry['id']!r}" if isinstance(entry.get("id"), str) else f"outlet number {number + 1}"
    found = []
    for problem in error.errors(include_url=False):
        where = problem["loc"]
        line = nearest_line(lines, ("outlets", number, *where))
        found.append((line, f"{who}: {_sentence(problem['type'], where, problem)}"))
    return found


def _sentence(kind: str, where: tuple[str | int, ...], problem: Any) -> str:
    # Lists are counted from 1 for people: ("feeds", 0, "url") reads "feed 1, url".
    label = ", ".join(f"feed {part + 1}" if isinstance(part, int) else part for part in where if part != "feeds" or len(where) == 1)
    if kind == "missing":
        return "feeds is missing: add a [[outlets.feeds]] table with name and url" if label == "feeds" else f"{label} is missing: add it"
    if kind == "extra_forbidden":
        known = FeedSource.model_fields if len(where) > 1 else Outlet.model_fields
        hint = nearest(str(where[-1]), known)
        return f"{label} is no known key: " + (f"did you mean {hint!r}?" if hint else f"known are {', '.join(known)}")
    if kind == "value_error":
        reason = str(problem["ctx"]["error"])
        return f"{label}: {reason}" if label else reason
    if kind == "literal_error":
        return f"{label}: {problem['input']!r} is not one of {problem['ctx']['expected']}"
    if kind == "too_short" and label == "feeds":
        return "feeds is empty: add a [[outlets.feeds]] table with name and url"
    return f"{label}: {problem['msg'][0].lower()}{problem['msg'][1:]} (found {problem['input']!r:.80})"


def save(registry: Registry, path: Path) -> None:
    """Write ``registry`` to ``path`` atomically; comments, order and layout of what is unchanged stay as they were.

    Outlets that the file has and ``registry`` has not are removed; new ones are added at the end, in registry order.

    Raises:
        RegistryError: the present file is no valid registry, or is laid out so that it cannot be changed without losing something.
    """
    if not path.exists():
        files.write_text(path, toml_edit.render(registry))
        return
    text = _decode(path.read_bytes(), path.name)
    present = loads(text, path.name)
    changed = toml_edit.edit(text, present, registry, path.name)
    written = {outlet.id: outlet for outlet in loads(changed, path.name).outlets}
    if written != {outlet.id: outlet for outlet in registry.outlets}:
        raise RegistryError(f"{path.name}: the change cannot be made without disturbing other outlets; edit the file by hand")
    if changed != text:
        files.write_text(path, changed)


def starter() -> str:
    """Return the text of the starter registry that comes with Parallax."""
    return resources.files("pipelines.outlets").joinpath("data/starter.toml").read_text(encoding="utf-8")


def ensure(path: Path) -> Path:
    """Write the starter registry to ``path`` where there is no file yet; an existing one is never touched."""
    if not path.exists():
        files.write_text(path, starter())
    return path


def add_outlet(registry: Registry, outlet: Outlet) -> Registry:
    """Return the registry with one more outlet.

    Raises:
        RegistryError: its id or one of its feeds' addresses is there already.
    """
    return _with(registry, (*registry.outlets, outlet))


def put_outlet(registry: Registry, outlet: Outlet) -> Registry:
    """Return the registry with the outlet of this id replaced.

    Raises:
        RegistryError: there is none of this id, or the new one has a feed address of another outlet.
    """
    _known(registry, outlet.id)
    return _with(registry, tuple(outlet if known.id == outlet.id else known for known in registry.outlets))


def remove_outlet(registry: Registry, outlet_id: str) -> Registry:
    """Return the registry without one outlet; what was ingested from it stays.

    Raises:
        RegistryError: there is none of this id.
    """
    _known(registry, outlet_id)
    return Registry(outlets=tuple(outlet for outlet in registry.outlets if outlet.id != outlet_id))


def _known(registry: Registry, outlet_id: str) -> None:
    ids = [outlet.id for outlet in registry.outlets]
    if outlet_id not in ids:
        hint = nearest(outlet_id, ids)
        raise RegistryError(f"there is no outlet {outlet_id!r} in the registry{f': did you mean {hint!r}?' if hint else ''}")


def _with(registry: Registry, outlets: tuple[Outlet, ...]) -> Registry:
    clashes = find_clashes(outlets)
    if clashes:
        raise RegistryError("; ".join(clash.message for clash in clashes))
    return registry.model_copy(update={"outlets": outlets})


def publisher_of(outlet: Outlet) -> str:
    """Return the publisher; one that is not known is kept apart from every other unknown one, as `unknown (<outlet id>)`."""
    return f"{UNKNOWN} ({outlet.id})" if outlet.publisher == UNKNOWN else outlet.publisher


def to_rows(registry: Registry) -> tuple[list[OutletRow], list[FeedRow]]:
    """Return the registry as rows of the lake tables ``outlet`` and ``feed``, disabled outlets included."""
    fields = [name for name in OutletRow.__dataclass_fields__ if name not in ("outlet_id", "publisher", "registered_at")]
    outlets = [
        OutletRow(
            outlet_id=outlet.id,
            publisher=publisher_of(outlet),
            registered_at=REGISTERED_AT,
            **{name: getattr(outlet, name) for name in fields},
        )
        for outlet in registry.outlets
    ]
    feeds = [
        FeedRow(feed_id=feed.id(outlet), outlet_id=outlet.id, url=feed.url, section=feed.section, registered_at=REGISTERED_AT)
        for outlet, feed in registry.feeds(include_disabled=True)
    ]
    return outlets, feeds
