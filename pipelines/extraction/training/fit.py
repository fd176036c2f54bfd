"""All models from labelled, analysed items.

Not here: reading files and parsing (``__main__``), the optimiser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.extraction import features as feats
from pipelines.extraction import phrase_features as phrases
from pipelines.extraction import slot_features as slots
from pipelines.extraction.analysis import ItemAnalysis, Lexicons
from pipelines.extraction.decide import CLASSES, Filler, all_roles, date_bags, dates_near, role_bags, role_filler
from pipelines.extraction.stages.reality import standing
from pipelines.extraction.training.labels import content_words, lay
from pipelines.extraction.training.optimise import fit_classes, fit_ranker
from pipelines.extraction.weights import Embeddings, LinearModel, load_embeddings

VOICES = ("outlet", "named_person", "named_org", "other_media", "document", "unnamed_official", "unnamed_other")
REALITIES = ("happened", "ongoing", "planned", "threatened", "demanded", "possible", "question")
POLARITIES = ("positive", "negated", "denied")


@dataclass(frozen=True, slots=True)
class Example:
    """One analysed item with its labelled mentions and its publication day; ``weight`` is what its words count for in the action model."""

    analysis: ItemAnalysis
    mentions: list[dict[str, Any]]
    today: date
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Penalties:
    """L2 weights of the models."""

    action: float = 2.5
    dense: float = 2.0
    role: float = 2.0
    noun: float = 2.0
    voice: float = 3.0
    standing: float = 3.0
    polarity: float = 0.5
    date: float = 0.5
    iterations: int = 45


def fit_action(examples: Sequence[Example], embeddings: Embeddings, penalties: Penalties) -> LinearModel:
    """The model that tells deeds and their types."""
    bags, dense, labels, shares = [], [], [], []
    for example in examples:
        labelled, unclear = lay(example.analysis, example.mentions)
        truth = {(one.unit, one.candidate): one.mention["action"] for one in labelled}
        for number, unit in enumerate(example.analysis.units):
            for place, candidate in enumerate(unit.candidates):
                if (number, place) not in unclear:
                    bags.append(feats.action_bag(example.analysis, unit, candidate))
                    dense.append(feats.action_dense(unit, candidate, embeddings))
                    labels.append(CLASSES.index(truth.get((number, place), "NONE")))
                    shares.append(example.weight)
    return fit_classes(
        bags, labels, CLASSES, l2=penalties.action, dense=np.array(dense), dense_l2=penalties.dense, iterations=penalties.iterations,
        weights=np.array(shares),
    )  # fmt: skip


def fit_slots(examples: Sequence[Example], lexicons: Lexicons, penalties: Penalties) -> dict[str, LinearModel]:
    """The models of roles, place, date, voice, polarity and reality, from the labelled mentions."""
    return {**_fit_phrases(examples, lexicons, penalties), **_fit_standing(examples, lexicons, penalties)}


def _fit_phrases(examples: Sequence[Example], lexicons: Lexicons, penalties: Penalties) -> dict[str, LinearModel]:
    """Rankers of the phrases for actor, target and place."""
    groups: dict[str, list[list[list[int]]]] = {slot: [] for slot in ("actor", "target", "place")}
    positives: dict[str, list[list[int]]] = {slot: [] for slot in groups}
    dense: dict[str, list[NDArray[np.float32]]] = {slot: [] for slot in groups}
    embeddings = load_embeddings()
    for example in examples:
        for one in lay(example.analysis, example.mentions)[0]:
            unit = example.analysis.units[one.unit]
            candidate, action = unit.candidates[one.candidate], one.mention["action"]
            roles = all_roles(example.analysis, one.unit, candidate, lexicons)
            fillers = [role_filler(one.unit, unit, role) for role in roles]
            bags = role_bags(example.analysis, one.unit, candidate, action, roles, feats.best_sense(candidate, action))
            vectors = phrases.role_dense(unit.parsed, roles, embeddings)
            for slot, group in groups.items():
                good = matching(example.analysis, fillers, one.mention[slot], one.unit, candidate.index)
                if good and not (slot == "actor" and action == "INCIDENT"):
                    group.append(bags)
                    dense[slot].append(vectors)
                    positives[slot].append(good)
    return {
        slot: fit_ranker(groups[slot], positives[slot], l2=penalties.role, dense=dense[slot], dense_l2=penalties.noun) for slot in groups
    }


def _fit_standing(examples: Sequence[Example], lexicons: Lexicons, penalties: Penalties) -> dict[str, LinearModel]:
    """Voice, reality and polarity, and the ranker of dates."""
    voice_bags: list[list[int]] = []
    stand_bags: list[list[int]] = []
    labels: dict[str, list[int]] = {"voice": [], "reality": [], "polarity": []}
    dates: list[list[list[int]]] = []
    right_dates: list[list[int]] = []
    for example in examples:
        for one in lay(example.analysis, example.mentions)[0]:
            unit = example.analysis.units[one.unit]
            candidate, mention, action = unit.candidates[one.candidate], one.mention, one.mention["action"]
            names, covering = slots.voice_features(unit, candidate, action, lexicons)
            voice_bags.append(feats.hashed(names))
            labels["voice"].append(VOICES.index(mention["voice"]))
            stand = standing(unit.parsed, candidate.index, lexicons.modality, lexicons.predicates)
            stand_bags.append(feats.hashed(slots.standing_features(unit, candidate, action, stand, covering, mention["voice"])))
            labels["reality"].append(REALITIES.index(mention["reality"]))
            labels["polarity"].append(POLARITIES.index(mention["polarity"]))
            spans = dates_near(unit, candidate.index, stand, example.today)
            right = [k for k, span in enumerate(spans) if span.value == mention["date"]]
            if spans and (right or mention["date"] is None):
                dates.append(date_bags(unit, candidate, action, spans, covering))
                right_dates.append(right or [len(spans)])
    return {
        "voice": fit_classes(voice_bags, labels["voice"], VOICES, l2=penalties.voice),
        "reality": fit_classes(stand_bags, labels["reality"], REALITIES, l2=penalties.standing),
        "polarity": fit_classes(stand_bags, labels["polarity"], POLARITIES, l2=penalties.polarity),
        "date": fit_ranker(dates, right_dates, l2=penalties.date),
    }


def matching(analysis: ItemAnalysis, fillers: Sequence[Filler], wanted: str | None, unit: int, trigger: int) -> list[int]:
    """Which phrases are the labelled one; the place after the last stands for an empty slot; none where the label is not among them."""
    if not wanted:
        return [len(fillers)]
    words = content_words(wanted)
    overlaps = []
    for one in fillers:
        found = content_words(feats.phrase_text(analysis.units[one.unit].parsed, one.head, trigger if one.unit == unit else None))
        overlaps.append(len(found & words) / len(found | words))
    best = max(overlaps, default=0.0)
    return [k for k, overlap in enumerate(overlaps) if overlap > 0 and overlap >= 0.7 * best]
