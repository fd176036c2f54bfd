"""Groups from pairwise similarities, whatever the order of arrival: the two nearest groups merge until none are near enough.

Two groups are as near as the geometric mean of their best pair and their average pair. The best pair lets an article join
a broad matter through its closest relative; the average keeps a chain of neighbours from growing into one group, and as
pairs outside the time window count as unrelated, it also bounds how long a group lasts.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How near two groups must be to merge, by their sizes; a group is large from ``large`` members on.

    Two small groups have little evidence, and two large ones are matters of their own; joining a small group to a large one
    asks for less, as the average over many pairs is the surest measure.
    """

    both_small: float = 0.195
    one_large: float = 0.138
    both_large: float = 0.18
    large: int = 3

    def between(self, size: int, other: int) -> float:
        """Return the nearness at which groups of these sizes merge."""
        if min(size, other) >= self.large:
            return self.both_large
        return self.one_large if max(size, other) >= self.large else self.both_small


class Groups:
    """Groups of numbered items, with the sum and the best of the similarities between each two groups.

    A negative similarity speaks against a merge: it weighs in the average.
    """

    def __init__(self, size: int, pairs: Iterable[tuple[int, int, float]]) -> None:
        self.members: list[list[int]] = [[item] for item in range(size)]
        self._sums: list[dict[int, float]] = [{} for _ in range(size)]
        self._best: list[dict[int, float]] = [{} for _ in range(size)]
        self._changes = [0] * size
        for a, b, similarity in pairs:
            self._sums[a][b] = self._sums[b][a] = similarity
            self._best[a][b] = self._best[b][a] = similarity

    def __iter__(self) -> Iterator[int]:
        """Yield the numbers of the groups that are left."""
        return (group for group, members in enumerate(self.members) if members)

    def nearness(self, a: int, b: int) -> float:
        """Return the geometric mean of the best and the average similarity of two groups; 0 where no pair is near."""
        if b not in self._sums[a]:
            return 0.0
        average = self._sums[a][b] / (len(self.members[a]) * len(self.members[b]))
        return round(math.sqrt(max(0.0, average) * max(0.0, self._best[a][b])), 9)

    def merge(self, a: int, b: int) -> int:
        """Merge two groups; the smaller number stays. Returns it."""
        keep, gone = min(a, b), max(a, b)
        for links, join in ((self._sums, float.__add__), (self._best, max)):
            links[keep].pop(gone, None)
            links[gone].pop(keep, None)
            for other, value in links[gone].items():
                known = links[keep].get(other)
                links[keep][other] = links[other][keep] = value if known is None else join(known, value)
                del links[other][gone]
            links[gone] = {}
        self.members[keep] += self.members[gone]
        self.members[gone] = []
        self._changes[keep] += 1
        return keep

    def unite(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Merge the groups of items that must stand together."""
        at = {item: group for group in self for item in self.members[group]}
        for a, b in pairs:
            if at[a] != at[b]:
                keep = self.merge(at[a], at[b])
                at.update(dict.fromkeys(self.members[keep], keep))

    def agglomerate(self, thresholds: Thresholds) -> None:
        """Merge the nearest two groups until no two are near enough for their sizes."""
        heap: list[tuple[float, int, int, int, int]] = []
        for group in self:
            self._offer(heap, group, thresholds, (other for other in self._best[group] if other > group))
        while heap:
            _, a, b, *changes = heapq.heappop(heap)
            if not self.members[a] or not self.members[b] or changes != [self._changes[a], self._changes[b]]:
                continue
            keep = self.merge(a, b)
            self._offer(heap, keep, thresholds, self._best[keep])

    def _offer(self, heap: list[tuple[float, int, int, int, int]], group: int, thresholds: Thresholds, others: Iterable[int]) -> None:
        best, size = self._best[group], len(self.members[group])
        for other in others:
            threshold = thresholds.between(size, len(self.members[other]))
            # The best pair bounds the nearness, and is cheap to look at.
            if best[other] >= threshold and (nearness := self.nearness(group, other)) >= threshold:
                a, b = min(group, other), max(group, other)
                heapq.heappush(heap, (-nearness, a, b, self._changes[a], self._changes[b]))
