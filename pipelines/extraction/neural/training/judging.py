"""What linear models and an encoder say of labelled items that neither has seen: the material that a mix is chosen on.

Not here: the choice (mixing.py), training either (fit.py, ../../training/).
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.extraction import features as feats
from pipelines.extraction import phrase_features as phrases
from pipelines.extraction import slot_features as slots
from pipelines.extraction.analysis import Lexicons
from pipelines.extraction.decide import CLASSES, MUTUAL, all_roles, hopeless, role_bags, role_filler
from pipelines.extraction.neural.mix import phrase_shares, phrase_words
from pipelines.extraction.neural.model import Encoder
from pipelines.extraction.neural.reading import Reading
from pipelines.extraction.neural.training.export import export
from pipelines.extraction.neural.training.fit import Plan, fit, read
from pipelines.extraction.neural.training.labels import laid
from pipelines.extraction.neural.training.mixing import ASK, Deed, Judged
from pipelines.extraction.neural.training.network import Params, Size
from pipelines.extraction.neural.wordpiece import WordPiece
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
            _judge_candidates(example, linear["action"], reading, embeddings, judged)
            judged.deeds.extend(_deeds(example, linear, reading, material.lexicons, embeddings))


def _judge_candidates(example: Example, model: LinearModel, reading: Reading, embeddings: Embeddings, judged: Judged) -> None:
    labelled, unclear = lay(example.analysis, example.mentions)
    truth = {(one.unit, one.candidate): one.mention["action"] for one in labelled}
    body = any(unit.parsed.unit == "body" for unit in example.analysis.units)
    judged.gold[body] += len(example.mentions)
    for number, unit in enumerate(example.analysis.units):
        for place, candidate in enumerate(unit.candidates):
            if (number, place) in unclear or (not candidate.matches and hopeless(unit, candidate, model)):
                continue
            bag = feats.action_bag(example.analysis, unit, candidate)
            linear = model.probabilities(bag, feats.action_dense(unit, candidate, embeddings))
            asked = 1 - linear["NONE"] >= ASK
            neural = reading.shares("action", number, candidate.index) if asked else linear
            judged.linear.append([linear[name] for name in CLASSES])
            judged.neural.append([neural[name] for name in CLASSES])
            judged.truth.append(CLASSES.index(truth.get((number, place), "NONE")))
            judged.body.append(body)


def _deeds(
    example: Example, linear: dict[str, LinearModel], reading: Reading, lexicons: Lexicons, embeddings: Embeddings
) -> Iterator[Deed]:
    for one in lay(example.analysis, example.mentions)[0]:
        yield _deed(example, one, linear, reading, lexicons, embeddings)


def _deed(
    example: Example, one: Labelled, linear: dict[str, LinearModel], reading: Reading, lexicons: Lexicons, embeddings: Embeddings
) -> Deed:
    analysis, mention = example.analysis, one.mention
    unit = analysis.units[one.unit]
    candidate, action, word = unit.candidates[one.candidate], mention["action"], (one.unit, unit.candidates[one.candidate].index)
    roles = all_roles(analysis, one.unit, candidate, lexicons)
    bags = role_bags(analysis, one.unit, candidate, action, roles, feats.best_sense(candidate, action))
    dense = phrases.role_dense(unit.parsed, roles, embeddings)
    fillers = [role_filler(one.unit, unit, role) for role in roles]
    names, covering = slots.voice_features(unit, candidate, action, lexicons)
    stand = standing(unit.parsed, candidate.index, lexicons.modality, lexicons.predicates)
    standing_bag = feats.hashed(slots.standing_features(unit, candidate, action, stand, covering, mention["voice"]))
    bag_of = {"voice": feats.hashed(names), "polarity": standing_bag, "reality": standing_bag}
    filled = ("actor", "target", "place")
    found = [phrase_words(analysis, word, role, mutual=action in MUTUAL) for role in roles]
    return Deed(
        unit.parsed,
        action,
        roles,
        {slot: linear[slot].rank(bags, dense) for slot in filled},
        {slot: phrase_shares(reading, slot, word, found) for slot in filled},
        {slot: matching(analysis, fillers, mention[slot], one.unit, candidate.index) for slot in filled},
        {name: (linear[name].probabilities(bag), reading.shares(name, *word), mention[name]) for name, bag in bag_of.items()},
    )
