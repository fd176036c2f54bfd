"""Which words are names, learned from how texts write them: a name is capitalised also inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from pipelines.stories.background import Background
from pipelines.stories.similarity import stem, stopwords

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_INSIDE = frozenset(("and", "of", "the", "for", "de", "la", "al", "bin", "van", "von"))
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

    @classmethod
    def merged(cls, parts: Iterable[Casing], background: Background | None = None) -> Casing:
        """Return the counts of several together; their own backgrounds are left out."""
        whole = cls((), background)
        for part in parts:
            for total, counts in ((whole._capitalised, part._capitalised), (whole._plain, part._plain)):
                for key, count in counts.items():
                    total[key] = total.get(key, 0) + count
        return whole

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


def names_in(text: str, is_name: Callable[[str], bool]) -> set[str]:
    """Return the stems of the names of running text, with the capitalised words that stand beside a name and belong to it.

    The trade minister of `Trade Minister Ada Vance` is part of her name there, and the horses of `Only Fools and Horses` of its title,
    though neither word is a name elsewhere.
    """
    found: set[str] = set()
    for run in _capitalised_runs(text, is_name):
        if any(map(is_name, run)):
            found.update(run)
    return found


def _capitalised_runs(text: str, is_name: Callable[[str], bool]) -> Iterator[list[str]]:
    """Yield stems of capitalised words that follow one another; a capital that only opens a sentence counts where the word is a name."""
    run: list[str] = []
    end = 0
    for found in _WORD.finditer(text):
        word, lower = found.group(), found.group().lower()
        before = text[: found.start()].rstrip()[-1:]
        if text[end : found.start()].strip():
            yield run
            run = []
        if word[0].isupper() and lower not in stopwords() and ((before and before not in _OPENERS) or is_name(stem(lower))):
            run.append(stem(lower))
        elif not (run and lower in _INSIDE):
            yield run
            run = []
        end = found.end()
    yield run


def _unit(vector: Mapping[str, float]) -> dict[str, float]:
    length = sum(w * w for w in vector.values()) ** 0.5
    return {t: w / length for t, w in vector.items()} if length else {}
