"""How an encoder is best mixed with the linear models, from what both say of labelled items that they have not seen.

Shares, thresholds and cuts of the empty slots are those with the best results; the curve of the confidence is fitted to them. Not here: how
the judgements come about (judging.py).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.extraction.decide import COMMON, MUTUAL, NO_ACTOR, best_pair, likeliest
from pipelines.extraction.neural.mix import Mix, mixed, mixed_classes
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.stages.roles import Role
from pipelines.extraction.training.run import curves_of, threshold_of
from pipelines.extraction.weights import Curve

log = logging.getLogger(__name__)
Floats = NDArray[np.float64]
ASK = 0.05
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
CUTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
NEARLY = 0.005


@dataclass(frozen=True, slots=True)
class Deed:
    """A labelled deed as both models see it: per slot their probabilities and the right choices, per class set both and the right class.

    ``row`` is its place among the candidates, None where the rules do not propose it.
    """

    parsed: Parsed
    action: str
    roles: Sequence[Role]
    linear: dict[str, Sequence[float]]
    neural: dict[str, Sequence[float]]
    right: dict[str, Sequence[int]]
    classes: dict[str, tuple[dict[str, float], dict[str, float], str]]
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Stray:
    """A candidate that is no deed though it may be taken for one: its row, and per class set both models' probabilities."""

    row: int
    classes: dict[str, tuple[dict[str, float], dict[str, float]]]


@dataclass(slots=True)
class Judged:
    """What the two models say of held-out items: candidates (row by row: both models' probabilities, the right class) and deeds."""

    linear: list[list[float]] = field(default_factory=list)
    neural: list[list[float]] = field(default_factory=list)
    truth: list[int] = field(default_factory=list)
    body: list[bool] = field(default_factory=list)
    gold: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})
    deeds: list[Deed] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)


Taken = NDArray[np.bool_]
"""Row by row, whether a candidate is taken for a deed under a mix."""


def choose(judged: Judged) -> Mix:
    """The best mix for what the models said of items that they had not seen."""
    shares, settings = {}, {}
    shares["action"], thresholds, curves, taken = _actions(judged)
    settings.update(thresholds)
    roles, cuts = _roles(judged.deeds)
    shares.update(roles)
    settings.update(cuts)
    for name in COMMON:
        found = _classes(judged, taken, name)
        shares[name] = found.share
        if found.share_body != found.share:
            shares[f"{name}_body"] = found.share_body
        if found.cut != 1.0:
            settings[f"common_{name}"] = found.cut
    return Mix(shares, settings, curves, ASK)


def _actions(judged: Judged) -> tuple[float, dict[str, float], dict[str, Curve], Taken]:
    """The encoder's share in deeds and types with the best mean of the event F1 of feed items and bodies; thresholds and curves for it."""
    linear, neural = np.maximum(judged.linear, 1e-4), np.maximum(judged.neural, 1e-4)
    truth, body = np.array(judged.truth), np.array(judged.body)

    def scored(share: float) -> tuple[Floats, NDArray[np.bool_], Floats]:
        powers = linear ** (1 - share) * neural**share
        powers /= powers.sum(1, keepdims=True)
        best = 1 + powers[:, 1:].argmax(1)
        return 1 - powers[:, 0], best == truth, powers[np.arange(len(best)), best]

    def cuts(share: float) -> dict[bool, tuple[float, float]]:
        deed, right, _ = scored(share)
        parts = {kind: zip(deed[body == kind], right[body == kind], strict=True) for kind in (False, True)}
        return {kind: threshold_of(list(part), judged.gold[kind]) for kind, part in parts.items()}

    share = max(SHARES, key=lambda one: sum(f1 for f1, _ in cuts(one).values()))
    limits = cuts(share)
    log.info("action share %.2f, event F1 and threshold of items and bodies: %s", share, limits)
    deed, right, certain = scored(share)
    kept = deed > np.where(body, limits[True][1], limits[False][1])
    pairs = {
        kind: sorted(zip(certain[kept & (body == kind)].tolist(), right[kept & (body == kind)].tolist(), strict=True)) for kind in limits
    }
    return share, {"threshold": limits[False][1], "threshold_body": limits[True][1]}, curves_of(pairs), kept


