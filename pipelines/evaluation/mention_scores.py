"""Scoring event mentions: triggers, types, arguments, voices, slots, rare values, calibration.

Counts are made per item, so that resampling items gives the intervals. Slots are counted over paired mentions: a gold mention that nothing
paired with misses its slots, an unpaired prediction adds none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.evaluation.counting import Scores, Statistic, Table, Weights, intervals, ones
from pipelines.evaluation.gold import Row
from pipelines.evaluation.matching import Mention, alike, pair_up
from pipelines.evaluation.results import ALL, Measure

LEVELS = ("trigger", "event", "who_whom", "full")
PHRASES = ("actor", "target", "place")
EXACT = ("date", "figures")
ATTRIBUTES = ("action", "voice", "polarity", "reality")
RARE: Mapping[str, tuple[str, frozenset[str]]] = {
    "negation": ("polarity", frozenset({"positive"})),
    "modality": ("reality", frozenset({"happened", "ongoing"})),
}
"""Measures of rare values: their field, and its common values."""


def measure_mentions(rows: Sequence[tuple[Row, Row]]) -> list[Measure]:
    """Return all measures over joined rows, for all items and apart for items with and without a body."""
    measures = measure_stratum(rows, ALL)
    for stratum, has_body in (("title_summary", False), ("full_text", True)):
        part = [(gold, predicted) for gold, predicted in rows if bool(gold.get("body")) is has_body]
        if part:
            measures += measure_stratum(part, stratum)
    return measures


def measure_stratum(rows: Sequence[tuple[Row, Row]], stratum: str) -> list[Measure]:
    """Return all measures over joined rows."""
    items = [(gold["mentions"], predicted.get("mentions") or []) for gold, predicted in rows]
    table = Table([count(gold, predicted) for gold, predicted in items])
    statistic = _statistic(table)
    bounds = intervals(statistic, len(table))
    total = table.totals(ones(len(table)))
    rests_on = {name: total("gold") for name in LEVELS} | dict.fromkeys(ATTRIBUTES, total("trigger"))
    measures = []
    for slot, value in statistic(ones(len(table))).items():
        base = slot.removesuffix("_precision").removesuffix("_recall")
        low, high = bounds.get(slot, (None, None))
        measures.append(Measure(slot, value, rests_on.get(base, total(f"gold {base}")), low, high, stratum))
    error, scored = calibration(items)
    measures.append(Measure("calibration_error", error, scored, stratum=stratum))
    measures.append(Measure("predicted", float(total("predicted")), total("gold"), stratum=stratum))
    return measures


def count(gold: Sequence[Mention], predicted: Sequence[Mention]) -> Mapping[str, int]:
    """Count what adds up over items: hits per level, filled slots on either side, right values."""
    pairs = [(gold[i], predicted[j]) for i, j in pair_up(gold, predicted)]
    counts: Counter[str] = Counter(gold=len(gold), predicted=len(predicted), trigger=len(pairs))
    for g, p in pairs:
        right = {name for name in ATTRIBUTES if g.get(name) == p.get(name)}
        counts.update(f"right {name}" for name in right)
        counts.update(LEVELS[1 : reached(g, p)])
    for name in (*PHRASES, *EXACT):
        counts[f"gold {name}"] = sum(_filled(g.get(name)) for g in gold)
        counts[f"predicted {name}"] = sum(_filled(p.get(name)) for _, p in pairs)
        counts[f"hit {name}"] = sum(_slot_right(name, g.get(name), p.get(name)) for g, p in pairs)
    for name, (field, common) in RARE.items():
        counts[f"gold {name}"] = sum(g[field] not in common for g in gold)
        counts[f"predicted {name}"] = sum(p.get(field) not in common for p in predicted)
        counts[f"hit {name}"] = sum(g[field] not in common and g[field] == p.get(field) for g, p in pairs)
    return counts


def reached(gold: Mention, predicted: Mention) -> int:
    """Return how many of :data:`LEVELS` a pair reaches: 1 for the trigger alone, 4 for all."""
    if gold["action"] != predicted.get("action"):
        return 1
    if not all(alike(gold.get(slot), predicted.get(slot)) for slot in ("actor", "target")):
        return 2
    return 4 if all(gold.get(name) == predicted.get(name) for name in ("voice", "polarity", "reality")) else 3


def _filled(value: Any) -> bool:
    return bool(value)


def _slot_right(name: str, gold: Any, predicted: Any) -> bool:
    if not gold or not predicted:
        return False
    if name in PHRASES:
        return alike(gold, predicted)
    if name == "figures":
        # As written, so that [3, null] and [3.0, null] are two answers.
        return json.dumps(gold, sort_keys=True) == json.dumps(predicted, sort_keys=True)
    return bool(gold == predicted)


def _statistic(table: Table) -> Statistic:
    def figures(weights: Weights) -> Mapping[str, float]:
        total = table.totals(weights)
        found: dict[str, float] = {}
        for level in LEVELS:
            found |= Scores.of(total(level), total("predicted"), total("gold")).named(level)
        for name in (*PHRASES, *EXACT, *RARE):
            found |= Scores.of(total(f"hit {name}"), total(f"predicted {name}"), total(f"gold {name}")).named(name)
        for name in ATTRIBUTES:
            found[name] = total(f"right {name}") / total("trigger") if total("trigger") else 0.0
        return found

    return figures


def calibration(items: Sequence[tuple[Sequence[Mention], Sequence[Mention]]]) -> tuple[float | None, int]:
    """Return the expected calibration error in ten bins, and how many predictions carry a confidence.

    A prediction is right when it pairs with a gold mention of its type. ``None`` where no prediction carries a confidence.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
    for gold, predicted in items:
        right = {j for i, j in pair_up(gold, predicted) if gold[i]["action"] == predicted[j].get("action")}
        for j, mention in enumerate(predicted):
            confidence = mention.get("confidence")
            if isinstance(confidence, int | float):
                bins[min(9, int(confidence * 10))].append((confidence, j in right))
    scored = sum(len(bin_) for bin_ in bins)
    if not scored:
        return None, 0
    gap = 0.0
    for bin_ in bins:
        if bin_:
            said = sum(confidence for confidence, _ in bin_) / len(bin_)
            true = sum(is_right for _, is_right in bin_) / len(bin_)
            gap += abs(said - true) * len(bin_)
    return gap / scored, scored
