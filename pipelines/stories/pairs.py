"""Two items side by side: the same event, the same story, or different matters.

For evaluation against labelled pairs, and for spot checks; the pipeline itself groups many (``cluster``, ``events``).
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import LexiconError
from pipelines.extraction.weights import load_embeddings
from pipelines.stories.names import Casing
from pipelines.stories.similarity import Idf, Vector, cosine, stem, stopwords, terms

PairLabel = Literal["same_event", "same_story", "different"]

FEATURES = ("words", "title", "names", "deeds", "meaning", "gap")
_WORD = re.compile(r"[^\W_]+")
_TITLE_SHARE = 1.5


@dataclass(frozen=True, slots=True)
class PairItem:
    """One side of a pair: an RSS item."""

    id: str
    published: datetime | None
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """The label, and a score in [0, 1] that grows with the evidence that both tell of one event."""

    label: PairLabel
    score: float


@dataclass(frozen=True, slots=True)
class _Side:
    words: Vector
    title: Vector
    names: Vector
    deeds: Vector
    meaning: NDArray[np.float64]


class PairJudge:
    """Judges pairs with term weights and casing taken from the items at hand (no labels are read)."""

    def __init__(self, items: Sequence[PairItem]) -> None:
        counts = [terms(item.title, item.summary) for item in items]
        idf = Idf(counts)
        casing = Casing(item.summary for item in items)
        meanings = _meanings(items, idf)
        self._weights = load_weights()
        self._sides: dict[str, _Side] = {}
        for item, own, meaning in zip(items, counts, meanings, strict=True):
            words = idf.vector(own)
            names, deeds = casing.split(words)
            self._sides[item.id] = _Side(words, idf.vector(terms(item.title, "")), names, deeds, meaning)

    def features(self, a: PairItem, b: PairItem) -> dict[str, float]:
        """Return the features of ``data/pairs.toml``.

        Raises:
            KeyError: an item was not given at construction.
        """
        one, two = self._sides[a.id], self._sides[b.id]
        return {
            "words": cosine(one.words, two.words),
            "title": cosine(one.title, two.title),
            "names": cosine(one.names, two.names),
            "deeds": cosine(one.deeds, two.deeds),
            "meaning": max(0.0, float(one.meaning @ two.meaning)),
            "gap": math.log1p(2 * _days(a, b)),
        }

    def judge(self, a: PairItem, b: PairItem) -> PairVerdict:
        """Compare two items that were given at construction.

        Raises:
            KeyError: an item was not among them.
        """
        features = self.features(a, b)
        event, story = (_probability(self._weights[kind], features) for kind in ("event", "story"))
        label: PairLabel = "same_event" if event >= 0.5 else "same_story" if story >= 0.5 else "different"
        return PairVerdict(label, round(event, 6))


@lru_cache(maxsize=1)
def load_weights() -> Mapping[str, Mapping[str, float]]:
    """Return the weights of both logits.

    Raises:
        LexiconError: ``data/pairs.toml`` has other parts or features than the judge.
    """
    return parse_weights(resources.files("pipelines.stories").joinpath("data/pairs.toml").read_text(encoding="utf-8"), "pairs.toml")


def parse_weights(data: str, source: str) -> Mapping[str, Mapping[str, float]]:
    """Read weights; both parts must give a number for the bias and each feature.

    Raises:
        LexiconError: they do not.
    """
    try:
        tables = tomllib.loads(data)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{source} is no TOML file: {error}") from error
    wanted = {"bias", *FEATURES}
    for part in ("event", "story"):
        table = tables.get(part)
        if not isinstance(table, dict) or set(table) != wanted or not all(isinstance(v, float) for v in table.values()):
            raise LexiconError(f"{source}: [{part}] must give a decimal number for each of {', '.join(sorted(wanted))}, and nothing else.")
    return tables


def _probability(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    logit = weights["bias"] + sum(weights[name] * features[name] for name in FEATURES)
    return 1 / (1 + math.exp(-logit))


def _meanings(items: Sequence[PairItem], idf: Idf) -> list[NDArray[np.float64]]:
    """Average the word vectors of each item, and take off what all items have in common."""
    vector_of = load_embeddings()
    rows = np.zeros((len(items), vector_of.size))
    for place, item in enumerate(items):
        for text, share in ((item.title, _TITLE_SHARE), (item.summary, 1.0)):
            for word in _WORD.findall(text.lower()):
                if word not in stopwords():
                    rows[place] += share * idf.weight(stem(word)) * vector_of(word)
    rows = _units(rows)
    return list(_units(rows - rows.mean(axis=0))) if len(items) > 1 else list(rows)


def _units(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(lengths, 1e-9)


def _days(a: PairItem, b: PairItem) -> float:
    if a.published is None or b.published is None:
        return 0.0
    return abs((a.published - b.published).total_seconds()) / 86400
