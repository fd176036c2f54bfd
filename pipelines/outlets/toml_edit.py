"""Changing a registry's TOML text outlet by outlet, so that a person's comments, order and layout survive.

The text is cut into one block per ``[[outlets]]`` table. Blocks of unchanged outlets are kept letter for letter; only a changed
block goes through ``tomlkit``. Checking is the caller's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from pipelines.core.errors import RegistryError
from pipelines.outlets.schema import FeedSource, Outlet, Registry
from pipelines.outlets.toml_lines import line_numbers

HEAD = """\
# The outlets that Parallax reads. Check it with `parallax outlets check`; `parallax outlets add|import` writes here, too,
# and keeps your comments.
"""


@dataclass(frozen=True)
class _Block:
    """One outlet's lines: comments that stand apart above it, and the table with the comment directly above it."""

    apart: str
    body: str


def render(registry: Registry) -> str:
    """Return a whole new registry file."""
    return HEAD + "".join("\n" + _render_outlet(outlet) for outlet in registry.outlets)


def edit(text: str, present: Registry, wanted: Registry, name: str) -> str:
    """Return ``text`` (which says ``present``) changed so that it says ``wanted``.

    Raises:
        RegistryError: the outlets are not written as ``[[outlets]]`` tables.
    """
    preamble, blocks = _cut(text, len(present.outlets), name)
    after = {outlet.id: outlet for outlet in wanted.outlets}
    out = [preamble]
    for block, outlet in zip(blocks, present.outlets, strict=True):
        out.append(block.apart)
        if outlet.id in after:
            out.append(block.body if after[outlet.id] == outlet else _edit_block(block.body, outlet, after[outlet.id]))
    kept = "".join(out)
    known = {outlet.id for outlet in present.outlets}
    for outlet in wanted.outlets:
        if outlet.id not in known:
            kept += ("" if not kept or kept.endswith("\n\n") else "\n" if kept.endswith("\n") else "\n\n") + _render_outlet(outlet)
    return kept


def _cut(text: str, count: int, name: str) -> tuple[str, list[_Block]]:
    lines = text.split("\n")
    lines = [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    numbers = line_numbers(text)
    heads = [numbers.get(("outlets", n), 0) - 1 for n in range(count)]
    inline = not heads and ("outlets",) in numbers
    if inline or any(head < 0 or not lines[head].lstrip().startswith("[[") for head in heads):
        raise RegistryError(f"{name}: the outlets are not written as [[outlets]] tables; edit the file by hand")
    starts, aparts = [], []
    for n, head in enumerate(heads):
        floor = heads[n - 1] + 1 if n else 0
        attached = head
        while attached > floor and lines[attached - 1].lstrip().startswith("#"):
            attached -= 1
        apart = attached
        while apart > floor and (not lines[apart - 1].strip() or lines[apart - 1].lstrip().startswith("#")):
            apart -= 1
        starts.append(attached)
        aparts.append(apart)
    ends = [*aparts[1:], len(lines)] if aparts else []
    blocks = [
        _Block(apart="".join(lines[apart:start]), body="".join(lines[start:end]))
        for apart, start, end in zip(aparts, starts, ends, strict=True)
    ]
    return "".join(lines[: aparts[0]] if aparts else lines), blocks


def _edit_block(body: str, before: Outlet, after: Outlet) -> str:
    document = tomlkit.parse(body)
    table: Any = document["outlets"][0]
    _update(table, before, after, skip=("feeds",))
    if before.feeds != after.feeds:
        _update_feeds(table, before.feeds, after.feeds)
    return tomlkit.dumps(document)


def _update(table: Any, before: Outlet | FeedSource, after: Outlet | FeedSource, skip: tuple[str, ...] = ()) -> None:
    for key, field in type(after).model_fields.items():
        value = getattr(after, key)
        if key in skip or value == getattr(before, key):
            continue
        if value is None or (value == field.default and key not in table):
            table.pop(key, None)
        else:
            table[key] = value


def _update_feeds(outlet: Table, before: tuple[FeedSource, ...], after: tuple[FeedSource, ...]) -> None:
    wanted = {feed.name: feed for feed in after}
    known = [feed.name for feed in before]
    stay = [name for name in known if name in wanted]
    if [*stay, *(name for name in wanted if name not in stay)] != list(wanted):
        # A new order of the feeds: their own comments cannot be kept apart from the old one.
        outlet["feeds"] = _feed_tables(after)
        return
    container: Any = outlet["feeds"]
    for n in reversed(range(len(before))):
        if before[n].name not in wanted:
            del container[n]
        else:
            _update(container[n], before[n], wanted[before[n].name])
    for feed in after:
        if feed.name not in known:
            table: Any = tomlkit.table() if isinstance(container, AoT) else tomlkit.inline_table()
            _fill(table, feed)
            container.append(table)


def _render_outlet(outlet: Outlet) -> str:
    table = tomlkit.table()
    _fill(table, outlet)
    table.append("feeds", _feed_tables(outlet.feeds))
    outlets = tomlkit.aot()
    outlets.append(table)
    document = tomlkit.document()
    document.append("outlets", outlets)
    return tomlkit.dumps(document)


def _feed_tables(feeds: tuple[FeedSource, ...]) -> AoT:
    tables = tomlkit.aot()
    for feed in feeds:
        item = tomlkit.table()
        _fill(item, feed)
        tables.append(item)
    return tables


def _fill(table: Table, item: Outlet | FeedSource) -> None:
    for key, field in type(item).model_fields.items():
        value = getattr(item, key)
        if key != "feeds" and value is not None and (field.is_required() or value != field.default or key in ("owner", "state_control")):
            table.append(key, value)
