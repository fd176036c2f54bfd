"""Naming phrases to actor ids: titles, demonyms, offices, dates, and the words that name several things."""

from __future__ import annotations

import time
from datetime import date

import pytest

from pipelines.extraction.actors import ActorResolver

ON = date(2021, 9, 20)


@pytest.fixture(scope="module")
def actors() -> ActorResolver:
    return ActorResolver.load()


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Afghanistan", "AFG.GOV"),
        ("Kabul", "AFG.GOV"),
        ("the Afghan government", "AFG.GOV"),
        ("President Emomali Rahmon", "TJK.GOV"),
        ("Putin", "RUS.GOV"),
        ("MOSCOW", "RUS.GOV"),
        ("Kremlin", "RUS.GOV"),
        ("French President", "FRA.GOV"),
        ("President of France", "FRA.GOV"),
        ("Downing Street", "GBR.GOV"),
        ("Taliban spokesman Zabihullah Mujahid", "TALIBAN"),
        ("members of the Taliban", "TALIBAN"),
        ("Afghanistan’s Taliban", "TALIBAN"),
        ("Tajik border guards", "TJK.MIL"),
        ("two British soldiers", "GBR.MIL"),
        ("Afghan women", "AFG.CVL"),
        ("Afghans", "AFG.CVL"),
        ("British police", "GBR.COP"),
        ("police in Kabul", "AFG.COP"),
        ("Palestinian militants", "PSE.REB"),
        ("the US Senate", "USA.LEG"),
        ("Pentagon", "USA.MIL"),
        ("UN Secretary-General Antonio Guterres", "UN"),
        ("Nato", "NATO"),
        ("McDonald's", "MCDONALDS"),
        ("Bosnia and Herzegovina", "BIH.GOV"),
        ("France and Britain", "FRA.GOV"),
        ("Reuters", "REUTERS"),
    ],
)
def test_phrase_resolves_to_id(actors: ActorResolver, phrase: str, expected: str) -> None:
    found = actors.resolve(phrase, ON)
    assert found is not None
    assert found.id == expected


def test_roles_are_dated_and_ids_are_not(actors: ActorResolver) -> None:
    before, after = actors.resolve("Taliban", date(2021, 8, 14)), actors.resolve("Taliban", date(2021, 8, 15))
    assert before is not None
    assert after is not None
    assert (before.id, before.sector) == ("TALIBAN", "REB")
    assert (after.id, after.sector, after.country) == ("TALIBAN", "GOV", "AFG")


def test_a_leader_is_the_state_only_while_in_office(actors: ActorResolver) -> None:
    in_office, later = actors.resolve("Donald Trump", date(2019, 6, 1)), actors.resolve("Donald Trump", ON)
    assert in_office is not None
    assert later is not None
    assert in_office.id == "USA.GOV"
    assert (later.id, later.sector) == ("DONALD_TRUMP", "PTY")
    again = actors.resolve("Trump", date(2025, 6, 1))
    assert again is not None
    assert again.id == "USA.GOV"


def test_a_bare_noun_needs_a_context_country_for_an_id(actors: ActorResolver) -> None:
    bare, at_home = actors.resolve("the police", ON), actors.resolve("the police", ON, "AUS")
    assert bare is not None
    assert at_home is not None
    assert (bare.id, bare.sector) == (None, "COP")
    assert at_home.id == "AUS.COP"


def test_hidden_characters_inside_a_name_hide_nobody(actors: ActorResolver) -> None:
    assert actors.resolve("Tali\u00adban", ON) == actors.resolve("Taliban", ON) is not None


@pytest.mark.parametrize(
    ("phrase", "context", "actor"),
    [
        ("the Prime Minister", "USA", None),
        ("deputy prime minister", "PHL", None),
        ("the president", "GBR", None),
        ("the Prime Minister", "GBR", "GBR.GOV"),
        ("Indian prime minister", "USA", "IND.GOV"),
    ],
)
def test_an_office_that_the_state_of_the_text_lacks_is_of_another(
    actors: ActorResolver, phrase: str, context: str, actor: str | None
) -> None:
    found = actors.resolve(phrase, ON, context_country=context)
    assert found is not None
    assert (found.id, found.country, found.sector) == (actor, actor and actor[:3], "GOV")


@pytest.mark.parametrize(
    "phrase",
    ["us", "who", "turkey", "the group", "it", "Michael Jordan", "George Washington", "Paris Hilton", "Hunter Biden", "", "...", "may"],
)
def test_words_that_name_no_actor_here(actors: ActorResolver, phrase: str) -> None:
    assert actors.resolve(phrase, ON) is None


