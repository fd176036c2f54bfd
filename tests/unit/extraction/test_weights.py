from __future__ import annotations

import numpy as np
import pytest

from pipelines.core.errors import LexiconError
from pipelines.extraction import weights
from pipelines.extraction.training.optimise import fit_classes, fit_ranker, minimise
from pipelines.extraction.weights import hash_text


def bag(*names: str) -> list[int]:
    return [hash_text(name) for name in names]


def test_minimise_finds_the_bottom_of_a_bowl() -> None:
    found = minimise(lambda x: (float(((x - 3) ** 2).sum()), 2 * (x - 3)), np.zeros(4), 50)
    assert np.allclose(found, 3, atol=1e-3)


def test_classes_are_learned_and_probabilities_sum_to_one() -> None:
    bags = [bag("b", "dog"), bag("b", "cat")] * 30
    model = fit_classes(bags, [0, 1] * 30, ("bark", "mew"), l2=0.1)
    shares = model.probabilities(bag("b", "dog"))
    assert shares["bark"] > 0.9
    assert sum(shares.values()) == pytest.approx(1)


def test_ranker_learns_which_choice_is_right() -> None:
    groups = [[bag("subj"), bag("obj"), bag("none")]] * 20
    model = fit_ranker(groups, [[1]] * 20, l2=0.1)
    shares = model.rank([bag("obj"), bag("subj"), bag("none")])
    assert shares[0] == max(shares)
    assert sum(shares) == pytest.approx(1)


def test_training_twice_gives_the_same_weights() -> None:
    bags, labels = [bag("b", str(n % 7), str(n % 3)) for n in range(60)], [n % 2 for n in range(60)]
    first = fit_classes(bags, labels, ("x", "y"), l2=1.0)
    second = fit_classes(bags, labels, ("x", "y"), l2=1.0)
    assert np.array_equal(first.table, second.table)


def test_a_file_keeps_the_scores(tmp_path) -> None:
    model = fit_classes([bag("b", "dog"), bag("b", "cat")] * 30, [0, 1] * 30, ("bark", "mew"), l2=0.1)
    weights.save(weights.Weights({"m": model}, {"threshold": 0.25}, {"": ((0.0, 1.0), (0.1, 0.9))}), tmp_path / "w.npz")
    back = weights.load(tmp_path / "w.npz")
    assert back.settings == {"threshold": 0.25}
    assert np.allclose(back.models["m"].scores(bag("b", "dog")), model.scores(bag("b", "dog")), atol=0.05)
    assert back.calibrated(0.5) == pytest.approx(0.5)


def test_a_damaged_file_says_what_to_do(tmp_path) -> None:
    (tmp_path / "w.npz").write_bytes(b"nothing")
    with pytest.raises(LexiconError, match="train anew"):
        weights.load(tmp_path / "w.npz")


def test_the_shipped_weights_are_small_and_hold_no_words() -> None:
    files = [weights.DATA / name for name in ("weights.npz", "embeddings.npz", "truecase.npz")]
    assert sum(path.stat().st_size for path in files) < 8_000_000
    with np.load(files[0]) as arrays:
        words = [key for key in arrays.files if arrays[key].dtype.kind in "US" and not key.endswith(("/classes", "settings/names"))]
    assert words == []
