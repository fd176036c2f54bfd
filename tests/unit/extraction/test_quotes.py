from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extraction.stages.quotes import quoted_spans


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('He said "we won" today', ["we won"]),
        ("He said “we won” today", ["we won"]),
        ("Er sagte „wir“ und ging", ["wir"]),
        ("Il dit «oui» et part", ["oui"]),
        ("Mayor ‘lied’ to council", ["lied"]),
        ("Mayor 'lied' to council", ["lied"]),
        ("''We won,'' he said", ["We won,"]),
        ("The miners' union and Norland's army", []),
        ("It's 5 o'clock in the '90s", []),
        ("‘It’s over’ says mayor", ["It’s over"]),
        ('"One," he said. "Two."', ["One,", "Two."]),
        ("“Open for ever\nNext paragraph", ["Open for ever"]),
        ("", []),
    ],
)
def test_spans(text: str, inside: list[str]) -> None:
    assert [text[a:b] for a, b in quoted_spans(text)] == inside


@given(st.text(alphabet="ab '\"“”‘’«»`\n", max_size=80))
def test_spans_are_ordered_and_apart(text: str) -> None:
    end = 0
    for a, b in quoted_spans(text):
        assert end <= a < b <= len(text)
        end = b
