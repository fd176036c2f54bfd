"""Which place a phrase names: country, first-level division, or city, with its point (codebook section 4).

Here: candidates from the gazetteers and the choice among them by population, qualifier ("Portland, Maine"), context country, and the
other places of the text. Not here: finding place phrases (stages/), which place a deed happened at (mentions.py), actors (actors.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from pipelines.extraction import gazetteer
from pipelines.extraction.gazetteer import fold
from pipelines.extraction.lexicon_files import Country, load_countries
from pipelines.extraction.regions import Region, load_regions
from pipelines.extraction.stages.text import visible

_MAX_PHRASE = 120
_LEADING = re.compile(
    r"^(?:(?:the|in|near|outside|inside|around|from|at|of|city|town|village|port|state|province|region|district|island|capital|greater|"
    r"downtown|central|northern|southern|eastern|western|north|south|east|west|north-?east(?:ern)?|north-?west(?:ern)?|south-?east(?:ern)?|"
    r"south-?west(?:ern)?|upstate|rural|nearby|neighbou?ring|occupied|war-torn|mainland|suburban)\s+)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:\s+(?:city|town|village|province|state|region|district|governorate|oblast|prefecture|area|airport|international airport|"
    r"university|metropolitan area|suburb|neighbou?rhood|port|harbou?r|border|capital|municipality|department|county|valley|peninsula|"
    r"township|camp|refugee camp|territory))+$",
    re.IGNORECASE,
)
_COUNTY = re.compile(r"\s+(?:county|parish|borough)$", re.IGNORECASE)
# Capitalised words of headlines that a village somewhere is called as well.
_NO_PLACE = frozenset({
    "police", "government", "parliament", "university", "hospital", "court", "school", "church", "house", "street", "road",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april", "may",
    "june", "july", "august", "september", "october", "november", "december", "army", "union", "council", "president",
    "minister", "state", "police-station", "north", "south", "east", "west", "central", "best", "most", "many", "new", "old",
    "man", "woman", "of", "independence", "liberty", "justice",
})  # fmt: skip
_PRIOR = 1.0
_FAMOUS = 150_000
_VERY_FAMOUS = 2_000_000
_DIVISION = 6.1
_CAPITAL = 0.6
_CAPITAL_PEOPLE = 100_000
_KNOWN = 80_000
_CONTEXT = 1.3
_DIVISION_WEIGHT = 1.2
_COUNTRY_WEIGHT = 0.6
_FLOOR = 0.02
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A place: gazetteer id and name, ISO alpha-3 country, first-level code or name, point in degrees, and how precise it is.

    ``precision``: point, city, admin1 or country. ``population`` is 0 where unknown; ``fame`` is what a capital has beyond its population.
    """

    id: str
    name: str
    country: str | None
    admin1: str | None
    lat: float | None
    lon: float | None
    precision: str
    population: int = 0
    fame: float = 0.0


