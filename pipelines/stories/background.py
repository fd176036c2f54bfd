"""How common words are at large, which of them are names, and which directions of meaning tell matters apart.

Numbers from some thousands of news texts, kept under 32-bit hashes, so that the file holds no words; made by ``training``. They
stand in where few articles are at hand: a fresh archive, a small sample, a handful of pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import LexiconError
from pipelines.extraction.weights import hash_text

PATH = Path(__file__).parent / "data" / "background.npz"
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Background:
    """Counts over many texts, and the frame that word vectors are compared in.

    ``documents`` is how many texts were counted; ``frequency`` gives by a stem's hash in how many of them it stands, ``capitalised``
    and ``plain`` how often it stands inside a sentence with and without a capital. ``centre`` is what averaged word vectors have in
    common; multiplied by ``frame``, the vectors of a title and of its own summary vary alike in all directions.
    """

    documents: int
    frequency: dict[int, int]
    capitalised: dict[int, int]
    plain: dict[int, int]
    centre: Floats
    frame: Floats

    def share(self, term: str) -> float:
        """Return the share of texts that a stem stands in."""
        return self.frequency.get(hash_text(term), 0) / self.documents if self.documents else 0.0

    def casing(self, term: str) -> tuple[int, int]:
        """Return how often a stem stands with and without a capital."""
        key = hash_text(term)
        return self.capitalised.get(key, 0), self.plain.get(key, 0)


def save(background: Background, path: Path) -> None:
    """Write the numbers as one compressed file."""
    hashes = np.array(sorted({*background.frequency, *background.capitalised, *background.plain}), dtype=np.uint32)
    columns = {
        name: np.array([getattr(background, name).get(int(key), 0) for key in hashes], dtype=np.uint16)
        for name in ("frequency", "capitalised", "plain")
    }
    with path.open("wb") as handle:
        np.savez_compressed(
            handle,
            documents=np.int64(background.documents),
            hashes=hashes,
            centre=background.centre.astype(np.float16),
            frame=background.frame.astype(np.float32),
            **columns,  # type: ignore[arg-type]
        )


@lru_cache(maxsize=1)
def load(path: Path = PATH) -> Background:
    """Read the numbers.

    Raises:
        LexiconError: the file is absent or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            hashes = arrays["hashes"].tolist()
            counts = {
                name: {key: count for key, count in zip(hashes, arrays[name].tolist(), strict=True) if count}
                for name in ("frequency", "capitalised", "plain")
            }
            centre, frame = arrays["centre"].astype(np.float32), arrays["frame"].astype(np.float32)
            documents = int(arrays["documents"])
    except (OSError, ValueError, KeyError) as error:
        raise LexiconError(f"{path.name} cannot be read ({error}); make it anew with `python -m pipelines.stories.training`") from error
    if frame.shape != (centre.size, centre.size):
        raise LexiconError(f"{path.name}: its frame must be a square of the centre's size.")
    return Background(documents, counts["frequency"], counts["capitalised"], counts["plain"], centre, frame)
