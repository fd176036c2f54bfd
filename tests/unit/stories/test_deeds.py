"""Vetoes and parts of the match between two mentions."""

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest

from pipelines.core.errors import LexiconError
from pipelines.extraction.records import Mention
from pipelines.stories import deed_words
from pipelines.stories.deeds import Match, compare, read_deed
from pipelines.stories.similarity import Idf, terms
from tests.support.lake_world import LakeWorld, at

NOON = at("2031-05-04 12:00")
CAR_BOMB = "A car bomb exploded in Marren on Sunday"


def told(title: str, trigger: str, action: str = "ASSAULT", *, outlet: str = "gazette", hours: float = 0.0, **facts: Any) -> Mention:
    world = LakeWorld()
    version = world.article(title, f"{outlet}/main", NOON + timedelta(hours=hours), title)
    return world.mention(version, trigger, action, **facts)


def matched(a: Mention, b: Mention) -> Match:
    counts = [terms("", a.sentence), terms("", b.sentence), terms("", "Nothing else happened in Velden")]
    idf = Idf(counts)
    one, two = (read_deed(m, idf.vector(c)) for m, c in zip((a, b), counts, strict=False))
    forth, back = compare(one, two), compare(two, one)
    assert forth.score == pytest.approx(back.score) and forth.vetoed == back.vetoed
    return forth


def test_one_deed_in_two_outlets_matches_and_says_why() -> None:
    a = told("Gunmen killed three guards at Marren", "killed", actors=[("Gunmen", None)], targets=[("three guards", None)])
    b = told("Three guards killed by gunmen", "killed", outlet="herald", actors=[("gunmen", None)], targets=[("Three guards", None)])
    match = matched(a, b)
    assert match.score > 0.8
    assert not match.vetoed
    for part in ("same action", "same word", "actor agrees", "target agrees", "wording"):
        assert part in match.reason


def test_denial_plan_and_threat_match_the_deed() -> None:
    a = told("Army shelled Marren", "shelled", actors=[("Army", "XAA.MIL")], targets=[("Marren", None)])
    others: list[dict[str, Any]] = [{"polarity": "denied"}, {"polarity": "negated"}, {"reality": "planned"}, {"reality": "threatened"}]
    for facts in others:
        b = told("Army shelled Marren?", "shelled", outlet="herald", actors=[("Army", "XAA.MIL")], targets=[("Marren", None)], **facts)
        assert matched(a, b).score > 0.8


def test_other_kinds_of_deed_do_not_match_but_kindred_do() -> None:
    assault, incident = told(CAR_BOMB, "exploded"), told(CAR_BOMB + " ", "exploded", "INCIDENT", outlet="herald")
    aid = told(CAR_BOMB + "  ", "exploded", "AID", outlet="post")
    assert matched(assault, incident).score > 0.6
    assert matched(assault, aid) == Match(0.0, "other action")


def test_two_predicates_of_one_sentence_do_not_match_but_are_no_veto() -> None:
    world = LakeWorld()
    version = world.article("x", "gazette/main", NOON, "Gunmen attacked a post, killing three")
    match = matched(world.mention(version, "attacked", "ASSAULT"), world.mention(version, "killing", "ASSAULT"))
    assert (match.score, match.vetoed) == (0.0, False)


def vetoed(a: Mention, b: Mention, why: str) -> bool:
    match = matched(a, b)
    return match == Match(0.0, f"veto: {why}", vetoed=True)


def test_another_country_is_a_veto() -> None:
    a = told("Bomb explodes in Marren", "explodes", place=("Marren", "1", "XAA"))
    b = told("Bomb explodes in Velden", "explodes", outlet="herald", place=("Velden", "2", "XAB"))
    assert vetoed(a, b, "other country")


def test_a_far_town_is_a_veto_and_a_near_one_is_not() -> None:
    a = told("Bomb explodes in Marren", "explodes", place=("Marren", "1", "XAA"))
    b = told("Bomb explodes in Velden", "explodes", outlet="herald", place=("Velden", "2", "XAA"))
    assert not matched(a, b).vetoed
    assert vetoed(a, dataclasses.replace(b, place_lat=12.0), "other place")
    assert not matched(a, dataclasses.replace(b, place_lat=12.0, place_precision="admin1")).vetoed