def _roles(deeds: Sequence[Deed]) -> tuple[dict[str, float], dict[str, float]]:
    """Shares and cuts of the empty slots: of actor and target by deeds whose both parties are right, of place with the best F1.

    In an article more parties are named far from their deed than in a feed item, so its cuts of actor and target are its own.
    """

    share = max(SHARES, key=lambda one: _both_right(deeds, one, 0.7, 0.7))
    cuts: dict[str, float] = {}
    for ending, body in (("", False), ("_body", True)):
        group = [deed for deed in deeds if (deed.parsed.unit == "body") == body]
        if group:
            actor, target = _party_cuts(group, share)
            cuts |= {f"none_actor{ending}": actor, f"none_target{ending}": target}
            log.info("roles%s: share %.2f, both right %.3f", ending, share, _both_right(group, share, actor, target) / len(group))
    place, cut = max(product(SHARES, CUTS), key=lambda one: _place_f1(deeds, *one))
    log.info("place: F1 %.3f", _place_f1(deeds, place, cut))
    return {"actor": share, "target": share, "place": place}, {**cuts, "none_place": cut}


def _party_cuts(deeds: Sequence[Deed], share: float) -> tuple[float, float]:
    """Of the cuts that give nearly the most deeds with both parties right, those that leave as many slots empty as the readers do.

    Results hardly differ between cuts, while shares of deeds without a named actor or target are what tables report.
    """
    found = {cuts: _parties(deeds, share, *cuts) for cuts in product(CUTS, CUTS)}
    enough = max(right for right, _ in found.values()) - NEARLY * len(deeds)
    return min((cuts for cuts, (right, _) in found.items() if right >= enough), key=lambda cuts: found[cuts][1])


def _both_right(deeds: Sequence[Deed], share: float, none_actor: float, none_target: float) -> int:
    return _parties(deeds, share, none_actor, none_target)[0]


def _parties(deeds: Sequence[Deed], share: float, none_actor: float, none_target: float) -> tuple[int, int]:
    """How many deeds have both parties right, and by how many the filled slots miss those of the readers, actors and targets apart."""
    right, surplus = 0, [0, 0]
    for deed in deeds:
        empty, choice = len(deed.roles), _chosen(deed, share, none_actor, none_target)
        right += all(one in deed.right[slot] for one, slot in zip(choice, ("actor", "target"), strict=True))
        for k, (one, slot) in enumerate(zip(choice, ("actor", "target"), strict=True)):
            surplus[k] += (one != empty) - (empty not in deed.right[slot])
    return right, abs(surplus[0]) + abs(surplus[1])


def _mixed(deed: Deed, slot: str, share: float, cut: float) -> list[float]:
    found = mixed(deed.linear[slot], deed.neural[slot], share)
    found[-1] *= cut
    return found


def _chosen(deed: Deed, share: float, none_actor: float, none_target: float) -> tuple[int, int]:
    actors = [0.0] * len(deed.roles) + [1.0] if deed.action in NO_ACTOR else _mixed(deed, "actor", share, none_actor)
    return best_pair(actors, _mixed(deed, "target", share, none_target), deed.roles, deed.parsed, mutual=deed.action in MUTUAL)


def _place_f1(deeds: Sequence[Deed], share: float, cut: float) -> float:
    hits = said = meant = 0
    for deed in deeds:
        shares, empty = _mixed(deed, "place", share, cut), len(deed.roles)
        choice = max(range(len(shares)), key=shares.__getitem__)
        said += choice != empty
        meant += empty not in deed.right["place"]
        hits += choice != empty and choice in deed.right["place"]
    return 2 * hits / max(1, said + meant)


