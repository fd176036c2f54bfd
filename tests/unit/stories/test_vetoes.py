"""Vetoes hold whatever else two mentions share: properties over many random pairs."""

import dataclasses
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.records import Mention
from pipelines.stories.deeds import compare, in_context, read_deed
from pipelines.stories.events import build_events
from pipelines.stories.similarity import Idf, terms
from tests.support.lake_world import LakeWorld, at

NOON = at("2031-05-04 12:00")
TOWNS = ("Marren", "Osk", "Velden", "Sarn")
WEAPONS = ("Bomb", "Mine", "Shell")

deeds = st.fixed_dictionaries(
    {
        "weapon": st.sampled_from(WEAPONS),
        "actors": st.lists(st.sampled_from([("Gunmen", None), ("Tarn army", "XAA.MIL")]), max_size=1),
        "hours": st.floats(0, 48),
    }
)


def told(world: LakeWorld, outlet: str, words: str, facts: dict[str, Any], **more: Any) -> Mention:
    title = f"{facts['weapon']} exploded {words}; Gunmen and the Tarn army are named"
    version = world.article(f"{outlet} {title}", f"{outlet}/main", NOON + timedelta(hours=facts["hours"]), title)
    return world.mention(version, "exploded", "ASSAULT", actors=facts["actors"], **more)


def apart(world: LakeWorld, one: Mention, two: Mention, why: str) -> None:
    """Assert that a veto holds in both directions, in any context, and that the two never stand in one event."""
    vector = Idf([terms("", one.sentence)]).vector
    a, b = (read_deed(m, vector(terms("", m.sentence))) for m in (one, two))
    for forth in (compare(a, b), compare(b, a)):
        assert (forth.score, forth.vetoed, forth.reason) == (0.0, True, f"veto: {why}")
        assert in_context(forth, 1.0, same_story=True) == forth
    world.story(*world.rows["article_version"])
    _, links = build_events([one, two], world.rows["story_article"], (), lambda x, y: 1.0)
    assert len({link.event_id for link in links}) == 2


@settings(max_examples=40, deadline=None)
@given(deeds, deeds, st.sampled_from(TOWNS), st.integers(1, 30))
def test_another_stated_day(first: dict[str, Any], second: dict[str, Any], town: str, days: int) -> None:
    world = LakeWorld()
    one = told(world, "gazette", f"in {town} on Sunday", first, stated=("Sunday", date(2031, 5, 4)))
    two = told(world, "herald", f"in {town} on Sunday", second, stated=("Sunday", date(2031, 5, 4) + timedelta(days=days)))
    apart(world, one, two, "other time")


@settings(max_examples=40, deadline=None)
@given(deeds, deeds, st.sampled_from(TOWNS), st.sampled_from(TOWNS))
def test_another_country(first: dict[str, Any], second: dict[str, Any], town: str, other: str) -> None:
    world = LakeWorld()
    one = told(world, "gazette", f"in {town}", first, place=(town, "1", "XAA"))
    two = told(world, "herald", f"in {other}", second, place=(other, "2", "XAB"))
    apart(world, one, two, "other country")


@settings(max_examples=40, deadline=None)
@given(deeds, deeds, st.floats(1.0, 60.0))
def test_a_far_town(first: dict[str, Any], second: dict[str, Any], degrees: float) -> None:
    world = LakeWorld()
    one = told(world, "gazette", "in Marren", first, place=("Marren", "1", "XAA"))
    two = told(world, "herald", "in Osk", second, place=("Osk", "2", "XAA"))
    assert one.place_lat is not None
    apart(world, one, dataclasses.replace(two, place_lat=one.place_lat + degrees), "other place")


@settings(max_examples=40, deadline=None)
@given(deeds, deeds, st.sampled_from(["second", "third", "another"]))
def test_one_of_a_series(first: dict[str, Any], second: dict[str, Any], word: str) -> None:
    world = LakeWorld()
    one = told(world, "gazette", "in Marren", first)
    title = f"{word.capitalize()} bomb exploded in Marren; Gunmen and the Tarn army are named"
    version = world.article(f"herald {title}", "herald/main", NOON + timedelta(hours=second["hours"]), title)
    apart(world, one, world.mention(version, "exploded", "ASSAULT", actors=second["actors"]), "one of a series")


@settings(max_examples=40, deadline=None)
@given(deeds, st.integers(1, 40), st.integers(1, 40))
def test_another_toll_in_one_text(facts: dict[str, Any], low: int, more: int) -> None:
    world = LakeWorld()
    text = f"A mine killed {low} in Marren. A shell killed {low + more} in Sarn."
    version = world.article("x", "gazette/main", NOON, "Two blasts", text)
    one = world.mention(version, f"killed {low}", "ASSAULT", unit="summary", figures=[("killed", low, low, "exactly", str(low))])
    high = low + more
    two = world.mention(version, f"killed {high}", "ASSAULT", unit="summary", figures=[("killed", high, high, "exactly", str(high))])
    apart(world, one, dataclasses.replace(two, sentence_index=1, actors=one.actors), "other toll in one text")