class PlaceResolver:
    """Resolves place phrases. Nothing is read before the first question."""

    def __init__(self, countries: Mapping[str, Country], regions: Sequence[Region]) -> None:
        self._country_entries = countries
        self._region_entries = regions
        self._cached = lru_cache(maxsize=32768)(self._resolve)
        self._candidates = lru_cache(maxsize=32768)(self._find)

    @classmethod
    def load(cls) -> PlaceResolver:
        """Build the resolver; the gazetteer itself is opened when it is first asked.

        Raises:
            LexiconError: a data file breaks its schema.
        """
        return cls(load_countries(), load_regions())

    def resolve(self, phrase: str, context_country: str | None = None) -> Place | None:
        """Resolve one phrase; ``context_country`` (ISO alpha-3) is where the text speaks from or about. None where unknown."""
        return self._cached(phrase[:_MAX_PHRASE], context_country)

    def resolve_document(self, phrases: Sequence[str], context_country: str | None = None) -> list[Place | None]:
        """Resolve all place phrases of one text together: places of a text tend to lie in the same division and country.

        Returns one result for each phrase, in order; equal phrases give equal results.
        """
        options = {phrase: list(self._candidates(phrase[:_MAX_PHRASE])) for phrase in dict.fromkeys(phrases)}
        counts = {phrase: math.sqrt(phrases.count(phrase)) for phrase in options}
        weights = {phrase: _softmax([_prior(place, context_country) for place in found]) for phrase, found in options.items()}
        for _ in range(_ROUNDS):
            divisions, lands = _evidence(options, weights, counts)
            weights = {
                phrase: _softmax(
                    [
                        _prior(place, context_country) + _support(place, weight * counts[phrase], divisions, lands)
                        for place, weight in zip(found, weights[phrase], strict=True)
                    ]
                )
                for phrase, found in options.items()
            }
        chosen = {phrase: _best(found, weights[phrase]) for phrase, found in options.items()}
        return [_placed(chosen[phrase], chosen.values()) for phrase in phrases]

    def country_of(self, phrase: str, context_country: str | None = None) -> str | None:
        """The country that a place name lies in; None for unknown and for little known places abroad."""
        found = self.resolve(phrase, context_country)
        if found is None or (found.precision == "city" and found.population < _KNOWN and found.country != context_country):
            return None
        return found.country

    def _resolve(self, phrase: str, context: str | None) -> Place | None:
        found = self._candidates(phrase)
        if not found:
            return None
        return max(found, key=lambda place: (_prior(place, context), place.population, place.id))

    def _find(self, phrase: str) -> tuple[Place, ...]:
        phrase = re.sub(r"['’]s$", "", " ".join(visible(phrase).split())).strip(" ,;:")
        if not phrase or not any(c.isupper() for c in phrase):
            return ()
        if "," in phrase:
            name, _, larger = phrase.partition(",")
            inside = self._within(self._candidates(name), self._candidates(larger.strip()))
            return inside or self._candidates(name)
        return self._named(phrase) or self._stripped(phrase)

    def _within(self, names: Sequence[Place], larger: Sequence[Place]) -> tuple[Place, ...]:
        """Those places that lie in one of the larger ones."""
        frames = [frame for frame in larger if frame.precision in ("country", "admin1") and frame.country]
        return tuple(
            place
            for place in names
            if any(
                place.country == frame.country and (frame.precision == "country" or place.admin1 == frame.admin1) and place != frame
                for frame in frames
            )
        )

    def _stripped(self, phrase: str) -> tuple[Place, ...]:
        """Try again without words of direction and kind ("northern Syria", "Herat province")."""
        for shorter in (_TRAILING.sub("", phrase), _LEADING.sub("", phrase), _LEADING.sub("", _TRAILING.sub("", phrase))):
            if shorter and shorter != phrase and any(c.isupper() for c in shorter):
                found = self._named(shorter)
                if found:
                    return found
        return ()

    def _named(self, phrase: str) -> tuple[Place, ...]:
        key = fold(phrase)
        if not phrase[:1].isupper():
            # "upstate New York", "occupied West Bank" stand in the lexicon; nothing else that is a place begins small.
            return self._regions.get(key, ())
        if key.decode("utf8", "replace") in _NO_PLACE:
            return ()
        if phrase in ("US", "U.S.", "UK", "U.K.", "USA") or len(phrase) > 2 or phrase.endswith("."):
            found = [*self._countries.get(key, ()), *self._regions.get(key, ())]
        else:
            found = list(self._regions.get(key, ())) if phrase.isupper() else []
        county = _COUNTY.search(phrase)
        if county:
            found += self._counties.get(key, ())
        if len(phrase) > 2:
            named = self._cities.find(phrase)
            others = [] if any(place.precision == "country" for place in found) else self._alternates.find(phrase)
            if found:
                # "New York" is a state, and the short name of a city that is the more famous of the two.
                others = [city for city in others if city.population >= _VERY_FAMOUS and fold(city.name).startswith(key)]
            elif named:
                others = [city for city in others if city.population >= _FAMOUS]
            found += [self._city(city) for city in (*named, *others)]
        unique = {place.id: place for place in found}
        return tuple(unique.values())

    def _city(self, city: gazetteer.City) -> Place:
        capital = fold(city.name) in self._capitals.get(city.country, ()) and city.population > _CAPITAL_PEOPLE
        fame = _CAPITAL if capital else 0.0
        return Place(city.id, city.name, city.country, city.admin1 or None, city.lat, city.lon, "city", city.population, fame)

    @cached_property
    def _capitals(self) -> Mapping[str, frozenset[bytes]]:
        return {code: frozenset(map(fold, entry.capitals)) for code, entry in self._country_entries.items()}

    @cached_property
    def _cities(self) -> gazetteer.CityIndex:
        return gazetteer.cities()

    @cached_property
    def _alternates(self) -> gazetteer.CityIndex:
        return gazetteer.alternates()

    @cached_property
    def _countries(self) -> Mapping[bytes, tuple[Place, ...]]:
        ids = gazetteer.country_ids()
        found: dict[bytes, tuple[Place, ...]] = {}
        for code, entry in self._country_entries.items():
            geonameid, population = ids.get(code, (code, 0))
            place = Place(geonameid, entry.names[0], code, None, *entry.point, "country", population)
            parts = {place for region in self._region_entries for place in region.names}
            for name in (*entry.names, *entry.adjectives, *entry.people):
                # "Scotland" is in the country's names for actors; as a place it is a region of its own.
                if name not in entry.ambiguous and (name == entry.names[0] or name not in parts):
                    found[fold(name)] = (*found.get(fold(name), ()), place)
        return found

    @cached_property
    def _regions(self) -> Mapping[bytes, tuple[Place, ...]]:
        states = gazetteer.state_ids()
        found: dict[bytes, tuple[Place, ...]] = {}
        for region in self._region_entries:
            code = states.get(region.code or "", region.id) if region.state else region.id
            place = Place(code, region.names[0], region.country, region.code, *region.point, "admin1" if region.country else "point")
            for name in region.names:
                found[fold(name)] = (*found.get(fold(name), ()), place)
        return found

    @cached_property
    def _counties(self) -> Mapping[bytes, tuple[Place, ...]]:
        points = {region.code: region.point for region in self._region_entries if region.state}
        found: dict[bytes, tuple[Place, ...]] = {}
        for fips, name, state in gazetteer.counties():
            if state in points:
                place = Place(f"us-county-{fips}", name, "USA", state, *points[state], "admin1", 20_000)
                found[fold(name)] = (*found.get(fold(name), ()), place)
        return found


