from __future__ import annotations

from datetime import date

import pytest

from pipelines.extraction.stages.dates import find_dates

TODAY = date(2024, 3, 13)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "value", "precision", "source"),
    [
        ("Police arrested two men on Monday.", "2024-03-11", "day", "relative"),
        ("Police arrested two men on Wednesday.", "2024-03-13", "day", "relative"),
        ("Police arrested two men yesterday.", "2024-03-12", "day", "relative"),
        ("Police arrested two men last Friday.", "2024-03-08", "day", "relative"),
        ("Police arrested two men on March 4.", "2024-03-04", "day", "stated"),
        ("Police arrested two men on 4 March 2019.", "2019-03-04", "day", "stated"),
        ("Police arrested two men in December.", "2023-12", "month", "stated"),
        ("Police arrested two men in 1979.", "1979", "year", "stated"),
        ("Police arrested two men three days ago.", "2024-03-10", "day", "relative"),
        ("Police arrested two men last month.", "2024-02", "month", "relative"),
        ("Police arrested two men last year.", "2023", "year", "relative"),
        ("Police arrested two men last week.", "2024-03", "week", "relative"),
        ("Police arrested two men in January this year.", "2024-01", "month", "stated"),
    ],
)
def test_reads(parse, text: str, value: str, precision: str, source: str) -> None:
    p = parse(text)
    (span,) = find_dates(p, 0, len(p.words), TODAY)
    assert (span.value, span.precision, span.source) == (value, precision, source)


def test_a_planned_weekday_lies_ahead(parse) -> None:
    p = parse("Ministers will meet on Monday.")
    (span,) = find_dates(p, 0, len(p.words), TODAY, future=True)
    assert span.value == "2024-03-18"


@pytest.mark.parametrize("text", ["The army sent 2000 troops.", "He may resign.", "They march on the town.", "It cost $1999 to mend."])
def test_numbers_and_common_words_are_no_dates(parse, text: str) -> None:
    p = parse(text)
    assert find_dates(p, 0, len(p.words), TODAY) == []


def test_impossible_day_is_no_date(parse) -> None:
    p = parse("It happened on February 31.")
    assert all(span.precision != "day" for span in find_dates(p, 0, len(p.words), TODAY))
