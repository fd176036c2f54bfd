"""A lone article of another country does not belong: like words ("return to Earth", "a health mandate") tell of a like deed there.

Only an article that hangs loosely on its story is asked. Words alone cannot tell such a stranger from a last follow-up; where it is can.
Not here: how stories form (``agglomerate``), stories that only a name holds together (``parts``).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.extraction.lexicon_files import load_countries
from pipelines.extraction.regions import load_regions

LEAST = 5
"""Stories of fewer articles stay as they are: where most of them are cannot be told."""
LOOSE = 0.25
"""Only an article that is less near to all others is asked (geometric mean of its best and its average pair)."""
SHARE = 0.4
"""A story has a country if so many of the other articles name it."""
SEASON = 0.05
"""A name that more articles of the time have (a plague's, a president's) is no matter's own ..."""
AROUND = 1000
"""... counted in so many articles before and after."""
_POSSESSIVE = r"(?:['’]s|s['’]?)?"


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an article stands: the countries that its text names, the country of its outlet (None: unknown), and its names."""

    named: frozenset[str] = frozenset()
    home: str | None = None
    names: frozenset[str] = frozenset()


def countries_named(text: str) -> frozenset[str]:
    """Return the countries (ISO 3166-1 alpha-3) whose name, capital, people, adjective, state or region stands in a text.

    A word that names two countries, or a country and something else as often (`Georgia`, `Jordan`), counts for none.
    """
    pattern, owners = _words()
    return frozenset(owners[found.group("word")] for found in pattern.finditer(text))


@lru_cache(maxsize=1)
def _words() -> tuple[re.Pattern[str], Mapping[str, str]]:
    owners: dict[str, set[str]] = {}
    for code, country in load_countries().items():
        for word in (*country.names, *country.capitals, *country.adjectives, *country.people):
            owners.setdefault(word, set()).add("" if word in country.ambiguous else code)
    for region in load_regions():
        for word in region.names if region.country else ():
            owners.setdefault(word, set()).add(region.country or "")
    sure = {word: next(iter(codes)) for word, codes in owners.items() if len(codes) == 1 and "" not in codes}
    longest_first = "|".join(sorted(map(re.escape, sure), key=lambda word: (-len(word), word)))
    return re.compile(rf"(?<!\w)(?P<word>{longest_first}){_POSSESSIVE}(?!\w)"), sure


def apart(
    stories: Sequence[Sequence[int]],
    pairs: Iterable[tuple[int, int, float]],
    together: Iterable[tuple[int, int]],
    stands: Sequence[Stand],
) -> list[list[int]]:
    """Return the stories, each lone article of another country than all others of its story as a story of its own.

    An article is, if it names countries of which no other article names one; or if it names none, its outlet is at home in none that
    the others name, and it has none of the names that most of them have and few articles of other matters.

    Args:
        stories: the members of each story, by number.
        pairs: pairs of articles that are near, with their similarity.
        together: pairs that nothing parts, such as copies.
        stands: by number, where an article stands.
    """
    story_of = {member: number for number, members in enumerate(stories) for member in members}
    near: dict[int, list[float]] = defaultdict(list)
    for a, b, similarity in pairs:
        if story_of[a] == story_of[b]:
            near[a].append(similarity)
            near[b].append(similarity)
    bound = {member for pair in together for member in pair}
    found: list[list[int]] = []
    for members in stories:
        loose = [m for m in members if m not in bound and _nearness(near[m], len(members)) < LOOSE] if len(members) >= LEAST else []
        lone = {m for m in loose if _is_stranger(m, [other for other in members if other != m], stands)}
        found += [[m for m in members if m not in lone], *([m] for m in sorted(lone))]
    return found


def _nearness(similarities: Sequence[float], size: int) -> float:
    return math.sqrt(max(0.0, max(similarities, default=0.0)) * max(0.0, sum(similarities)) / (size - 1))


def _is_stranger(member: int, others: Sequence[int], stands: Sequence[Stand]) -> bool:
    named = Counter(country for other in others for country in stands[other].named)
    if max(named.values(), default=0) < SHARE * len(others):
        return False
    own = stands[member]
    if own.named:
        return own.named.isdisjoint(named)
    if own.home is None or own.home in named:
        return False
    names = _names_of_the_matter(member, others, stands)
    return bool(names) and own.names.isdisjoint(names)


def _names_of_the_matter(member: int, others: Sequence[int], stands: Sequence[Stand]) -> set[str]:
    """Return the names that most of the others have, without those of the season, which many articles of the time have."""
    held = Counter(name for other in others for name in stands[other].names)
    around = stands[max(0, member - AROUND) : member + AROUND]
    most = SEASON * len(around)
    return {
        name for name, count in held.items()
        if 2 * count >= len(others) and sum(name in stand.names for stand in around) <= most
    }  # fmt: skip
