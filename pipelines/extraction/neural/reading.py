"""What the encoder says of one item: probabilities for each word, and for a deed's word over the words that may fill a slot.

Not here: running the encoder (model.py), what is made of it (mix.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from pipelines.extraction.neural.classes import ACTION, POINTER, POLARITY, REACH, REALITY, SLOTS, VOICE
from pipelines.extraction.neural.windows import Window, Word

Floats = NDArray[np.float32]
GROUPS = {"action": ACTION, "voice": VOICE, "polarity": POLARITY, "reality": REALITY}


@dataclass(frozen=True, slots=True)
class Passage:
    """The encoder's outputs for a window, one row per word.

    ``classes`` are scores of the classes of :data:`GROUPS`, one group after the other; a deed's score for a filler in slot ``s`` is the dot
    product of their vectors in that slot's span, plus ``near[s]`` at the distance of their first pieces; ``empty`` is its score for leaving
    the slot empty.
    """

    window: Window
    classes: Floats
    deed: Floats
    filler: Floats
    empty: Floats
    near: Floats


class Reading:
    """An item's passages, asked word by word; words are (unit number, place in the unit).

    ``windows`` are only gone through when a word is asked about, and a window is read when a word in it is.
    """

    def __init__(self, windows: Iterable[Window], run: Callable[[Window], Passage]) -> None:
        self._windows = windows
        self._run = run
        self._read: dict[int, Passage] = {}

    @property
    def windows_read(self) -> int:
        """How many windows have been read so far."""
        return len(self._read)

    @cached_property
    def _at(self) -> dict[Word, tuple[Window, int]]:
        return {window.words[place]: (window, place) for window in self._windows for place in range(window.first, len(window.words))}

    def _passage(self, unit: int, word: int) -> tuple[Passage, int]:
        window, place = self._at[unit, word]
        known = self._read.get(id(window))
        if known is None:
            known = self._read[id(window)] = self._run(window)
        return known, place

    def shares(self, group: str, unit: int, word: int) -> dict[str, float]:
        """Probabilities of a group's classes (:data:`GROUPS`) for a word."""
        passage, place = self._passage(unit, word)
        first, last = _borders()[group]
        return dict(zip(GROUPS[group], softmax(passage.classes[place, first:last]).tolist(), strict=True))

    def fillers(self, slot: str, unit: int, word: int) -> tuple[dict[Word, float], float]:
        """Probabilities of the window's words as fillers of a deed's slot, and that of leaving it empty."""
        passage, place = self._passage(unit, word)
        number = SLOTS.index(slot)
        span = slice(number * POINTER, (number + 1) * POINTER)
        at = np.array(passage.window.at)
        near = passage.near[number, np.clip(at - at[place], -REACH, REACH) + REACH]
        scores = np.append(passage.filler[:, span] @ passage.deed[place, span] + near, passage.empty[place, number])
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