def test_another_stated_day_is_a_veto_and_a_day_of_publication_is_not() -> None:
    a = told("Bomb exploded in Marren on Sunday", "exploded", stated=("Sunday", date(2031, 5, 4)))
    b = told("Bomb exploded in Marren on Monday", "exploded", outlet="herald", stated=("Monday", date(2031, 5, 5)))
    undated = told("Bomb exploded in Marren", "exploded", outlet="post", hours=30)
    week = dataclasses.replace(b, date_precision="week", event_date_start=date(2031, 4, 28), event_date_end=date(2031, 5, 4))
    assert vetoed(a, b, "other time")
    assert not matched(a, undated).vetoed
    assert not matched(a, week).vetoed
    assert not matched(a, dataclasses.replace(b, event_date_start=date(2031, 5, 3), event_date_end=date(2031, 5, 5))).vetoed


def test_one_of_a_series_is_a_veto() -> None:
    first = told("Bomb exploded at Marren station", "exploded")
    second = told("A second bomb exploded at Marren station", "exploded", outlet="herald")
    third = told("A third bomb exploded at Marren station", "exploded", outlet="post")
    again = told("Second bomb exploded at Marren", "exploded", outlet="mail")
    assert vetoed(first, second, "one of a series")
    assert vetoed(second, third, "one of a series")
    assert not matched(second, again).vetoed


def test_a_number_far_from_the_trigger_makes_no_series() -> None:
    a = told("Bomb exploded at Marren station", "exploded")
    b = told("For the second year a big home-made bomb exploded at Marren", "exploded", outlet="herald")
    assert not matched(a, b).vetoed


def test_opposite_parties_are_a_veto() -> None:
    a = told("Tarn expels Kell envoy", "expels", "SANCTION", actors=[("Tarn", "XAA.GOV")], targets=[("Kell envoy", "XAB.GOV")])
    b = told(
        "Kell expels Tarn envoy", "expels", "SANCTION", outlet="herald", actors=[("Kell", "XAB.GOV")], targets=[("Tarn envoy", "XAA.GOV")]
    )
    assert vetoed(a, b, "opposite parties")


def test_two_exact_tolls_in_one_text_are_two_deeds_and_a_rising_toll_is_one() -> None:
    world = LakeWorld()
    text = "A bomb killed three in Marren. Another blast killed nine in Sarn."
    version = world.article("x", "gazette/main", NOON, "Two blasts", text)
    three = world.mention(version, "killed three", "ASSAULT", unit="summary", figures=[("killed", 3.0, 3.0, "exactly", "three")])
    nine = world.mention(version, "killed nine", "ASSAULT", unit="summary", figures=[("killed", 9.0, 9.0, "exactly", "nine")])
    nine = dataclasses.replace(nine, sentence_index=1)
    assert vetoed(three, nine, "other toll in one text")
    elsewhere = dataclasses.replace(nine, version_id="other", article_id="other")
    assert not matched(three, elsewhere).vetoed
    assert not matched(three, dataclasses.replace(nine, figures=[])).vetoed


def test_parties_of_other_countries_weigh_more_than_other_words() -> None:
    a = told("Tarn army shelled Marren", "shelled", actors=[("Tarn army", "XAA.MIL")])
    other = told("Kell guards shelled Marren", "shelled", outlet="herald", actors=[("Kell guards", "XAB.MIL")])
    words = told("Kell guards shelled Marren", "shelled", outlet="herald", actors=[("Kell guards", None)])
    assert matched(a, other).score < matched(a, words).score


def test_a_party_of_nobody_neither_agrees_nor_differs() -> None:
    a = told("Twelve people killed in Marren", "killed", targets=[("Twelve people", "XAA.CVL")])
    b = told("Nine people killed in Marren", "killed", outlet="herald", targets=[("Nine people", "XAB.CVL")])
    assert "nobody named in either" in matched(a, b).reason


