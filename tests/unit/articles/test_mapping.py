"""The way back from clean to raw text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.articles import mapping


def test_neighbouring_runs_join() -> None:
    runs: list[int] = []
    mapping.append(runs, 0, 4, 3)
    mapping.append(runs, 3, 7, 2)
    mapping.append(runs, 5, 20, 1)
    mapping.append(runs, 6, 30, 0)
    assert runs == [0, 4, 5, 5, 20, 1]


def test_offsets_in_runs_are_exact_and_in_gaps_lead_to_the_gap() -> None:
    runs = [0, 3, 4, 5, 12, 4]
    assert [mapping.raw_offset(runs, i) for i in (0, 3, 4, 5, 8)] == [3, 6, 7, 12, 15]
    assert mapping.raw_offset([2, 5, 3], 0) == 0


def test_a_span_over_a_gap_holds_the_whole_gap() -> None:
    runs = [0, 3, 4, 5, 12, 4]
    assert mapping.raw_span(runs, 1, 3, 20) == (4, 6)
    assert mapping.raw_span(runs, 4, 5, 20) == (7, 12)
    assert mapping.raw_span(runs, 3, 9, 20) == (6, 16)
    assert mapping.raw_span(runs, 8, 10, 20) == (15, 20)
    assert mapping.raw_span(runs, 2, 2, 20) == (5, 5)


def test_an_impossible_span_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot go from 5 to 3"):
        mapping.raw_span([0, 0, 9], 5, 3, 9)


@st.composite
def mapped(draw: st.DrawFn, raw: str) -> tuple[str, list[int]]:
    """Keep some pieces of ``raw`` and put foreign letters between them."""
    clean, runs, at = "", [], 0
    while at < len(raw):
        end = draw(st.integers(at + 1, len(raw)))
        if draw(st.booleans()):
            mapping.append(runs, len(clean), at, end - at)
            clean += raw[at:end]
        else:
            clean += "#" * draw(st.integers(0, 2))
        at = end
    return clean, runs


@given(st.data())
def test_composed_and_cut_mappings_keep_every_letter(data: st.DataObject) -> None:
    raw = "".join(chr(0x4E00 + i) for i in range(data.draw(st.integers(0, 30))))
    middle, inner = data.draw(mapped(raw))
    text, outer = data.draw(mapped(middle))
    runs = mapping.compose(outer, inner)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    part, part_runs = text[start:end], mapping.cut(runs, start, end)
    covered = set()
    for i in range(0, len(part_runs), 3):
        clean_at, raw_at, length = part_runs[i : i + 3]
        assert part[clean_at : clean_at + length] == raw[raw_at : raw_at + length]
        covered.update(range(clean_at, clean_at + length))
    assert {i for i, letter in enumerate(part) if letter != "#"} == covered
