"""The action between a marked source and target, from the extractor's action model and lexicon.

A live run asks the models of every candidate word and keeps the sure ones. Here one answer per sentence is asked for, so the models'
shares and the lexicon's senses are summed over the candidates: those on the grammatical path between source and target count most,
and more where a phrase hangs on the word itself. The largest sum wins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.extraction import features
from pipelines.extraction.analysis import ItemAnalysis
from pipelines.extraction.decide import Opinion
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
# Chosen by comparing some twenty settings on the development lines; both halves were seen, so figures on those lines flatter a little.
ON_PATH, BESIDE, INSIDE = 1.0, 0.1, 0.1
PER_ARGUMENT = 2.0
LEXICON = 0.3


def predict(row: Any, analysis: ItemAnalysis, weights: Weights, embeddings: Embeddings, opinion: Opinion | None = None) -> dict[str, Any]:
    """Return the prediction for one actions line; ``score`` is the winner's share of the sums."""
    model = weights.models["action"]
    totals = dict.fromkeys(QUAD, 0.0)
    for number, unit in enumerate(analysis.units):
        sides = _sides(unit.parsed, row["sentence"], row["source"], row["target"])
        for candidate in unit.candidates:
            bag = features.action_bag(analysis, unit, candidate)
            shares: Mapping[str, float] = model.probabilities(bag, features.action_dense(unit, candidate, embeddings))
            if opinion is not None:
                shares = opinion.deed((number, candidate.index), shares)
            weight = _weight(unit.parsed, candidate.index, sides)
            senses = Counter(match.sense.action for match in candidate.matches if match.fits_pos)
            for action in totals:
                listed = senses[action] / senses.total() if senses else 0.0
                totals[action] += weight * (shares[action] + LEXICON * listed)
    return _answer(totals)


def _answer(totals: Mapping[str, float]) -> dict[str, Any]:
    merged: dict[str, float] = {}
    for action, total in totals.items():
        merged["YIELD" if action in _YIELD else action] = merged.get("YIELD" if action in _YIELD else action, 0.0) + total
    best = max(merged, key=lambda action: (merged[action], action))
    action = max(_YIELD, key=lambda one: totals[one]) if best == "YIELD" else best
    whole = sum(totals.values())
    return {"action": action, "quad": QUAD[action], "score": round(merged[best] / whole, 6) if whole else 0.0}


@dataclass(frozen=True, slots=True)
class _Sides:
    """Words of the source, of the target, and between them."""

    source: frozenset[int]
    target: frozenset[int]
    path: frozenset[int]


def _weight(parsed: Parsed, index: int, sides: _Sides) -> float:
    below = [frozenset(parsed.subtree(child)) for child in parsed.children[index]]
    arguments = sum(any(side & words for words in below) for side in (sides.source, sides.target))
    place = ON_PATH if index in sides.path else BESIDE
    if index in sides.source or index in sides.target:
        place = INSIDE
    return place * (1 + PER_ARGUMENT * arguments)


def _sides(parsed: Parsed, sentence: str, source: str, target: str) -> _Sides:
    one, other = _words(parsed, sentence, source), _words(parsed, sentence, target)
    inside = {*one, *other}
    if not one or not other:
        path = set(range(len(parsed.words)))
    else:
        up_one, up_other = ([head, *parsed.ancestors(head)] for head in (_head(parsed, one), _head(parsed, other)))
        top = next((word for word in up_one if word in up_other), None)
        path = {*_up_to(up_one, top), *_up_to(up_other, top)}
    return _Sides(frozenset(one), frozenset(other), frozenset(path - inside))


def _up_to(words: list[int], top: int | None) -> list[int]:
    return words if top is None else words[: words.index(top) + 1]


def _words(parsed: Parsed, sentence: str, phrase: str) -> list[int]:
    begin = sentence.find(phrase)
    if begin < 0 or not phrase:
        return []
    return [n for n in range(len(parsed.words)) if parsed.start[n] < begin + len(phrase) and begin < parsed.end[n]]


def _head(parsed: Parsed, words: list[int]) -> int:
    within = set(words)
    return next((word for word in words if parsed.head[word] == word or parsed.head[word] not in within), words[0])
