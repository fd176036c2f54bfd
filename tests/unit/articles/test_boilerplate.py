"""The data file of boilerplate and its validator."""

from __future__ import annotations

import pytest

from pipelines.articles import boilerplate
from pipelines.core.errors import LexiconError


def test_the_shipped_file_is_valid() -> None:
    assert boilerplate.default().span("The ferry sank. Read more") == (0, 15)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("not toml", "not valid TOML"),
        ("[[middle]]\nname='x'", "neither head nor tail"),
        ("[[tail]]\nname='x'\npattern='y'", "tail 1: needs exactly the fields hint, name, pattern"),
        ("[[tail]]\nname='x'\npattern='('\nhint='x'", "does not compile"),
        ("[[tail]]\nname='x'\npattern='x*'\nhint='x'", "matches the empty text"),
        ("[[tail]]\nname='x'\npattern='x'\nhint='X'", "hint must be in lower case"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(data: str, message: str) -> None:
    with pytest.raises(LexiconError, match=message) as error:
        boilerplate.parse(data, "mine.toml")
    assert "mine.toml" in str(error.value)


def test_an_empty_file_drops_nothing() -> None:
    assert boilerplate.parse("", "none.toml").span("Read more") == (0, 9)


def test_own_phrases_are_dropped_at_their_end_only() -> None:
    own = boilerplate.parse("[[head]]\nname='x'\npattern='ADVERT:'\n[[tail]]\nname='y'\npattern='bye now'\nhint='bye'", "mine.toml")
    text = "ADVERT: bye now is a phrase. Bye now"
    start, end = own.span(text)
    assert text[start:end] == "bye now is a phrase."
