"""One correction, and the file ``corrections.toml`` that keeps them: its schema, reading, adding, taking away.

Not here: what the fields of a mention may say (``fields``), finding the rows that are meant and changing them (``mentions``, ``links``).
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast, get_args

import tomlkit

from pipelines.core.errors import CorrectionError
from pipelines.core.files import write_text
from pipelines.core.ids import make_id
from pipelines.corrections.records import Kind

NOT_A_MENTION = "not_a_mention"
BELONGS, BELONGS_NOT = "belongs", "belongs_not"
HEAD = """\
# What people have set right. `parallax correct` writes here and keeps your comments; you may also edit by hand and have it
# checked with `parallax correct check`. Take one back with `parallax correct remove ID`.
"""
_ID_LENGTH = 10
_PLAIN = ("id", "kind", "field", "value", "before", "who", "when", "why")


@dataclass(frozen=True, slots=True)
class MentionKey:
    """What finds a deed again: the sentence it stands in and the place of its trigger, or the version and the span."""

    id: str
    article: str
    version: str
    unit: str
    start: int
    end: int
    trigger: str
    sentence: str
    at: int


@dataclass(frozen=True, slots=True)
class ArticleKey:
    """An article of a story or copy link."""

    article: str


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction. ``subject`` is what is corrected; ``other`` is the other end of a link."""

    id: str
    kind: Kind
    field: str
    value: str
    before: str
    who: str
    when: datetime
    why: str
    subject: MentionKey | ArticleKey
    other: MentionKey | ArticleKey | None = None

    @property
    def articles(self) -> frozenset[str]:
        """The articles that it is about."""
        return frozenset({self.subject.article} | ({self.other.article} if self.other else set()))


def thing_id(kind: str, field: str, subject: MentionKey | ArticleKey, other: MentionKey | ArticleKey | None) -> str:
    """Return the id of what is corrected, so that one thing cannot be corrected twice.

    A mention or article can belong to one event or story only, so that saying so is one thing whatever the other end is;
    not belonging together is a thing of both ends.
    """
    ends = [_place(subject)]
    if other is not None and (field == BELONGS_NOT or kind == "copy"):
        ends.append(_place(other))
    if kind == "copy":
        ends, field = sorted(ends), "copy"
    return make_id("correction", kind, field, *ends)[:_ID_LENGTH]


def _place(end: MentionKey | ArticleKey) -> str:
    return f"{end.article}:{end.unit}:{end.sentence}:{end.at}" if isinstance(end, MentionKey) else end.article


def read(path: Path) -> list[Correction]:
    """Read the corrections of a file, in its order; none where there is no file.

    Raises:
        CorrectionError: the file does not follow its schema, or corrects one thing twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise CorrectionError(f"{path} is not UTF-8.") from error
    return parse(text, str(path))


def parse(text: str, source: str) -> list[Correction]:
    """Read corrections from the file's text.

    Raises:
        CorrectionError: as for :func:`read`.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CorrectionError(f"{source} is no TOML file: {error}") from error
    rows = content.get("corrections", [])
    if set(content) - {"corrections"} or not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise CorrectionError(f"{source} must hold tables named [[corrections]], and nothing else.")
    found = [_correction(f"{source}, correction {n} ({row.get('id', 'without id')})", row) for n, row in enumerate(rows, 1)]
    refuse_conflicts(found, source)
    return found


def refuse_conflicts(corrections: Sequence[Correction], source: str) -> None:
    """Refuse two corrections of one thing, and a field of what is said to be no mention.

    Raises:
        CorrectionError: there are such.
    """
    seen: dict[str, Correction] = {}
    mentions: dict[str, set[str]] = {}
    for c in corrections:
        wanted = thing_id(c.kind, c.field, c.subject, c.other)
        if c.id != wanted:
            raise CorrectionError(f"{source}: correction {c.id} is not about what its id says ({wanted}); write that id, or add it anew.")
        if c.id in seen:
            raise CorrectionError(f"{source}: {c.id} is corrected twice, by {seen[c.id].who} and by {c.who}; take one of them back.")
        seen[c.id] = c
        if c.kind == "mention":
            mentions.setdefault(_place(c.subject), set()).add(c.field)
    for fields in mentions.values():
        if NOT_A_MENTION in fields and len(fields) > 1:
            other = sorted(fields - {NOT_A_MENTION})[0]
            raise CorrectionError(f"{source}: a mention is said to be none, and its {other} is corrected too; take one of the two back.")


