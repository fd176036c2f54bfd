"""What an article has in common with the rest of its story, in words that a reader can check.

Not here: how near two articles are (``similarity``), and whether they stand together (``agglomerate``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pipelines.stories.similarity import Vector, stem

MOST = 3
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def total(vectors: Iterable[Vector]) -> dict[str, float]:
    """Return the sum of vectors."""
    found: dict[str, float] = defaultdict(float)
    for vector in vectors:
        for term, value in vector.items():
            found[term] += value
    return dict(found)


def heaviest(own: Vector, everything: Mapping[str, float], most: int = MOST) -> tuple[str, ...]:
    """Return the terms that weigh most in an article's nearness to the others of its story, of which ``everything`` is the sum with it.

    Terms of a deed with its party or place (`PARTY>DEED`, `DEED@PLACE`) are no words, and left out.
    """
    shared = {t: w * (everything[t] - w) for t, w in own.items() if ">" not in t and "@" not in t}
    ordered = sorted((t for t, value in shared.items() if value > 1e-9), key=lambda t: (-round(shared[t], 9), t))
    return tuple(ordered[:most])


def as_written(stems: Iterable[str], text: str) -> list[str]:
    """Return each stem as the word that the text first has for it, in lower case; one that it lacks stays a stem."""
    words: dict[str, str] = {}
    for found in _WORD.findall(text):
        lower = found.lower().replace("’", "'").removesuffix("'s")
        words.setdefault(stem(lower), lower)
    return [words.get(s, s) for s in stems]
