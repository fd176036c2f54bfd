"""Place phrases to places: famous senses, qualifiers, context, and the company of other places."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from pipelines.extraction.gazetteer import fold
from pipelines.extraction.places import PlaceResolver


@pytest.fixture(scope="module")
def places() -> PlaceResolver:
    return PlaceResolver.load()


@pytest.mark.parametrize(
    ("phrase", "context", "country", "admin1", "precision"),
    [
        ("London", None, "GBR", "ENG", "city"),
        ("Paris", None, "FRA", "11", "city"),
        ("Paris", "USA", "FRA", "11", "city"),
        ("Paris, Texas", None, "USA", "TX", "city"),
        ("Portland, Maine", None, "USA", "ME", "city"),
        ("St. Petersburg, Fla.", None, "USA", "FL", "city"),
        ("Birmingham", "USA", "USA", "AL", "city"),
        ("Birmingham", None, "GBR", "ENG", "city"),
        ("Georgia", None, "GEO", None, "country"),
        ("Georgia", "USA", "USA", "GA", "admin1"),
        ("northern Syria", None, "SYR", None, "country"),
        ("Helmand province", None, "AFG", None, "admin1"),
        ("Texas", None, "USA", "TX", "admin1"),
        ("Washington", None, "USA", "DC", "city"),
        ("New York", None, "USA", "NY", "city"),
        ("upstate New York", None, "USA", "NY", "admin1"),
        ("Victoria", "AUS", "AUS", "07", "admin1"),
        ("Bombay", None, "IND", "16", "city"),
        ("Kiev", None, "UKR", "12", "city"),
        ("KABUL", None, "AFG", "13", "city"),
        ("Bogota", None, "COL", "34", "city"),
        ("US", None, "USA", None, "country"),
        ("Hyderabad", "PAK", "PAK", "05", "city"),
        ("Hyderabad", None, "IND", "40", "city"),
        ("the White House", "GBR", "USA", "DC", "admin1"),
        ("Kremlin", "USA", "RUS", "48", "admin1"),
    ],
)
def test_phrase_resolves_to_place(
    places: PlaceResolver, phrase: str, context: str | None, country: str, admin1: str | None, precision: str
) -> None:
    found = places.resolve(phrase, context)
    assert found is not None
    assert (found.country, found.precision) == (country, precision)
    if admin1 is not None:
        assert found.admin1 == admin1


def test_hidden_characters_inside_a_name_hide_no_place(places: PlaceResolver) -> None:
    assert places.resolve("Lon\u200bdon") == places.resolve("London") is not None


@pytest.mark.parametrize("phrase", ["us", "march", "Police", "reading", "", ",", "the", "Qwertzuiop", "x" * 5000])
def test_words_that_are_no_place(places: PlaceResolver, phrase: str) -> None:
    assert places.resolve(phrase) is None


def test_the_places_of_a_text_decide_for_one_another(places: PlaceResolver) -> None:
    alone = places.resolve("Springfield")
    assert alone is not None
    together = places.resolve_document(["Springfield", "Peoria", "Illinois", "Decatur", "Springfield"])
    assert [place.admin1 for place in together if place] == ["IL"] * 5
    assert together[0] == together[4]


def test_a_county_takes_the_middle_of_its_states_cities(places: PlaceResolver) -> None:
    found = places.resolve_document(["Walker County", "Huntsville", "Texas"])
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].admin1 == "TX"
    assert found[0].lat == pytest.approx(found[1].lat, abs=0.001)


def test_country_of_ignores_little_known_places_abroad(places: PlaceResolver) -> None:
    assert places.country_of("Sydney") == "AUS"
    assert places.country_of("Alma") is None


def test_gold_toponyms_of_local_news(places: PlaceResolver, shared: Path) -> None:
    gold = hit = 0
    with (shared / "gold" / "places.lgl.jsonl").open(encoding="utf8") as lines:
        for line in list(lines)[::8]:
            toponyms = json.loads(line)["toponyms"]
            found = places.resolve_document([toponym["phrase"] for toponym in toponyms])
            for toponym, place in zip(toponyms, found, strict=True):
                if toponym["lat"] is not None:
                    gold += 1
                    hit += place is not None and _km(toponym, place) <= 161
    assert hit / gold > 0.7


def _km(a, b) -> float:
    lat1, lon1, lat2, lon2 = map(math.radians, (a["lat"], a["lon"], b.lat, b.lon))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 12742 * math.asin(math.sqrt(h))


def test_a_lone_surrogate_in_a_name_is_no_error() -> None:
    assert fold("Goma \ud800").startswith(b"goma")
