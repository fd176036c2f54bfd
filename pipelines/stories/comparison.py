"""Two texts side by side: what they share in words, names, deeds, meaning and time, as a few numbers that a person can read.

Here: how a text is read for comparison, and the features. Not here: what they weigh (``judgement``), which texts are compared
(``neighbours``, ``pairs``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipelines.extraction.weights import hash_text, load_embeddings
from pipelines.stories import background
from pipelines.stories.background import Background
from pipelines.stories.names import Casing
from pipelines.stories.similarity import Idf, Vector, cosine, stem, stopwords, terms

FEATURES = ("words", "title", "names", "deeds", "aligned", "meaning", "gap", "brevity", "company")

MAX_TERMS = 60
"""The alignment of two texts reads so many terms of each, the weightiest first: more say little, and cost their product."""
_ALIKE, _SYNONYM = 0.4, 0.8
_TITLE_SHARE = 1.5
_WORD = re.compile(r"[^\W_]+")
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Side:
    """A text, read for comparison: unit vectors of weighted terms, and its weightiest terms with their weights and word-vector rows."""

    words: Vector
    title: Vector
    names: Vector
    deeds: Vector
    terms: tuple[str, ...]
    weights: Floats
    rows: NDArray[np.int64]
    meaning: Floats


class Reader:
    """Reads texts with the term weights and casing that it is given."""

    def __init__(self, idf: Idf, casing: Casing, frame: Background | None = None) -> None:
        self._idf, self._casing = idf, casing
        self._vectors = load_embeddings()
        self._background = frame or background.load()

    def read(self, title: str, text: str, words: Vector | None = None) -> Side:
        """Read a text of a title and a summary or lead; ``words`` is its unit vector, where it is known already."""
        counts = terms(title, text)
        words = words if words is not None else self._idf.vector(counts)
        names, deeds = self._casing.split(words)
        weigh = self._idf.weight
        chosen = sorted(counts, key=lambda t: (-weigh(t), t))[:MAX_TERMS]
        form = _forms(title, text)
        return Side(
            words=words,
            title=self._idf.vector(terms(title, "")),
            names=names,
            deeds=deeds,
            terms=tuple(chosen),
            weights=np.array([weigh(t) for t in chosen], dtype=np.float32),
            rows=np.array([_row(form.get(t, t)) for t in chosen], dtype=np.int64),
            meaning=self._meaning(((title, _TITLE_SHARE), (text, 1.0))),
        )

    def _meaning(self, parts: Sequence[tuple[str, float]]) -> Floats:
        total = np.zeros(self._vectors.size, dtype=np.float32)
        for text, share in parts:
            mean = self.mean(text)
            if mean.any():
                total += share * (mean - self._background.centre)
        return _unit(total @ self._background.frame)

    def mean(self, text: str) -> Floats:
        """Return the direction of the average of a text's word vectors by weight; zeros where no word is known."""
        words = [w for w in _WORD.findall(text.lower()) if w not in stopwords()]
        weights = np.array([self._idf.weight(stem(w)) for w in words], dtype=np.float32)
        return _unit(weights @ self._vectors.vectors[[_row(w) for w in words]]) if words else np.zeros(self._vectors.size, dtype=np.float32)


def features(a: Side, b: Side, days: float, company: float) -> dict[str, float]:
    """Return the features of two texts, in [0, 1] save for ``gap`` and ``brevity``; they are the same in both directions.

    Args:
        a: one text.
        b: the other.
        days: days between the two publications.
        company: how alike the other texts are that each of the two is near to.
    """
    return {
        "words": cosine(a.words, b.words),
        "title": cosine(a.title, b.title),
        "names": cosine(a.names, b.names),
        "deeds": cosine(a.deeds, b.deeds),
        "aligned": aligned(a, b),
        "meaning": max(0.0, float(a.meaning @ b.meaning)),
        "gap": math.log1p(2 * days),
        "brevity": math.log(max(3, min(len(a.words), len(b.words)))),
        "company": company,
    }


def aligned(a: Side, b: Side) -> float:
    """Return how much of each text, by weight of terms, the other says too, in the same or in like words: the smaller of the two shares."""
    if not a.terms or not b.terms:
        return 0.0
    vectors = load_embeddings().vectors
    likeness = vectors[a.rows] @ vectors[b.rows].T
    likeness[likeness < _ALIKE] = 0.0
    one, two = likeness.max(axis=1) * _SYNONYM, likeness.max(axis=0) * _SYNONYM
    place = {term: n for n, term in enumerate(b.terms)}
    for n, term in enumerate(a.terms):
        if term in place:
            one[n] = two[place[term]] = 1.0
    return min(float(one @ a.weights / a.weights.sum()), float(two @ b.weights / b.weights.sum()))


class Company:
    """Texts with the texts near to them, for asking whether two keep the same company.

    A text is widened by the texts near to it, save the one that it is compared with: two reports of one matter that share few
    words are often both near to a third.
    """

    def __init__(self, vectors: Sequence[Vector], near: Mapping[int, Mapping[int, float]]) -> None:
        self._vectors, self._near = vectors, near
        self._wide: dict[int, tuple[Vector, float]] = {}

    def likeness(self, a: int, b: int) -> float:
        """Return the cosine of two widened texts, in [0, 1]."""
        (one, one_squared), (two, two_squared) = self._widened(a), self._widened(b)
        nearness = self._near.get(a, {}).get(b, 0.0)
        own, other = self._vectors[a], self._vectors[b]
        if not nearness:
            dot = cosine(one, two)
        else:
            # Each widened text holds ``nearness`` times the other; it is taken off again.
            same = cosine(own, other)
            dot = cosine(one, two) - nearness * (cosine(one, own) + cosine(two, other)) + nearness * nearness * same
            one_squared += nearness * nearness - 2 * nearness * cosine(one, other)
            two_squared += nearness * nearness - 2 * nearness * cosine(two, own)
        scale = math.sqrt(max(0.0, one_squared) * max(0.0, two_squared))
        return min(1.0, max(0.0, dot / scale)) if scale > 1e-9 else 0.0

    def forget(self, before: int) -> None:
        """Drop what was worked out for texts with a smaller number."""
        for number in [n for n in self._wide if n < before]:
            del self._wide[number]

    def _widened(self, number: int) -> tuple[Vector, float]:
        known = self._wide.get(number)
        if known is None:
            wide = dict(self._vectors[number])
            for other, nearness in self._near.get(number, {}).items():
                for term, weight in self._vectors[other].items():
                    wide[term] = wide.get(term, 0.0) + nearness * weight
            known = self._wide[number] = (wide, sum(w * w for w in wide.values()))
        return known


@lru_cache(maxsize=200_000)
def _row(word: str) -> int:
    """Return the row of a word's vector; the last one, of zeros, where it is unknown."""
    return load_embeddings().rows.get(hash_text(word), -1)


def _forms(title: str, text: str) -> dict[str, str]:
    """Return, by stem, the first word as it is written: word vectors know words, not stems."""
    forms: dict[str, str] = {}
    for word in _WORD.findall(f"{title} {text}".lower()):
        forms.setdefault(stem(word), word)
    return forms


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return (vector / max(length, 1e-9)).astype(np.float32)
