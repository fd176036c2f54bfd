"""Toponyms of a text with their points, from the extractor's named entities and its gazetteer.

The extractor only looks for the place of a deed; the annotation marks every name of a place. So all entities that are places count
here, nations too where the gazetteer knows the country ("Georgian"), and a name that was found once counts wherever the text has it
again, inside a longer name as well ("Alexandria Police Department").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any, Protocol

from pipelines.extraction.analysis import UnitAnalysis
from pipelines.extraction.mentions import Place
from pipelines.extraction.stages.parse import Parsed

PLACE_TYPES = frozenset({"GPE", "LOC"})
NATION_TYPE = "NORP"
_ARTICLES = frozenset({"the", "a", "an"})
_WITHIN = 2
"""Characters between a place and the larger one that says where it is (``", "``)."""
_SHORTEST_REPEATED = 4

Span = tuple[int, int]


class DocumentPlaces(Protocol):
    """The gazetteer: resolves one phrase, or all phrases of a text together; ``places.PlaceResolver`` does."""

    def resolve(self, phrase: str, context_country: str | None = None) -> Place | None:
        """Return the place that a phrase names, or ``None``."""
        ...

    def resolve_document(self, phrases: Sequence[str], context_country: str | None = None) -> Sequence[Place | None]:
        """Return one result per phrase, in order."""
        ...


def predict(row: Any, units: Sequence[UnitAnalysis], places: DocumentPlaces) -> dict[str, Any]:
    """Return the prediction for one places line; names that the gazetteer does not know are left out."""
    text = row["text"]
    found = {span for unit in units for span in _named(unit.parsed, places)}
    spans = sorted(found | _repeated(text, found, places))
    # Equal phrases resolve alike, so a qualified name ("Paris, Texas") settles only its own occurrence.
    resolved = places.resolve_document([_qualified(text, span, after) for span, after in zip_longest(spans, spans[1:])])
    alone = places.resolve_document([text[start:end] for start, end in spans])
    pairs = ((span, place or plain) for span, place, plain in zip(spans, resolved, alone, strict=True))
    return {"toponyms": [_toponym(text, span, place) for span, place in pairs if place]}


def _named(parsed: Parsed, places: DocumentPlaces) -> Iterable[Span]:
    for first, after in parsed.entities:
        begin = first + 1 if parsed.lower[first] in _ARTICLES and after - first > 1 else first
        start, end = parsed.start[begin], parsed.end[after - 1]
        kind = parsed.entity[first]
        if kind in PLACE_TYPES:
            yield start, end
        elif kind == NATION_TYPE:
            place = places.resolve(parsed.text[start:end])
            if place is not None and place.precision == "country":
                yield start, end


def _repeated(text: str, found: set[Span], places: DocumentPlaces) -> set[Span]:
    phrases = {text[start:end] for start, end in found}
    known = sorted((p for p in phrases if len(p) >= _SHORTEST_REPEATED and places.resolve(p)), key=lambda p: (-len(p), p))
    if not known:
        return set()
    taken = {at for start, end in found for at in range(start, end)}
    again = re.compile(rf"\b(?:{'|'.join(map(re.escape, known))})\b")
    return {match.span() for match in again.finditer(text) if taken.isdisjoint(range(*match.span()))}


def _qualified(text: str, span: Span, after: Span | None) -> str:
    start, end = span
    if after is not None:
        between = text[end : after[0]]
        if len(between) <= _WITHIN and between.strip() == ",":
            return text[start : after[1]]
    return text[start:end]


def _toponym(text: str, span: Span, place: Place) -> dict[str, Any]:
    start, end = span
    return {
        "start": start,
        "end": end,
        "phrase": text[start:end],
        "geonameid": place.id,
        "lat": place.lat,
        "lon": place.lon,
        "country": place.country,
    }
