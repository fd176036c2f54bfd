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
from pipelines.extraction.neural.training.judging import Material
from pipelines.extraction.neural.training.labels import laid
from pipelines.extraction.neural.training.network import Params, Size, coarse, read_encoder
from pipelines.extraction.neural.wordpiece import WordPiece
from pipelines.extraction.training.fit import Example
from pipelines.extraction.training.run import INVENTED_WEIGHT, examples, labelled

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


def trimmed(pieces: Sequence[str], encoder: Params, size: Size, found: Sequence[Example]) -> tuple[list[str], Params]:
    """The vocabulary and word vectors of a size, as they will be stored; of a small vocabulary those pieces that the examples use most."""
    cut = WordPiece(pieces)
    used = Counter(piece for sample in laid(found, cut) for piece in sample.window.pieces) if size.pieces else None
    kept = kept_pieces(pieces, size.pieces, used)
    return [pieces[number] for number in kept], {**encoder, "words": np.asarray(coarse(encoder["words"][kept], size.levels, 1))}


def gather(shared: Path, model: Path, size: Size, plan: Plan | None = None) -> Material:
    """The labelled items, and the encoder of the folder ``model`` (MiniLM-L6) in a size."""
    texts, made_up = labelled(shared)
    found, lexicons = examples([*texts, *made_up])
    pieces, encoder = trimmed(read_pieces(model / TOKENIZER), read_encoder(model / ENCODER, size.layers), size, found)
    weighed = [replace(one, weight=INVENTED_WEIGHT if n >= len(texts) else 1.0) for n, one in enumerate(found)]
    plan = replace(plan or Plan(), fixed=size.fixed, levels=size.levels)
    return Material(weighed, len(texts), lexicons, encoder, pieces, size, plan)


def train(material: Material, folder: Path) -> None:
    """Fine-tune the encoder on all items and write it into ``folder``."""
    cut = WordPiece(material.pieces)
    windows = read(laid(material.found, cut), material.encoder, cut.pad, material.size.fixed)
    trained = fit(windows, material.encoder, material.plan)
    export(material.encoder, trained, material.pieces, folder, material.size.levels)
