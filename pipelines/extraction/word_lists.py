"""Closed lists of words for the stages (``data/words.toml``).

Not here: words with more than a name to say (predicates.py, cue_lexicons.py).
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from pipelines.core.errors import LexiconError

DATA = Path(__file__).parent / "data"


def word_list(section: str, name: str, path: Path = DATA / "words.toml") -> frozenset[str]:
    """The words of one list.

    Raises:
        LexiconError: the file is no TOML, or has no such list of words.
    """
    words = _read(path).get(section, {}).get(name)
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        raise LexiconError(f"{path.name}: [{section}] needs {name}, a list of words")
    return frozenset(words)


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, dict[str, object]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LexiconError(f"{path.name} cannot be read: {error}") from error
