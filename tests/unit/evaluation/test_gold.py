"""Reading gold: halves, hidden answers, joins, and complaints that name the line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.core.errors import UsageError
from pipelines.evaluation.gold import FORMATS, Gold, join, questions, read_gold, read_rows, write_predictions
from pipelines.evaluation.scoring import score

SAMPLES: dict[str, dict[str, object]] = {
    "mentions": {"item": "1", "title": "t", "summary": "s", "mentions": [{"unit": "title", "action": "AID", "trigger": "t"}]},
    "pairs": {"pair": "1-2", "a": {"item": "1"}, "b": {"item": "2"}, "label": "different"},
    "stories": {"id": "1", "title": "t", "text": "x", "event": "7"},
    "attribution": {"doc": "d", "text": "x", "attributions": [{"cue": [[0, 1]]}]},
    "actions": {"sentence": "x", "source": "x", "target": "x", "action": "AID", "quad": 2},
    "roles": {"tokens": ["a"], "tags": ["O"]},
    "places": {"text": "x", "toponyms": []},
    "factuality": {"text": "x", "targets": [{"span1": [0, 1], "label": 3.0, "span_text": "x"}]},
}


def file_of(tmp_path: Path, *rows: object, name: str = "gold.jsonl") -> Path:
    path = tmp_path / name
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def gold_of(task: str, *rows: dict[str, object]) -> Gold:
    return Gold(task, "all", rows, "x@y")  # type: ignore[arg-type]


def test_halves_are_by_line_number_from_one(tmp_path: Path) -> None:
    path = file_of(tmp_path, *({"tokens": [str(n)], "tags": ["O"]} for n in range(1, 6)))
    lines = {half: [row["tokens"][0] for row in read_gold("roles", [path], half).rows] for half in ("all", "even", "odd")}  # type: ignore[arg-type]
    assert lines == {"all": ["1", "2", "3", "4", "5"], "even": ["2", "4"], "odd": ["1", "3", "5"]}


def test_files_are_pooled_and_named_with_a_hash_of_their_bytes(tmp_path: Path) -> None:
    one = file_of(tmp_path, SAMPLES["roles"], name="one.jsonl")
    two = file_of(tmp_path, SAMPLES["roles"], SAMPLES["roles"], name="two.jsonl")
    both = read_gold("roles", [one, two])
    assert len(both.rows) == 3
    assert both.data.startswith("one.jsonl+two.jsonl@")
    two.write_text(two.read_text().replace('"a"', '"b"'))
    assert read_gold("roles", [one, two]).data != both.data


@pytest.mark.parametrize("task", sorted(SAMPLES))
def test_answers_are_hidden_from_whatever_predicts(task: str) -> None:
    row = SAMPLES[task]
    (asked,) = questions(gold_of(task, row))
    assert set(FORMATS[task].asks) <= set(asked)  # type: ignore[index]
    shown = json.dumps(asked)
    assert '"label"' not in shown
    assert "span_text" not in shown
    assert not {"mentions", "event", "attributions", "action", "quad", "tags", "toponyms"} & set(asked)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}\n", ":1: no gold for roles: tokens, tags is missing"),
        ('{"tokens": [], "tags": []}\nnonsense\n', ":2: no JSON"),
        ("[1]\n", ":1: a JSON object is needed"),
        ("\xff", "no UTF-8"),
    ],
)
def test_what_is_no_gold_is_named_with_its_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(UsageError, match=said):
        read_gold("roles", [path])
    with pytest.raises(UsageError, match="cannot be read"):
        read_gold("roles", [tmp_path / "absent"])


def test_other_line_separators_do_not_end_a_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"tokens": ["a\u2028b\x85"], "tags": ["O"]}, ensure_ascii=False) + "\n")
    assert len(read_gold("roles", [path]).rows) == 1


def test_rows_join_by_key_or_by_order() -> None:
    gold = gold_of("stories", {"id": "1", "event": "a"}, {"id": "2", "event": "b"})
    assert [p.get("story") for _, p in join(gold, [{"id": "2", "story": "x"}])] == [None, "x"]
    with pytest.raises(UsageError, match="prediction 1 has no 'id'"):
        join(gold, [{"story": "x"}])
    lines = gold_of("roles", {"tags": ["O"]}, {"tags": ["B-S"]})
    assert [p for _, p in join(lines, [{"tags": ["O"]}])] == [{"tags": ["O"]}, {}]


def test_predictions_are_written_and_read_back(tmp_path: Path) -> None:
    rows = [{"id": "é", "story": "s"}, {"id": "2", "story": None}]
    write_predictions(tmp_path / "out" / "p.jsonl", rows)
    assert read_rows(tmp_path / "out" / "p.jsonl") == rows


def test_an_empty_half_and_a_wrong_format_are_usage_errors() -> None:
    with pytest.raises(UsageError, match="no line to score"):
        score(gold_of("roles"), [])
    with pytest.raises(UsageError, match="not of the format"):
        score(gold_of("roles", SAMPLES["roles"]), [{"tags": 3}])
