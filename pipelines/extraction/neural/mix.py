"""The encoder's probabilities and the linear models' as one: a log-linear mix, class by class and phrase by phrase.

Not here: the decisions themselves (../decide.py).
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import LexiconError
from pipelines.extraction.analysis import ItemAnalysis
from pipelines.extraction.neural.reading import Reading
from pipelines.extraction.neural.windows import Word
from pipelines.extraction.stages.roles import Role, conjuncts, phrase_span
from pipelines.extraction.weights import Curve

_FLOOR = 1e-4
MIX = "mix.toml"
PARTS = ("action", "actor", "target", "place", "voice", "polarity", "reality")


@dataclass(frozen=True, slots=True)
class Mix:
    """How the two are mixed: the encoder's share per decision, what takes the linear models' settings' place, and the confidence's curves.

    A share of voice, polarity or reality in bodies may stand apart ("voice_body").
    Where the linear model gives a word a smaller probability of being a deed than ``ask``, the encoder is not asked.
    """

    shares: Mapping[str, float]
    settings: Mapping[str, float]
    curves: Mapping[str, Curve]
    ask: float = 0.0

    def share(self, part: str, unit: str) -> float:
        """The encoder's share in a decision on a deed of this unit."""
        return self.shares.get(f"{part}_{unit}", self.shares[part])


def load_mix(path: Path) -> Mix:
    """Read a mix.

    Raises:
        LexiconError: the file is absent, or lacks or misstates a value.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        shares = {name: float(share) for name, share in data["shares"].items()}
        if missing := set(PARTS) - shares.keys():
            raise KeyError(min(missing))
        settings = {name: float(value) for name, value in data["settings"].items()}
        curves = {unit.replace("items", ""): _curve(curve) for unit, curve in data["curves"].items()}
        ask = float(data["ask"])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise LexiconError(f"{path.name} is no mix of models ({type(error).__name__}: {error}).") from error
    if not all(0 <= share <= 1 for share in shares.values()) or "" not in curves or not all(_is_sound(curve) for curve in curves.values()):
        raise LexiconError(f"{path.name}: shares lie between 0 and 1, and each curve (one is of items) has as many raw as right values.")
    return Mix(shares, settings, curves, ask)


def _curve(values: Mapping[str, Sequence[float]]) -> Curve:
    return tuple(map(float, values["raw"])), tuple(map(float, values["right"]))


def _is_sound(curve: Curve) -> bool:
    return len(curve[0]) == len(curve[1]) > 0


class Opinion:
    """What the encoder adds to the linear models' probabilities for one item."""

    def __init__(self, reading: Reading, analysis: ItemAnalysis, mix: Mix) -> None:
        self._reading = reading
        self._analysis = analysis
        self._mix = mix
        self._asked: tuple[object, ...] = ()
        self._words: list[Collection[Word]] = []

    def deed(self, word: Word, linear: Mapping[str, float]) -> Mapping[str, float]:
        """Probabilities of no deed ("NONE") and the action types, mixed."""
        if 1 - linear["NONE"] < self._mix.ask:
            return linear
        return self.classes("action", word, linear)

    def classes(self, group: str, word: Word, linear: Mapping[str, float]) -> dict[str, float]:
        """Probabilities of a group's classes (reading.GROUPS), mixed."""
        share = self._mix.share(group, self._analysis.units[word[0]].parsed.unit)
        return mixed_classes(linear, self._reading.shares(group, *word), share)

    def fillers(self, slot: str, word: Word, roles: Sequence[Role], linear: Sequence[float], *, mutual: bool) -> list[float]:
        """Probabilities of the phrases for a slot, and last that of the empty slot, mixed."""
        # A deed's slots are asked about one after the other, over the same phrases.
        if self._asked != (word, mutual):
            self._asked = (word, mutual)
            self._words = [phrase_words(self._analysis, word, role, mutual=mutual) for role in roles]
        own = phrase_shares(self._reading, slot, word, self._words)
        return mixed(linear, own, self._mix.shares[slot])


def mixed(linear: Sequence[float], neural: Sequence[float], share: float) -> list[float]:
    """``linear ** (1 - share) * neural ** share``, scaled to 1."""
    powers = [max(a, _FLOOR) ** (1 - share) * max(b, _FLOOR) ** share for a, b in zip(linear, neural, strict=True)]
    whole = math.fsum(powers)
    return [power / whole for power in powers]


def mixed_classes(linear: Mapping[str, float], neural: Mapping[str, float], share: float) -> dict[str, float]:
    """The mix of two distributions over the same classes."""
    return dict(zip(linear, mixed(list(linear.values()), [neural[name] for name in linear], share), strict=True))


def phrase_shares(reading: Reading, slot: str, word: Word, phrases: Sequence[Collection[Word]]) -> list[float]:
    """The encoder's probability of each phrase, given by its words, as a slot's filler, and last that of the empty slot."""
    found, empty = reading.fillers(slot, *word)
    return [*(math.fsum(found.get(one, 0.0) for one in words) for words in phrases), empty]


def phrase_words(analysis: ItemAnalysis, word: Word, role: Role, *, mutual: bool) -> Collection[Word]:
    """The words that count for a phrase: its own, of those joined to it by "and" unless the deed is ``mutual``, and of its name."""
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
