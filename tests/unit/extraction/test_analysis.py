from __future__ import annotations

import pytest

from pipelines.extraction.analysis import speaker_roles
from pipelines.extraction.features import phrase_text

SPEECH = 'Maria Oduya spoke on Monday. "I condemn the council. We will sue the ministry," Oduya said.'


@pytest.mark.parametrize("word", ["i", "my"])
def test_the_first_person_is_the_speaker(analyse_texts, word) -> None:
    analysis = analyse_texts(summary=f'"{word.title()} brother sued the council," Maria Oduya said.' if word == "my" else SPEECH)
    unit = analysis.units[0]
    antecedent = unit.antecedents[unit.parsed.lower.index(word)]
    assert "Oduya" in phrase_text(analysis.units[antecedent.unit].parsed, antecedent.head)


def test_the_first_person_outside_speech_stands_for_nobody(analyse_texts) -> None:
    unit = analyse_texts(summary="I condemn the council.").units[0]
    assert unit.parsed.lower.index("i") not in unit.antecedents


def test_who_speaks_in_another_sentence_may_fill_a_slot(analyse_texts) -> None:
    text = '"They arrested six of our men," Peter Holm said. "They burned the school. It was a crime."'
    analysis = analyse_texts(summary=text)
    unit = analysis.units[0]
    roles = speaker_roles(analysis, 0, unit.parsed.lower.index("burned"))
    assert [phrase_text(unit.parsed, role.head) for role in roles] == ["Peter Holm"]
    assert roles[0].unit == 0
    assert roles[0].relation.startswith("speaker:")


def test_who_speaks_in_the_same_sentence_is_a_phrase_like_others(analyse_texts) -> None:
    analysis = analyse_texts(summary="Peter Holm said the rebels burned the school.")
    assert speaker_roles(analysis, 0, analysis.units[0].parsed.lower.index("burned")) == []


def test_a_quotation_over_sentences_belongs_to_the_speaker_at_its_end(analyse_texts) -> None:
    unit = analyse_texts(summary=SPEECH).units[0]
    deed = unit.parsed.lower.index("condemn")
    kinds = [(a.kind, phrase_text(unit.parsed, a.source)) for a in unit.attributions[unit.parsed.sentence_of[deed]] if a.source is not None]
    assert ("carried", "Oduya") in kinds
