"""Groups form by nearness, not by order."""

import random

from pipelines.stories.agglomerate import Groups, Thresholds

FLAT = Thresholds(both_small=0.2, one_large=0.2, both_large=0.2)


def grouped(size: int, pairs: list[tuple[int, int, float]], thresholds: Thresholds = FLAT) -> list[list[int]]:
    groups = Groups(size, pairs)
    groups.agglomerate(thresholds)
    return sorted(sorted(groups.members[g]) for g in groups)


def test_the_nearest_merge_and_the_far_stay_apart() -> None:
    assert grouped(4, [(0, 1, 0.5), (1, 2, 0.1), (2, 3, 0.4)]) == [[0, 1], [2, 3]]


def test_a_chain_of_neighbours_does_not_grow_into_one_group() -> None:
    chain = [(n, n + 1, 0.35) for n in range(19)]
    assert max(map(len, grouped(20, chain))) <= 4


def test_a_negative_similarity_keeps_groups_apart() -> None:
    near = [(0, 1, 0.8), (0, 2, 0.5), (1, 2, 0.5)]
    assert grouped(3, near) == [[0, 1, 2]]
    assert grouped(3, [*near[:2], (1, 2, -0.5)]) == [[0, 1], [2]]


def test_what_must_stand_together_does_whatever_its_similarity() -> None:
    groups = Groups(4, [(0, 3, 0.1)])
    groups.unite([(0, 2), (2, 3)])
    assert sorted(sorted(groups.members[g]) for g in groups) == [[0, 2, 3], [1]]
    groups.unite([(0, 3)])
    assert len(list(groups)) == 2


def test_thresholds_depend_on_the_sizes() -> None:
    thresholds = Thresholds(both_small=0.3, one_large=0.2, both_large=0.25, large=3)
    assert (thresholds.between(1, 2), thresholds.between(1, 3), thresholds.between(4, 3)) == (0.3, 0.2, 0.25)
    assert grouped(2, [(0, 1, 0.25)], thresholds) == [[0], [1]]


def test_the_order_of_pairs_does_not_matter() -> None:
    chance = random.Random(5)
    pairs = [(a, b, round(chance.random(), 3)) for a in range(30) for b in range(a + 1, 30) if chance.random() < 0.2]
    first = grouped(30, pairs, Thresholds(0.5, 0.45, 0.5))
    for _ in range(5):
        chance.shuffle(pairs)
        assert grouped(30, pairs, Thresholds(0.5, 0.45, 0.5)) == first