@dataclass(frozen=True, slots=True)
class _Choice:
    """How the values of a class set are chosen."""

    share: float
    share_body: float
    cut: float = 1.0


def _classes(judged: Judged, taken: Taken, name: str) -> _Choice:
    """The encoder's share and the cut of the common values.

    Feed items and bodies have shares of the voice of their own; of polarity and reality there are too few rare values to part them.
    Shares and cut have the best sum of accuracy over the deeds that are seen and F1 of the rare values, for which what is no deed
    and what is not seen count too, as the scorer has it.
    """
    parts = [_of_kind(judged, body) for body in (False, True)] if name == "voice" else [judged, judged]
    share, share_body = (_class_share(part, taken, name) for part in parts)
    cuts = CUTS if COMMON[name] else (1.0,)
    cut = max(cuts, key=lambda one: (sum(_measured(judged, taken, name, _Choice(share, share_body, one))), one))
    found = _Choice(share, share_body, cut)
    both, linear = _measured(judged, taken, name, found), _measured(judged, taken, name, _Choice(0.0, 0.0))
    log.info("%s: %s, accuracy and F1 of rare values %.3f %.3f (linear alone %.3f %.3f)", name, found, *both, *linear)
    return found


def _class_share(judged: Judged, taken: Taken, name: str) -> float:
    return max(SHARES, key=lambda one: sum(_measured(judged, taken, name, _Choice(one, one))))


def _of_kind(judged: Judged, body: bool) -> Judged:
    """The candidates as they are, with the deeds and strays of feed items or of bodies only."""
    deeds = [deed for deed in judged.deeds if (deed.parsed.unit == "body") == body]
    return replace(judged, deeds=deeds, strays=[one for one in judged.strays if judged.body[one.row] == body])


def _measured(judged: Judged, taken: Taken, name: str, choice: _Choice) -> tuple[float, float]:
    """Accuracy of a class set over the deeds that are seen, and F1 of its rare values."""
    common = COMMON[name]

    def says(row: int, linear: dict[str, float], neural: dict[str, float]) -> str:
        share = choice.share_body if judged.body[row] else choice.share
        return likeliest(mixed_classes(linear, neural, share), name, choice.cut)

    seen = [(deed.row, deed.classes[name]) for deed in judged.deeds if deed.row is not None and taken[deed.row]]
    pairs = [(says(row, linear, neural), right) for row, (linear, neural, right) in seen]
    strays = [says(one.row, *one.classes[name]) for one in judged.strays if taken[one.row] and name in one.classes]
    hits = sum(said == right and right not in common for said, right in pairs)
    rare = sum(deed.classes[name][2] not in common for deed in judged.deeds)
    rare += sum(said not in common for said in (*(said for said, _ in pairs), *strays))
    return sum(said == right for said, right in pairs) / max(1, len(pairs)), 2 * hits / max(1, rare)


def write(mix: Mix, path: Path) -> None:
    """Write a mix as the extractor reads it."""
    lines = [
        "# How the encoder's probabilities are mixed with the linear models' (../../mix.py): p = linear ** (1 - share) * neural ** share.",
        "# Where the linear model holds a word for a deed with less than `ask`, the encoder is not asked.",
        "# Written by `python -m pipelines.extraction.neural.training`, by cross-validation over the labelled items.",
        f"ask = {mix.ask}", "", "[shares]", *(f"{name} = {share}" for name, share in mix.shares.items()),
        "", "[settings]", *(f"{name} = {value}" for name, value in mix.settings.items()),
    ]  # fmt: skip
    for unit, (raw, right) in mix.curves.items():
        lines += [
            "",
            f"[curves.{unit or 'items'}]",
            f"raw = {[round(one, 4) for one in raw]}",
            f"right = {[round(one, 4) for one in right]}",
        ]
    path.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
