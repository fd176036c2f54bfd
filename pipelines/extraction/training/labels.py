"""Labelled items (codebook section 9) laid onto the parsed words: which candidate each labelled mention stands on.

Not here: features and fitting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.extraction.analysis import ItemAnalysis, UnitAnalysis
from pipelines.extraction.stages.parse import Parsed

_STOP = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "in",
        "on",
        "at",
        "for",
        "to",
        "by",
        "with",
        "and",
        "or",
        "his",
        "her",
        "its",
        "their",
        "our",
        "this",
        "that",
        "these",
        "those",
        "from",
        "as",
        "new",
        "former",
        "mr",
        "mrs",
        "ms",
    ]
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled mention on a candidate (its position in the unit's candidates)."""

    unit: int
    candidate: int
    mention: dict[str, Any]


def read_gold(path: Path) -> Iterator[dict[str, Any]]:
    """Read labelled items."""
    with path.open(encoding="utf8") as lines:
        yield from (json.loads(line) for line in lines)


def content_words(text: str | None) -> frozenset[str]:
    """The words of a phrase by which two phrases are held to be the same (as the scorer does)."""
    found = [re.sub(r"['’]s$", "", word) for word in re.findall(r"[\w'’-]+", (text or "").lower())]
    return frozenset(word for word in found if word not in _STOP) or frozenset(found)


def trigger_words(parsed: Parsed, mention: dict[str, Any], used: set[int]) -> list[int]:
    """The words of a labelled trigger: by its span where it has one, else its first occurrence that is still free."""
    text, trigger = parsed.text, mention["trigger"]
    if mention.get("span"):
        places = [tuple(mention["span"])]
    else:
        places = [(m.start(), m.end()) for m in re.finditer(rf"(?<!\w){re.escape(trigger)}(?!\w)", text)]
        places = places or [(m.start(), m.end()) for m in re.finditer(re.escape(trigger), text)]
    for start, end in places:
        words = [k for k in range(len(parsed.words)) if parsed.start[k] < end and parsed.end[k] > start]
        if words and not used & set(words):
            return words
    start, end = places[0] if places else (0, 0)
    return [k for k in range(len(parsed.words)) if parsed.start[k] < end and parsed.end[k] > start]


def lay(analysis: ItemAnalysis, mentions: Sequence[dict[str, Any]]) -> tuple[list[Labelled], set[tuple[int, int]]]:
    """Mentions on candidates, and the candidates that are neither deeds nor clear non-deeds (other words of a trigger)."""
    labelled: list[Labelled] = []
    unclear: set[tuple[int, int]] = set()
    names = {unit.parsed.unit: number for number, unit in enumerate(analysis.units)}
    used: dict[int, set[int]] = {number: set() for number in names.values()}
    taken: set[tuple[int, int]] = set()
    for mention in mentions:
        number = names.get(mention["unit"])
        if number is None:
            continue
        unit = analysis.units[number]
        words = trigger_words(unit.parsed, mention, used[number])
        used[number].update(words)
        at = {candidate.index: place for place, candidate in enumerate(unit.candidates)}
        places = [word for word in words if word in at]
        if not places:
            continue
        head = _head(unit, places, at)
        if (number, at[head]) in taken:
            continue
        taken.add((number, at[head]))
        labelled.append(Labelled(number, at[head], mention))
        unclear.update((number, at[word]) for word in places if word != head)
    return labelled, unclear - taken


def _head(unit: UnitAnalysis, places: list[int], at: dict[int, int]) -> int:
    """The word of a trigger that names the deed: one with a sense, else the highest in the tree."""

    def depth(word: int) -> int:
        return sum(1 for _ in unit.parsed.ancestors(word))

    return min(places, key=lambda word: (not unit.candidates[at[word]].matches, depth(word), word))
