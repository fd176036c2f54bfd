"""Near pairs: bounded by window, floor, support and postings."""

import math

import pytest

from pipelines.stories.neighbours import Reach, near_pairs

PLAIN = Reach(window=4.0, decay=0.0, floor=0.05, support=1.0, brevity=0.0)


def unit(*terms: str) -> dict[str, float]:
    return {term: 1 / math.sqrt(len(terms)) for term in terms}


def test_pairs_carry_the_cosine_of_shared_terms() -> None:
    pairs = list(near_pairs([unit("a", "b"), unit("a", "c"), unit("d", "e")], [0.0, 0.0, 0.0], PLAIN))
    assert [(a, b) for a, b, _ in pairs] == [(0, 1)]
    assert pairs[0][2] == pytest.approx(0.5)


def test_nothing_outside_the_window_is_compared() -> None:
    vectors = [unit("a"), unit("a"), unit("a")]
    assert [(a, b) for a, b, _ in near_pairs(vectors, [0.0, 4.0, 4.1], PLAIN)] == [(0, 1), (1, 2)]


def test_similarity_fades_with_the_days_between() -> None:
    ((_, _, near),) = near_pairs([unit("a"), unit("a")], [0.0, 0.0], Reach(decay=0.1, support=1.0, brevity=0.0))
    ((_, _, later),) = near_pairs([unit("a"), unit("a")], [0.0, 3.0], Reach(decay=0.1, support=1.0, brevity=0.0))
    assert later == pytest.approx(near * math.exp(-0.3))


def test_one_shared_word_counts_for_less_than_three_of_the_same_sum() -> None:
    reach = Reach(decay=0.0, support=3.0, brevity=0.0)
    ((_, _, one),) = near_pairs([{"a": 0.8, "x": 0.6}, {"a": 0.8, "y": 0.6}], [0.0, 0.0], reach)
    each = math.sqrt(0.64 / 3)
    three = {"a": each, "b": each, "c": each}
    ((_, _, many),) = near_pairs([{**three, "x": 0.6}, {**three, "y": 0.6}], [0.0, 0.0], reach)
    assert one == pytest.approx(0.64 / math.sqrt(3))
    assert many == pytest.approx(0.64)


def test_of_a_crowded_term_only_the_latest_are_read() -> None:
    reach = Reach(decay=0.0, support=1.0, brevity=0.0, max_postings=2)
    pairs = {(a, b) for a, b, _ in near_pairs([unit("a")] * 5, [0.0] * 5, reach)}
    assert (2, 4) in pairs and (3, 4) in pairs
    assert (0, 4) not in pairs
    assert len(pairs) == 1 + 2 + 2 + 2


def test_short_texts_need_more() -> None:
    reach = Reach(decay=0.0, support=1.0, long_text=4.0, brevity=0.5)
    ((_, _, short),) = near_pairs([unit("a"), unit("a")], [0.0, 0.0], reach)
    ((_, _, long),) = near_pairs([unit("a", "b", "c", "d", "e")] * 2, [0.0, 0.0], reach)
    assert short == pytest.approx(0.5)
    assert long == pytest.approx(1.0)
