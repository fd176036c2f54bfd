"""The longest passage that two texts share: runs of equal words, chained over small gaps, in which only the common words count.

An editor puts in a clause or changes a word, and the passage goes on behind it. Whether a passage makes a copy is decided in ``copies``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass
from itertools import pairwise

from pipelines.articles.shingles import GRAM, Document

RUN = 3
GAP = 8
"""A gap has at most so many words in either text, and no more than the two runs that it parts have together."""

DAY_NAMES = frozenset({
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "tues", "wed", "thu", "thur",
    "thurs", "fri", "sat", "sun", "today", "tonight", "yesterday", "tomorrow", "morning", "midday", "afternoon", "evening",
    "night",
})  # fmt: skip
_MIN_LETTERS = 4
_FUNCTION_WORDS = frozenset({
    "about", "also", "because", "been", "being", "both", "could", "does", "during", "each", "from", "have", "having", "here",
    "into", "just", "more", "most", "much", "only", "onto", "other", "over", "same", "shall", "should", "since", "some", "such",
    "than", "that", "their", "them", "then", "there", "these", "they", "this", "those", "till", "upon", "very", "were", "what",
    "when", "where", "which", "while", "whom", "whose", "will", "with", "without", "would", "your", "yours",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """Equal words: where they start in each text, and how many they are."""

    start: int
    other_start: int
    length: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Runs that follow one another in both texts."""

    a: Document
    b: Document
    runs: tuple[Run, ...]

    @property
    def length(self) -> int:
        """The common words; what stands in the gaps does not count."""
        return sum(run.length for run in self.runs)

    @property
    def own_words(self) -> int:
        """The words that a writer chose: quoted in neither text, no name or number, no short word, no function word.

        The full name of an assembly, or of a department and its service, is 13 words long and nobody's prose.
        """
        own = 0
        for run in self.runs:
            for at, other in zip(
                range(run.start, run.start + run.length), range(run.other_start, run.other_start + run.length), strict=True
            ):
                word, first = self.a.words[at], self.a.text[self.a.spans[at][0]]
                chosen = len(word) >= _MIN_LETTERS and first.isalpha() and not first.isupper() and word not in _FUNCTION_WORDS
                own += chosen and not self.a.quoted[at] and not self.b.quoted[other]
        return own

    @property
    def gaps(self) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """What either text says between two runs."""
        return [
            (self.a.words[run.start + run.length : after.start], self.b.words[run.other_start + run.length : after.other_start])
            for run, after in pairwise(self.runs)
        ]

    @property
    def evidence(self) -> str:
        """The common words as the first text has them, with a mark for each gap."""
        spans = ((self.a.spans[run.start][0], self.a.spans[run.start + run.length - 1][1]) for run in self.runs)
        return " … ".join(self.a.text[start:end] for start, end in spans)


def longest_passage(a: Document, b: Document, stock: Set[int]) -> Passage:
    """Return the passage with the most common words, without those in phrases of ``stock`` (5-grams); an empty one if there is none."""
    common = a.gram_set & b.gram_set
    runs = _runs(a, b, _places_of(a, common & stock) - _places_of(a, common - stock) if common & stock else frozenset())
    words: list[int] = []
    before: list[int] = []
    longest = 0
    for at, run in enumerate(runs):
        most, link = run.length, -1
        for k in range(at - 1, -1, -1):
            if run.start - runs[k].start > longest + GAP:
                break
            if words[k] + run.length > most and _bridged(runs[k], run) and not _names_another(a, b, runs[k], run):
                most, link = words[k] + run.length, k
        words.append(most)
        before.append(link)
        longest = max(longest, run.length)
    chain: list[Run] = []
    at = max(range(len(runs)), key=words.__getitem__, default=-1)
    while at >= 0:
        chain.append(runs[at])
        at = before[at]
    return Passage(a, b, tuple(reversed(chain)))


def _bridged(run: Run, after: Run) -> bool:
    gap, other_gap = after.start - run.start - run.length, after.other_start - run.other_start - run.length
    return min(gap, other_gap) >= 0 and max(gap, other_gap) <= min(GAP, run.length + after.length)


def _names_another(a: Document, b: Document, run: Run, after: Run) -> bool:
    """Tell whether each text names in the gap what the other does not: another statement in the same frame, not an edited one.

    The day does not count: one desk writes "on Sunday", another "on 19 September" or nothing.
    """
    names = _names(a, run.start + run.length, after.start)
    others = _names(b, run.other_start + run.length, after.other_start) if names else names
    return bool(names - others and others - names)


def _names(document: Document, start: int, end: int) -> set[str]:
    words = ((document.words[at], document.text[document.spans[at][0]]) for at in range(start, end))
    return {word for word, first in words if first.isupper() and len(word) >= _MIN_LETTERS and word not in _FUNCTION_WORDS | DAY_NAMES}


def _places_of(document: Document, grams: Set[int]) -> frozenset[int]:
    """Return the places of the words in any of these 5-grams."""
    return frozenset(at + k for at, gram in enumerate(document.grams.tolist()) if gram in grams for k in range(GRAM))


def _runs(a: Document, b: Document, left_out: Set[int]) -> list[Run]:
    """Return all runs of at least ``RUN`` equal words, by where they start in ``a``."""
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for j, gram in enumerate(zip(*(b.words[k:] for k in range(RUN)), strict=False)):
        places[gram].append(j)
    found: list[list[int]] = []
    going: dict[int, list[int]] = {}
    for i, gram in enumerate(zip(*(a.words[k:] for k in range(RUN)), strict=False)):
        following: dict[int, list[int]] = {}
        if left_out.isdisjoint(range(i, i + RUN)):
            for j in places.get(gram, ()):
                run = going.get(j - 1)
                if run is None:
                    run = [i, j, RUN - 1]
                    found.append(run)
                run[2] += 1
                following[j] = run
        going = following
    return [Run(*run) for run in found]
