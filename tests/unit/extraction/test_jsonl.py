from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.core.errors import UsageError
from pipelines.extraction import jsonl


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf8")
    return path


def test_reads_items(tmp_path) -> None:
    row = {"item": "i1", "outlet": "gazette", "published": "2024-03-13T09:30:00Z", "title": "T", "summary": "S"}
    (item,) = jsonl.read_items(write(tmp_path / "a.jsonl", json.dumps(row), ""))
    assert (item.version_id, item.outlet_id, item.title, item.summary, item.body) == ("i1", "gazette", "T", "S", "")
    assert item.published_at is not None
    assert item.published_at.isoformat() == "2024-03-13T09:30:00+00:00"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", 'no "item"'),
        ('{"item": "x", "published": "soon"}', "published"),
        ('{"item": "x", "title": 3}', "title"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, word) -> None:
    path = write(tmp_path / "a.jsonl", '{"item": "fine"}', line)
    with pytest.raises(UsageError, match=rf"a\.jsonl:2.*{word}"):
        list(jsonl.read_items(path))


def test_absent_file(tmp_path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        list(jsonl.read_items(tmp_path / "none.jsonl"))


def test_gold_format(extractor, make_item) -> None:
    item = make_item(summary="Russia and China vetoed the text. At least 12 people died in a fire in May 2019.")
    (coded,) = extractor.code([item])
    row = jsonl.to_gold_format(coded)
    assert json.loads(json.dumps(row)) == row
    for mention in row["mentions"]:
        start, end = mention["span"]
        assert item.summary[start:end] == mention["trigger"]
    (deaths,) = [m for m in row["mentions"] if m["trigger"] == "fire"]
    assert (deaths["action"], deaths["figures"], deaths["date"]) == ("INCIDENT", {"killed": [12, None]}, "2019-05")
    (veto,) = [m for m in row["mentions"] if m["trigger"] == "vetoed"]
    assert veto["actor"] == "Russia and China"


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"item": "x", "title": "Rain"}\n', encoding="utf-8-sig")
    assert [item.title for item in jsonl.read_items(path)] == ["Rain"]
