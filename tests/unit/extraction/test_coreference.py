from __future__ import annotations

import pytest

from pipelines.extraction.features import phrase_text


def resolved(analyse_texts, pronoun: str, **texts: str) -> str | None:
    analysis = analyse_texts(**texts)
    unit = analysis.units[-1]
    index = len(unit.parsed.lower) - 1 - unit.parsed.lower[::-1].index(pronoun)
    antecedent = unit.antecedents.get(index)
    return phrase_text(analysis.units[antecedent.unit].parsed, antecedent.head) if antecedent else None


@pytest.mark.parametrize(
    ("texts", "pronoun", "name"),
    [
        ({"summary": "Maria Oduya resigned after she lost the vote."}, "she", "Maria Oduya"),
        ({"summary": "The police chief met the miners. They asked him to leave."}, "they", "miners"),
        ({"title": "Peter Holm quits", "summary": "He had led the party since May."}, "he", "Peter Holm"),
        ({"summary": "The company closed. It had sued the town."}, "it", "company"),
    ],
)
def test_pronouns(analyse_texts, texts, pronoun, name) -> None:
    assert resolved(analyse_texts, pronoun, **texts) == name


def test_a_woman_is_not_he(analyse_texts) -> None:
    assert resolved(analyse_texts, "he", summary="The woman left before he came.") is None


def test_subject_and_object_of_one_verb_differ(analyse_texts) -> None:
    assert resolved(analyse_texts, "him", summary="Peter Holm praised him.") is None


@pytest.mark.parametrize(
    ("texts", "noun", "name"),
    [
        ({"summary": "Microsoft sued the town. The company wants its land back."}, "company", "Microsoft"),
        ({"summary": "Microsoft sued the town. The ministry denied that it owns land."}, "ministry", None),
        ({"summary": "The Health Ministry closed a ward. On Monday the ministry denied it."}, "ministry", "Health Ministry"),
        ({"summary": "KABUL (Reuters) - Two men were held. The agency denied it."}, "agency", None),
    ],
)
def test_bare_definites(analyse_texts, texts, noun, name) -> None:
    assert resolved(analyse_texts, noun, **texts) == name


def test_a_dateline_is_nobody(analyse_texts) -> None:
    (unit,) = analyse_texts(summary="KABUL (Agency) - The Red Front bombed a mill on Friday, Interior Minister Omar Zaki said.").units
    words = unit.parsed
    assert words.cut(*(lambda span: (span[0], span[1] - 1))(words.sentences[0])) == "KABUL (Agency) -"
    sources = {words.lower[one.source] for here in unit.attributions for one in here if one.source is not None}
    assert sources == {"zaki"}
