"""The mix that is chosen follows whichever model is right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipelines.extraction.decide import CLASSES
from pipelines.extraction.neural.mix import load_mix
from pipelines.extraction.neural.training.mixing import CUTS, SHARES, Deed, Judged, Stray, choose, write
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.stages.roles import Role

_RARE = {"voice": ("outlet", "named_person"), "polarity": ("positive", "denied"), "reality": ("happened", "planned")}


def _shares(right: int, size: int, certainty: float) -> list[float]:
    return [certainty if n == right else (1 - certainty) / (size - 1) for n in range(size)]


def _judged(parse: Callable[..., Parsed], *, neural_is_right: bool) -> Judged:
    """Two hundred candidates, every second a deed, and its parties; one model knows all of it, the other the opposite."""
    rng = np.random.default_rng(5)
    text = "Rebels attacked soldiers near Goma."
    units = {False: parse(text), True: parse(text, "body")}
    roles = [Role(0, "nsubj", "subject"), Role(2, "dobj", "object"), Role(4, "pobj", "prep:near")]
    judged = Judged()
    for number in range(200):
        body = number % 4 > 1
        truth = CLASSES.index("ASSAULT") if number % 2 else 0
        good, bad = (_shares(one, len(CLASSES), rng.uniform(0.5, 0.9)) for one in (truth, CLASSES.index("AID") - truth // len(CLASSES)))
        judged.linear.append(bad if neural_is_right else good)
        judged.neural.append(good if neural_is_right else bad)
        judged.truth.append(truth)
        judged.body.append(body)
        judged.gold[body] += number % 2
        choices = {"actor": 0, "target": 1, "place": 2}
        knows = {slot: _shares(one, 4, 0.6) for slot, one in choices.items()}
        errs = {slot: _shares(3, 4, 0.6) for slot in choices}
        classes = {}
        for name, values in _RARE.items():
            right, wrong = values[::-1] if number % 2 else values
            sure, unsure = ({right: share, wrong: 1 - share} for share in (0.7, 0.3))
            classes[name] = (unsure, sure, right) if neural_is_right else (sure, unsure, right)
        linear, neural = (errs, knows) if neural_is_right else (knows, errs)
        judged.deeds.append(
            Deed(units[body], "ASSAULT", roles, linear, neural, {slot: [one] for slot, one in choices.items()}, classes, number)
        )
    return judged


@pytest.mark.parametrize("neural_is_right", [True, False])
def test_the_model_that_is_right_gets_its_way(parse: Callable[..., Parsed], *, neural_is_right: bool) -> None:
    found = choose(_judged(parse, neural_is_right=neural_is_right))
    assert set(found.shares) - {"voice_body"} == {"action", "actor", "target", "place", "voice", "polarity", "reality"}
    for name in ("action", "voice", "polarity", "reality"):
        assert found.shares[name] > 0.5 if neural_is_right else found.shares[name] < 0.5, name
    assert {"threshold", "threshold_body", "none_actor", "none_target", "none_place"} <= set(found.settings)
    assert all(one in CUTS for name, one in found.settings.items() if name.startswith(("none", "common")))
    assert set(found.curves) == {"", "body"}
    assert all(list(right) == sorted(right) for _, right in found.curves.values())
    assert set(found.shares.values()) <= set(SHARES)


def test_what_is_written_is_read(parse: Callable[..., Parsed], tmp_path: Path) -> None:
    found = choose(_judged(parse, neural_is_right=True))
    write(found, tmp_path / "mix.toml")
    again = load_mix(tmp_path / "mix.toml")
    assert (again.shares, again.settings, again.ask) == (found.shares, found.settings, found.ask)
    assert all(np.allclose(again.curves[unit], curve, atol=1e-4) for unit, curve in found.curves.items())


def test_what_is_wrongly_taken_for_a_plan_counts_against_plans(parse: Callable[..., Parsed]) -> None:
    """Some plans look like deeds that happened, and so do many words that are no deeds: telling those plans costs more than it gains."""
    judged = _judged(parse, neural_is_right=False)
    leaning = {"planned": 0.4, "happened": 0.6}
    for deed in judged.deeds:
        if deed.row is not None and deed.row % 10 == 1:
            deed.classes["reality"] = (leaning, leaning, "planned")
    assert choose(judged).settings.get("common_reality", 1.0) < 0.4 / 0.6
    shares = _shares(CLASSES.index("AID"), len(CLASSES), 0.9)
    for number in range(200, 300):
        judged.linear.append(shares)
        judged.neural.append(shares)
        judged.truth.append(0)
        judged.body.append(False)
        judged.strays.append(Stray(number, {"reality": (leaning, leaning)}))
    assert choose(judged).settings.get("common_reality", 1.0) > 0.4 / 0.6


def test_articles_have_their_own_cut_of_the_empty_slot(parse: Callable[..., Parsed]) -> None:
    """In bodies alone the empty target looks likelier than the right phrase."""
    judged = _judged(parse, neural_is_right=False)
    for deed in judged.deeds:
        shares = [0.05, 0.35, 0.05, 0.55] if deed.parsed.unit == "body" else [0.05, 0.55, 0.05, 0.35]
        deed.linear["target"] = deed.neural["target"] = shares
    settings = choose(judged).settings
    assert settings["none_target_body"] < 0.65
    assert settings["none_target"] == 0.3, "all cuts are as good, and the first is taken"


def test_articles_have_their_own_share_in_the_voice(parse: Callable[..., Parsed]) -> None:
    """The encoder knows the voices of bodies, the linear model those of feed items."""
    judged = _judged(parse, neural_is_right=False)
    for deed in judged.deeds:
        linear, neural, right = deed.classes["voice"]
        if deed.parsed.unit == "body":
            deed.classes["voice"] = (neural, linear, right)
    found = choose(judged)
    assert found.share("voice", "body") > 0.5 > found.share("voice", "summary")
    assert found.share("reality", "body") == found.share("reality", "summary")
