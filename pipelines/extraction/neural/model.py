"""The encoder in ONNX Runtime: an item's words in, a :class:`Reading` out.

Not here: windows (windows.py), how the file is made (training/), what is made of the scores (mix.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.core.errors import LexiconError, UsageError
from pipelines.extraction.neural.reading import Passage, Reading
from pipelines.extraction.neural.windows import Window, windows
from pipelines.extraction.neural.wordpiece import WordPiece
from pipelines.extraction.stages.parse import Parsed

DATA = Path(__file__).parent / "data"
ENCODER, PIECES = "encoder.onnx", "pieces.txt"
OUTPUTS = ("classes", "deed", "filler", "empty", "near")


class Encoder:
    """The fine-tuned encoder. Load it once per process with :meth:`load`."""

    def __init__(self, session: Any, cut: WordPiece) -> None:
        self._session = session
        self._cut = cut

    @classmethod
    def load(cls, folder: Path = DATA) -> Encoder:
        """Load the network and its vocabulary, for one thread.

        Raises:
            UsageError: ONNX Runtime is not installed.
            LexiconError: a file is absent or damaged.
        """
        try:
            import onnxruntime
        except ImportError:
            raise UsageError('The neural extractor needs ONNX Runtime; install it with `pip install "parallax-news[neural]"`.') from None
        options = onnxruntime.SessionOptions()
        # One thread: batches of items are spread over processes, and sums then do not depend on the number of cores.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        path = folder / ENCODER
        try:
            session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        # The runtime's errors share no base class but Exception.
        except Exception as error:
            raise LexiconError(f"The encoder {path.name} cannot be loaded: {error}") from error
        return cls(session, WordPiece.load(folder / PIECES))

    def read(self, parsed: Sequence[Parsed]) -> Reading:
        """An item's units, to be asked for by number; its windows are read when they are first asked about."""
        return Reading(list(windows(parsed, self._cut)), self._passage)

    def _passage(self, window: Window) -> Passage:
        # One window at a time, without padding: the scale of the 8-bit activations is that of all rows, and an item's scores must not
        # depend on which items are read beside it.
        pieces = np.array([window.pieces], dtype=np.int64)
        at = np.array(window.at, dtype=np.int64)
        return Passage(window, *self._session.run(OUTPUTS, {"pieces": pieces, "at": at}))
