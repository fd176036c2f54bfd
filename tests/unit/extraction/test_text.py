from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extraction.stages.text import MAX_CHARACTERS, normalise, recase


@pytest.mark.parametrize(
    ("stored", "seen"),
    [
        ("They <b>met</b> here", "They  met  here"),
        ("A &amp; B", "A & B"),
        ("at\u200btack", "attack"),
        ("it’s", "it's"),
        ("''No,'' he said", '"No," he said'),
        ("Two dead --officials", "Two dead – officials"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_evens_out(stored: str, seen: str) -> None:
    assert normalise(stored).text == seen


def test_spans_lead_back_to_the_stored_words() -> None:
    stored = "The min\u200bister <i>said</i> &quot;no&quot;"
    normal = normalise(stored)
    start = normal.text.index("minister")
    a, b = normal.span(start, start + len("minister"))
    assert stored[a:b] == "min\u200bister"


@given(st.text(max_size=300))
def test_every_span_is_inside_the_stored_text_and_in_order(text: str) -> None:
    normal = normalise(text)
    last = 0
    for index in range(len(normal.text)):
        a, b = normal.span(index, index + 1)
        assert last <= a < b <= len(text)
        last = a


def test_long_text_is_cut_at_a_sentence_and_flagged() -> None:
    normal = normalise("One sentence of some words. " * 12_000)
    assert normal.capped
    assert len(normal.text) <= MAX_CHARACTERS
    assert normal.text.rstrip().endswith(".")


def small(*names: str):
    return lambda words: [word.lower() not in names for word in words]


def test_headline_capitals_are_taken_back_but_names_stay() -> None:
    assert (
        recase("Norland Closes Schools After Fire in Dunmore", small("norland", "dunmore"), title=True)
        == "Norland closes schools after fire in Dunmore"
    )


def test_running_text_keeps_its_capitals() -> None:
    text = "The Norland Army said the Schools were closed on Friday by order of the mayor."
    assert recase(text, small(), title=False) == text


def test_shouted_headline() -> None:
    shown = recase("NORLAND POLICE ARREST EIGHT MINERS", small("norland"), title=True)
    assert shown == "Norland police arrest eight miners"


def test_one_shouted_word_is_lowered_and_an_acronym_kept() -> None:
    assert recase("Norland REFUSES to join NATO talks", small("norland", "nato"), title=True) == "Norland refuses to join NATO talks"