def add(path: Path, correction: Correction) -> None:
    """Add a correction to the file.

    Raises:
        CorrectionError: the file is malformed, or the thing is corrected already.
    """
    present = read(path)
    for known in present:
        if known.id == correction.id:
            raise CorrectionError(
                f"This is corrected already, by {known.who} on {known.when:%d %b %Y} (id {known.id}); "
                f"take that back first: `parallax correct remove {known.id}`."
            )
    refuse_conflicts([*present, correction], str(path))
    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.parse(HEAD)
    if "corrections" not in document:
        document["corrections"] = tomlkit.aot()
    document["corrections"].append(_to_toml(correction))
    write_text(path, tomlkit.dumps(document))


def remove(path: Path, ids: Sequence[str]) -> list[Correction]:
    """Take corrections out of the file by id; return them.

    Raises:
        CorrectionError: the file is malformed, or has no correction with one of these ids.
    """
    present = {c.id: c for c in read(path)}
    for one in ids:
        if one not in present:
            near = difflib.get_close_matches(one, present, 1)
            hint = f"did you mean {near[0]}?" if near else "`parallax correct list` shows what there is."
            raise CorrectionError(f"{path} has no correction {one!r}; {hint}")
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    kept = document["corrections"]
    for place in reversed(range(len(kept))):
        if kept[place]["id"] in ids:
            del kept[place]
    if not len(kept):
        del document["corrections"]
    write_text(path, tomlkit.dumps(document))
    return [present[one] for one in ids]


def _to_toml(c: Correction) -> Any:
    table = tomlkit.table()
    for name in _PLAIN:
        table[name] = getattr(c, name)
    for name, end in (("subject", c.subject), ("other", c.other)):
        if end is not None:
            inline = tomlkit.inline_table()
            inline.update(asdict(end))
            table[name] = inline
    table.add(tomlkit.nl())
    return table


def _correction(where: str, row: Mapping[str, Any]) -> Correction:
    unknown = sorted(set(row) - {*_PLAIN, "subject", "other"})
    if unknown:
        near = difflib.get_close_matches(unknown[0], (*_PLAIN, "subject", "other"), 1)
        raise CorrectionError(f"{where}: unknown entry {unknown[0]!r}{f'; did you mean {near[0]!r}?' if near else '.'}")
    for name in _PLAIN:
        wanted: type = datetime if name == "when" else str
        if not isinstance(row.get(name), wanted):
            raise CorrectionError(f"{where}: {name} is missing or no {'time, such as 2025-03-04T12:00:00Z' if name == 'when' else 'text'}.")
        if name in ("who", "why") and not row[name].strip():
            raise CorrectionError(f"{where}: {name} is empty; a correction says who made it and why.")
    kind = row["kind"]
    if kind not in get_args(Kind):
        raise CorrectionError(f"{where}: kind {kind!r} is none of {', '.join(get_args(Kind))}.")
    link = kind != "mention"
    if link and row["field"] not in (BELONGS, BELONGS_NOT):
        raise CorrectionError(f"{where}: the field of a correction of kind {kind} is {BELONGS} or {BELONGS_NOT}, not {row['field']!r}.")
    of_mention = kind in ("mention", "event")
    when = row["when"]
    return Correction(
        **{name: row[name] for name in _PLAIN if name not in ("when", "kind")},
        kind=cast(Kind, kind),
        when=(when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC),
        subject=_end(where, "subject", row.get("subject"), of_mention),
        other=_end(where, "other", row.get("other"), of_mention) if link else None,
    )


def _end(where: str, name: str, given: Any, of_mention: bool) -> MentionKey | ArticleKey:
    wanted: dict[str, type] = dict(MentionKey.__annotations__) if of_mention else {"article": str}
    types = {key: int if key in ("start", "end", "at") else str for key in wanted}
    if not isinstance(given, dict) or set(given) != set(types) or not all(isinstance(given[k], t) for k, t in types.items()):
        raise CorrectionError(f"{where}: {name} must be a table with {', '.join(types)}; `parallax correct` writes it for you.")
    return MentionKey(**given) if of_mention else ArticleKey(**given)
