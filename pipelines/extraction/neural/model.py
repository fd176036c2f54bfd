"""The encoder in ONNX Runtime: an item's words in, a :class:`Reading` out, or an opinion to mix into the linear models' probabilities.

Not here: windows (windows.py), how the file is made (training/), what is made of the scores (mix.py).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import lzma
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.core.errors import LexiconError
from pipelines.extraction.analysis import ItemAnalysis
from pipelines.extraction.neural.mix import MIX, Mix, Opinion, load_mix
from pipelines.extraction.neural.reading import Passage, Reading
from pipelines.extraction.neural.windows import Window, windows
from pipelines.extraction.neural.wordpiece import WordPiece
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.weights import Weights

DATA = Path(__file__).parent / "data"
ENCODER, PIECES = "encoder.onnx.xz", "pieces.txt"
OUTPUTS = ("classes", "deed", "filler", "empty", "near")


class Encoder:
    """The fine-tuned encoder. Load it once per process with :meth:`load`."""

    def __init__(self, session: Any, cut: WordPiece) -> None:
        self._session = session
        self._cut = cut

    @classmethod
    def load(cls, folder: Path) -> Encoder:
        """Load the network and its vocabulary, for one thread.

        Raises:
            LexiconError: a file is absent or damaged.
        """
        # Imported late: whoever only asks for the version should not wait for it.
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # One thread: batches of items are spread over processes, and sums then do not depend on the number of cores.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        path = folder / ENCODER
        try:
            session = onnxruntime.InferenceSession(lzma.decompress(path.read_bytes()), options, providers=["CPUExecutionProvider"])
        # The runtime's errors share no base class but Exception.
        except Exception as error:
            raise LexiconError(f"The encoder {path.name} cannot be loaded: {error}") from error
        return cls(session, WordPiece.load(folder / PIECES))

    def read(self, parsed: Sequence[Parsed]) -> Reading:
        """An item's units, to be asked for by number; its windows are read when they are first asked about."""
        return Reading(windows(parsed, self._cut), self._passage)

    def _passage(self, window: Window) -> Passage:
        # One window at a time, without padding: the scale of the 8-bit activations is that of all rows, and an item's scores must not
        # depend on which items are read beside it.
        pieces = np.array([window.pieces], dtype=np.int64)
        at = np.array(window.at, dtype=np.int64)
        return Passage(window, *self._session.run(OUTPUTS, {"pieces": pieces, "at": at}))


class Mixer:
    """The encoder together with the way it is mixed with the linear models."""

    def __init__(self, encoder: Encoder, mix: Mix) -> None:
        self._encoder = encoder
        self._mix = mix

    def opinion(self, analysis: ItemAnalysis) -> Opinion:
        """What the encoder thinks of an item, read as far as it is asked."""
        return Opinion(self._encoder.read(analysis.parsed), analysis, self._mix)

    def settled(self, learned: Weights) -> Weights:
        """The linear models with the thresholds and the confidence's curves that hold for the mix."""
        return replace(learned, settings={**learned.settings, **self._mix.settings}, curves=dict(self._mix.curves))


def load_mixer(size: str) -> Mixer:
    """Load a shipped encoder ("small" or "large") and its mix.

    Raises:
        LexiconError: a file is absent or damaged.
    """
    return Mixer(Encoder.load(DATA / size), load_mix(DATA / size / MIX))


@lru_cache(maxsize=2)
def encoder_version(size: str) -> str:
    """A shipped encoder's digest and ONNX Runtime's version, without loading either.

    Raises:
        LexiconError: the encoder is absent.
    """
    runtime = importlib.metadata.version("onnxruntime")
    try:
        digest = hashlib.sha256((DATA / size / ENCODER).read_bytes()).hexdigest()
    except OSError as error:
        raise LexiconError(f"The encoder {ENCODER} cannot be read: {error}") from error
    return f"{size} encoder {digest[:8]} (onnxruntime {runtime})"