def test_undated_mentions_fade_with_the_days_between() -> None:
    a = told("Bomb exploded in Marren", "exploded")
    near = told("Bomb exploded in Marren!", "exploded", outlet="herald", hours=1)
    far = told("Bomb exploded in Marren!", "exploded", outlet="herald", hours=72)
    assert matched(a, far).score < matched(a, near).score


def test_silence_of_both_counts_in_full_only_where_word_place_or_toll_agree() -> None:
    """A conviction that lawyers want overturned is not the claim that she retracted."""
    overturned = told("Lawyers went to court to get the verdict overturned", "overturned", "RETREAT")
    retracted = told("She retracted the claim under pressure", "retracted", "RETREAT", outlet="herald")
    again = told("Court hears why verdict should be overturned", "overturned", "RETREAT", outlet="herald")
    assert "nobody named in either +0.10" in matched(overturned, retracted).reason
    assert "nobody named in either +0.20" in matched(overturned, again).reason
    blaze = told("Blaze near Osk", "Blaze", "INCIDENT", place=("Osk", "1", "XAA"))
    fire = told("Fire near Osk", "Fire", "INCIDENT", outlet="herald", place=("Osk", "1", "XAA"))
    assert "nobody named in either +0.20" in matched(blaze, fire).reason


def test_two_decrees_of_one_actor_have_nothing_else_in_common() -> None:
    """Guards led out of a bank, women told to stay at home: the government is all that the two sentences share."""
    government = [("Junta", "XAA.GOV")]
    home = told("Junta orders women to stay home", "orders", "COERCE", actors=government)
    bank = told("Junta escorts bank staff out", "escorts", "COERCE", outlet="herald", actors=government, targets=[("bank staff", "BANK")])
    stay = told("Junta forces teachers to stay home", "forces", "COERCE", outlet="post", actors=government, targets=[("teachers", None)])
    assert "nothing but the actor in common -0.08" in matched(home, bank).reason
    assert "nothing but the actor" not in matched(home, stay).reason
    nobody = told("Junta escorts them out", "escorts", "COERCE", outlet="herald", actors=government)
    assert "nothing but the actor" not in matched(home, nobody).reason


def test_an_unlike_word_weighs_more_between_kindred_actions() -> None:
    flown = told("Ada Vance was flown to Velden", "flown", "COERCE", targets=[("Ada Vance", None)])
    sanctions = told("Ada Vance helped to evade sanctions", "sanctions", "SANCTION", outlet="herald", targets=[("Ada Vance", None)])
    same = dataclasses.replace(sanctions, action="COERCE")
    assert "unlike word -0.10" in matched(flown, sanctions).reason
    assert "unlike word -0.06" in matched(flown, same).reason


def test_two_regions_of_one_country_count_against_a_match() -> None:
    north = told("Bomb exploded in Norland", "exploded", place=("Norland", "1", "XAA"))
    south = told("Bomb exploded in Sudland", "exploded", outlet="herald", place=("Sudland", "2", "XAA"))
    one, two = (dataclasses.replace(m, place_precision="admin1", place_admin1=code) for m, code in ((north, "01"), (south, "02")))
    assert "other region -0.12" in matched(one, two).reason
    assert "other region" not in matched(one, dataclasses.replace(two, place_admin1=None)).reason


@pytest.mark.parametrize(
    "data",
    [
        "kindred = []",
        "kindred = [['ASSAULT', 'ASSAULT']]\nseries = []\nbounds = []\nanybody = []",
        "kindred = [['ASSAULT', 'HUG']]\nseries = []\nbounds = []\nanybody = []",
        "kindred = []\nseries = ['Second']\nbounds = []\nanybody = []",
        "kindred = []\nseries = []\nbounds = ['Since']\nanybody = []",
        "kindred = [",
    ],
)
def test_bad_words_are_refused(data: str) -> None:
    with pytest.raises(LexiconError, match=r"d\.toml"):
        deed_words.parse(data, "d.toml")