def _prior(place: Place, context: str | None) -> float:
    """How likely a name means this place before anything else is known: fame by population, and the context country."""
    if place.precision == "country":
        # "Georgia" in an American text is the state.
        return 8.5 if place.country != "GEO" or context != "USA" else 5.0
    if place.precision == "point":
        return 8.0
    home = _CONTEXT if context is not None and place.country == context else 0.0
    if place.precision == "admin1":
        return (5.0 if place.id.startswith("us-county") else _DIVISION) + home
    return _PRIOR * math.log10(place.population + 100) + place.fame + home


def _softmax(scores: Sequence[float]) -> list[float]:
    if not scores:
        return []
    top = max(scores)
    raised = [math.exp(2.0 * (score - top)) for score in scores]
    total = sum(raised)
    return [value / total for value in raised]


_Evidence = dict[tuple[str | None, str | None], float]


def _evidence(
    options: Mapping[str, Sequence[Place]], weights: Mapping[str, Sequence[float]], counts: Mapping[str, float]
) -> tuple[_Evidence, _Evidence]:
    """How much of the text speaks of each first-level division, and of each country."""
    divisions: _Evidence = {}
    lands: _Evidence = {}
    for phrase, found in options.items():
        for place, weight in zip(found, weights[phrase], strict=True):
            if place.country:
                lands[place.country, None] = lands.get((place.country, None), 0.0) + weight * counts[phrase]
                if place.admin1:
                    key = (place.country, place.admin1)
                    divisions[key] = divisions.get(key, 0.0) + weight * counts[phrase]
    return divisions, lands


def _support(place: Place, own: float, divisions: _Evidence, lands: _Evidence) -> float:
    """What the other phrases of the text say for a place."""
    if place.precision == "country":
        return _COUNTRY_WEIGHT * math.log(_FLOOR + max(0.0, lands.get((place.country, None), 0.0) - own))
    division = max(0.0, divisions.get((place.country, place.admin1), 0.0) - own)
    land = max(0.0, lands.get((place.country, None), 0.0) - own)
    return _DIVISION_WEIGHT * math.log(_FLOOR + division) + _COUNTRY_WEIGHT * math.log(_FLOOR + land)


def _best(found: Sequence[Place], weights: Sequence[float]) -> Place | None:
    if not found:
        return None
    return max(zip(weights, found, strict=True), key=lambda pair: (pair[0], pair[1].population, pair[1].id))[1]


def _placed(place: Place | None, others: object) -> Place | None:
    """A county has no point of its own in the gazetteer: it takes the middle of the text's cities in its state, where there are any."""
    if place is None or not place.id.startswith("us-county"):
        return place
    cities = [
        other
        for other in others  # type: ignore[attr-defined]
        if other is not None and other.precision == "city" and (other.country, other.admin1) == (place.country, place.admin1)
    ]
    if not cities:
        return place
    return replace(place, lat=round(sum(c.lat for c in cities) / len(cities), 4), lon=round(sum(c.lon for c in cities) / len(cities), 4))
