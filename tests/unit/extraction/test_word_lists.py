from __future__ import annotations

import pytest

from pipelines.core.errors import LexiconError
from pipelines.extraction.word_lists import word_list


def test_reads_a_list() -> None:
    assert "kill" in word_list("figures", "killed")


@pytest.mark.parametrize("content", ["", "[figures]\nkilled = []", '[figures]\nkilled = "kill"', "[figures\n"])
def test_a_missing_or_wrong_list_is_named(tmp_path, content) -> None:
    path = tmp_path / "words.toml"
    path.write_text(content, encoding="utf8")
    with pytest.raises(LexiconError, match=r"words\.toml"):
        word_list("figures", "killed", path)
