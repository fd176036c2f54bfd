"""Which words of a headline in capitals are written small in running text.

Counts of running text are kept by hash (training/truecase.py); no words are stored. Not here: when to ask (stages/text.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import LexiconError
from pipelines.extraction.weights import hash_text
from pipelines.extraction.word_lists import word_list

DATA = Path(__file__).parent / "data"
BUCKETS = 1 << 17
_SMALL = word_list("truecase", "small")


class TrueCase:
    """Tells for a headline's words which are common words. Values: 0 unseen, 1 mostly small, 2 mostly capital."""

    def __init__(self, words: NDArray[np.uint8], pairs: NDArray[np.uint8], common: Callable[[str], bool] = lambda word: False) -> None:
        self._words = bytes(words)
        self._pairs = bytes(pairs)
        self._common = common

    def __call__(self, words: list[str]) -> list[bool]:
        """For each word, whether running text would write it small."""
        lower = [word.lower().replace("’", "'") for word in words]
        small = [word in _SMALL or self._is_small(word) for word in lower]
        for index in range(len(lower) - 1):
            # "White House": two words that are names together.
            if self._pairs[bucket(f"{lower[index]} {lower[index + 1]}")] == 2 and not {lower[index], lower[index + 1]} & _SMALL:
                small[index] = small[index + 1] = False
        return small

    def _is_small(self, word: str) -> bool:
        seen = self._words[bucket(word)]
        return seen == 1 or (seen == 0 and self._common(word))


def bucket(text: str) -> int:
    """The place of a word or pair in the tables."""
    return hash_text(text) % BUCKETS


def load_truecase(common: Callable[[str], bool] = lambda word: False, path: Path = DATA / "truecase.npz") -> TrueCase:
    """Read the tables; ``common`` tells common words among those that the tables lack.

    Raises:
        LexiconError: the file is absent or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return TrueCase(arrays["words"], arrays["pairs"], common)
    except (OSError, ValueError, KeyError) as error:
        raise LexiconError(f"{path.name} cannot be read: {error}") from error