@settings(max_examples=40, deadline=None)
@given(deeds, deeds, st.integers(1, 40), st.integers(0, 40))
def test_a_rising_toll_in_two_texts_is_no_veto(first: dict[str, Any], second: dict[str, Any], low: int, more: int) -> None:
    world = LakeWorld()
    first, second = sorted((first, second), key=lambda facts: facts["hours"])
    one = told(world, "gazette", f"in Marren, {low} killed", first, figures=[("killed", low, low, "exactly", str(low))])
    high = low + more
    two = told(world, "herald", f"in Marren, {high} killed", second, figures=[("killed", high, high, "exactly", str(high))])
    vector = Idf([terms("", one.sentence)]).vector
    a, b = (read_deed(m, vector(terms("", m.sentence))) for m in (one, two))
    assert not compare(a, b).vetoed


@settings(max_examples=60, deadline=None)
@given(deeds, deeds, st.integers(1, 40), st.integers(1, 400), st.floats(0.1, 40))
def test_a_toll_that_falls_is_another_deed_where_nothing_else_names_it(
    first: dict[str, Any], second: dict[str, Any], low: int, more: int, hours: float
) -> None:
    """At one cut-off another outlet counts fewer dead: no rise explains it, unless an old count may still be in print."""
    world = LakeWorld()
    high = low + more
    first, second = first | {"actors": [], "hours": 0.0}, second | {"actors": [], "hours": hours}
    one = told(world, "gazette", f"in Marren, {high} killed", first, figures=[("killed", high, high, "exactly", str(high))])
    two = told(world, "herald", f"in Sarn, {low} killed", second, figures=[("killed", low, low, "exactly", str(low))])
    if hours > 12 or high > 2 * low:
        apart(world, one, two, "other toll, which no rise explains")
    else:
        vector = Idf([terms("", one.sentence)]).vector
        assert not compare(*(read_deed(m, vector(terms("", m.sentence))) for m in (one, two))).vetoed


@settings(max_examples=40, deadline=None)
@given(deeds, deeds, st.integers(1, 40), st.integers(1, 400), st.sampled_from(["actor", "town"]))
def test_a_toll_that_outlets_contradict_each_other_on_is_no_veto(
    first: dict[str, Any], second: dict[str, Any], low: int, more: int, named: str
) -> None:
    """They name one actor or one town: what they contradict each other on is one deed, and the tables show both counts."""
    world = LakeWorld()
    actors = [("Gunmen", None)] if named == "actor" else []
    place = ("Marren", "1", "XAA") if named == "town" else None

    def count(outlet: str, facts: dict[str, Any], dead: int) -> Mention:
        figures = [("killed", dead, dead, "exactly", str(dead))]
        return told(world, outlet, f"in Marren, {dead} killed", facts | {"actors": actors}, place=place, figures=figures)

    one, two = count("gazette", first, low + more), count("herald", second, low)
    vector = Idf([terms("", one.sentence)]).vector
    assert not compare(*(read_deed(m, vector(terms("", m.sentence))) for m in (one, two))).vetoed


def regional(m: Mention, region: str, code: str) -> Mention:
    return dataclasses.replace(m, place_precision="admin1", place=region, place_admin1=code)


def count(world: LakeWorld, outlet: str, region: str, code: str, dead: int, hours: float, words: str = "") -> Mention:
    facts = {"weapon": "Fever", "actors": [], "hours": hours}
    figures = [("killed", dead, dead, "exactly", str(dead))]
    one = told(world, outlet, f"in {region}, {dead} killed{words}", facts, place=(region, code, "XAA"), figures=figures)
    return regional(one, region, code)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 40))
def test_tolls_of_two_regions_are_two_counts_even_if_one_names_the_other(low: int, more: int, hours: float) -> None:
    """One death in Norland, then four in Sudland, whose headline also names Norland."""
    world = LakeWorld()
    one = count(world, "gazette", "Norland", "1", low, 0.0)
    two = count(world, "herald", "Sudland", "2", low + more, hours, "; Norland records new cases")
    apart(world, one, two, "other toll, which no rise explains")


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 120))
def test_a_falling_toll_of_one_region_is_a_contradiction_for_two_days_only(low: int, more: int, hours: float) -> None:
    world = LakeWorld()
    one, two = count(world, "gazette", "Norland", "1", low + more, 0.0), count(world, "herald", "Norland", "1", low, hours)
    if hours > 48:
        apart(world, one, two, "other toll, which no rise explains")
    else:
        vector = Idf([terms("", one.sentence)]).vector
        assert not compare(*(read_deed(m, vector(terms("", m.sentence))) for m in (one, two))).vetoed


@settings(max_examples=40, deadline=None)
@given(deeds, deeds, st.sampled_from(["week", "month", "year"]), st.integers(1, 30))
def test_a_stated_time_of_any_precision(first: dict[str, Any], second: dict[str, Any], precision: str, years: int) -> None:
    """The killings of 1994 are not the attacks of 2018."""
    world = LakeWorld()
    one = told(world, "gazette", "in Marren on Sunday", first, stated=("Sunday", date(2031, 5, 4)))
    two = told(world, "herald", "in Marren on Sunday", second, stated=("Sunday", date(2031 - years, 1, 1)))
    two = dataclasses.replace(two, event_date_end=date(2031 - years, 1, 31), date_precision=precision)
    apart(world, one, two, "other time")
