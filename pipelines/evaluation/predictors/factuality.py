"""Factuality (-3 to 3) of marked words, from the extractor's polarity and reality.

The extractor knows three polarities and seven realities, the annotation a scale. The tables below say where on the scale each pair
lies: rounded medians of annotated words, apart for infinitives and for clauses under a negated verb, which the categories do not part.
The medians were taken over all development lines, so figures on those lines flatter; fitted on one half they are lower on the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.extraction.analysis import Lexicons, UnitAnalysis
from pipelines.extraction.stages.reality import Standing, standing

# (finite, infinitive) of a positive clause.
POSITIVE: Mapping[str, tuple[float, float]] = {
    "happened": (3.0, 1.8),
    "ongoing": (3.0, 1.8),
    "planned": (2.4, 1.6),
    "possible": (1.6, 1.6),
    "demanded": (2.2, 1.5),
    "threatened": (2.4, 0.8),
    "question": (1.8, 1.0),
}
UNDER_NEGATION: Mapping[str, tuple[float, float]] = {
    "happened": (2.2, -0.8),
    "ongoing": (2.2, -0.8),
    "planned": (1.0, -1.2),
    "possible": (0.2, -1.0),
}
NEGATED: Mapping[str, tuple[float, float]] = {
    "happened": (-1.6, -1.0),
    "ongoing": (-2.4, -1.0),
    "planned": (-1.8, -0.6),
    "possible": (-1.6, -1.6),
}
NEGATED_OTHERWISE = (-1.2, -1.4)
DENIED: Mapping[str, tuple[float, float]] = {"happened": (2.0, -2.4)}
DENIED_OTHERWISE = (1.0, -1.4)
UNKNOWN = 3.0


def level(found: Standing) -> float:
    """Return the factuality that a standing has on the annotation's scale."""
    form = 1 if "aux:to" in found.observations else 0
    if found.polarity == "negated":
        return NEGATED.get(found.reality, NEGATED_OTHERWISE)[form]
    if found.polarity == "denied":
        return DENIED.get(found.reality, DENIED_OTHERWISE)[form]
    negated_above = any(seen.startswith(("upneg1:xcomp", "upneg1:ccomp", "upneg1:advcl")) for seen in found.observations)
    table = UNDER_NEGATION if negated_above and found.reality in UNDER_NEGATION else POSITIVE
    return table.get(found.reality, (UNKNOWN, UNKNOWN))[form]


def predict(row: Any, unit: UnitAnalysis | None, lexicons: Lexicons) -> dict[str, Any]:
    """Return the prediction for one factuality line; ``unit`` is its text, read (``None`` where it has no words)."""
    offsets = word_offsets(row["text"])
    targets = []
    for target in row["targets"]:
        first, last = target["span1"]
        index = None if unit is None else _word_at(unit, offsets[first][0], offsets[last - 1][1])
        label = UNKNOWN if unit is None or index is None else level(standing(unit.parsed, index, lexicons.modality, lexicons.predicates))
        targets.append({"span1": list(target["span1"]), "label": label})
    return {"targets": targets}


def word_offsets(text: str) -> list[tuple[int, int]]:
    """Return the character spans of a text's parts between blanks, which the annotation counts in."""
    offsets, at = [], 0
    for word in text.split(" "):
        offsets.append((at, at + len(word)))
        at += len(word) + 1
    return offsets


def _word_at(unit: UnitAnalysis, begin: int, end: int) -> int | None:
    parsed = unit.parsed
    return next((n for n in range(len(parsed.words)) if parsed.start[n] < end and begin < parsed.end[n]), None)
