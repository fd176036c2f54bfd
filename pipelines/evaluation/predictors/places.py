"""Toponyms of a text with their points, from the extractor's named entities and its gazetteer.

The extractor resolves the place of a deed with the outlet's country as its context. A bare text has no outlet, so its context is the
country that most of its own toponyms lie in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.extraction.analysis import UnitAnalysis
from pipelines.extraction.mentions import Place, PlaceFinder
from pipelines.extraction.stages.parse import Parsed

PLACE_TYPES = frozenset({"GPE", "LOC"})
_ARTICLES = frozenset({"the", "a", "an"})
_WITHIN = 2
"""Characters between a place and the larger one that says where it is (``", "``)."""


@dataclass(frozen=True, slots=True)
class _Name:
    start: int
    end: int
    phrase: str
    qualified: str | None


def predict(row: Any, units: Sequence[UnitAnalysis], places: PlaceFinder) -> dict[str, Any]:
    """Return the prediction for one places line."""
    names = [name for unit in units for name in _names(unit.parsed)]
    home = _home(places.resolve(name.qualified or name.phrase) for name in names)
    return {"toponyms": [_toponym(name, _resolve(name, places, home)) for name in names]}


def _names(parsed: Parsed) -> Iterator[_Name]:
    spans = [(first, after) for first, after in parsed.entities if parsed.entity[first] in PLACE_TYPES]
    for n, (first, after) in enumerate(spans):
        begin = first + 1 if parsed.lower[first] in _ARTICLES and after - first > 1 else first
        start, end = parsed.start[begin], parsed.end[after - 1]
        qualified = None
        if n + 1 < len(spans):
            larger = spans[n + 1]
            between = parsed.text[end : parsed.start[larger[0]]]
            if len(between) <= _WITHIN and between.strip() == ",":
                qualified = parsed.text[start : parsed.end[larger[1] - 1]]
        yield _Name(start, end, parsed.text[start:end], qualified)


def _home(found: Iterable[Place | None]) -> str | None:
    countries = Counter(place.country for place in found if place is not None and place.country)
    # Ties go to the alphabet, so that a text has one home in every run.
    return min(countries, key=lambda country: (-countries[country], country), default=None)


def _resolve(name: _Name, places: PlaceFinder, home: str | None) -> Place | None:
    for phrase in (name.qualified, name.phrase):
        found = places.resolve(phrase, home) if phrase else None
        if found is not None:
            return found
    return None


def _toponym(name: _Name, place: Place | None) -> dict[str, Any]:
    return {
        "start": name.start,
        "end": name.end,
        "phrase": name.phrase,
        "geonameid": place.id if place else None,
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "country": place.country if place else None,
    }
