"""What falls apart once the names of a story are set aside, and what stays."""

import random

from pipelines.stories.parts import LEAST, parts
from pipelines.stories.similarity import Vector

MINISTER = ("minister", "ada", "vance")
NAMES = frozenset((*MINISTER, "tarvia", "marren", "velden"))


def unit(*words: str) -> Vector:
    return {word: len(words) ** -0.5 for word in words}


def near(vectors: list[Vector], similarity: float = 0.2) -> list[tuple[int, int, float]]:
    return [(a, b, similarity) for b in range(len(vectors)) for a in range(b)]


def part(vectors: list[Vector], together: list[tuple[int, int]] | None = None, similarity: float = 0.2) -> list[list[int]]:
    return parts(range(len(vectors)), near(vectors, similarity), together or [], vectors, [NAMES] * len(vectors))


GAS = [unit(*MINISTER, "gas", "price", "winter"), unit(*MINISTER, "gas", "price", "bill"), unit(*MINISTER, "gas", "winter", "bill")]
TIPS = [unit(*MINISTER, "tips", "waiter", "restaurant"), unit(*MINISTER, "tips", "waiter", "law")]
FAIR = unit(*MINISTER, "opens", "horse", "fair")


def test_two_doings_of_one_minister_are_two_stories() -> None:
    assert part([*GAS, *TIPS, FAIR]) == [[0, 1, 2], [3, 4], [5]]


def test_what_all_articles_say_beside_the_name_holds_a_story_together() -> None:
    vectors = [unit(*MINISTER, "resign", word, f"{word}s") for word in ("letter", "cabinet", "scandal", "wife", "party")]
    assert part(vectors) == [[0, 1, 2, 3, 4]]


def test_a_story_of_few_articles_stays_as_it_is() -> None:
    few = [GAS[0], GAS[1], *TIPS][: LEAST - 1]
    assert part(few) == [list(range(len(few)))]


def test_copies_are_never_parted() -> None:
    assert part([*GAS, *TIPS, FAIR], together=[(5, 0)]) == [[0, 1, 2, 5], [3, 4]]


def test_where_nothing_is_the_core_the_name_is_the_matter() -> None:
    vectors = [unit("tarvia", "velden", f"a{n}", f"b{n}") for n in range(6)]
    assert part(vectors) == [[0, 1, 2, 3, 4, 5]]


def five(*others: Vector) -> list[list[int]]:
    core = [unit(*MINISTER, "resigns", "office", "party"), unit(*MINISTER, "resigns", "office", "letter")]
    return part([*core, *others], similarity=0.2)


def faint(word: str, number: int) -> Vector:
    """A text that shares one word in passing: more than half of what holds two articles together, and less than all."""
    vector = unit(*MINISTER, *(f"w{number}{n}" for n in range(6)))
    return {**vector, word: 0.18}


def test_a_core_of_two_in_five_is_too_small_to_part_what_faintly_holds_together() -> None:
    assert five(faint("resigns", 1), faint("office", 2), faint("resigns", 3)) == [[0, 1, 2, 3, 4]]


def test_a_core_of_two_in_five_lets_go_what_shares_nothing_but_the_name() -> None:
    strangers = [unit(*MINISTER, *(f"w{number}{n}" for n in range(6))) for number in range(3)]
    assert five(*strangers) == [[0, 1], [2], [3], [4]]


def test_a_part_that_is_very_near_stays() -> None:
    assert part([*GAS, *TIPS, FAIR], similarity=0.3) == [[0, 1, 2, 3, 4, 5]]


def test_a_lone_article_that_shares_several_names_needs_to_share_less_of_the_rest() -> None:
    """Minister and office are one name; the minister and a town that not all texts name are two."""
    core = [
        unit(*MINISTER, "marren", "gas", "price", "winter"),
        unit(*MINISTER, "marren", "gas", "price", "bill"),
        unit(*MINISTER, "gas", "winter", "bill"),
        unit("marren", "gas", "price", "bill"),
    ]
    words = tuple(f"word{n}" for n in range(14))
    stranger, neighbour = unit(*MINISTER, "winter", *words), unit(*MINISTER, "marren", "winter", *words)
    assert part([*core, stranger])[0] == [0, 1, 2, 3]
    assert part([*core, neighbour]) == [[0, 1, 2, 3, 4]]


def test_the_order_of_pairs_does_not_matter() -> None:
    vectors, chance = [*GAS, *TIPS, FAIR], random.Random(3)
    pairs = near(vectors)
    for _ in range(5):
        chance.shuffle(pairs)
        assert parts(range(6), pairs, [], vectors, [NAMES] * 6) == [[0, 1, 2], [3, 4], [5]]
