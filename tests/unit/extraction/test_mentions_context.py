"""Whose police, whose wife: the country of people whom the text does not place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.extraction.extractor import CodeItem, Extractor
from pipelines.extraction.records import Party


@pytest.fixture(scope="module")
def loaded() -> Extractor:
    return Extractor.load()


def targets(extractor: Extractor, summary: str, country: str | None) -> list[Party]:
    seen = datetime(2025, 3, 1, tzinfo=UTC)
    item = CodeItem(version_id="v", article_id="a", outlet_id="o", seen_at=seen, country=country, language="en", summary=summary)
    (coded,) = extractor.code([item])
    return [party for mention in coded.mentions for party in (*mention.targets, *mention.actors)]


def countries(parties: list[Party]) -> set[str | None]:
    return {party.country for party in parties}


def test_people_at_home_are_of_the_outlets_country(loaded: Extractor) -> None:
    assert countries(targets(loaded, "Police arrested two students on Monday.", "GBR")) == {"GBR"}


def test_people_in_a_story_from_abroad_are_not(loaded: Extractor) -> None:
    found = targets(loaded, "Police in Nairobi arrested two students on Monday.", "GBR")
    assert found
    assert "GBR" not in countries(found)


def test_an_outlet_of_unknown_country_lends_none(loaded: Extractor) -> None:
    assert countries(targets(loaded, "Police arrested two students on Monday.", None)) == {None}


def test_one_trigger_is_one_mention(loaded: Extractor) -> None:
    summary = "Carl Brandt, 35, had intended to petrol bomb ex-mayor's house near Witney, but struck the house next door, a judge heard."
    seen = datetime(2025, 3, 1, tzinfo=UTC)
    item = CodeItem(version_id="v", article_id="a", outlet_id="o", seen_at=seen, language="en", summary=summary)
    (coded,) = loaded.code([item])
    spans = [(m.unit, m.trigger_start, m.trigger_end) for m in coded.mentions]
    assert spans
    assert len(spans) == len(set(spans))


@pytest.mark.parametrize(("name", "expected"), [("Dana Abbott, a baker,", set()), ("Tony Abbott", {"AUS.GOV"})])
def test_a_surname_is_that_of_the_person_named_in_full(loaded: Extractor, name: str, expected: set[str]) -> None:
    seen = datetime(2015, 3, 2, tzinfo=UTC)
    summary = f"{name} spoke on Friday. Abbott accused two officers of lying."
    item = CodeItem(version_id="v", article_id="a", outlet_id="o", seen_at=seen, country="AUS", language="en", summary=summary)
    (coded,) = loaded.code([item])
    found = [party for mention in coded.mentions for party in mention.actors if "Abbott" in party.text]
    assert found
    assert {party.id for party in found if party.id} == expected


@pytest.mark.parametrize(
    "summary", ["Police in Catacamas arrested two students on Monday.", "CATACAMAS - Police arrested two students on Monday."]
)
def test_a_little_known_town_places_people_where_the_deed_is(loaded: Extractor, summary: str) -> None:
    found = targets(loaded, summary, "GBR")
    assert found
    assert countries(found) == {"HND"}


def test_states_that_are_parties_are_what_the_item_is_about(loaded: Extractor) -> None:
    summary = "Uzbekistan imposed sanctions on Romania on Wednesday. Police arrested two students."
    assert {party.country for party in targets(loaded, summary, "GBR") if party.text in ("Police", "two students")} == {None}


@pytest.mark.parametrize("country", ["GBR", None])
def test_where_bodies_of_another_state_are_named_too_nobody_is_placed(loaded: Extractor, country: str | None) -> None:
    """Of "the bureau's lawyer" in an item on links with Russia nothing says that he is Russian."""
    summary = "A grand jury indicted a lawyer who had met the F.B.I. about possible links between a bank in Russia and a businessman."
    found = {party.text: party.country for party in targets(loaded, summary, country)}
    assert "lawyer" in found
    assert found["lawyer"] is None
    assert "RUS" not in found.values()
