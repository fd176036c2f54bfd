"""Which countries a text names, and which lone articles are of another country than their story."""

import pytest

from pipelines.stories.abroad import AROUND, Stand, apart, countries_named

NAMES = frozenset(("arvel", "velden"))
HERE = Stand(frozenset(("ITA",)), "GBR", NAMES)
THERE = Stand(frozenset(("CHN",)), "GBR")
SILENT = Stand(frozenset(), "NZL")
OTHERS = [Stand(frozenset(("FRA",)), "FRA")] * 100
STORY = range(5)


def near(loose: float, members: int = 5) -> list[tuple[int, int, float]]:
    """All pairs near, those of the last member by so much."""
    return [(a, b, loose if b == members - 1 else 0.4) for b in range(members) for a in range(b)]


def test_a_loose_article_that_names_another_country_only_is_parted() -> None:
    assert apart([STORY], near(0.2), [], [HERE] * 4 + [THERE]) == [[0, 1, 2, 3], [4]]


def test_half_of_the_names_of_the_matter_keep_it() -> None:
    named = Stand(frozenset(("CHN",)), "GBR", frozenset(("arvel",)))
    assert apart([STORY], near(0.2), [], [HERE] * 4 + [named, *OTHERS]) == [list(STORY)]


def test_a_story_is_not_its_own_season() -> None:
    one = Stand(frozenset(), "NZL", frozenset(("arvel",)))
    assert apart([STORY], near(0.2), [], [HERE] * 4 + [one, *OTHERS[:50]]) == [list(STORY)]


def test_one_that_is_near_stays() -> None:
    assert apart([STORY], near(0.3), [], [HERE] * 4 + [THERE]) == [list(STORY)]


def test_one_that_shares_a_country_with_any_other_stays() -> None:
    both = Stand(frozenset(("ITA", "CHN")), "GBR")
    assert apart([STORY], near(0.2), [], [HERE] * 3 + [both, THERE]) == [list(STORY)]


def test_a_copy_stays() -> None:
    assert apart([STORY], near(0.2), [(3, 4)], [HERE] * 4 + [THERE]) == [list(STORY)]


def test_a_story_whose_country_few_name_keeps_all() -> None:
    nowhere = Stand(frozenset(), "GBR", NAMES)
    assert apart([STORY], near(0.2), [], [HERE, nowhere, nowhere, nowhere, THERE]) == [list(STORY)]


def test_a_story_of_few_articles_keeps_all() -> None:
    assert apart([range(4)], near(0.2, 4), [], [HERE] * 3 + [THERE]) == [[0, 1, 2, 3]]


def test_an_article_that_names_no_country_is_at_home_where_its_outlet_is() -> None:
    assert apart([STORY], near(0.2), [], [HERE] * 4 + [SILENT, *OTHERS]) == [[0, 1, 2, 3], [4]]
    at_home = Stand(frozenset(), "ITA")
    assert apart([STORY], near(0.2), [], [HERE] * 4 + [at_home, *OTHERS]) == [list(STORY)]
    unknown = Stand(frozenset(), None)
    assert apart([STORY], near(0.2), [], [HERE] * 4 + [unknown, *OTHERS]) == [list(STORY)]


def test_it_stays_if_it_has_a_name_of_the_matter_but_not_for_one_of_the_season() -> None:
    one = Stand(frozenset(), "NZL", frozenset(("arvel",)))
    stands = [HERE] * 4 + [one, *OTHERS]
    assert apart([STORY], near(0.2), [], stands) == [list(STORY)]
    # `arvel` now stands in every fourth article of the time; `velden` is still the matter's own.
    crowd = [Stand(names=frozenset(("arvel",)) if n % 4 == 0 else frozenset()) for n in range(AROUND)]
    assert apart([STORY], near(0.2), [], stands + crowd) == [[0, 1, 2, 3], [4]]


def test_without_a_name_of_the_matter_nothing_is_said_of_an_article_that_names_no_country() -> None:
    nameless = Stand(frozenset(("ITA",)), "GBR")
    assert apart([STORY], near(0.2), [], [nameless] * 4 + [SILENT, *OTHERS]) == [list(STORY)]


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("Italy’s cabinet met in Rome; Italians queued", {"ITA"}),
        ("Chinese astronauts land", {"CHN"}),
        ("U.S. and U.K. envoys flew to Florida", {"USA", "GBR"}),
        ("Georgia votes", set()),
        ("TELL US THE TRUTH\nArgen\u00adtina’s senate", {"ARG"}),
        ("Cote d’Ivoire votes", {"CIV"}),
        ("The turkey was roasted, a chad hung", set()),
        ("", set()),
    ],
)
def test_countries_that_a_text_names(text: str, countries: set[str]) -> None:
    assert countries_named(text) == countries
