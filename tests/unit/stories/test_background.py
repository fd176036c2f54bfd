"""The shipped numbers: read, written, and used where few texts are at hand."""

from pathlib import Path

import numpy as np
import pytest

from pipelines.core.errors import LexiconError
from pipelines.extraction.weights import hash_text
from pipelines.stories import background
from pipelines.stories.background import Background
from pipelines.stories.names import Casing
from pipelines.stories.similarity import Idf


def tiny() -> Background:
    keys = {"minister": 4, "marren": 1}
    return Background(
        documents=10,
        frequency={hash_text(k): n for k, n in keys.items()},
        capitalised={hash_text("marren"): 3, hash_text("mark"): 1},
        plain={hash_text("mark"): 5},
        centre=np.array([0.5, 0.25], dtype=np.float32),
        frame=np.array([[1.0, 0.5], [0.5, 2.0]], dtype=np.float32),
    )


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    background.save(tiny(), tmp_path / "b.npz")
    again = background.load.__wrapped__(tmp_path / "b.npz")
    assert (again.documents, again.frequency, again.capitalised, again.plain) == (10, tiny().frequency, tiny().capitalised, tiny().plain)
    assert np.array_equal(again.centre, tiny().centre) and np.array_equal(again.frame, tiny().frame)


def test_a_damaged_or_absent_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"no numbers")
    for name in ("bad.npz", "none.npz"):
        with pytest.raises(LexiconError, match=name):
            background.load.__wrapped__(tmp_path / name)


def test_common_words_weigh_less_in_a_small_set_with_a_background() -> None:
    documents = [{"minister": 1.0, "orsk": 1.0}] * 3
    assert Idf(documents).weight("minister") == Idf(documents).weight("orsk")
    assert Idf(documents, tiny()).weight("minister") < Idf(documents, tiny()).weight("orsk")


def test_a_background_counts_little_beside_many_documents() -> None:
    documents = [{"minister": 1.0}] * 20 + [{"orsk": 1.0}] * 5000
    assert Idf(documents, tiny()).weight("minister") == pytest.approx(Idf(documents).weight("minister"), rel=0.4)


def test_casing_rests_on_the_texts_and_the_background() -> None:
    assert not Casing(["We saw marren twice."]).is_name("marren")
    assert Casing(["We saw marren twice."], tiny()).is_name("marren")
    assert not Casing(["We saw Mark there."], tiny()).is_name("mark")


def test_the_shipped_file_holds_numbers_of_many_texts() -> None:
    shipped = background.load()
    assert shipped.documents > 5000
    assert shipped.share("government") > shipped.share("volcano") > 0
    assert shipped.frame.shape == (shipped.centre.size, shipped.centre.size)
