"""Words that only name the kind of piece are taken off titles."""

import pytest

from pipelines.core.errors import LexiconError
from pipelines.stories.headings import instalment, matter, own_summary, parse, shape


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Live: Minister resigns over leaked letter", "Minister resigns over leaked letter"),
        ("WATCH: Dam gives way", "Dam gives way"),
        ("Minister resigns over leaked letter | Opinion", "Minister resigns over leaked letter"),
        ("Flood in Marren - in pictures", "Flood in Marren"),
        ("Covid-19 update: School reopens", "School reopens"),
        ("Morning briefing", ""),
        ("Letters", ""),
        ("Marren: Dam gives way", "Marren: Dam gives way"),
        ("Live music returns to Marren", "Live music returns to Marren"),
        ("", ""),
    ],
)
def test_a_heading_is_taken_off_only_as_a_whole_segment(title: str, left: str) -> None:
    assert matter(title) == left


def test_instalments_of_a_column_have_one_shape() -> None:
    assert shape("Best of cartoons, June 3, 2031") == shape("Best of cartoons, June 14, 2031")
    assert shape("Best of cartoons, June 3") != shape("Worst of cartoons, June 3")


def test_weekdays_and_months_do_not_tell_instalments_apart() -> None:
    assert instalment("Crossword, Monday, May 3") == instalment("Crossword, Friday, September 17")
    assert instalment("Crossword, Monday") != instalment("Quiz, Monday")
    assert instalment("Mayor walks in march") == "mayor walks in #"
    assert instalment("Mayoral race") == "mayoral race"


def test_a_bulleted_list_is_no_summary() -> None:
    assert own_summary("• Dam gives way • Band to tour") == own_summary("\n▪ Dam gives way") == ""
    assert own_summary("A dam gave way. • Band to tour") == "A dam gave way. • Band to tour"
    assert own_summary("") == ""


@pytest.mark.parametrize("data", ["Live\n", "live\nlive\n", "li(ve\n"])
def test_a_bad_list_is_refused_with_its_line(data: str) -> None:
    with pytest.raises(LexiconError, match=r"words\.txt, line"):
        parse(data, "words.txt")
