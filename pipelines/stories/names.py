"""Which words are names, learned from how the texts at hand write them: a name is capitalised also inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pipelines.stories.similarity import stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_OPENERS = frozenset(".!?\"“”‘’':•-–—|…(")


class Casing:
    """Counts of capitalised and plain occurrences of each stem inside sentences."""

    def __init__(self, texts: Iterable[str]) -> None:
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
        return self._capitalised.get(term, 0) > self._plain.get(term, 0)

    def split(self, vector: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
        """Return the unit vectors of names and numbers, and of all other terms."""
        names = {t: w for t, w in vector.items() if t[0].isdigit() or self.is_name(t)}
        return _unit(names), _unit({t: w for t, w in vector.items() if t not in names})


def _unit(vector: Mapping[str, float]) -> dict[str, float]:
    length = sum(w * w for w in vector.values()) ** 0.5
    return {t: w / length for t, w in vector.items()} if length else {}
