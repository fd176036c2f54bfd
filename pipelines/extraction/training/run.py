"""The training run: read labelled items, analyse them, fit all models, choose the threshold and calibrate by cross-validation.

Not here: the models (fit.py), labels (labels.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.extraction import features as feats
from pipelines.extraction import weights
from pipelines.extraction.analysis import Lexicons, analyse
from pipelines.extraction.decide import CLASSES
from pipelines.extraction.extractor import load_lexicons, load_pipeline
from pipelines.extraction.stages.parse import parse_all
from pipelines.extraction.stages.text import normalise
from pipelines.extraction.training import own
from pipelines.extraction.training.fit import Example, Penalties, fit_action, fit_slots
from pipelines.extraction.training.labels import lay, read_gold
from pipelines.extraction.truecase import load_truecase

FILES = ("mentions.train.jsonl", "mentions.bodies.train.jsonl")
ARCHIVE = Path("real") / "feeds"
ARTICLES = Path("gold") / "attribution.train.jsonl"
FOLDS = 3
EMPTY_SLOT = {"none_actor": 0.6, "none_target": 0.6, "none_place": 0.4}
"""By how much the empty slot's probability is cut: phrases that overlap (a campus, its city) share what the scorer takes for one.

Those of actor and target were chosen by cross-validation on the training items; that of the place, and the penalties in fit.py, while
watching mentions.dev, mentions.dev2 and mentions.bodies.dev.
"""
_BINS = 12


def labelled(shared: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Items of real texts, and invented ones; in the gold's format."""
    gold = [row for name in FILES for row in read_gold(shared / "gold" / name)]
    return [*gold, *own.real(shared / ARCHIVE), *own.bodies(shared / ARTICLES)], own.invented()


INVENTED_WEIGHT = 0.4
"""What an invented item's words count for: its text is denser in deeds than a newspaper. Best of .4 and 1 by cross-validation on train."""


def examples(rows: Sequence[dict[str, Any]]) -> tuple[list[Example], Lexicons]:
    """Analyse labelled items."""
    nlp, lemmas = load_pipeline()
    lexicons, lowers = load_lexicons(lemmas), load_truecase(lemmas.is_verb)
    units = [
        [
            (normalise(row[name], title=name == "title", lowers=lowers), row[name], name)
            for name in ("title", "summary", "body")
            if (row.get(name) or "").strip()
        ]
        for row in rows
    ]
    parsed = iter(parse_all(nlp, [unit for group in units for unit in group], lexicons.lemmas, 128))
    return [_example(row, analyse([next(parsed) for _ in group], lexicons)) for row, group in zip(rows, units, strict=True)], lexicons


def _example(row: dict[str, Any], analysis: Any) -> Example:
    day = datetime.fromisoformat(row["published"].replace("Z", "+00:00")).date()
    return Example(analysis, row["mentions"], day)


def train(shared: Path, penalties: Penalties | None = None) -> weights.Weights:
    """Fit everything on the training files of ``shared``."""
    penalties = penalties or Penalties()
    texts, made_up = labelled(shared)
    found, lexicons = examples([*texts, *made_up])
    found[len(texts) :] = [replace(example, weight=INVENTED_WEIGHT) for example in found[len(texts) :]]
    embeddings = weights.load_embeddings()
    thresholds, curves = calibrate(found[: len(texts)], found[len(texts) :], embeddings, penalties)
    models = fit_slots(found, lexicons, penalties)
    models["action"] = fit_action(found, embeddings, penalties)
    return weights.Weights(models, {**thresholds, **EMPTY_SLOT}, curves)


def calibrate(
    found: Sequence[Example], always: Sequence[Example], embeddings: weights.Embeddings, penalties: Penalties
) -> tuple[dict[str, float], dict[str, weights.Curve]]:
    """Thresholds with the best event F1, and the curves from raw to true probability, on held-out folds of ``found``.

    Feed items and bodies have thresholds and curves of their own. The examples of ``always`` are in every training fold and never held out:
    invented texts are denser than a newspaper's.
    """
    scored: dict[bool, list[tuple[float, float, bool]]] = {False: [], True: []}
    gold = {False: 0, True: 0}
    for fold in range(FOLDS):
        model = fit_action([*(e for n, e in enumerate(found) if n % FOLDS != fold), *always], embeddings, penalties)
        for example in (e for n, e in enumerate(found) if n % FOLDS == fold):
            body = any(unit.parsed.unit == "body" for unit in example.analysis.units)
            gold[body] += len(example.mentions)
            scored[body].extend(_held_out(example, model, embeddings))
    limit = {kind: threshold_of([(deed, right) for deed, _, right in ones], gold[kind])[1] for kind, ones in scored.items()}
    kept = {kind: sorted((share, right) for deed, share, right in ones if deed > limit[kind]) for kind, ones in scored.items()}
    return {"threshold": limit[False], "threshold_body": limit[True]}, curves_of(kept)


def curves_of(kept: Mapping[bool, Sequence[tuple[float, bool]]]) -> dict[str, weights.Curve]:
    """The curves of feed items (False) and bodies (True); none for bodies where there are none."""
    return {"body" if kind else "": curve_of(pairs) for kind, pairs in kept.items() if pairs or not kind}


def threshold_of(scored: Sequence[tuple[float, bool]], gold: int) -> tuple[float, float]:
    """The best event F1 and its cut, from each candidate's probability of being a deed and whether its likeliest type is right."""
    best, threshold = 0.0, 0.3
    for cut in np.arange(0.15, 0.6, 0.02).tolist():
        kept = [right for deed, right in scored if deed > cut]
        f1 = 2 * sum(kept) / (len(kept) + gold)
        if f1 > best:
            best, threshold = f1, round(cut, 2)
    return best, threshold


def _held_out(example: Example, model: weights.LinearModel, embeddings: weights.Embeddings) -> Iterator[tuple[float, float, bool]]:
    """For each candidate: probability of a deed, of its likeliest type, and whether that type is right."""
    truth = {(one.unit, one.candidate): one.mention["action"] for one in lay(example.analysis, example.mentions)[0]}
    for number, unit in enumerate(example.analysis.units):
        for place, candidate in enumerate(unit.candidates):
            bag = feats.action_bag(example.analysis, unit, candidate)
            shares = model.probabilities(bag, feats.action_dense(unit, candidate, embeddings))
            action = max(CLASSES[1:], key=lambda name: shares[name])
            yield 1 - shares["NONE"], shares[action], truth.get((number, place)) == action


def curve_of(pairs: Sequence[tuple[float, bool]]) -> weights.Curve:
    """A rising curve from raw to true probability through equally filled bins (pool adjacent violators), from sorted pairs."""
    bins = [chunk for chunk in np.array_split(np.arange(len(pairs)), _BINS) if len(chunk)]
    points = [[float(np.mean([pairs[k][0] for k in chunk])), float(np.mean([pairs[k][1] for k in chunk])), len(chunk)] for chunk in bins]
    merged: list[list[float]] = []
    for point in points:
        merged.append(list(point))
        while len(merged) > 1 and merged[-2][1] >= merged[-1][1]:
            x2, y2, n2 = merged.pop()
            x1, y1, n1 = merged.pop()
            n = n1 + n2
            merged.append([(x1 * n1 + x2 * n2) / n, (y1 * n1 + y2 * n2) / n, n])
    return tuple(p[0] for p in merged), tuple(p[1] for p in merged)
