from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.core.errors import LexiconError
from pipelines.extraction.neural.wordpiece import WordPiece

PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "rebel", "##s", "re", "##open", "cafe", "u", ".", "s", "-", "port")


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("rebels", ["rebel", "##s"]),
        ("Reopen", ["re", "##open"]),
        ("Café", ["cafe"]),
        ("U.S.", ["u", ".", "s", "."]),
        ("re-port", ["re", "-", "port"]),
        ("xyz", ["[UNK]"]),
        (" ", ["[UNK]"]),
        ("re" * 40, ["[UNK]"]),
    ],
)
def test_words_are_cut_by_the_longest_match(word: str, pieces: list[str]) -> None:
    assert [PIECES[number] for number in WordPiece(PIECES)(word)] == pieces


def test_a_vocabulary_without_its_marks_is_refused() -> None:
    with pytest.raises(LexiconError, match=r"lacks \[CLS\], \[SEP\]"):
        WordPiece(("[PAD]", "[UNK]", "rebel"))


def test_a_missing_vocabulary_is_named(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"pieces\.txt cannot be read"):
        WordPiece.load(tmp_path / "pieces.txt")
