"""What two texts share, in both directions alike."""

import pytest

from pipelines.stories import background
from pipelines.stories.comparison import FEATURES, MAX_TERMS, Company, Reader, Side, aligned, features
from pipelines.stories.names import Casing
from pipelines.stories.similarity import Idf, cosine


def reader() -> Reader:
    return Reader(Idf((), background.load()), Casing((), background.load()))


def sides(*texts: tuple[str, str]) -> list[Side]:
    own = reader()
    return [own.read(title, text) for title, text in texts]


def test_features_are_the_same_in_both_directions() -> None:
    a, b = sides(("Dam bursts above Marren", "Twelve people died."), ("Marren dam gives way, killing 12", "Rescuers search the valley."))
    forth, back = features(a, b, 0.5, 0.2), features(b, a, 0.5, 0.2)
    assert set(forth) == set(FEATURES)
    assert forth == pytest.approx(back, abs=1e-6)


def test_like_words_align_where_equal_ones_are_absent() -> None:
    killed, slain, baked = sides(("Gunmen kill soldiers", ""), ("Militants murder troops", ""), ("Bakers sell loaves", ""))
    assert cosine(killed.words, slain.words) == 0.0
    assert aligned(killed, slain) > 0.3 > aligned(killed, baked)


def test_a_text_that_says_much_else_is_aligned_in_part() -> None:
    short, same, longer = sides(
        ("Ferry sinks", ""),
        ("Ferry sinks", ""),
        ("Ferry sinks", "Parliament debated pensions, schools, harvests, taxes and a new railway until midnight."),
    )
    assert aligned(short, same) == pytest.approx(1.0)
    assert aligned(short, longer) < 0.5


def test_a_text_without_words_is_like_nothing() -> None:
    empty, other = sides(("", ""), ("Ferry sinks", ""))
    found = features(empty, other, 0.0, 0.0)
    assert all(found[name] == 0.0 for name in ("words", "title", "names", "deeds", "aligned", "meaning"))


def test_a_long_text_is_cut_to_its_weightiest_terms() -> None:
    (side,) = sides(("Ferry sinks", " ".join(f"word{n}" for n in range(500))))
    assert len(side.terms) == len(side.weights) == len(side.rows) == MAX_TERMS


VECTORS = [{"a": 1.0}, {"b": 1.0}, {"a": 0.6, "b": 0.8}, {"c": 1.0}]


def test_two_texts_near_to_a_third_keep_the_same_company() -> None:
    company = Company(VECTORS, {0: {2: 0.6}, 2: {0: 0.6, 1: 0.8}, 1: {2: 0.8}})
    assert cosine(VECTORS[0], VECTORS[1]) == 0.0
    assert company.likeness(0, 1) == pytest.approx(company.likeness(1, 0))
    assert company.likeness(0, 1) > 0.3
    assert company.likeness(0, 3) == 0.0


def test_a_text_is_not_its_partners_company() -> None:
    """Near to each other alone, they are as alike as their own words."""
    near = {0: {2: 0.6}, 2: {0: 0.6}}
    assert Company(VECTORS, near).likeness(0, 2) == pytest.approx(0.6)


def test_what_is_forgotten_is_worked_out_again() -> None:
    company = Company(VECTORS, {0: {2: 0.6}, 2: {0: 0.6, 1: 0.8}, 1: {2: 0.8}})
    before = company.likeness(0, 1)
    company.forget(2)
    assert company.likeness(0, 1) == before