@pytest.mark.parametrize(
    ("phrase", "context", "expected"),
    [
        ("Georgia", None, "GEO.GOV"),
        ("Georgia", "USA", "USA.GOV"),
        ("Georgia lawmakers", None, "USA.LEG"),
        ("Jordan", None, "JOR.GOV"),
        ("Washington", None, "USA.GOV"),
        ("Congo", None, "COD.GOV"),
        ("Congo", "COG", "COD.GOV"),
        ("Turkey", None, "TUR.GOV"),
        ("US", None, "USA.GOV"),
        ("Brussels police", None, "BEL.COP"),
        ("South Korean troops", None, "KOR.MIL"),
        ("Papua New Guinea", None, "PNG.GOV"),
    ],
)
def test_ambiguous_names_by_rule(actors: ActorResolver, phrase: str, context: str | None, expected: str) -> None:
    found = actors.resolve(phrase, ON, context)
    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize("phrase", ["Facebook whistleblower", "Trump supporters", "Taliban hostage"])
def test_a_noun_of_another_person_is_not_the_organisation(actors: ActorResolver, phrase: str) -> None:
    found = actors.resolve(phrase, ON)
    assert found is not None
    assert found.id is None
    assert found.sector == "CVL"


def test_unknown_officeholders_get_the_country_of_the_phrase(actors: ActorResolver) -> None:
    found = actors.resolve("Zambian Foreign Minister John Nobody", ON)
    assert found is not None
    assert found.id == "ZMB.GOV"


def test_a_place_resolver_gives_the_country_of_a_city() -> None:
    class Places:
        def country_of(self, phrase: str, context_country: str | None = None) -> str | None:
            return {"Sydney": "AUS"}.get(phrase)

    found = ActorResolver.load(Places()).resolve("Sydney police", ON)
    assert found is not None
    assert found.id == "AUS.COP"


@pytest.mark.parametrize(
    "phrase", ["Governor Gavin Newsom", "city council", "Los Angeles County", "Chicago Mayor Rahm Emanuel", "local officials"]
)
def test_a_local_government_does_not_pass_for_the_state(actors: ActorResolver, phrase: str) -> None:
    found = actors.resolve(phrase, context_country="USA")
    assert found is not None
    assert (found.id, found.country, found.sector) == (None, "USA", "GOV")


@pytest.mark.parametrize("phrase", ["governor of the central bank", "National Security Council", "health minister"])
def test_a_national_body_keeps_the_states_id(actors: ActorResolver, phrase: str) -> None:
    found = actors.resolve(phrase, context_country="USA")
    assert found is not None
    assert found.id == "USA.GOV"


def test_names_that_many_states_use_follow_the_context(actors: ActorResolver) -> None:
    abroad, plain = actors.resolve("Department of Education", ON, "PHL"), actors.resolve("Department of Education", ON)
    assert abroad is not None
    assert plain is not None
    assert (abroad.id, plain.id) == ("PHL.GOV", "USA.GOV")


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Zarqa Brigade", None),
        ("Martyrs of Zarqa Brigades", None),
        ("79th Assault Brigade", "UKR.MIL"),
        ("the brigade", "UKR.MIL"),
        ("Russian Brigade", "RUS.MIL"),
    ],
)
def test_a_named_band_of_fighters_is_not_of_the_texts_country(actors: ActorResolver, phrase: str, expected: str | None) -> None:
    found = actors.resolve(phrase, ON, context_country="UKR")
    assert (found.id if found else None) == expected


def test_a_surname_inside_another_name_is_not_the_leader(actors: ActorResolver) -> None:
    found = actors.resolve("Belizean police superintendent Henry Jemmott", ON)
    assert found is not None
    assert found.id == "BLZ.COP"


def test_catalogue_has_one_entry_a_role(actors: ActorResolver) -> None:
    entries = list(actors.catalogue())
    taliban = [entry for entry in entries if entry.id == "TALIBAN"]
    assert [entry.sector for entry in taliban] == ["REB", "GOV"]
    assert len({(entry.id, entry.since) for entry in entries}) == len(entries)


def test_odd_input_is_survived_quickly(actors: ActorResolver) -> None:
    start = time.perf_counter()
    for phrase in ("a" * 100_000, "of " * 50_000, "\u200b", "🇺🇦", "…’s", "the the the", ", , ,"):
        actors.resolve(phrase, ON)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(("dotted", "plain"), [("F.B.I.", "FBI"), ("the C.I.A.", "CIA"), ("D.H.S.", "DHS"), ("W.H.O.", "WHO")])
def test_dots_in_an_abbreviation_make_no_other_body(actors: ActorResolver, dotted: str, plain: str) -> None:
    found = actors.resolve(dotted)
    assert found is not None
    assert found == actors.resolve(plain)
