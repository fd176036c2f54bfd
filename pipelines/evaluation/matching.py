"""When a predicted thing is a gold thing: phrases that share a word, triggers that pair, spans that overlap.

These rules are the measure's definition, shared with the project's reference scorer; changing one changes every figure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Mention = Mapping[str, Any]
Span = tuple[int, int]

SLACK = 20
"""Characters that may lie between two triggers of one phrase (its noun and its verb)."""
EARTH_DIAMETER_KM = 12742

_WORD = re.compile(r"[\w'’-]+")
_POSSESSIVE = re.compile(r"['’]s$")
# Words that make no two phrases alike.
_EMPTY = frozenset((
    "a", "an", "and", "as", "at", "by", "for", "former", "from", "her", "his", "in", "its", "mr", "mrs", "ms", "new", "of", "on", "or",
    "our", "that", "the", "their", "these", "this", "those", "to", "with",
))  # fmt: skip


def content_words(phrase: str | Sequence[str] | None) -> frozenset[str]:
    """Return the phrase's words in lower case without ``'s`` and without empty words, or all words where only those are left."""
    text = phrase if isinstance(phrase, str) else " ".join(phrase or ())
    every = frozenset(_POSSESSIVE.sub("", word) for word in _WORD.findall(text.lower()))
    return every - _EMPTY or every


def alike(one: str | Sequence[str] | None, other: str | Sequence[str] | None) -> bool:
    """Relaxed equality of two phrases: both absent, or both there with a content word in common."""
    if one and other:
        return not content_words(one).isdisjoint(content_words(other))
    return not one and not other


def touches(gold: Sequence[int] | None, predicted: Sequence[int] | None) -> bool:
    """Whether the predicted trigger lies at the gold one, :data:`SLACK` allowed; always, where the gold does not say where it is."""
    if not gold:
        return True
    if not predicted:
        return False
    return gold[0] <= predicted[1] + SLACK and predicted[0] <= gold[1] + SLACK


def pair_up(gold: Sequence[Mention], predicted: Sequence[Mention]) -> list[tuple[int, int]]:
    """Pair the mentions of one item one to one, best agreement first; return (gold, predicted) positions.

    Two can pair when they stand in one unit, their triggers share a word and lie together. Ties go to the pair whose places in
    the two lists are closest, then to the later ones.
    """
    possible = sorted(
        (
            (_agreement(g, p), -abs(i - j), i, j)
            for i, g in enumerate(gold)
            for j, p in enumerate(predicted)
            if g["unit"] == p.get("unit") and _shared_trigger(g, p) and touches(g.get("span"), p.get("span"))
        ),
        reverse=True,
    )
    taken_gold: set[int] = set()
    taken_predicted: set[int] = set()
    pairs = []
    for _, _, i, j in possible:
        if i in taken_gold or j in taken_predicted:
            continue
        taken_gold.add(i)
        taken_predicted.add(j)
        pairs.append((i, j))
    return pairs


def _shared_trigger(gold: Mention, predicted: Mention) -> bool:
    return not content_words(gold["trigger"]).isdisjoint(content_words(predicted.get("trigger")))


def _agreement(gold: Mention, predicted: Mention) -> int:
    points: int = 2 if gold["action"] == predicted.get("action") else 0
    points += sum(alike(gold.get(slot), predicted.get(slot)) for slot in ("actor", "target"))
    points += sum(bool(gold.get(slot) == predicted.get(slot)) for slot in ("voice", "reality"))
    return points


def overlap(one: Sequence[int], other: Sequence[int]) -> int:
    """Return how many characters (or words) two half-open spans share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def outline(pieces: Sequence[Sequence[int]] | None) -> Span | None:
    """Return the span from the first to the last character of a list of pieces, or ``None`` for an empty one."""
    if not pieces:
        return None
    return min(piece[0] for piece in pieces), max(piece[1] for piece in pieces)


def tagged_spans(tags: Sequence[str]) -> set[tuple[int, int, str]]:
    """Read B/I tags of S, T and R as (first, after the last, "S" or "T"); an R span is both. A stray I begins a span."""
    spans: set[tuple[int, int, str]] = set()
    for first, last, kind in _runs(tags):
        spans.update((first, last, role) for role in ("ST" if kind == "R" else kind))
    return spans


def _runs(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    first, kind = 0, ""
    for n, tag in enumerate(tags):
        goes_on = bool(kind) and tag.startswith("I") and tag[2:] == kind
        if goes_on:
            continue
        if kind:
            yield first, n, kind
        first, kind = n, "" if tag == "O" else tag[2:]
    if kind:
        yield first, len(tags), kind


def kilometres(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Return the great-circle distance of two places with ``lat`` and ``lon`` in degrees."""
    north, south = math.radians(one["lat"]), math.radians(other["lat"])
    turn = math.radians(other["lon"] - one["lon"])
    half = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(turn / 2) ** 2
    return EARTH_DIAMETER_KM * math.asin(math.sqrt(min(1.0, half)))
