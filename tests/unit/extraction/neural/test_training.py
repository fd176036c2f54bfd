"""The trained network and the file that is shipped compute the same; needs jax and onnx, which only training uses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.extraction.analysis import ItemAnalysis
from pipelines.extraction.neural.classes import ACTION, LOGITS, POINTER, REACH, SLOTS
from pipelines.extraction.neural.training.labels import IGNORED, Sample, samples
from pipelines.extraction.neural.windows import Window, windows
from pipelines.extraction.neural.wordpiece import WordPiece

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", *_LETTERS, ".", ",", *(f"##{letter}" for letter in _LETTERS))


def _mention(**fields: Any) -> dict[str, Any]:
    base = {"unit": "summary", "action": "COERCE", "actor": None, "target": None, "place": None, "voice": "outlet"}
    return base | {"polarity": "positive", "reality": "happened"} | fields


def test_labels_are_laid_on_words(analyse_texts: Callable[..., ItemAnalysis]) -> None:
    analysis = analyse_texts(title="Police hold students", summary="Police in Lagos arrested two students. Police said so.")
    mention = _mention(trigger="arrested", actor="Police", target="two students", place="Abuja")
    (sample,) = samples("x", analysis, [mention], WordPiece(PIECES))
    words = [analysis.units[unit].parsed.lower[word] for unit, word in sample.window.words]
    (deed,) = sample.deeds
    assert words[deed.word] == "arrested"
    assert sample.actions[deed.word] == ACTION.index("COERCE")
    actor, target, place = deed.slots
    assert actor == (words.index("police", 3),), "the phrase of the deed's own sentence"
    assert {words[one] for one in target} == {"two", "students"}
    assert place == (), "what the window does not hold teaches nothing"


def test_an_empty_slot_is_the_place_after_the_last_word(analyse_texts: Callable[..., ItemAnalysis]) -> None:
    analysis = analyse_texts(summary="Students were arrested.")
    (sample,) = samples("x", analysis, [_mention(trigger="arrested", target="Students")], WordPiece(PIECES))
    assert sample.deeds[0].slots[0] == (len(sample.window.words),)
    assert IGNORED not in sample.actions


FIXED = 1


@pytest.fixture(scope="module")
def parameters() -> tuple[dict[str, Any], dict[str, Any]]:
    """A random encoder of the true size, and what training would return for it."""
    pytest.importorskip("jax")
    from pipelines.extraction.neural.training import network

    rng = np.random.default_rng(3)

    def normal(*shape: int) -> Any:
        return (rng.standard_normal(shape) * 0.05).astype(np.float32)

    def layer() -> dict[str, Any]:
        h = network.HIDDEN
        sizes = {"query": (h, h), "key": (h, h), "value": (h, h), "mix": (h, h), "wide": (h, 4 * h), "narrow": (4 * h, h)}
        found: dict[str, Any] = {name: {"w": normal(*size), "b": normal(size[1])} for name, size in sizes.items()}
        return found | {name: {"g": 1 + normal(h), "b": normal(h)} for name in ("norm1", "norm2")}

    encoder = {
        "words": normal(len(PIECES), network.HIDDEN),
        "places": normal(512, network.HIDDEN),
        "norm": {"g": 1 + normal(network.HIDDEN), "b": normal(network.HIDDEN)},
        "layers": [layer() for _ in range(3)],
    }
    heads = network.fresh_heads(1)
    heads["near"] = normal(*heads["near"].shape)
    return encoder, {"layers": encoder["layers"][FIXED:], "heads": heads}


@pytest.mark.parametrize("levels", [15, 63])
def test_the_file_computes_what_was_trained(parameters: tuple[dict[str, Any], dict[str, Any]], tmp_path: Path, levels: int) -> None:
    pytest.importorskip("onnx")
    from pipelines.extraction.neural.model import Encoder
    from pipelines.extraction.neural.training import export, fit, network

    encoder, trained = parameters
    words = np.asarray(network.coarse(encoder["words"], levels, 1))
    fixed = fit.rounded(encoder["layers"][:FIXED], levels)
    encoder = {**encoder, "words": words, "layers": [*fixed, *encoder["layers"][FIXED:]]}
    cut = WordPiece(PIECES)
    pieces = (cut.begin, *(cut(letter)[0] for letter in "rebelsseizedtheport"), cut.separator)
    window = Window(pieces, ((0, 0), (0, 1), (0, 2)), (1, 7, 13), 0)
    export.export(encoder, trained, PIECES, tmp_path, levels)
    passage = Encoder.load(tmp_path)._passage(window)
    sample = Sample("x", window, np.zeros(3, np.int64), ())
    read = fit.read([sample], encoder, cut.pad, FIXED)
    ((_, hidden, classes),) = fit.predict(read, trained, fit.Plan(fixed=FIXED, levels=levels))
    at = np.array(window.at)
    scores = np.asarray(network.pointers(trained["heads"], hidden[None, at], hidden[None], at[None]))[0]
    assert passage.classes.shape == (3, LOGITS)
    assert passage.classes == pytest.approx(classes[at], abs=0.1 * float(np.abs(classes).max()))
    own = np.zeros((3, len(SLOTS), 4), np.float32)
    for slot in range(len(SLOTS)):
        span = slice(slot * POINTER, (slot + 1) * POINTER)
        for deed in range(3):
            own[deed, slot, :3] = passage.filler[:, span] @ passage.deed[deed, span] + passage.near[slot, at - at[deed] + REACH]
            own[deed, slot, 3] = passage.empty[deed, slot]
    wanted = scores[:, :, [*at, -1]]
    # 8-bit weights and activations cost a few per cent; a wrong slot, bias or layer would cost about everything.
    assert np.linalg.norm(own - wanted) < 0.15 * np.linalg.norm(wanted)


def test_a_small_vocabulary_keeps_single_characters_and_the_most_used() -> None:
    pytest.importorskip("jax")
    from pipelines.extraction.neural.training.export import kept_pieces

    pieces = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "a", "##a", "и", "army", "##ed", "zebra"]
    assert [pieces[n] for n in kept_pieces(pieces)] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##a", "army", "##ed", "zebra"]
    assert [pieces[n] for n in kept_pieces(pieces, 8, {10: 3, 9: 1})] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##a", "##ed", "zebra"]


def test_training_lowers_the_loss_and_repeats_itself(parameters: tuple[dict[str, Any], dict[str, Any]], analyse_texts: Any) -> None:
    from pipelines.extraction.neural.training import fit

    analysis = analyse_texts(summary="Police arrested two students.")
    cut = WordPiece(PIECES)
    mention = _mention(trigger="arrested", actor="Police", target="two students")
    found = list(samples("x", analysis, [mention], cut)) * 3
    read = fit.read(found, parameters[0], cut.pad, FIXED)
    plan = fit.Plan(epochs=4, tokens=96, fixed=FIXED, levels=15)
    before = fit.loss({"layers": parameters[1]["layers"], "heads": parameters[1]["heads"]}, _batch(read), None, plan)
    first, second = (fit.fit(read, parameters[0], plan) for _ in range(2))
    assert float(fit.loss(first, _batch(read), None, plan)) < 0.8 * float(before)
    assert all(np.array_equal(a, b) for a, b in zip(_leaves(first), _leaves(second), strict=True))


def _batch(read: Any) -> dict[str, Any]:
    from pipelines.extraction.neural.training import fit

    return fit.batch(read, 48 if len(read[0].sample.window.pieces) > 32 else 32, len(read))


def _leaves(params: Any) -> list[Any]:
    import jax

    return list(jax.tree.leaves(params))


def test_context_is_not_taught_twice(analyse_texts: Callable[..., ItemAnalysis]) -> None:
    analysis = analyse_texts(body="Police arrested two students at the gates of the town hall. " * 8)
    cut = WordPiece(PIECES)
    found = list(samples("x", analysis, [], cut))
    assert len(found) == len(list(windows(analysis.parsed, cut))) > 1
    assert (found[1].actions[: found[1].window.first] == IGNORED).all()
    assert (found[1].actions[found[1].window.first :] == 0).all()
