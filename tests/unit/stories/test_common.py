"""What an article has most in common with the rest of its story."""

from pipelines.stories.common import as_written, heaviest, total

STORY = [
    {"gas": 0.8, "pric": 0.5, "winter": 0.2},
    {"gas": 0.7, "pric": 0.6, "AIR>ASSAULT": 0.9},
    {"gas": 0.1, "horse": 0.9, "AIR>ASSAULT": 0.3},
]


def test_the_heaviest_terms_in_common_come_first_and_deeds_are_no_words() -> None:
    everything = total(STORY)
    assert heaviest(STORY[0], everything) == ("gas", "pric")
    assert heaviest(STORY[1], everything, most=1) == ("gas",)
    assert heaviest({"fair": 1.0}, {"fair": 1.0}) == ()


def test_terms_are_shown_as_the_text_has_them() -> None:
    assert as_written(["pric", "gas", "gone"], "Gas prices: the price of gas") == ["prices", "gas", "gone"]
