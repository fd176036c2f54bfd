"""Scoring event mentions: triggers, types, arguments, voices, slots, rare values, resolution, calibration.

Counts are made per item, so that resampling items gives the intervals. Slots are counted over paired mentions: a gold mention that nothing
paired with misses its slots, an unpaired prediction adds none. How often a phrase gets an id is counted over all predictions that say so.
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

RESOLVED = ("actor", "target", "place")
"""Slots whose phrases may have an id (in the prediction: ``actor_ids`` and so on) and a country."""
BINS = 10


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
    rests_on |= {f"{name}_resolved": total(f"phrases {name}") for name in RESOLVED}
    rests_on |= {f"{name}_country": total(f"judged {name}_country") for name in RESOLVED}
    rests_on |= {f"reliability_{bin_name(n)}": total(f"bin {n}") for n in range(BINS)}
    measures = []
    for slot, value in statistic(ones(len(table))).items():
        base = slot.removesuffix("_precision").removesuffix("_recall")
        low, high = bounds.get(slot, (None, None))
        measures.append(Measure(slot, value, rests_on.get(base, total(f"gold {base}")), low, high, stratum))
    error, scored = calibration(items)
    measures.append(Measure("calibration_error", error, scored, stratum=stratum))
    measures.extend(
        Measure(f"confidence_{bin_name(n)}", said, held, stratum=stratum) for n, (said, held) in enumerate(mean_confidence(items)) if held
    )
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
    for name in RESOLVED:
        ids = [one for p in predicted for one in p.get(f"{name}_ids") or ()]
        counts[f"phrases {name}"] = len(ids)
        counts[f"resolved {name}"] = sum(one is not None for one in ids)
        judged = [(g, p) for g, p in pairs if g.get(f"{name}_country") and _slot_right(name, g.get(name), p.get(name))]
        counts[f"judged {name}_country"] = len(judged)
        counts[f"right {name}_country"] = sum(g[f"{name}_country"] == p.get(f"{name}_country") for g, p in judged)
    for confidence, is_right in judgements(gold, predicted):
        counts[f"bin {bin_of(confidence)}"] += 1
        counts[f"bin {bin_of(confidence)} right"] += is_right
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
        for slot, part, whole in shares:
            if total(whole):
                found[slot] = total(part) / total(whole)
        return found

    shares = [(f"{name}_resolved", f"resolved {name}", f"phrases {name}") for name in RESOLVED]
    shares += [(f"{name}_country", f"right {name}_country", f"judged {name}_country") for name in RESOLVED]
    shares += [(f"reliability_{bin_name(n)}", f"bin {n} right", f"bin {n}") for n in range(BINS)]

    return figures


def calibration(items: Sequence[tuple[Sequence[Mention], Sequence[Mention]]]) -> tuple[float | None, int]:
    """Return the expected calibration error in ten bins, and how many predictions carry a confidence.

    A prediction is right when it pairs with a gold mention of its type. ``None`` where no prediction carries a confidence.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for gold, predicted in items:
        for confidence, is_right in judgements(gold, predicted):
            bins[bin_of(confidence)].append((confidence, is_right))
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


def judgements(gold: Sequence[Mention], predicted: Sequence[Mention]) -> list[tuple[float, bool]]:
    """The confidence of each prediction of an item that carries one, and whether it pairs with a gold mention of its type."""
    right = {j for i, j in pair_up(gold, predicted) if gold[i]["action"] == predicted[j].get("action")}
    given = [(j, mention.get("confidence")) for j, mention in enumerate(predicted)]
    return [(confidence, j in right) for j, confidence in given if isinstance(confidence, int | float)]


def mean_confidence(items: Sequence[tuple[Sequence[Mention], Sequence[Mention]]]) -> list[tuple[float | None, int]]:
    """Mean confidence and number of predictions of each bin, lowest first."""
    held: list[list[float]] = [[] for _ in range(BINS)]
    for gold, predicted in items:
        for confidence, _ in judgements(gold, predicted):
            held[bin_of(confidence)].append(confidence)
    return [(sum(bin_) / len(bin_) if bin_ else None, len(bin_)) for bin_ in held]


def bin_of(confidence: float) -> int:
    """The bin of a confidence; 1 is in the last one."""
    return min(BINS - 1, int(confidence * BINS))


def bin_name(number: int) -> str:
    """The lower end of a bin, as the slots of the reliability curve have it."""
    return f"{number / BINS:.1f}"
