"""Scoring the tasks beside mentions: pairs, stories, attribution, actions, roles, places, factuality.

Each scorer takes joined rows and returns its measures with intervals, from resampling the gold's lines. What each figure means is
said in the scorer's docstring.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pipelines.evaluation.counting import Scores, Statistic, Table, Weights, intervals, ones
from pipelines.evaluation.gold import Row
from pipelines.evaluation.matching import Span, kilometres, outline, overlap, tagged_spans
from pipelines.evaluation.results import Measure, Task

Joined = Sequence[tuple[Row, Row]]

NEAR_KM = 161
"""A place within this distance of the gold's is the right one (100 miles, the measure of the geoparsing literature)."""
MISSING_FACTUALITY = 3.0
"""A target that nothing was said of counts as a plain fact."""
PRECISE, FAIRLY_PRECISE = 0.90, 0.88
PARTS = ("source", "cue", "content")

# A sentence ends after . ! or ?, with any closing marks, where blanks and then a capital or digit follow; or at an empty line.
_SENTENCE_END = re.compile(r"""(?: (?<=[.!?]) ["'”’)]* \s+ (?= ["'“‘(]* [A-Z0-9] ) ) | \n \s* \n""", re.VERBOSE)


def _measures(statistic: Statistic, units: int, rests_on: Mapping[str, int]) -> list[Measure]:
    bounds = intervals(statistic, units)
    found = []
    for slot, value in statistic(ones(units)).items():
        base = slot.removesuffix("_precision").removesuffix("_recall")
        low, high = bounds.get(slot, (None, None))
        found.append(Measure(slot, value, rests_on.get(base, rests_on.get("", units)), low, high))
    return found


def _from_counts(rows: Sequence[Mapping[str, int]], slots: Mapping[str, tuple[str, str, str]]) -> list[Measure]:
    """Measures that are F1 over summed counts; ``slots`` names the columns of hits, predicted and gold for each."""
    table = Table(rows)

    def figures(weights: Weights) -> Mapping[str, float]:
        total = table.totals(weights)
        named: dict[str, float] = {}
        for slot, (hit, predicted, gold) in slots.items():
            named |= Scores.of(total(hit), total(predicted), total(gold)).named(slot)
        return named

    total = table.totals(ones(len(table)))
    return _measures(figures, len(table), {slot: total(gold) for slot, (_, _, gold) in slots.items()})


def measure_pairs(rows: Joined) -> list[Measure]:
    """Two items, one event? ``same_event`` by label, ``recall_at_precision_90`` and ``f1_at_precision_88`` by score, and accuracy.

    For the two by score, pairs are ranked and cut wherever the score changes.
    """
    same = np.array([gold["label"] == "same_event" for gold, _ in rows], dtype=np.int64)
    said = np.array([predicted.get("label") == "same_event" for _, predicted in rows], dtype=np.int64)
    right = np.array([gold["label"] == predicted.get("label") for gold, predicted in rows], dtype=np.int64)
    score = np.array([float(predicted.get("score", 0)) for _, predicted in rows], dtype=np.float64)
    order = np.argsort(-score, kind="stable")
    cuts = np.flatnonzero(np.append(np.diff(score[order]) != 0, True)) if len(rows) else np.array([], dtype=np.int64)

    def figures(weights: Weights) -> Mapping[str, float]:
        positives, drawn = int(weights @ same), int(weights.sum())
        found = Scores.of(int(weights @ (same * said)), int(weights @ said), positives).named("same_event")
        taken = np.cumsum(weights[order])[cuts]
        hits = np.cumsum(weights[order] * same[order])[cuts]
        recall = f1 = 0.0
        for hit, kept in zip(hits.tolist(), taken.tolist(), strict=True):
            at = Scores.of(hit, kept, positives)
            recall = max(recall, at.recall) if at.precision >= PRECISE else recall
            f1 = max(f1, at.f1) if at.precision >= FAIRLY_PRECISE else f1
        found |= {"recall_at_precision_90": recall, "f1_at_precision_88": f1}
        return found | {"three_way": int(weights @ right) / drawn if drawn else 0.0}

    positives = int(same.sum())
    rests_on = dict.fromkeys(("same_event", "recall_at_precision_90", "f1_at_precision_88"), positives)
    return _measures(figures, len(rows), rests_on)


def story_shares(rows: Joined) -> list[tuple[float, float]]:
    """Return each article's B-cubed precision and recall; one without a story stands alone."""
    events = [gold["event"] for gold, _ in rows]
    stories = [predicted.get("story", ("alone", n)) for n, (_, predicted) in enumerate(rows)]
    in_event, in_story, in_both = Counter(events), Counter(stories), Counter(zip(events, stories, strict=True))
    return [
        (in_both[event, story] / in_story[story], in_both[event, story] / in_event[event])
        for event, story in zip(events, stories, strict=True)
    ]


