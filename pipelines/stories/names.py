"""Which words are names, learned from how texts write them: a name is capitalised also inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pipelines.stories.background import Background
from pipelines.stories.similarity import stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_OPENERS = frozenset(".!?\"“”‘’':•-–—|…(")


class Casing:
    """Counts of capitalised and plain occurrences of each stem inside sentences, of the texts at hand and the shipped background."""

    def __init__(self, texts: Iterable[str], background: Background | None = None) -> None:
        self._background = background
        self._capitalised: dict[str, int] = {}
        self._plain: dict[str, int] = {}
        for text in texts:
            for found in _WORD.finditer(text):
                before = text[: found.start()].rstrip()[-1:]
                if not before or before in _OPENERS:
                    continue
                counts = self._capitalised if found.group()[0].isupper() else self._plain
                key = stem(found.group().lower())
                counts[key] = counts.get(key, 0) + 1

    def is_name(self, term: str) -> bool:
        """Tell whether a stem stands with a capital more often than without."""
        capitalised, plain = self._background.casing(term) if self._background is not None else (0, 0)
        return self._capitalised.get(term, 0) + capitalised > self._plain.get(term, 0) + plain

    def counts(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Return how often each stem of the texts at hand stands with and without a capital."""
        return self._capitalised, self._plain

    def split(self, vector: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
        """Return the unit vectors of names and numbers, and of all other terms."""
        names = {t: w for t, w in vector.items() if t[0].isdigit() or self.is_name(t)}
        return _unit(names), _unit({t: w for t, w in vector.items() if t not in names})


def _unit(vector: Mapping[str, float]) -> dict[str, float]:
    length = sum(w * w for w in vector.values()) ** 0.5
    return {t: w / length for t, w in vector.items()} if length else {}
