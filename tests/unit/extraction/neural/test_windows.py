from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pipelines.extraction.neural.windows import MAX_PIECES, Window, windows
from pipelines.extraction.neural.wordpiece import WordPiece
from pipelines.extraction.stages.parse import Parsed

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
CUT = WordPiece(("[PAD]", "[UNK]", "[CLS]", "[SEP]", *_LETTERS, ".", ",", *(f"##{letter}" for letter in _LETTERS)))


def _own(found: Sequence[Window]) -> list[tuple[int, int]]:
    return [word for window in found for word in window.words[window.first :]]


def test_title_and_summary_share_a_window(parse: Callable[..., Parsed]) -> None:
    units = [parse("Rebels seize port", "title"), parse("They took it at dawn.")]
    (window,) = windows(units, CUT)
    assert window.first == 0
    assert [units[unit].words[word] for unit, word in window.words] == ["Rebels", "seize", "port", "They", "took", "it", "at", "dawn", "."]
    assert window.pieces[0] == CUT.begin
    assert window.pieces.count(CUT.separator) == 2
    assert [window.pieces[at] for at in window.at[:2]] == [CUT("r")[0], CUT("s")[0]]


def test_a_body_is_cut_at_sentences_and_carries_the_one_before(parse: Callable[..., Parsed]) -> None:
    body = parse("The army shelled the old town again on Monday morning. " * 12, "body")
    found = list(windows([body], CUT))
    assert len(found) > 3
    assert all(len(window.pieces) <= MAX_PIECES for window in found)
    assert [window.first for window in found[1:]] == [body.sentences[0][1]] * (len(found) - 1)
    assert _own(found) == [(0, word) for word in range(len(body.words))]


@pytest.mark.parametrize("text", ["word " * 400, "x" * 5000, "many. " * 200, "mm, " * 300])
def test_each_word_is_read_exactly_once_whatever_the_text(parse: Callable[..., Parsed], text: str) -> None:
    for unit in ("title", "summary", "body"):
        parsed = parse(text, unit)
        found = list(windows([parsed], CUT))
        assert _own(found) == [(0, word) for word in range(len(parsed.words))]
        assert all(len(window.pieces) <= MAX_PIECES for window in found)


def test_a_body_does_not_share_the_title_window(parse: Callable[..., Parsed]) -> None:
    found = list(windows([parse("Port seized", "title"), parse("Rebels did it.", "body")], CUT))
    assert [{unit for unit, _ in window.words} for window in found] == [{0}, {1}]
