"""Reading annotated data and predictions, choosing a half, hiding the answers, writing predictions in the gold's own formats."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core import files
from pipelines.core.errors import UsageError
from pipelines.evaluation.results import Half, Task

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Format:
    """One task's line: the field that identifies it (or none: lines go by their order), what is asked, and what is the answer."""

    key: str | None
    asks: tuple[str, ...]
    answers: tuple[str, ...]


FORMATS: Mapping[Task, Format] = {
    "mentions": Format("item", ("item", "title", "summary"), ("mentions",)),
    "pairs": Format("pair", ("pair", "a", "b"), ("label",)),
    "stories": Format("id", ("id", "title", "text"), ("event",)),
    "attribution": Format("doc", ("doc", "text"), ("attributions",)),
    "actions": Format(None, ("sentence", "source", "target"), ("action", "quad")),
    "roles": Format(None, ("tokens",), ("tags",)),
    "places": Format(None, ("text",), ("toponyms",)),
    "factuality": Format(None, ("text", "targets"), ("label",)),
}
"""``label`` of factuality stands inside each target; the target's ``span1`` is part of the question."""


@dataclass(frozen=True, slots=True)
class Gold:
    """The lines of one or more gold files, and a name for them: file names and a hash of the bytes."""

    task: Task
    half: Half
    rows: tuple[Row, ...]
    data: str


def read_gold(task: Task, paths: Sequence[Path], half: Half = "all") -> Gold:
    """Read gold files and pool them. ``half`` keeps the lines of even or odd number, the first line of a file being number 1.

    Raises:
        UsageError: a file is absent, no JSON lines, or not of this task's format; the message names the line.
    """
    rows: list[Row] = []
    digest = hashlib.sha256()
    wanted = FORMATS[task]
    for path in paths:
        data = _bytes(path)
        digest.update(data)
        for number, row in _lines(data, path):
            missing = [name for name in (*wanted.asks, *wanted.answers) if name not in row and (task, name) != ("factuality", "label")]
            if missing:
                raise UsageError(f"{path}:{number}: no gold for {task}: {', '.join(missing)} is missing")
            if half == "all" or (number % 2 == 0) == (half == "even"):
                rows.append(row)
    names = "+".join(path.name for path in paths)
    return Gold(task, half, tuple(rows), f"{names}@{digest.hexdigest()[:12]}")


def read_rows(path: Path) -> list[Row]:
    """Read a file of JSON lines, such as predictions.

    Raises:
        UsageError: it is absent or no JSON lines.
    """
    return [row for _, row in _lines(_bytes(path), path)]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name a file of JSON lines") from None


def _lines(data: bytes, path: Path) -> Iterable[tuple[int, Row]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: this is no UTF-8 text; name a file of JSON lines") from None
    # Only line feeds end a line: texts may hold other characters that splitlines would cut at.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path}:{number}: no JSON ({error}); each line must be one JSON object") from None
        if not isinstance(row, dict):
            raise UsageError(f"{path}:{number}: a JSON object is needed here, such as the lines of the gold")
        yield number, row


def questions(gold: Gold) -> list[Row]:
    """Return the rows without their answer fields: whatever predicts never gets to see them."""
    hidden = FORMATS[gold.task].answers
    rows: list[Row] = []
    for row in gold.rows:
        shown = {name: value for name, value in row.items() if name not in hidden}
        if gold.task == "factuality":
            shown["targets"] = [{"span1": target["span1"]} for target in row["targets"]]
        rows.append(shown)
    return rows


def join(gold: Gold, predictions: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Put each gold row beside its prediction (an empty one where there is none), by key or else by order.

    Raises:
        UsageError: a prediction lacks the key.
    """
    key = FORMATS[gold.task].key
    if key is None:
        found: Mapping[Any, Row] = dict(enumerate(predictions))
        return [(row, found.get(n, {})) for n, row in enumerate(gold.rows)]
    for number, row in enumerate(predictions, 1):
        if key not in row:
            raise UsageError(f"prediction {number} has no {key!r}: {gold.task} are joined on it")
    found = {row[key]: row for row in predictions}
    # An item that stands twice in pooled gold counts once, as it stands last.
    last = {row[key]: row for row in gold.rows} if gold.task == "mentions" else None
    rows = list(last.values()) if last is not None else gold.rows
    return [(row, found.get(row[key], {})) for row in rows]


def write_predictions(path: Path, rows: Iterable[Row]) -> None:
    """Write one JSON line per prediction, atomically."""
    files.write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
