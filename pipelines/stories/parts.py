"""Stories that nothing but a name holds together fall into their parts.

Two deeds of one minister share the minister's name, title and country, which is much of a short text. What most articles of a story
name is therefore set aside, and the story stays together as far as its articles still share something. Not here: how stories form
(``agglomerate``).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

from pipelines.stories.similarity import Vector

Key = TypeVar("Key", int, str)

LEAST = 5
"""Stories of fewer articles stay as they are: what two articles share cannot be told from what their story shares."""
SHARE = 0.5
"""What so many of a story's articles hold, and most of these as a name, is set aside."""
FLOOR = 0.07
"""Two articles hold together if they share so much of the rest (cosine)."""
SUPPORT = 2.0
"""That cosine counts in full when carried by so many terms of equal weight."""
STRONG = 0.23
"""A part as near as this to the largest stays: so many names in common are evidence too. Two lone articles merge from .195 on."""
SAME_NAME = 0.7
"""Names that stand in the same articles of a story, by this share of those that have either, are one: first name, surname and office."""
CORE = 0.4
"""Where each part is smaller than this share, the name is the matter (`the talks between A and B`), and the story stays whole."""
FAINT = 0.5
"""With a core of just that share, as two of five, a story also stays whole if most of it holds together at so much of `FLOOR`."""


def parts(
    members: Sequence[int],
    pairs: Sequence[tuple[int, int, float]],
    together: Iterable[tuple[int, int]],
    vectors: Sequence[Vector],
    names: Sequence[Collection[str]],
) -> list[list[int]]:
    """Return the parts of one story, the largest first.

    Args:
        members: its articles, by number.
        pairs: pairs of its articles that are near, with their similarity.
        together: pairs that nothing parts, such as copies.
        vectors: by number, unit vectors of weighted terms.
        names: by number, which terms are names there.
    """
    if len(members) < LEAST:
        return [list(members)]
    aside = _set_aside(members, vectors, names)
    core, *others = _held(members, pairs, together, vectors, aside, FLOOR)
    if len(core) < CORE * len(members):
        return [list(members)]
    if len(core) <= CORE * len(members):
        faint = _held(members, pairs, together, vectors, aside, FAINT * FLOOR)
        if 2 * len(faint[0]) > len(members):
            return [list(members)]
    one_name = _one_name(aside, members, vectors)
    stay = [p for p in others if _nearness(core, p, pairs) >= STRONG or (len(p) == 1 and _knows(p[0], core, vectors, aside, one_name))]
    return [sorted(sum(stay, core)), *(part for part in others if part not in stay)]


def _held(
    members: Sequence[int],
    pairs: Iterable[tuple[int, int, float]],
    together: Iterable[tuple[int, int]],
    vectors: Sequence[Vector],
    aside: Collection[str],
    floor: float,
) -> list[list[int]]:
    """Return the groups of articles that share ``floor`` beside what is set aside, the largest first."""
    parent = {member: member for member in members}
    for a, b in together:
        parent[_root(parent, a)] = _root(parent, b)
    for a, b, _ in pairs:
        if _root(parent, a) != _root(parent, b) and _rest(vectors[a], vectors[b], aside) >= floor:
            parent[_root(parent, a)] = _root(parent, b)
    found: dict[int, list[int]] = defaultdict(list)
    for member in members:
        found[_root(parent, member)].append(member)
    return sorted(found.values(), key=lambda part: (-len(part), min(part)))


def _knows(lone: int, core: Iterable[int], vectors: Sequence[Vector], aside: Collection[str], one_name: Mapping[str, str]) -> bool:
    """Tell whether a lone article shares several names with one of the core, and so much less of the rest."""
    own = vectors[lone]
    for other in core:
        shared = {name for term, name in one_name.items() if term in own and term in vectors[other]}
        if len(shared) > 1 and _rest(own, vectors[other], aside) >= FLOOR / len(shared):
            return True
    return False


def _one_name(aside: Collection[str], members: Sequence[int], vectors: Sequence[Vector]) -> dict[str, str]:
    """Return, by term that is set aside, one that stands for its name: terms that come and go together are one name."""
    plain = sorted(term for term in aside if not _is_deed(term))
    holding = {term: {m for m in members if term in vectors[m]} for term in plain}
    parent = {term: term for term in holding}
    for one, two in combinations(holding, 2):
        if len(holding[one] & holding[two]) >= SAME_NAME * len(holding[one] | holding[two]):
            parent[_root(parent, two)] = _root(parent, one)
    return {term: _root(parent, term) for term in parent}


def _nearness(one: Collection[int], two: Collection[int], pairs: Iterable[tuple[int, int, float]]) -> float:
    """Return the geometric mean of the best and the average pair of two parts, as in ``agglomerate``."""
    first, second = set(one), set(two)
    across = [s for a, b, s in pairs if (a in first and b in second) or (a in second and b in first)]
    return math.sqrt(max(across, default=0.0) * sum(across) / (len(first) * len(second)))


def _set_aside(members: Sequence[int], vectors: Sequence[Vector], names: Sequence[Collection[str]]) -> set[str]:
    """Return the names that most articles hold; deeds with their party or place (`PARTY>DEED`, `DEED@PLACE`) count as names."""
    holding = Counter(term for member in members for term in vectors[member])
    return {
        term
        for term, count in holding.items()
        if count >= SHARE * len(members) and (_is_deed(term) or 2 * sum(term in names[m] for m in members) >= count)
    }


def _is_deed(term: str) -> bool:
    return ">" in term or "@" in term


def _rest(a: Vector, b: Vector, aside: Collection[str]) -> float:
    shared = [weight * b[term] for term, weight in a.items() if term in b and term not in aside]
    total = sum(shared)
    carried: float = min(1.0, total * total / sum(v * v for v in shared) / SUPPORT) if total else 0.0
    return total * math.sqrt(carried)


def _root(parent: Mapping[Key, Key], member: Key) -> Key:
    while parent[member] != member:
        member = parent[member]
    return member
