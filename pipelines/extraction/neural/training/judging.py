"""What linear models and an encoder say of labelled items that neither has seen: the material that a mix is chosen on.

Not here: the choice (mixing.py), training either (fit.py, ../../training/).
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.extraction import features as feats
from pipelines.extraction import phrase_features as phrases
from pipelines.extraction import slot_features as slots
from pipelines.extraction.analysis import ItemAnalysis, Lexicons, UnitAnalysis
from pipelines.extraction.decide import CLASSES, MUTUAL, all_roles, hopeless, role_bags, role_filler
from pipelines.extraction.neural.mix import phrase_shares, phrase_words
from pipelines.extraction.neural.model import Encoder
from pipelines.extraction.neural.reading import Reading
from pipelines.extraction.neural.training.export import export
from pipelines.extraction.neural.training.fit import Plan, fit, read
from pipelines.extraction.neural.training.labels import laid
from pipelines.extraction.neural.training.mixing import ASK, Deed, Judged, Stray
from pipelines.extraction.neural.training.network import Params, Size
from pipelines.extraction.neural.wordpiece import WordPiece
from pipelines.extraction.stages.candidates import Candidate
from pipelines.extraction.stages.reality import standing
from pipelines.extraction.training.fit import Example, Penalties, fit_action, fit_slots, matching
from pipelines.extraction.training.labels import Labelled, lay
from pipelines.extraction.weights import Embeddings, LinearModel, load_embeddings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Material:
    """All examples (invented ones last, from ``real`` on, never held out), and what training an encoder takes."""

    found: Sequence[Example]
    real: int
    lexicons: Lexicons
    encoder: Params
    pieces: Sequence[str]
    size: Size
    plan: Plan


def judge(material: Material, folds: int, parts: int) -> Judged:
    """Judge the real items of the first ``parts`` of ``folds`` parts by models trained on all other parts."""
    judged = Judged()
    for fold in range(parts):
        judge_fold(material, fold, folds, judged)
        log.info("part %d of %d judged", fold + 1, parts)
    return judged


def judge_fold(material: Material, fold: int, folds: int, judged: Judged) -> None:
    """Add to ``judged`` what models trained without every ``folds``-th item say of those items."""
    kept = [one for n, one in enumerate(material.found) if n >= material.real or n % folds != fold]
    embeddings, penalties = load_embeddings(), Penalties()
    linear = fit_slots(kept, material.lexicons, penalties)
    linear["action"] = fit_action(kept, embeddings, penalties)
    cut = WordPiece(material.pieces)
    trained = fit(read(laid(kept, cut), material.encoder, cut.pad, material.size.fixed), material.encoder, material.plan)
    with tempfile.TemporaryDirectory() as folder:
        export(material.encoder, trained, material.pieces, Path(folder), material.size.levels)
        encoder = Encoder.load(Path(folder))
    for number, example in enumerate(material.found[: material.real]):
        if number % folds == fold:
            reading = encoder.read(example.analysis.parsed)
            view = _View(example.analysis, linear, reading, material.lexicons, embeddings)
            rows = _judge_candidates(example, view, judged)
            for one in lay(example.analysis, example.mentions)[0]:
                judged.deeds.append(_deed(view, one, rows.get((one.unit, one.candidate))))


@dataclass(frozen=True, slots=True)
class _View:
    """One item and the models that judge it."""

    analysis: ItemAnalysis
    linear: dict[str, LinearModel]
    reading: Reading
    lexicons: Lexicons
    embeddings: Embeddings

    def action(self, unit: UnitAnalysis, candidate: Candidate) -> dict[str, float]:
        """The linear model's probabilities of no deed and the types."""
        bag = feats.action_bag(self.analysis, unit, candidate)
        return self.linear["action"].probabilities(bag, feats.action_dense(unit, candidate, self.embeddings))

    def classes(
        self, number: int, candidate: Candidate, action: str, voice: str | None
    ) -> dict[str, tuple[dict[str, float], dict[str, float]]]:
        """Both models' probabilities of voice, polarity and reality; without a ``voice`` the linear model's stands in for the standing."""
        unit, word = self.analysis.units[number], (number, candidate.index)
        names, covering = slots.voice_features(unit, candidate, action, self.lexicons)
        voices = self.linear["voice"].probabilities(feats.hashed(names))
        voice = voice or max(voices, key=voices.__getitem__)
        stand = standing(unit.parsed, candidate.index, self.lexicons.modality, self.lexicons.predicates)
        bag = feats.hashed(slots.standing_features(unit, candidate, action, stand, covering, voice))
        linear = {"voice": voices, **{name: self.linear[name].probabilities(bag) for name in ("polarity", "reality")}}
        return {name: (shares, self.reading.shares(name, *word)) for name, shares in linear.items()}


def _judge_candidates(example: Example, view: _View, judged: Judged) -> dict[tuple[int, int], int]:
    """Add an item's candidates, and what passes for a deed and is none; the rows by unit and place among its candidates."""
    labelled, unclear = lay(example.analysis, example.mentions)
    truth = {(one.unit, one.candidate): one.mention["action"] for one in labelled}
    body = any(unit.parsed.unit == "body" for unit in example.analysis.units)
    judged.gold[body] += len(example.mentions)
    rows: dict[tuple[int, int], int] = {}
    for number, unit in enumerate(example.analysis.units):
        for place, candidate in enumerate(unit.candidates):
            if (number, place) in unclear or (not candidate.matches and hopeless(unit, candidate, view.linear["action"])):
                continue
            linear = view.action(unit, candidate)
            asked = 1 - linear["NONE"] >= ASK
            neural = view.reading.shares("action", number, candidate.index) if asked else linear
            rows[number, place] = row = len(judged.truth)
            judged.linear.append([linear[name] for name in CLASSES])
            judged.neural.append([neural[name] for name in CLASSES])
            judged.truth.append(CLASSES.index(truth.get((number, place), "NONE")))
            judged.body.append(body)
            if asked and (number, place) not in truth:
                likeliest = max(CLASSES[1:], key=linear.__getitem__)
                judged.strays.append(Stray(row, view.classes(number, candidate, likeliest, None)))
    return rows


def _deed(view: _View, one: Labelled, row: int | None) -> Deed:
    analysis, mention = view.analysis, one.mention
    unit = analysis.units[one.unit]
    candidate, action, word = unit.candidates[one.candidate], mention["action"], (one.unit, unit.candidates[one.candidate].index)
    roles = all_roles(analysis, one.unit, candidate, view.lexicons)
    bags = role_bags(analysis, one.unit, candidate, action, roles, feats.best_sense(candidate, action))
    dense = phrases.role_dense(unit.parsed, roles, view.embeddings)
    fillers = [role_filler(one.unit, unit, role) for role in roles]
    filled = ("actor", "target", "place")
    found = [phrase_words(analysis, word, role, mutual=action in MUTUAL) for role in roles]
    classes = view.classes(one.unit, candidate, action, mention["voice"])
    return Deed(
        unit.parsed,
        action,
        roles,
        {slot: view.linear[slot].rank(bags, dense) for slot in filled},
        {slot: phrase_shares(view.reading, slot, word, found) for slot in filled},
        {slot: matching(analysis, fillers, mention[slot], one.unit, candidate.index) for slot in filled},
        {name: (*both, mention[name]) for name, both in classes.items()},
        row,
    )
