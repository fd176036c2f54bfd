"""Every task runs end to end with the real extractor on gold of our own; predictions do not depend on the answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.evaluation.gold import FORMATS, read_rows
from pipelines.evaluation.results import TASKS, Task
from pipelines.evaluation.tasks import Tools, evaluate

AT = datetime(2026, 1, 2, tzinfo=UTC)
TITLE = "Rebels kill three soldiers in Nairobi"
SAID = "The minister said that Kenya would close the border."


def item(number: int, title: str) -> dict[str, Any]:
    return {"item": f"{number}", "outlet": "bbc", "published": "2026-01-02T10:00:00Z", "title": title, "summary": ""}


GOLD: dict[str, list[dict[str, Any]]] = {
    "mentions": [
        item(1, TITLE)
        | {
            "mentions": [
                {
                    "unit": "title",
                    "trigger": "kill",
                    "action": "ASSAULT",
                    "actor": "Rebels",
                    "target": "soldiers",
                    "place": "Nairobi",
                    "date": None,
                    "voice": "outlet",
                    "polarity": "positive",
                    "reality": "happened",
                    "figures": {"killed": [3, 3]},
                }
            ]
        },
        item(2, "A quiet day by the sea") | {"mentions": []},
    ],
    "pairs": [{"pair": "1-2", "label": "same_event", "a": item(1, TITLE), "b": item(2, "Three soldiers killed by rebels in Nairobi")}],
    "stories": [{"id": str(n), "date": "2026-01-02", "title": TITLE, "text": f"{TITLE}.", "event": "a"} for n in (1, 2)],
    "attribution": [{"doc": "d", "text": SAID, "attributions": [{"source": [[0, 12]], "cue": [[13, 17]], "content": [[18, 51]]}]}],
    "actions": [{"sentence": "Kenya attacked Uganda on Monday.", "source": "Kenya", "target": "Uganda", "action": "ASSAULT", "quad": 4}],
    "roles": [{"tokens": ["Rebels", "attacked", "the", "army", "."], "tags": ["B-S", "O", "B-T", "I-T", "O"]}],
    "places": [{"text": "The talks were held in Nairobi on Monday.", "toponyms": [{"start": 23, "end": 30, "lat": -1.283, "lon": 36.817}]}],
    "factuality": [{"text": "Rebels attacked the army .", "targets": [{"span1": [1, 2], "label": 3.0, "span_text": "attacked"}]}],
}


@pytest.fixture(scope="module")
def tools() -> Tools:
    return Tools()


def gold_file(tmp_path: Path, task: str, **changes: Any) -> Path:
    path = tmp_path / f"{task}.jsonl"
    path.write_text("".join(json.dumps(row | changes) + "\n" for row in GOLD[task]))
    return path


@pytest.mark.parametrize("task", TASKS)
def test_a_task_runs_from_gold_to_rows(tmp_path: Path, tools: Tools, task: Task) -> None:
    path, out, state = gold_file(tmp_path, task), tmp_path / "out.jsonl", tmp_path / "state"
    first = evaluate(task, [path], tools, measured_at=AT, predictions_out=out, state=state, diff=True)
    assert read_rows(out) == first.predictions
    assert len(first.predictions) == len(GOLD[task])
    key = FORMATS[task].key
    if key:
        assert [row[key] for row in first.predictions] == [row[key] for row in GOLD[task]]
    best = {
        "mentions": "event", "pairs": "same_event", "stories": "b_cubed", "attribution": "sentence", "actions": "quad_accuracy",
        "roles": "relaxed", "places": "resolved", "factuality": "mean_absolute_error",
    }[task]  # fmt: skip
    assert first.result.get(best).value == (0.0 if task == "factuality" else 1.0)
    assert {row.extractor_version for row in first.rows} == {tools.version}
    assert first.changes is not None and first.changes.since is None
    again = evaluate(task, [path], tools, measured_at=AT, state=state, diff=True)
    assert again.predictions == first.predictions
    assert again.rows == first.rows
    assert again.changes is not None and again.changes.since == tools.version
    assert (again.changes.moved, again.changes.gained, again.changes.lost) == ((), (), ())


def test_predictions_do_not_read_the_answers(tmp_path: Path, tools: Tools) -> None:
    other: dict[Task, dict[str, Any]] = {
        "mentions": {"mentions": []}, "pairs": {"label": "different"}, "stories": {"event": "z"}, "attribution": {"attributions": []},
        "actions": {"action": "AID", "quad": 2}, "roles": {"tags": ["O"] * 5}, "places": {"toponyms": []},
        "factuality": {"targets": [{"span1": [1, 2], "label": -3.0, "span_text": "x"}]},
    }  # fmt: skip
    for task, changes in other.items():
        runs = [evaluate(task, [gold_file(tmp_path, task, **change)], tools, measured_at=AT) for change in ({}, changes)]
        assert runs[0].predictions == runs[1].predictions, task
