from __future__ import annotations

import pytest

from pipelines.core.errors import LexiconError
from pipelines.stories.topic_list import TopicList, default, parse, slug

WAR = """
[topics.war]
name = "War"
about = "Fighting."
terms = ["cease fire", "shelling", "insurgen*", "UN", "militiam*n"]
hints = ["war", "party"]
actions = ["ASSAULT/MIL", "CONSULT:abroad", "COERCE.arrest", "*/REB"]
sections = ["World Wars"]
not = ["price war", "war of words"]
"""


def found(topics: TopicList, text: str) -> set[str]:
    return {hit.written for hit in topics.find(text)}


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("Shelling near the port", {"shelling"}),
        ("A cease-fire, says the army", {"cease fire"}),
        ("Two cease fires in a week", {"cease fire"}),
        ("Insurgents and an insurgency", {"insurgen*"}),
        ("A militiaman, many militiamen", {"militiam*n"}),
        ("The UN’s envoy", {"UN"}),
        ("un homme", set()),
        ("Wars, parties", {"war", "party"}),
        ("A price war", set()),
        ("A price war in a time of war", {"war"}),
        ("The warm war-time", {"war"}),
        ("Warm", set()),
        ("THE UN SPEAKS", set()),
    ],
)
def test_words_are_found_in_their_forms_and_not_inside_others(text: str, entries: set[str]) -> None:
    assert found(parse(WAR, "t"), text) == entries


def test_an_exclusion_holds_for_its_own_topic_only() -> None:
    both = WAR + '[topics.trade]\nname = "Trade"\nabout = "Trade."\nterms = ["price war", "war"]\n'
    hits = {(hit.topic, hit.written) for hit in parse(both, "t").find("A price war")}
    assert hits == {("trade", "price war"), ("trade", "war")}


def test_the_shipped_list_follows_its_schema() -> None:
    topics = default().topics
    assert 18 <= len(topics) <= 25
    assert {"conflict", "diplomacy", "government", "elections", "protest", "crime", "courts", "disasters", "health", "economy", "migration",
            "rights", "environment"} <= {t.id for t in topics}  # fmt: skip
    assert all(t.about.endswith(".") for t in topics)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("name =", "nmae ="), "did you mean 'name'"),
        (('about = "Fighting."', ""), "about is missing"),
        (('"ASSAULT/MIL"', '"ASAULT"'), "did you mean 'ASSAULT'"),
        (('"ASSAULT/MIL"', '"ASSAULT/ARMY"'), "not of the form"),
        (('"ASSAULT/MIL"', '"ASSAULT/XYZ"'), "no sector code"),
        (('"*/REB"', '"*"'), "any deed at all"),
        (('"insurgen*"', '"in*"'), "at least 3 letters"),
        (('"war", "party"', '"war", "shelling"'), "in terms and in hints"),
        (('"war", "party"', '"war", "war"'), "twice in hints"),
        (('"war", "party"', '"war", 3'), "hints must be a list"),
        (('"war", "party"', '"war", "!"'), "no word"),
        (("[topics.war]", "[topics.all]"), "stands for all stories"),
        (("[topics.war]", '[topics."Großer Krieg"]'), "lower-case letters"),
        (("[topics.war]", "[topic.war]"), r"\[topics.<id>\]"),
        (("[topics.war]", "[topics.war"), "no TOML file"),
    ],
)
def test_a_fault_is_told_with_its_topic_and_remedy(change: tuple[str, str], said: str) -> None:
    with pytest.raises(LexiconError, match=said):
        parse(WAR.replace(*change), "topics.toml")


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(LexiconError) as told:
        parse(WAR.replace("name =", "nmae =").replace('"*/REB"', '"*"'), "mine.toml")
    assert str(told.value).count("mine.toml: topic 'war'") == 3


def test_the_fingerprint_changes_with_the_file() -> None:
    assert parse(WAR, "t").fingerprint != parse(WAR.replace("shelling", "siege"), "t").fingerprint


def test_sections_are_compared_by_their_words() -> None:
    assert slug("World & Wars") == "world-wars"
