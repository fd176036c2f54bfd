"""The action between a marked source and target, from the extractor's action model.

A live run asks the model of every candidate word and keeps the sure ones. Here one answer per sentence is asked for, so the shares are
summed over the candidates, those on the grammatical path between source and target foremost, and the largest wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.extraction import features
from pipelines.extraction.analysis import ItemAnalysis, UnitAnalysis
from pipelines.extraction.stages.candidates import Candidate
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.weights import Embeddings, Weights

# The annotation's quad class of each type; it has no OFFICE and no INCIDENT, and its YIELD (CONCEDE and RETREAT) is 2.
QUAD: Mapping[str, int] = {
    "AGREE": 1, "CONSULT": 1, "SUPPORT": 1,
    "CONCEDE": 2, "COOPERATE": 2, "AID": 2, "RETREAT": 2,
    "REQUEST": 3, "ACCUSE": 3, "REJECT": 3, "THREATEN": 3,
    "PROTEST": 4, "SANCTION": 4, "MOBILIZE": 4, "COERCE": 4, "ASSAULT": 4,
}  # fmt: skip
_YIELD = ("CONCEDE", "RETREAT")
ON_PATH, BESIDE, INSIDE = 1.0, 0.25, 0.1


def predict(row: Any, analysis: ItemAnalysis, weights: Weights, embeddings: Embeddings) -> dict[str, Any]:
    """Return the prediction for one actions line; ``score`` is the winner's share of the summed shares."""
    model = weights.models["action"]
    totals = dict.fromkeys(QUAD, 0.0)
    for unit in analysis.units:
        path, inside = _between(unit.parsed, row["sentence"], row["source"], row["target"])
        for candidate in unit.candidates:
            bag = features.hashed(features.action_features(analysis, unit, candidate))
            shares = model.probabilities(bag, features.action_dense(unit, candidate, embeddings))
            weight = _weight(unit, candidate, path, inside)
            for action in totals:
                totals[action] += weight * shares[action]
    return _answer(totals)


def _answer(totals: Mapping[str, float]) -> dict[str, Any]:
    merged: dict[str, float] = {}
    for action, total in totals.items():
        merged["YIELD" if action in _YIELD else action] = merged.get("YIELD" if action in _YIELD else action, 0.0) + total
    best = max(merged, key=lambda action: (merged[action], action))
    action = max(_YIELD, key=lambda one: totals[one]) if best == "YIELD" else best
    whole = sum(totals.values())
    return {"action": action, "quad": QUAD[action], "score": round(merged[best] / whole, 6) if whole else 0.0}


def _weight(unit: UnitAnalysis, candidate: Candidate, path: frozenset[int], inside: frozenset[int]) -> float:
    if candidate.index in inside:
        return INSIDE
    return ON_PATH if candidate.index in path else BESIDE


def _between(parsed: Parsed, sentence: str, source: str, target: str) -> tuple[frozenset[int], frozenset[int]]:
    """Return the words on the path between the two phrases' heads, the phrases left out, and the words of the phrases."""
    one, other = _words(parsed, sentence, source), _words(parsed, sentence, target)
    inside = frozenset(one) | frozenset(other)
    if not one or not other:
        return frozenset(range(len(parsed.words))) - inside, inside
    up_one, up_other = ([head, *parsed.ancestors(head)] for head in (_head(parsed, one), _head(parsed, other)))
    shared = [word for word in up_one if word in up_other]
    if not shared:
        return frozenset({*up_one, *up_other}) - inside, inside
    top = shared[0]
    path = {*up_one[: up_one.index(top) + 1], *up_other[: up_other.index(top) + 1]}
    return frozenset(path) - inside, inside


def _words(parsed: Parsed, sentence: str, phrase: str) -> list[int]:
    begin = sentence.find(phrase)
    if begin < 0 or not phrase:
        return []
    return [n for n in range(len(parsed.words)) if parsed.start[n] < begin + len(phrase) and begin < parsed.end[n]]


def _head(parsed: Parsed, words: list[int]) -> int:
    within = set(words)
    return next((word for word in words if parsed.head[word] == word or parsed.head[word] not in within), words[0])
