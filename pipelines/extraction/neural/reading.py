"""What the encoder says of one item: probabilities for each word, and for a deed's word over the words that may fill a slot.

Not here: running the encoder (model.py), what is made of it (mix.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipelines.extraction.neural.classes import ACTION, POINTER, POLARITY, REALITY, SLOTS, VOICE
from pipelines.extraction.neural.windows import Window, Word

Floats = NDArray[np.float32]
GROUPS = {"action": ACTION, "voice": VOICE, "polarity": POLARITY, "reality": REALITY}


@dataclass(frozen=True, slots=True)
class Passage:
    """The encoder's outputs for a window, one row per word.

    ``classes`` are scores of the classes of :data:`GROUPS`, one group after the other; a deed's score for a filler in slot ``s`` is the dot
    product of their vectors ``[:, s]``, and ``empty`` its score for leaving the slot empty.
    """

    window: Window
    classes: Floats
    deed: Floats
    filler: Floats
    empty: Floats


class Reading:
    """An item's passages, asked word by word; words are (unit number, place in the unit)."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._at: dict[Word, tuple[Passage, int]] = {
            passage.window.words[place]: (passage, place)
            for passage in passages
            for place in range(passage.window.first, len(passage.window.words))
        }

    def shares(self, group: str, unit: int, word: int) -> dict[str, float]:
        """Probabilities of a group's classes (:data:`GROUPS`) for a word."""
        passage, place = self._at[unit, word]
        first, last = _borders()[group]
        return dict(zip(GROUPS[group], softmax(passage.classes[place, first:last]).tolist(), strict=True))

    def fillers(self, slot: str, unit: int, word: int) -> tuple[dict[Word, float], float]:
        """Probabilities of the window's words as fillers of a deed's slot, and that of leaving it empty."""
        passage, place = self._at[unit, word]
        number = SLOTS.index(slot)
        span = slice(number * POINTER, (number + 1) * POINTER)
        scores = np.append(passage.filler[:, span] @ passage.deed[place, span], passage.empty[place, number])
        shares = softmax(scores).tolist()
        return dict(zip(passage.window.words, shares, strict=False)), shares[-1]


def softmax(scores: Floats) -> Floats:
    """Probabilities from scores."""
    powers = np.exp(scores - scores.max())
    shares: Floats = powers / powers.sum()
    return shares


@lru_cache(maxsize=1)
def _borders() -> dict[str, tuple[int, int]]:
    found, at = {}, 0
    for name, classes in GROUPS.items():
        found[name] = (at, at + len(classes))
        at += len(classes)
    return found
