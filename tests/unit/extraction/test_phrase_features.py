"""What the rankers see of a phrase: whom it stands for, how the item came by it, and what governs it."""

from __future__ import annotations

import pytest

from pipelines.extraction.decide import all_roles
from pipelines.extraction.phrase_features import absent_features, role_features

BODY = "Wanda Pell met reporters on Monday. The rain had stopped. {} criticised the bank for its policy."


def _seen(analysis, pipeline, trigger: str) -> dict[str, list[str]]:
    """Features by the phrase's head word, "absent NAME" for the item's protagonists from elsewhere."""
    unit = analysis.units[0]
    candidate = next(one for one in unit.candidates if unit.parsed.lower[one.index] == trigger)
    found = {}
    for role in all_roles(analysis, 0, candidate, pipeline[1]):
        head = unit.parsed.lower[role.head]
        if role.unit is None:
            found[head] = role_features(analysis, 0, candidate, "ACCUSE", role, None)
        else:
            found[f"absent {head}"] = absent_features(analysis, 0, candidate, "ACCUSE", role)
    return found


def test_a_pronoun_shows_the_name_that_it_stands_for(analyse_texts, pipeline) -> None:
    seen = _seen(analyse_texts(body=BODY.format("She")), pipeline, "criticised")
    assert "an=PERSON/subj" in seen["she"]
    assert "rk=0/subj/body" in seen["she"]
    assert "an=?/obj" in seen["bank"]
    assert "rk=-/obj/body" in seen["bank"]


def test_a_protagonist_shows_when_it_was_named_last(analyse_texts, pipeline) -> None:
    seen = _seen(analyse_texts(body=BODY.format("She")), pipeline, "criticised")["absent pell"]
    assert {"itl=2/body", "itl=2/nsubj", "itm=1"} <= set(seen)


@pytest.mark.parametrize(("subject", "meant"), [("She", 1), ("A union", 0)])
def test_a_protagonist_shows_whether_a_pronoun_of_the_sentence_stands_for_it(analyse_texts, pipeline, subject, meant) -> None:
    seen = _seen(analyse_texts(body=BODY.format(subject)), pipeline, "criticised")["absent pell"]
    assert f"itm={meant}" in seen


def test_a_name_that_only_comes_later_was_not_named_before(analyse_texts, pipeline) -> None:
    text = "A union criticised the bank. The rain had stopped. Wanda Pell met reporters on Monday. Pell smiled."
    assert "itl=-/body" in _seen(analyse_texts(body=text), pipeline, "criticised")["absent pell"]


def test_a_phrase_shows_its_governor_and_its_neighbours(analyse_texts, pipeline) -> None:
    seen = _seen(analyse_texts(body=BODY.format("She")), pipeline, "criticised")
    assert {"g=criticise/dobj/obj", "lw=the/obj", "rw1=for/obj"} <= set(seen["bank"])
    assert "gp=for/criticise" in seen["policy"]
