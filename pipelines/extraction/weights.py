"""Linear models over hashed features: how they are stored, loaded and scored.

Features are kept as 32-bit hashes, so that a weights file holds no words. Not here: which features (features.py) and training (training/).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import LexiconError

DATA = Path(__file__).parent / "data"
_NEGLIGIBLE = 0.06
"""Features whose weights are all smaller are left out: they make up half of the file, and the dev sets' F1 moves by less than .01."""
Floats = NDArray[np.float32]
Curve = tuple[tuple[float, ...], tuple[float, ...]]


def hash_text(text: str) -> int:
    """A stable 32-bit hash of a feature's name."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def hash_all(texts: Iterable[str]) -> list[int]:
    """The hashes of many names."""
    crc = zlib.crc32
    return [crc(text.encode("utf-8", "surrogatepass")) for text in texts]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Scores per class of a bag of hashed features, plus optional dense ones. A ranker has one class named ""."""

    classes: tuple[str, ...]
    rows: dict[int, int]
    table: Floats
    dense: Floats
    column: list[float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A ranker's sums are short: plain floats are faster than arrays there.
        object.__setattr__(self, "column", self.table[:, 0].tolist() if len(self.classes) == 1 else [])

    def scores(self, features: Sequence[int], dense: Floats | None = None) -> Floats:
        """Sum the weights of the features that the model knows."""
        find = self.rows.get
        known = [row for row in map(find, features) if row is not None]
        total: Floats = self.table[known].sum(axis=0) if known else np.zeros(self.table.shape[1], dtype=np.float32)
        return total if dense is None else total + dense @ self.dense

    def probabilities(self, features: Sequence[int], dense: Floats | None = None) -> dict[str, float]:
        """Softmax of the scores, by class."""
        return dict(zip(self.classes, softmax(self.scores(features, dense)).tolist(), strict=True))

    def rank(self, choices: Sequence[Sequence[int]], dense: Floats | None = None) -> list[float]:
        """Softmax over choices for a one-class model; ``dense`` is [choices, dense features]."""
        find, column = self.rows.get, self.column
        totals = [sum([column[row] for row in map(find, choice) if row is not None]) for choice in choices]
        if dense is not None:
            totals = [total + more for total, more in zip(totals, (dense @ self.dense[:, 0]).tolist(), strict=True)]
        top = max(totals)
        powers = [math.exp(total - top) for total in totals]
        whole = math.fsum(powers)
        return [power / whole for power in powers]


def softmax(scores: Floats) -> Floats:
    """Probabilities from scores."""
    powers = np.exp(scores - scores.max())
    result: Floats = powers / powers.sum()
    return result


@dataclass(frozen=True, slots=True)
class Weights:
    """All models by name, and the calibration curves of the confidence (raw probability to calibrated) by kind of text.

    ``curves`` has "" (titles and summaries) and may have the name of a unit with a curve of its own ("body").
    """

    models: dict[str, LinearModel]
    settings: dict[str, float]
    curves: dict[str, Curve]

    def calibrated(self, raw: float, unit: str = "") -> float:
        """The share of a unit's mentions with this raw probability that are right."""
        low, high = self.curves.get(unit, self.curves[""])
        return float(min(0.99, max(0.01, np.interp(raw, low, high))))


def save(weights: Weights, path: Path) -> None:
    """Write the models as one compressed file, weights as 8-bit numbers with a scale per feature."""
    arrays: dict[str, Any] = {}
    for name, model in weights.models.items():
        largest = np.abs(model.table).max(axis=1, initial=0.0)
        kept = np.flatnonzero(largest > _NEGLIGIBLE)
        hashes = np.array(list(model.rows), dtype=np.uint32)[kept]
        order = kept[np.argsort(hashes)]
        scale = (largest[order] / 127).astype(np.float16)
        arrays[f"{name}/hashes"], arrays[f"{name}/scale"] = np.sort(hashes), scale
        arrays[f"{name}/table"] = np.clip(np.round(model.table[order] / scale[:, None]), -127, 127).astype(np.int8)
        arrays[f"{name}/dense"] = model.dense.astype(np.float16)
        arrays[f"{name}/classes"] = np.array(model.classes)
    arrays["settings/names"] = np.array(sorted(weights.settings))
    arrays["settings/values"] = np.array([weights.settings[name] for name in sorted(weights.settings)], dtype=np.float64)
    arrays |= {f"curve/{unit}": np.array(curve, dtype=np.float64) for unit, curve in weights.curves.items()}
    with path.open("wb") as handle:
        np.savez_compressed(handle, **arrays)


def load(path: Path = DATA / "weights.npz") -> Weights:
    """Read a weights file.

    Raises:
        LexiconError: the file is absent or no weights file.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            names = sorted({key.split("/")[0] for key in arrays.files if key.endswith("/table")})
            models = {name: _model(arrays, name) for name in names}
            settings = dict(zip(arrays["settings/names"].tolist(), arrays["settings/values"].tolist(), strict=True))
            curves = {key.removeprefix("curve/"): arrays[key].tolist() for key in arrays.files if key.startswith("curve/")}
            if "" not in curves:
                raise KeyError("curve/")
    except (OSError, ValueError, KeyError) as error:
        raise LexiconError(
            f"{path.name} is no weights file ({error}); train anew with `python -m pipelines.extraction.training`"
        ) from error
    return Weights(models, settings, {unit: (tuple(raw), tuple(right)) for unit, (raw, right) in curves.items()})


def _model(arrays: Any, name: str) -> LinearModel:
    hashes = arrays[f"{name}/hashes"].tolist()
    return LinearModel(
        classes=tuple(arrays[f"{name}/classes"].tolist()),
        rows={key: row for row, key in enumerate(hashes)},
        table=arrays[f"{name}/table"].astype(np.float32) * arrays[f"{name}/scale"].astype(np.float32)[:, None],
        dense=arrays[f"{name}/dense"].astype(np.float32),
    )


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Projected word vectors (see training/embeddings.py)."""

    rows: dict[int, int]
    vectors: Floats
    groups: list[int]

    def cluster(self, word: str) -> int:
        """The number of the word's cluster; -1 where the word is unknown."""
        row = self.rows.get(hash_text(word))
        return self.groups[row] if row is not None else -1

    def __call__(self, word: str) -> Floats:
        """The word's vector, zeros where it is unknown."""
        row = self.rows.get(hash_text(word), -1)
        vector: Floats = self.vectors[row]
        return vector

    @property
    def size(self) -> int:
        """How many numbers a vector has."""
        return int(self.vectors.shape[1])


@lru_cache(maxsize=1)
def load_embeddings(path: Path = DATA / "embeddings.npz") -> Embeddings:
    """Read the projected word vectors; the last row is the zero vector of unknown words.

    Raises:
        LexiconError: the file is absent or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            vectors = arrays["vectors"].astype(np.float32)
            groups = arrays["groups"].tolist()
            rows = dict(zip(arrays["hashes"].tolist(), arrays["rows"].tolist(), strict=True))
    except (OSError, ValueError, KeyError) as error:
        raise LexiconError(f"{path.name} cannot be read: {error}") from error
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled = vectors / np.maximum(norms, 1e-6)
    return Embeddings(rows, np.vstack([scaled, np.zeros((1, vectors.shape[1]), dtype=np.float32)]).astype(np.float32), groups)
