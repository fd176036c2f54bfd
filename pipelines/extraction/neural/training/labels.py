"""Labelled items laid onto the encoder's windows: arrays to train on.

Not here: the network (network.py), the run (run.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.extraction.analysis import ItemAnalysis
from pipelines.extraction.neural.classes import ACTION, POLARITY, REALITY, SLOTS, VOICE
from pipelines.extraction.neural.windows import Window, windows
from pipelines.extraction.neural.wordpiece import WordPiece
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.training.fit import Example
from pipelines.extraction.training.labels import Labelled, content_words, lay

IGNORED = -1
_ARTICLES = frozenset(("the", "a", "an", "of", "and", "'s", "’s", ",", "in"))


@dataclass(frozen=True, slots=True)
class Deed:
    """A labelled mention in a window: its word, classes, and for each slot the words that may fill it (``len(words)``: left empty).

    A slot without any is not learned from: its phrase stands outside the window.
    """

    word: int
    action: int
    voice: int
    polarity: int
    reality: int
    slots: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A window with the class of each word (:data:`IGNORED` for context and unclear words) and its deeds."""

    item: str
    window: Window
    actions: NDArray[np.int64]
    deeds: tuple[Deed, ...]


def samples(item: str, analysis: ItemAnalysis, mentions: Sequence[dict[str, Any]], cut: WordPiece) -> Iterator[Sample]:
    """An item's windows with their labels."""
    labelled, unclear = lay(analysis, mentions)
    at = {(one.unit, analysis.units[one.unit].candidates[one.candidate].index): one for one in labelled}
    hidden = {(unit, analysis.units[unit].candidates[candidate].index) for unit, candidate in unclear}
    for window in windows(analysis.parsed, cut):
        actions = np.zeros(len(window.words), dtype=np.int64)
        deeds = []
        for place, word in enumerate(window.words):
            if place < window.first or word in hidden:
                actions[place] = IGNORED
            elif word in at:
                deeds.append(_deed(place, at[word], window, analysis.parsed))
                actions[place] = deeds[-1].action
        yield Sample(item, window, actions, tuple(deeds))


def laid(found: Sequence[Example], cut: WordPiece) -> list[Sample]:
    """All examples' windows; items are named by their place."""
    return [sample for number, one in enumerate(found) for sample in samples(str(number), one.analysis, one.mentions, cut)]


def _deed(place: int, labelled: Labelled, window: Window, parsed: Sequence[Parsed]) -> Deed:
    mention = labelled.mention
    return Deed(
        place,
        ACTION.index(mention["action"]),
        VOICE.index(mention["voice"]),
        POLARITY.index(mention["polarity"]),
        REALITY.index(mention["reality"]),
        tuple(_fillers(mention[slot], place, window, parsed) for slot in SLOTS),
    )


def _fillers(phrase: str | None, place: int, window: Window, parsed: Sequence[Parsed]) -> tuple[int, ...]:
    """The words of a labelled phrase: where it stands in the deed's own sentence there only, else in its unit, else in the window."""
    if not phrase:
        return (len(window.words),)
    unit, own = window.words[place]
    sentence = parsed[unit].sentence_of[own]
    found = _occurrences(phrase, window, parsed)
    near = [run for run in found if window.words[run[0]][0] == unit]
    nearest = [run for run in near if parsed[unit].sentence_of[window.words[run[0]][1]] == sentence]
    chosen = nearest or near or found
    words = {word for run in chosen for word in run if word != place}
    telling = {word for word in words if parsed[window.words[word][0]].lower[window.words[word][1]] not in _ARTICLES}
    return tuple(sorted(telling or words))


def _occurrences(phrase: str, window: Window, parsed: Sequence[Parsed]) -> list[list[int]]:
    found = []
    for unit in sorted({unit for unit, _ in window.words}):
        p = parsed[unit]
        spans = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", p.text)]
        for start, end in spans:
            run = [k for k, (u, w) in enumerate(window.words) if u == unit and p.start[w] < end and p.end[w] > start]
            if run:
                found.append(run)
    return found or _overlaps(phrase, window, parsed)


def _overlaps(phrase: str, window: Window, parsed: Sequence[Parsed]) -> list[list[int]]:
    """Single words of a phrase that the text writes in another way."""
    wanted = content_words(phrase) - _ARTICLES
    return [[k] for k, (unit, word) in enumerate(window.words) if parsed[unit].lower[word] in wanted and len(parsed[unit].lower[word]) > 2]
