"""A lone article of another country does not belong: like words ("return to Earth", "a health mandate") tell of a like deed there.

Only an article that hangs loosely on its story is asked. Words alone cannot tell such a stranger from a last follow-up; where it is can.
Not here: how stories form (``agglomerate``), stories that only a name holds together (``parts``).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.extraction.lexicon_files import load_countries
from pipelines.extraction.regions import load_regions
from pipelines.extraction.stages.text import visible

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
_POSSESSIVE = r"(?:'s|s'?)?"


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an article stands: the countries that its text names, the country of its outlet (None: unknown), and its names."""

    named: frozenset[str] = frozenset()
    home: str | None = None
    names: frozenset[str] = frozenset()


def countries_named(text: str) -> frozenset[str]:
    """Return the countries (ISO 3166-1 alpha-3) whose name, capital, people, adjective, state or region stands in a text.

    A word that names two countries (`Georgia`), or that its lexicon calls ambiguous (`Jersey`), counts for none, and `US` for none in a
    line all in capitals. A person's or thing's name that is a country's too (`Paris Hilton`, `Turkey dinner`) is not told apart.
    """
    pattern, owners = _words()
    plain = unicodedata.normalize("NFC", visible(text)).replace("’", "'")
    named = set()
    for line in plain.splitlines():
        words = {found.group("word") for found in pattern.finditer(line)}
        named |= {owners[word] for word in (words - {"US"} if line.isupper() else words)}
    return frozenset(named)


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

    An article is, if it names countries of which no other article names one, and has fewer than half of the names of the matter (those
    that most of the others have, and few articles of other matters); or if it names none, its outlet is at home in none that the others
    name, and it has none of the names of the matter.

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
    if not own.named.isdisjoint(named) or (not own.named and (own.home is None or own.home in named)):
        return False
    names = _names_of_the_matter(member, others, stands)
    shared = len(own.names & names)
    if own.named:
        return not names or 2 * shared < len(names)
    return bool(names) and not shared


def _names_of_the_matter(member: int, others: Sequence[int], stands: Sequence[Stand]) -> set[str]:
    """Return the names that most of the others have, without those of the season, which many articles of the time have."""
    held = Counter(name for other in others for name in stands[other].names)
    story = {member, *others}
    around = [stands[n] for n in range(max(0, member - AROUND), min(len(stands), member + AROUND)) if n not in story]
    most = SEASON * len(around)
    return {
        name for name, count in held.items()
        if 2 * count >= len(others) and sum(name in stand.names for stand in around) <= most
    }  # fmt: skip
