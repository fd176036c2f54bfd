from __future__ import annotations

import numpy as np
import pytest

from pipelines.core.errors import LexiconError
from pipelines.extraction.training.truecase import build
from pipelines.extraction.truecase import load_truecase


@pytest.fixture
def lowers(tmp_path):
    running = [
        "The old White House stood there. We saw the White House in the white snow and the house was closed for the white winter.",
        "He closed the door and Norland closed the port while Dunmore slept and Norland waited.",
    ]
    build(running, tmp_path / "t.npz")
    return load_truecase(path=tmp_path / "t.npz")


def test_common_words_are_small_names_are_not(lowers) -> None:
    assert lowers(["Norland", "Closed", "The", "Port"]) == [False, True, True, True]


def test_two_words_that_are_a_name_together_stay(lowers) -> None:
    assert lowers(["At", "White", "House"]) == [True, False, False]


def test_unseen_words_ask_the_second_opinion(tmp_path) -> None:
    np.savez_compressed(tmp_path / "t.npz", words=np.zeros(1 << 17, np.uint8), pairs=np.zeros(1 << 17, np.uint8))
    lowers = load_truecase(lambda word: word == "vetoes", tmp_path / "t.npz")
    assert lowers(["Norland", "Vetoes", "Text"]) == [False, True, False]


def test_a_damaged_table_is_named(tmp_path) -> None:
    (tmp_path / "t.npz").write_bytes(b"x")
    with pytest.raises(LexiconError, match=r"t\.npz"):
        load_truecase(path=tmp_path / "t.npz")
