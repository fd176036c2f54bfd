"""How probable it is that two texts tell of one event, or belong to one story: weighted features, and a logistic curve.

Here: the weights and their file. Not here: the features (``comparison``), how weights are found (``training``).
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources

from pipelines.core.errors import LexiconError

PARTS: Mapping[str, Sequence[str]] = {
    "event": ("words", "names", "deeds", "aligned", "meaning", "gap"),
    "story": ("title", "names", "gap", "brevity", "company"),
}
"""Which features each judgement rests on. One event: the same deed told in like words at about the same time; one story: the same
people and places, and the same company of other texts."""

Weights = Mapping[str, Mapping[str, float]]


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """Return the shipped weights.

    Raises:
        LexiconError: ``data/pairs.toml`` has other parts or features than the judge.
    """
    return parse_weights(resources.files("pipelines.stories").joinpath("data/pairs.toml").read_text(encoding="utf-8"), "pairs.toml")


def parse_weights(data: str, source: str) -> Weights:
    """Read weights; each part must give a number for the bias and each of its features.

    Raises:
        LexiconError: it does not.
    """
    try:
        tables = tomllib.loads(data)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{source} is no TOML file: {error}") from error
    for part, names in PARTS.items():
        table, wanted = tables.get(part), {"bias", *names}
        if not isinstance(table, dict) or set(table) != wanted or not all(isinstance(v, float) for v in table.values()):
            raise LexiconError(f"{source}: [{part}] must give a decimal number for each of {', '.join(sorted(wanted))}, and nothing else.")
    return tables


def write_weights(weights: Weights) -> str:
    """Return weights as the text of the file."""
    lines = [
        "# Weights of the two judgements on pairs of texts (judgement.py); the features are told in comparison.py. Written by",
        "# `python -m pipelines.stories.training`, which prints how well they do on pairs that they were not fitted to.",
    ]
    for part, names in PARTS.items():
        lines += ["", f"[{part}]"]
        lines += [f"{name} = {weights[part][name]:.3f}" for name in ("bias", *names)]
    return "\n".join(lines) + "\n"


def probability(part: str, features: Mapping[str, float], weights: Weights | None = None) -> float:
    """Return the probability of a judgement (``event`` or ``story``) for the features of two texts."""
    own = (weights or load_weights())[part]
    logit = own["bias"] + math.fsum(own[name] * features[name] for name in PARTS[part])
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))
