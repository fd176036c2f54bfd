from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipelines.extraction.analysis import ItemAnalysis
from pipelines.extraction.neural.classes import ACTION, LOGITS, POINTER, REACH, SLOTS
from pipelines.extraction.neural.mix import mixed, mixed_classes, phrase_shares, phrase_words
from pipelines.extraction.neural.reading import Passage, Reading
from pipelines.extraction.neural.windows import Window
from pipelines.extraction.stages.roles import Role


def _reading(size: int, scores: dict[tuple[int, int], float], empty: float = 0.0) -> Reading:
    """A window of ``size`` words of unit 0 in which word i has score s as the actor of word j; (j, i): s."""
    window = Window((2, *range(size)), tuple((0, word) for word in range(size)), tuple(range(1, size + 1)), 0)
    deed, filler = np.zeros((2, size, len(SLOTS) * POINTER), np.float32)
    for dimension, ((trigger, word), score) in enumerate(scores.items()):
        deed[trigger, dimension], filler[word, dimension] = 1.0, score
    near = np.zeros((len(SLOTS), 2 * REACH + 1), np.float32)
    near[SLOTS.index("place"), REACH - 1] = 3.0
    classes = np.zeros((size, LOGITS), np.float32)
    classes[1, ACTION.index("COERCE")] = 5.0
    passage = Passage(window, classes, deed, filler, np.full((size, len(SLOTS)), empty, np.float32), near)
    return Reading([window], lambda _: passage)


def test_the_mix_lies_between_its_parts() -> None:
    assert mixed([0.8, 0.2], [0.2, 0.8], 0.0) == pytest.approx([0.8, 0.2])
    assert mixed([0.8, 0.2], [0.2, 0.8], 1.0) == pytest.approx([0.2, 0.8])
    assert mixed([0.8, 0.2], [0.2, 0.8], 0.5) == pytest.approx([0.5, 0.5])
    assert mixed([1.0, 0.0], [0.5, 0.5], 0.5)[0] > 0.9


def test_classes_are_matched_by_name() -> None:
    found = mixed_classes({"a": 0.9, "b": 0.1}, {"b": 0.1, "a": 0.9}, 0.5)
    assert found == pytest.approx({"a": 0.9, "b": 0.1})


def test_a_reading_tells_a_words_classes() -> None:
    reading = _reading(3, {})
    shares = reading.shares("action", 0, 1)
    assert max(shares, key=lambda name: shares[name]) == "COERCE"
    assert sum(shares.values()) == pytest.approx(1)
    assert reading.shares("polarity", 0, 1)["denied"] == pytest.approx(1 / 3)


def test_a_window_is_read_when_first_asked_about_and_once() -> None:
    reading = _reading(3, {})
    assert reading.windows_read == 0
    reading.shares("action", 0, 1)
    reading.fillers("place", 0, 2)
    assert reading.windows_read == 1


def test_slots_do_not_mix() -> None:
    reading = _reading(3, {(1, 0): 9.0})
    found, empty = reading.fillers("actor", 0, 1)
    assert found[0, 0] > 0.99
    assert empty < 0.01
    found, empty = reading.fillers("target", 0, 1)
    assert found[0, 0] == pytest.approx(0.25)
    assert empty == pytest.approx(0.25)
    found, _ = reading.fillers("place", 0, 1)
    assert max(found, key=lambda word: found[word]) == (0, 0)


def test_a_phrase_has_the_sum_of_its_words(analyse_texts: Callable[..., ItemAnalysis]) -> None:
    analysis = analyse_texts(summary="Masked gunmen and rebels seized the port.")
    words = analysis.units[0].parsed.lower
    at = words.index("seized")
    reading = _reading(len(words), {(at, words.index("gunmen")): 4.0, (at, words.index("rebels")): 4.0}, empty=-2.0)
    roles = [Role(words.index(name), "subj", "x") for name in ("gunmen", "port")]
    joined = phrase_shares(reading, "actor", (0, at), [phrase_words(analysis, (0, at), role, mutual=False) for role in roles])
    alone = phrase_shares(reading, "actor", (0, at), [phrase_words(analysis, (0, at), role, mutual=True) for role in roles])
    assert joined[0] > 0.9
    assert alone[0] == pytest.approx(0.5, abs=0.1)
    assert joined[1] < 0.1
    assert joined[-1] < 0.01
