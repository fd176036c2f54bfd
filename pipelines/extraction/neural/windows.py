"""Windows of word pieces over an item: title and summary together, a body by sentences with the sentence before as context.

Not here: scores (model.py), labels (training/).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.extraction.neural.wordpiece import WordPiece
from pipelines.extraction.stages.parse import Parsed

MAX_PIECES = 160
_MARKS = 2
"""[CLS] at the beginning and at least one [SEP] at the end."""

Word = tuple[int, int]
"""A unit's number and a word's place in it."""


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces for the encoder.

    ``words`` are the words in it, in the text's order, and ``at`` is the place of each word's first piece. The words before ``first`` are
    context: they may fill a slot, their own deeds are read in the window before.
    """

    pieces: tuple[int, ...]
    words: tuple[Word, ...]
    at: tuple[int, ...]
    first: int


@dataclass(frozen=True, slots=True)
class _Segment:
    unit: int
    first: int
    last: int
    pieces: tuple[tuple[int, ...], ...]
    size: int


def windows(parsed: Sequence[Parsed], cut: WordPiece) -> Iterator[Window]:
    """Cut an item's units into windows; each word is read outside the context of exactly one."""
    running: list[_Segment] = []
    for number, unit in enumerate(parsed):
        if unit.unit == "body":
            yield from _pack(running, cut)
            running = []
        running.extend(_segments(number, unit, cut))
    yield from _pack(running, cut)


def _segments(number: int, unit: Parsed, cut: WordPiece) -> Iterator[_Segment]:
    """A title as a whole, other units by sentence; what is too long for half a window in parts."""
    spans = [(0, len(unit.words))] if unit.unit == "title" else unit.sentences
    room = MAX_PIECES - _MARKS - 1
    for first, last in spans:
        pieces = [cut(unit.words[word])[:room] for word in range(first, last)]
        at, size = 0, 0
        for place, word in enumerate(pieces):
            if size + len(word) > room:
                yield _Segment(number, first + at, first + place, tuple(pieces[at:place]), size)
                at, size = place, 0
            size += len(word)
        if last > first + at:
            yield _Segment(number, first + at, last, tuple(pieces[at:]), size)


def _pack(segments: Sequence[_Segment], cut: WordPiece) -> Iterator[Window]:
    """As many segments as a window holds, with the segment before as context where both fit."""
    at = 0
    while at < len(segments):
        room = MAX_PIECES - _MARKS - segments[at].size
        context = list(segments[at - 1 : at]) if at and segments[at - 1].size + 1 <= room // 2 else []
        room -= sum(one.size + 1 for one in context)
        end = at + 1
        while end < len(segments) and segments[end].size + 1 <= room:
            room -= segments[end].size + 1
            end += 1
        yield _window(context, segments[at:end], cut)
        at = end


def _window(context: Sequence[_Segment], segments: Sequence[_Segment], cut: WordPiece) -> Window:
    pieces: list[int] = [cut.begin]
    words: list[Word] = []
    at: list[int] = []
    first = 0
    for place, segment in enumerate([*context, *segments]):
        if place and segment.unit != words[-1][0]:
            pieces.append(cut.separator)
        if place == len(context):
            first = len(words)
        for offset, part in enumerate(segment.pieces):
            words.append((segment.unit, segment.first + offset))
            at.append(len(pieces))
            pieces.extend(part)
    pieces.append(cut.separator)
    return Window(tuple(pieces), tuple(words), tuple(at), first)
