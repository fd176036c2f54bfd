"""The same box again, or the same text again?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.articles.passages import longest_passage
from pipelines.articles.records import ArticleVersion
from pipelines.articles.recurring import recurs
from pipelines.articles.shingles import read_document

DAY, WEEK = 144, 7 * 144
Recurs = Callable[..., bool]
BOX = "The week in photos from our award winning photographers and from many others who send us what they saw."
COUNT = "It has been {} days since the ferries stopped and the strait was closed to all ships that carry passengers."
LONG = " ".join(f"In paragraph {i} the reporter walks along quay number {i} and counts the boats." for i in range(9))


@pytest.fixture
def is_box(version: Callable[..., ArticleVersion]) -> Recurs:
    def judge(text: str, other: str, titles: tuple[str, str], polls: int) -> bool:
        made = (version("lune", text, titles[0]), version("lune", other, titles[1], poll=polls))
        return recurs(longest_passage(*(read_document(v, i, 0, 5) for i, v in enumerate(made)), frozenset()))

    return judge


@pytest.mark.parametrize(
    ("title", "other", "expected"),
    [
        ("Photos of the week, 19 September, 2021", "Photos of the week, 17 October, 2021", True),
        ("Morning briefing on Sept 19", "Our evening briefing, Sept 20", True),
        ("What to watch on Monday", "What to watch on Tuesday", True),
        ("Photos of 19 September", "More photos of September 19", False),
        ("Photos of the strait", "The strait in March", False),
        ("Ferry sinks, 10 dead", "Ferry sinks, 12 dead", False),
    ],
)
def test_headlines_of_a_series_name_other_dates(is_box: Recurs, title: str, other: str, *, expected: bool) -> None:
    assert is_box(BOX, BOX, (title, other), DAY) is expected


def test_a_sentence_of_which_only_numbers_change_is_a_count_unless_it_was_mended_at_once(is_box: Recurs) -> None:
    titles = ("No ferry to Faro", "Harbour to be sold")
    assert is_box(COUNT.format(551), COUNT.format(552), titles, DAY)
    assert not is_box(COUNT.format(551), COUNT.format(552), titles, 3)
    assert not is_box(COUNT.format(551), COUNT.format("so many"), titles, DAY)
    assert not is_box(COUNT.format(551), COUNT.replace("{} ", ""), titles, DAY)
    ends = " Lune is calm.", " Sellers of fish complain that nobody buys."
    assert is_box(COUNT.format(551) + ends[0], COUNT.format(552) + ends[1], titles, DAY)
    before = "It rained. ", "Ferries rust at the quay while their owners wait. "
    counted = "The port counted {} passengers on Sunday, raising the sum since spring to {}"
    assert is_box(before[0] + counted.format(5, 60), before[1] + counted.format(7, 80), titles, DAY)


def test_days_alone_are_no_change(is_box: Recurs) -> None:
    text = "Five things that you need to know about the strait this {}."
    assert is_box(text.format("Monday morning"), text.format("Monday evening"), ("Ferries and fish", "Fish and fares"), 3)


def test_a_short_text_under_another_headline_after_a_week_is_a_box_and_a_long_one_is_not(is_box: Recurs) -> None:
    titles = ("Photos of the strait", "The strait from above")
    assert is_box(BOX, BOX, titles, WEEK + DAY)
    assert not is_box(BOX, BOX, titles, WEEK - DAY)
    assert not is_box(BOX, BOX, ("Photos of the strait", "Photos of the strait"), WEEK + DAY)
    assert not is_box(LONG, LONG, titles, WEEK + DAY)
    assert not is_box(LONG, LONG.replace("number 3", "number 11"), titles, DAY)
