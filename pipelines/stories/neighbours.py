"""Which articles are near one another in words and time: cosine over shared terms inside a bounded window.

The work for one article depends on how much was published around it, never on how much lies in the archive: only the
window is read, and of a term that very many articles of the window have, only the latest.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.stories.similarity import Vector


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an article looks: ``window`` in days, similarity lost per day (as a rate), the least similarity that counts.

    ``support`` is how many terms of equal weight must carry a similarity for it to count in full. Texts of fewer than
    ``long_text`` terms lose some of it: their share of ``long_text``, to the power of ``brevity``.
    """

    window: float = 4.0
    decay: float = 0.08
    floor: float = 0.05
    support: float = 3.0
    long_text: float = 80.0
    brevity: float = 0.08
    max_postings: int = 3000

    @classmethod
    def for_company(cls) -> Reach:
        """Return how far a text looks for the company that it keeps: plain cosine, and none that may be chance."""
        return cls(decay=0.0, floor=0.1, support=0.0, brevity=0.0)


def near_pairs(vectors: Sequence[Vector], days: Sequence[float], reach: Reach) -> Iterator[tuple[int, int, float]]:
    """Yield ``(earlier, later, similarity)`` of all pairs inside the window that reach the floor.

    Args:
        vectors: unit vectors, in time order.
        days: the moment of each, in days, ascending.
    """
    postings = _postings(vectors)
    for place, vector in enumerate(vectors):
        oldest = bisect_left(days, days[place] - reach.window)
        found: list[NDArray[np.int64]] = []
        values: list[NDArray[np.float64]] = []
        for term, weight in vector.items():
            if term not in postings:
                continue
            places, where, weights = postings[term]
            end = bisect_left(places, place)
            start = max(bisect_left(places, oldest), end - reach.max_postings)
            if start < end:
                found.append(where[start:end])
                values.append(weights[start:end] * weight)
        if not found:
            continue
        offsets, parts = np.concatenate(found) - oldest, np.concatenate(values)
        sums = np.bincount(offsets, weights=parts)
        squares = np.bincount(offsets, weights=parts * parts)
        for offset in np.flatnonzero(sums >= reach.floor).tolist():
            other = oldest + offset
            total = float(sums[offset])
            # One rare word that two short texts share by chance can make half of their cosine; it is one term's worth of evidence.
            carried = min(1.0, total * total / float(squares[offset]) / reach.support) ** 0.5 if reach.support else 1.0
            # The cosine of two short texts varies more by chance than that of two long ones.
            size = min(1.0, min(len(vector), len(vectors[other])) / reach.long_text) ** reach.brevity
            similarity = total * carried * size * math.exp(-reach.decay * (days[place] - days[other]))
            if similarity >= reach.floor:
                yield other, place, similarity


def _postings(vectors: Sequence[Vector]) -> dict[str, tuple[list[int], NDArray[np.int64], NDArray[np.float64]]]:
    """Return by term where it stands, as a list to search in and as an array to add up, and with what weight."""
    places: dict[str, list[int]] = defaultdict(list)
    weights: dict[str, list[float]] = defaultdict(list)
    for place, vector in enumerate(vectors):
        for term, weight in vector.items():
            places[term].append(place)
            weights[term].append(weight)
    return {
        term: (where, np.array(where, dtype=np.int64), np.array(weights[term], dtype=np.float64))
        for term, where in places.items()
        if len(where) > 1
    }
