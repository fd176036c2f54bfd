"""The encoder's probabilities and the linear models' as one: a log-linear mix, class by class and phrase by phrase.

Not here: the decisions themselves (../decide.py).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from pipelines.extraction.analysis import ItemAnalysis
from pipelines.extraction.neural.reading import Reading
from pipelines.extraction.neural.windows import Word
from pipelines.extraction.stages.roles import Role, conjuncts, phrase_span

_FLOOR = 1e-4


def mixed(linear: Sequence[float], neural: Sequence[float], share: float) -> list[float]:
    """``linear ** (1 - share) * neural ** share``, scaled to 1."""
    powers = [max(a, _FLOOR) ** (1 - share) * max(b, _FLOOR) ** share for a, b in zip(linear, neural, strict=True)]
    whole = math.fsum(powers)
    return [power / whole for power in powers]


def mixed_classes(linear: Mapping[str, float], neural: Mapping[str, float], share: float) -> dict[str, float]:
    """The mix of two distributions over the same classes."""
    return dict(zip(linear, mixed(list(linear.values()), [neural[name] for name in linear], share), strict=True))


def phrase_shares(reading: Reading, analysis: ItemAnalysis, slot: str, word: Word, roles: Sequence[Role], *, mutual: bool) -> list[float]:
    """The encoder's probability of each phrase as a slot's filler, and last that of the empty slot.

    A phrase has the sum of its words', of those joined to it by "and" unless the deed is ``mutual``, and of the name that it stands for.
    """
    found, empty = reading.fillers(slot, *word)
    return [*(math.fsum(found.get(one, 0.0) for one in _words(analysis, word, role, mutual)) for role in roles), empty]


def _words(analysis: ItemAnalysis, word: Word, role: Role, mutual: bool) -> Collection[Word]:
    if role.unit is not None:
        name = analysis.units[role.unit].parsed.lower[role.head]
        return {(number, k) for number, unit in enumerate(analysis.units) for k, lower in enumerate(unit.parsed.lower) if lower == name}
    number, trigger = word
    unit = analysis.units[number]
    heads = [role.head] if mutual else conjuncts(unit.parsed, role.head)
    found: set[Word] = set()
    for head in heads:
        found.update(_phrase(analysis, number, head, trigger))
        antecedent = unit.antecedents.get(head)
        if antecedent is not None:
            found.update(_phrase(analysis, antecedent.unit, antecedent.head, None))
    return found - {word}


def _phrase(analysis: ItemAnalysis, number: int, head: int, trigger: int | None) -> set[Word]:
    first, last = phrase_span(analysis.units[number].parsed, head, trigger)
    return {(number, word) for word in range(first, last + 1)}
