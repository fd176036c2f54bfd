"""WordPiece (Wu et al. 2016, as BERT's uncased models use it): a word of the parser to the encoder's pieces.

Not here: windows of pieces (windows.py).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from pipelines.core.errors import LexiconError

PAD, UNKNOWN, BEGIN, SEPARATOR = "[PAD]", "[UNK]", "[CLS]", "[SEP]"
_LONGEST = 60


class WordPiece:
    """Pieces of words by the longest match from the left; each distinct word is cut once."""

    def __init__(self, pieces: Iterable[str]) -> None:
        """Number the pieces in the order given.

        Raises:
            LexiconError: one of the four marks is missing.
        """
        self._ids = {piece: number for number, piece in enumerate(pieces)}
        missing = [mark for mark in (PAD, UNKNOWN, BEGIN, SEPARATOR) if mark not in self._ids]
        if missing:
            raise LexiconError(f"The encoder's vocabulary lacks {', '.join(missing)}.")
        self.pad, self.unknown, self.begin, self.separator = (self._ids[mark] for mark in (PAD, UNKNOWN, BEGIN, SEPARATOR))
        self._known: dict[str, tuple[int, ...]] = {}

    @classmethod
    def load(cls, path: Path) -> WordPiece:
        """Read a vocabulary, one piece a line.

        Raises:
            LexiconError: the file is absent or no such vocabulary.
        """
        try:
            return cls(path.read_text("utf-8").splitlines())
        except (OSError, UnicodeDecodeError) as error:
            raise LexiconError(f"The encoder's vocabulary {path.name} cannot be read: {error}") from error

    def __len__(self) -> int:
        return len(self._ids)

    def __call__(self, word: str) -> tuple[int, ...]:
        """The numbers of a word's pieces, at least one."""
        known = self._known.get(word)
        if known is None:
            known = tuple(piece for part in _parts(word) for piece in self._cut(part)) or (self.unknown,)
            self._known[word] = known
        return known

    def _cut(self, part: str) -> list[int]:
        if len(part) > _LONGEST:
            return [self.unknown]
        found: list[int] = []
        at = 0
        while at < len(part):
            prefix = "##" if at else ""
            end = next((end for end in range(len(part), at, -1) if prefix + part[at:end] in self._ids), 0)
            if not end:
                return [self.unknown]
            found.append(self._ids[prefix + part[at:end]])
            at = end
        return found


def _parts(word: str) -> list[str]:
    """A word in lower case without accents, cut at blanks and at each mark of punctuation."""
    plain = "".join(char for char in unicodedata.normalize("NFD", word.lower()) if unicodedata.category(char) != "Mn")
    spaced = "".join(f" {char} " if _is_mark(char) else char for char in plain)
    return spaced.split()


def _is_mark(char: str) -> bool:
    if char.isascii():
        return char.isprintable() and not char.isalnum() and char != " "
    return unicodedata.category(char).startswith("P")
