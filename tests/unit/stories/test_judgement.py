"""The weights' file is checked, and probabilities follow the features."""

import pytest

from pipelines.core.errors import LexiconError
from pipelines.stories.judgement import PARTS, load_weights, parse_weights, probability, write_weights


@pytest.mark.parametrize(
    "data",
    ["[event]\nbias = 1.0", "[event", "[event]\nbias = 'x'\n[story]\nbias = 1.0"],
)
def test_a_file_with_other_parts_or_features_is_refused(data: str) -> None:
    with pytest.raises(LexiconError, match=r"w\.toml"):
        parse_weights(data, "w.toml")


def test_what_is_written_is_read_again() -> None:
    weights = {part: {"bias": -1.5, **{name: number + 0.25 for number, name in enumerate(names)}} for part, names in PARTS.items()}
    assert parse_weights(write_weights(weights), "w.toml") == weights


def test_evidence_raises_and_days_lower_the_shipped_judgements() -> None:
    weights = load_weights()
    for part, names in PARTS.items():
        low = dict.fromkeys(names, 0.2)
        for name in names:
            more = probability(part, {**low, name: 0.6}, weights)
            assert (more < probability(part, low, weights)) is (name == "gap"), (part, name)


def test_extreme_features_do_not_overflow() -> None:
    assert probability("story", dict.fromkeys(PARTS["story"], -1e6)) == pytest.approx(0.0)
    assert probability("story", {**dict.fromkeys(PARTS["story"], 1e6), "gap": 0.0}) == pytest.approx(1.0)
