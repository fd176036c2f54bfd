"""Language detection with the outlet's language as prior."""

from __future__ import annotations

import pytest

from pipelines.articles.language import LANGUAGES, detect


@pytest.mark.parametrize("title", ["Taliban take Kabul", "Biden visits Paris", "PM resigns", "Le Pen attacks Macron", "Kill 3"])
def test_a_short_title_stays_in_the_outlets_language(title: str) -> None:
    assert detect(title, "en")[0] == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le gouvernement annonce de nouvelles mesures pour les écoles", "fr"),
        ("Die Regierung kündigt neue Maßnahmen für die Schulen an", "de"),
        ("El gobierno anuncia nuevas medidas para las escuelas", "es"),
        ("Правительство объявило о новых мерах для школ", "ru"),
        ("الحكومة تعلن عن إجراءات جديدة للمدارس", "ar"),
        ("Pamahalaan, naglabas ng bagong patakaran para sa mga paaralan", "tl"),
        ("政府宣布针对学校的新措施", "zh"),
    ],
)
def test_a_clear_text_overrules_the_prior(text: str, language: str) -> None:
    code, confidence = detect(text, "en")
    assert code == language
    assert confidence > 0.5


def test_without_letters_nothing_is_determined() -> None:
    assert detect("2:0, 14.30 – !!", "en") == ("und", 0.0)
    assert detect("", None) == ("und", 0.0)


def test_an_unknown_prior_is_no_error_and_confidence_is_a_probability() -> None:
    code, confidence = detect("The government announces new measures for schools", "xx")
    assert code == "en"
    assert 0.0 < confidence <= 1.0
    assert all(len(c) == 2 for c in LANGUAGES)
