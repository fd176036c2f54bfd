"""The training run: labelled items of the training files to the encoder's parameters, and its file.

Not here: batches and the optimiser (fit.py), the file's format (export.py).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipelines.core.errors import UsageError
from pipelines.extraction.neural.training.export import export, kept_pieces
from pipelines.extraction.neural.training.fit import Plan, fit, read
from pipelines.extraction.neural.training.labels import Sample, samples
from pipelines.extraction.neural.training.network import Params, Size, coarse, read_encoder
from pipelines.extraction.neural.wordpiece import WordPiece
from pipelines.extraction.training.fit import Example
from pipelines.extraction.training.run import examples, labelled

ENCODER, TOKENIZER = "model.safetensors", "tokenizer.json"


def read_pieces(path: Path) -> list[str]:
    """The pieces of a WordPiece vocabulary in a ``tokenizer.json``, in the order of their numbers.

    Raises:
        UsageError: the file holds none.
    """
    try:
        numbers: dict[str, int] = json.loads(path.read_text("utf-8"))["model"]["vocab"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} holds no WordPiece vocabulary ({type(error).__name__}: {error}).") from error
    return sorted(numbers, key=lambda piece: numbers[piece])


def laid(found: Sequence[Example], cut: WordPiece) -> list[Sample]:
    """All examples' windows; items are named by their place."""
    return [sample for number, one in enumerate(found) for sample in samples(str(number), one.analysis, one.mentions, cut)]


def trimmed(pieces: Sequence[str], encoder: Params, size: Size, found: Sequence[Example]) -> tuple[list[str], Params]:
    """The vocabulary and word vectors of a size, as they will be stored; of a small vocabulary those pieces that the examples use most."""
    cut = WordPiece(pieces)
    used = Counter(piece for sample in laid(found, cut) for piece in sample.window.pieces) if size.pieces else None
    kept = kept_pieces(pieces, size.pieces, used)
    return [pieces[number] for number in kept], {**encoder, "words": np.asarray(coarse(encoder["words"][kept], size.levels, 1))}


def train(shared: Path, model: Path, folder: Path, size: Size, plan: Plan | None = None) -> None:
    """Fine-tune the encoder of the folder ``model`` (MiniLM-L6) on the labelled items and write it into ``folder``."""
    plan = replace(plan or Plan(), fixed=size.fixed, levels=size.levels)
    texts, made_up = labelled(shared)
    found, _ = examples([*texts, *made_up])
    pieces, encoder = trimmed(read_pieces(model / TOKENIZER), read_encoder(model / ENCODER, size.layers), size, found)
    cut = WordPiece(pieces)
    trained = fit(read(laid(found, cut), encoder, cut.pad, size.fixed), encoder, plan)
    export(encoder, trained, pieces, folder, size.levels)
