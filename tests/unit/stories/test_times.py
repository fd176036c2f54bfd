"""What a mention itself says of when its deed was."""

import dataclasses
from datetime import date, timedelta

import pytest

from pipelines.extraction.records import Mention
from pipelines.stories.times import long_ago_in_one, other_time, stated, states_day
from tests.support.lake_world import LakeWorld, at


def told(text: str, when: str | None = None, start: date = date(2031, 5, 4), precision: str = "day", source: str = "stated") -> Mention:
    world = LakeWorld()
    version = world.article(text, "gazette/main", at("2031-05-04 12:00"), text)
    mention = world.mention(version, "eruption", "INCIDENT", stated=(when, start) if when else None)
    if when is None:
        return mention
    length = {"day": 0, "week": 6, "month": 30, "year": 364}[precision]
    return dataclasses.replace(mention, date_precision=precision, date_source=source, event_date_end=start + timedelta(days=length))


UNDATED = told("An eruption on the island")
SUNDAY = told("An eruption on Sunday", "Sunday")
LONG_BEFORE = told("The eruption of 1971", "1971", date(1971, 1, 1), "year")


def test_a_day_of_publication_is_not_stated_and_a_year_is() -> None:
    assert not stated(UNDATED)
    assert stated(SUNDAY)
    assert states_day(SUNDAY)
    assert stated(LONG_BEFORE)
    assert not states_day(LONG_BEFORE)


@pytest.mark.parametrize("word", ["since", "until", "before"])
def test_a_time_that_bounds_something_else_is_not_that_of_the_deed(word: str) -> None:
    first = told(f"The first eruption {word} 1971", "1971", date(1971, 1, 1), "year")
    assert not stated(first)
    assert not other_time(first, SUNDAY)


def test_two_years_or_a_year_and_a_day_may_contradict_each_other() -> None:
    assert other_time(LONG_BEFORE, told("The eruption of 1949", "1949", date(1949, 1, 1), "year"))
    assert other_time(LONG_BEFORE, SUNDAY)
    assert not other_time(told("The eruption of 2031", "2031", date(2031, 1, 1), "year"), SUNDAY)
    assert not other_time(LONG_BEFORE, UNDATED)


def test_a_time_counted_back_is_meant_roughly() -> None:
    about = told("The eruption 60 years ago", "60 years ago", date(1972, 1, 1), "year", "relative")
    assert not other_time(about, told("The eruption of 1971", "1971", date(1971, 3, 1), "month"))
    assert other_time(about, SUNDAY)


def test_long_ago_in_one_only() -> None:
    assert long_ago_in_one(LONG_BEFORE, UNDATED)
    assert long_ago_in_one(UNDATED, LONG_BEFORE)
    assert not long_ago_in_one(LONG_BEFORE, SUNDAY)
    assert not long_ago_in_one(SUNDAY, UNDATED)