def measure_stories(rows: Joined) -> list[Measure]:
    """Clusters: ``b_cubed``, the mean over articles of the share of their story that is of their event, and the reverse."""
    shares = np.array(story_shares(rows), dtype=np.float64).reshape(-1, 2)

    def figures(weights: Weights) -> Mapping[str, float]:
        if not weights.sum():
            return Scores(0.0, 0.0, 0.0).named("b_cubed")
        precision, recall = (math.fsum(shares[:, side] * weights) / int(weights.sum()) for side in (0, 1))
        return Scores(precision, recall, 2 * precision * recall / (precision + recall)).named("b_cubed")

    return _measures(figures, len(rows), {})


def sentence_spans(text: str) -> list[Span]:
    """Cut a text into sentences, all characters kept; a piece of blanks only is no sentence and is left out."""
    ends = [*(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]
    spans = zip([0, *ends], ends, strict=False)
    return [(start, end) for start, end in spans if text[start:end].strip()]


def count_attribution(gold: Row, predicted: Row) -> Mapping[str, int]:
    """Count one article's sentences and spans."""
    sides = (gold["attributions"], predicted.get("attributions") or [])
    counts: Counter[str] = Counter()
    cues = [[piece for attribution in side for piece in attribution.get("cue") or ()] for side in sides]
    for sentence in sentence_spans(gold["text"]):
        in_gold, in_predicted = (any(overlap(piece, sentence) for piece in side) for side in cues)
        counts.update(name for name, holds in (("gold", in_gold), ("predicted", in_predicted), ("hit", in_gold and in_predicted)) if holds)
    for part in PARTS:
        # Sets, in their own order: where several predictions overlap a gold span alike, that order decides, as in the reference scorer.
        wanted, found = ({outline(attribution.get(part)) for attribution in side} - {None} for side in sides)
        counts[f"gold {part}"], counts[f"predicted {part}"] = len(wanted), len(found)
        counts[f"exact {part}"] = len(wanted & found)
        counts[f"relaxed {part}"] = _relaxed(wanted, found)
    return counts


def _relaxed(wanted: set[Any], found: set[Any]) -> int:
    """Pair spans one to one that overlap by half of the longer."""
    free, paired = set(found), 0
    for span in wanted:
        best = max(free, key=lambda other: overlap(span, other), default=None)
        if best is not None and 2 * overlap(span, best) >= max(span[1] - span[0], best[1] - best[0]):
            free.remove(best)
            paired += 1
    return paired


def measure_attribution(rows: Joined) -> list[Measure]:
    """Who says so: ``sentence`` (has a cue or not), and spans of source, cue and content, ``_exact`` and ``_relaxed``."""
    slots = {"sentence": ("hit", "predicted", "gold")}
    for part in PARTS:
        slots |= {f"{part}_{kind}": (f"{kind} {part}", f"predicted {part}", f"gold {part}") for kind in ("exact", "relaxed")}
    return _from_counts([count_attribution(gold, predicted) for gold, predicted in rows], slots)


def root_of(action: Any) -> Any:
    """Return the gold's name of an action type: CONCEDE and RETREAT are one there."""
    return "YIELD" if action in ("CONCEDE", "RETREAT") else action


def measure_actions(rows: Joined) -> list[Measure]:
    """Action of a sentence with marked source and target: macro-F1 over the gold's classes, and accuracy, of ``quad`` and ``root``."""
    sides = {
        "quad": [(gold["quad"], predicted.get("quad")) for gold, predicted in rows],
        "root": [(root_of(gold["action"]), root_of(predicted.get("action"))) for gold, predicted in rows],
    }
    classes = {name: sorted({gold for gold, _ in pairs}, key=str) for name, pairs in sides.items()}
    table = Table([
        Counter(name for slot, pairs in sides.items() for name in _confusion(slot, *pairs[n]))
        for n in range(len(rows))
    ])  # fmt: skip

    def figures(weights: Weights) -> Mapping[str, float]:
        total, drawn, named = table.totals(weights), int(weights.sum()), {}
        for slot, known in classes.items():
            # A class that a resample does not hold has no F1 there.
            held = [c for c in known if total(f"{slot} gold {c}")]
            scores = [Scores.of(total(f"{slot} hit {c}"), total(f"{slot} predicted {c}"), total(f"{slot} gold {c}")).f1 for c in held]
            named[f"{slot}_macro_f1"] = sum(scores) / len(scores) if scores else 0.0
            named[f"{slot}_accuracy"] = sum(total(f"{slot} hit {c}") for c in known) / drawn if drawn else 0.0
        return named

    return _measures(figures, len(rows), {})


def _confusion(slot: str, gold: Any, predicted: Any) -> list[str]:
    names = [f"{slot} gold {gold}", f"{slot} predicted {predicted}"]
    return [*names, f"{slot} hit {gold}"] if gold == predicted else names


def count_roles(gold: Row, predicted: Row) -> Mapping[str, int]:
    """Count one sentence's spans; relaxed pairs are made in text order, each with the first free span that it overlaps."""
    wanted, found = tagged_spans(gold["tags"]), tagged_spans(predicted.get("tags") or [])
    free, relaxed = sorted(found), 0
    for span in sorted(wanted):
        match = next((other for other in free if other[2] == span[2] and overlap(span[:2], other[:2])), None)
        if match:
            free.remove(match)
            relaxed += 1
    return {"gold": len(wanted), "predicted": len(found), "exact": len(wanted & found), "relaxed": relaxed}


def measure_roles(rows: Joined) -> list[Measure]:
    """Spans of sources and targets, ``exact`` and ``relaxed`` (they overlap)."""
    slots = {kind: (kind, "predicted", "gold") for kind in ("exact", "relaxed")}
    return _from_counts([count_roles(gold, predicted) for gold, predicted in rows], slots)


def count_places(gold: Row, predicted: Row) -> Mapping[str, int]:
    """Count one article's toponyms; those that the gold could not resolve are left out, and so are predictions on them."""
    unresolved = [_at(t) for t in gold["toponyms"] if t["lat"] is None]
    wanted = [t for t in gold["toponyms"] if t["lat"] is not None]
    free = [t for t in predicted.get("toponyms") or [] if not any(overlap(_at(t), span) for span in unresolved)]
    counts = Counter(gold=len(wanted), predicted=len(free))
    for toponym in wanted:
        best = max(free, key=lambda other: overlap(_at(toponym), _at(other)), default=None)
        if best is None or not overlap(_at(toponym), _at(best)):
            continue
        free.remove(best)
        counts["found"] += 1
        counts["resolved"] += best.get("lat") is not None and kilometres(toponym, best) <= NEAR_KM
    return counts


def _at(toponym: Mapping[str, Any]) -> Span:
    return toponym["start"], toponym["end"]


def measure_places(rows: Joined) -> list[Measure]:
    """Toponyms ``found`` (their spans overlap) and ``resolved`` (found, and at most :data:`NEAR_KM` from the gold's point)."""
    slots = {kind: (kind, "predicted", "gold") for kind in ("found", "resolved")}
    return _from_counts([count_places(gold, predicted) for gold, predicted in rows], slots)


def factuality_pairs(gold: Row, predicted: Row) -> list[tuple[float, float]]:
    """Return (gold, predicted) of each target of a sentence."""
    said = {tuple(target["span1"]): float(target["label"]) for target in predicted.get("targets") or []}
    return [(float(target["label"]), said.get(tuple(target["span1"]), MISSING_FACTUALITY)) for target in gold["targets"]]


def measure_factuality(rows: Joined) -> list[Measure]:
    """Did it happen, -3 to 3: Pearson ``r`` and ``mean_absolute_error`` over all targets."""
    sentences = [factuality_pairs(gold, predicted) for gold, predicted in rows]
    flat = [pair for sentence in sentences for pair in sentence]
    moments = np.array(
        [[sum(f(a, b) for a, b in sentence) for f in _MOMENTS] for sentence in sentences], dtype=np.float64
    ).reshape(-1, len(_MOMENTS))  # fmt: skip

    def figures(weights: Weights) -> Mapping[str, float]:
        n, a, b, ab, aa, bb, gap = (weights @ moments).tolist()
        spread = (n * aa - a * a) * (n * bb - b * b)
        return {"r": (n * ab - a * b) / math.sqrt(spread) if spread > 0 else 0.0, "mean_absolute_error": gap / n if n else 0.0}

    exact = {"r": pearson(flat), "mean_absolute_error": sum(abs(a - b) for a, b in flat) / len(flat) if flat else 0.0}
    return [Measure(m.slot, exact[m.slot], len(flat), m.low, m.high) for m in _measures(figures, len(rows), {})]


_MOMENTS: tuple[Callable[[float, float], float], ...] = (
    lambda _a, _b: 1.0, lambda a, _b: a, lambda _a, b: b, lambda a, b: a * b, lambda a, _b: a * a, lambda _a, b: b * b,
    lambda a, b: abs(a - b),
)  # fmt: skip


def pearson(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the correlation of pairs; 0 where one side does not vary."""
    if not pairs:
        return 0.0
    mean_a, mean_b = sum(a for a, _ in pairs) / len(pairs), sum(b for _, b in pairs) / len(pairs)
    together = sum((a - mean_a) * (b - mean_b) for a, b in pairs)
    spread = math.sqrt(sum((a - mean_a) ** 2 for a, _ in pairs) * sum((b - mean_b) ** 2 for _, b in pairs))
    return together / spread if spread else 0.0


SCORERS: Mapping[Task, Callable[[Joined], list[Measure]]] = {
    "pairs": measure_pairs,
    "stories": measure_stories,
    "attribution": measure_attribution,
    "actions": measure_actions,
    "roles": measure_roles,
    "places": measure_places,
    "factuality": measure_factuality,
}
