"""What changed since the last run of a task: figures that moved, gold lines gained and lost.

The last predictions and figures lie in a state folder, by task, half and gold; the caller says where.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core import files
from pipelines.evaluation.counting import Scores
from pipelines.evaluation.gold import Gold, Row, join, read_rows, write_predictions
from pipelines.evaluation.matching import pair_up
from pipelines.evaluation.mention_scores import LEVELS, reached
from pipelines.evaluation.results import TaskResult
from pipelines.evaluation.task_scores import (
    count_attribution,
    count_places,
    count_roles,
    factuality_pairs,
    root_of,
    story_shares,
)

_SMALLEST_CHANGE = 0.01
_FALSE_ALARM = "false alarm"


@dataclass(frozen=True, slots=True)
class Moved:
    """One figure that is not what it was."""

    slot: str
    stratum: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """One gold line (or mention, or false alarm) that is scored better or worse than before; ``text`` says which and how."""

    key: str
    text: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between two runs. ``since`` is ``None`` where there was no run before."""

    since: str | None
    moved: tuple[Moved, ...] = ()
    gained: tuple[Change, ...] = ()
    lost: tuple[Change, ...] = ()


def compare(gold: Gold, before: Sequence[Row], after: Sequence[Row]) -> tuple[list[Change], list[Change]]:
    """Return what the predictions ``after`` gained and lost against ``before``, largest change first."""
    old, new = unit_scores(gold, before), unit_scores(gold, after)
    changes = []
    for key in dict.fromkeys([*old, *new]):
        # A false alarm is listed only where it is made; where it is not, that is as good as can be.
        was, now = (side.get(key, (1.0 if key.endswith(_FALSE_ALARM) else 0.0, "")) for side in (old, new))
        if abs(now[0] - was[0]) >= _SMALLEST_CHANGE:
            changes.append(Change(key, now[1] or was[1], was[0], now[0]))
    changes.sort(key=lambda c: (-abs(c.after - c.before), c.key))
    return [c for c in changes if c.after > c.before], [c for c in changes if c.after < c.before]


def unit_scores(gold: Gold, predictions: Sequence[Row]) -> dict[str, tuple[float, str]]:
    """Score each unit of the gold by itself, in [0, 1] (factuality: minus the error): key -> (score, text)."""
    rows = join(gold, predictions)
    if gold.task == "mentions":
        return {key: value for g, p in rows for key, value in _mention_units(g, p).items()}
    if gold.task == "stories":
        shares = story_shares(rows)
        return {g["id"]: (_harmonic(*share), g["title"]) for (g, _), share in zip(rows, shares, strict=True)}
    units = {}
    for number, (g, p) in enumerate(rows, 1):
        if gold.task == "factuality":
            for target, (a, b) in zip(g["targets"], factuality_pairs(g, p), strict=True):
                first, last = target["span1"]
                word = " ".join(g["text"].split(" ")[first:last])
                units[f"line {number} word {first}"] = (-abs(a - b), f"{word!r} in: {g['text']}")
        else:
            units[_line_key(g, number)] = (_line_score(gold.task, g, p), _line_text(g))
    return units


def _mention_units(gold: Row, predicted: Row) -> Mapping[str, tuple[float, str]]:
    mine, theirs = gold["mentions"], predicted.get("mentions") or []
    partner = dict(pair_up(mine, theirs))
    units: dict[str, tuple[float, str]] = {}
    for i, mention in enumerate(mine):
        level = reached(mention, theirs[partner[i]]) / len(LEVELS) if i in partner else 0.0
        units[f"{gold['item']} {mention['unit']} {i} {mention['trigger']!r}"] = (level, _sentence(mention, gold))
    alarms: dict[str, int] = {}
    for j, mention in enumerate(theirs):
        if j not in partner.values():
            base = f"{gold['item']} {mention.get('unit')} {mention.get('trigger')!r}"
            alarms[base] = alarms.get(base, 0) + 1
            units[f"{base} {alarms[base]} {_FALSE_ALARM}"] = (0.0, _sentence(mention, gold))
    return units


def _sentence(mention: Mapping[str, Any], item: Row) -> str:
    who = f"{mention.get('actor') or '-'} {mention.get('action')} {mention.get('target') or '-'}"
    return f"{who} ({mention.get('voice')}, {mention.get('polarity')}, {mention.get('reality')}) in: {item.get('title') or ''}".strip()


def _line_key(row: Row, number: int) -> str:
    return str(row.get("pair") or row.get("doc") or f"line {number}")


def _line_text(row: Row) -> str:
    if "a" in row:
        return f"{row['a']['title']} | {row['b']['title']}"
    if "tokens" in row:
        return " ".join(row["tokens"])
    return str(row.get("sentence") or row.get("title") or row["text"][:120])


def _line_score(task: str, gold: Row, predicted: Row) -> float:
    if task == "pairs":
        return float(gold["label"] == predicted.get("label"))
    if task == "actions":
        return float(root_of(gold["action"]) == root_of(predicted.get("action")))
    counts, hit = {
        "attribution": (count_attribution, "hit"),
        "roles": (count_roles, "relaxed"),
        "places": (count_places, "resolved"),
    }[task]
    counted = counts(gold, predicted)
    if not counted.get("gold") and not counted.get("predicted"):
        return 1.0
    return Scores.of(counted.get(hit, 0), counted.get("predicted", 0), counted.get("gold", 0)).f1


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other)


def difference(state: Path, gold: Gold, predictions: Sequence[Row], result: TaskResult) -> Changes:
    """Compare with the last remembered run on the same gold; nothing is written."""
    folder = _folder(state, gold)
    if not (folder / "figures.json").exists() or not (folder / "predictions.jsonl").exists():
        return Changes(None)
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    before = {(m["stratum"], m["slot"]): m["value"] for m in figures["measures"]}
    after = result.values()
    moved = tuple(
        Moved(slot, stratum, before.get((stratum, slot)), value)
        for (stratum, slot), value in after.items()
        if before.get((stratum, slot)) != value
    )
    gained, lost = compare(gold, read_rows(folder / "predictions.jsonl"), predictions)
    return Changes(figures["extractor_version"], moved, tuple(gained), tuple(lost))


def remember(state: Path, gold: Gold, predictions: Sequence[Row], result: TaskResult, extractor_version: str) -> None:
    """Keep this run's predictions and figures as the last ones."""
    folder = _folder(state, gold)
    measures = [{"slot": m.slot, "stratum": m.stratum, "value": m.value, "n": m.n} for m in result.measures]
    write_predictions(folder / "predictions.jsonl", predictions)
    # Written last: without it the folder counts as no run.
    files.write_text(folder / "figures.json", json.dumps({"extractor_version": extractor_version, "measures": measures}, indent=1) + "\n")


def _folder(state: Path, gold: Gold) -> Path:
    return state / gold.task / f"{gold.half}-{gold.data.rsplit('@', 1)[-1]}"
