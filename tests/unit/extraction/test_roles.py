from __future__ import annotations

import pytest

from pipelines.extraction import predicates
from pipelines.extraction.features import phrase_text
from pipelines.extraction.stages.roles import conjuncts, find_roles, is_passive


def relations(parse, text: str, trigger: str, unit: str = "summary") -> dict[str, str]:
    p = parse(text, unit)
    index = p.lower.index(trigger)
    return {phrase_text(p, role.head): role.relation for role in find_roles(p, index, predicates.default())}


@pytest.mark.parametrize(
    ("text", "trigger", "phrase", "relation"),
    [
        ("Soldiers killed two miners.", "killed", "Soldiers", "subj"),
        ("Soldiers killed two miners.", "killed", "two miners", "obj"),
        ("Two miners were killed by soldiers.", "killed", "soldiers", "by"),
        ("Two miners were killed by soldiers.", "killed", "Two miners", "subj_passive"),
        ("Militants who seized the town left.", "seized", "Militants", "subj"),
        ("The town seized by militants burned.", "seized", "town", "subj_passive"),
        ("The militants vowed to attack the port.", "attack", "militants", "control"),
        ("The minister urged farmers to leave.", "leave", "farmers", "clause_subject"),
        ("Police arrived and arrested a teacher.", "arrested", "Police", "subj_conj"),
        ("Norland launched an attack on the port.", "attack", "Norland", "light_obj_subj"),
        ("Norland launched an attack on the port.", "attack", "port", "p:on"),
        ("Israel's strike on the port failed.", "strike", "Israel", "poss"),
    ],
)
def test_relation(parse, text, trigger, phrase, relation) -> None:
    found = relations(parse, text, trigger)
    if relation == "clause_subject":
        assert found[phrase] in ("subj", "control_obj")
    else:
        assert found[phrase] == relation


def test_headline_participle_is_passive(parse) -> None:
    p = parse("Two miners killed in Norland blast", "title")
    assert is_passive(p, p.lower.index("killed"))


def test_coordination_gives_all_heads(parse) -> None:
    p = parse("Russia and China vetoed the text.")
    assert [p.words[i] for i in conjuncts(p, p.lower.index("russia"))] == ["Russia", "China"]


def test_phrase_has_no_article_no_clause_and_no_possessive(parse) -> None:
    p = parse("The British soldiers, who were tired, left the mayor's house.")
    assert phrase_text(p, p.lower.index("soldiers")) == "British soldiers"
    assert phrase_text(p, p.lower.index("mayor")) == "mayor"


def test_parts_of_a_headline_see_each_other(parse) -> None:
    found = relations(parse, "Dunmore flood: 500 people evacuated", "evacuated", "title")
    assert any(relation.startswith("part<") for relation in found.values())


@pytest.mark.parametrize(
    ("text", "head", "phrase"),
    [
        ("As many as 17 miners were kidnapped.", "miners", "17 miners"),
        ("Up to 300 people were killed.", "people", "300 people"),
        ("At least 3 soldiers died.", "soldiers", "3 soldiers"),
        ("A gunman walked into a building with a clearly visible firearm.", "building", "building"),
    ],
)
def test_a_phrase_has_neither_its_counts_qualifier_nor_a_torn_end(parse, text: str, head: str, phrase: str) -> None:
    p = parse(text)
    assert phrase_text(p, p.lower.index(head)) == phrase
