"""What a run gained and lost against the one before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.evaluation.changes import compare, difference, remember
from pipelines.evaluation.gold import Gold
from pipelines.evaluation.scoring import score


def mention(trigger: str, **changes: Any) -> dict[str, Any]:
    return {
        "unit": "title",
        "trigger": trigger,
        "action": "AID",
        "actor": "x",
        "target": "y",
        "voice": "outlet",
        "polarity": "positive",
        "reality": "happened",
    } | changes


GOLD = Gold("mentions", "all", ({"item": "1", "title": "T", "mentions": [mention("sent"), mention("gave")]},), "g.jsonl@0123")


def predicted(*mentions: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"item": "1", "mentions": list(mentions)}]


def test_gained_and_lost_mentions_and_false_alarms_are_named() -> None:
    before = predicted(mention("sent"), mention("lent"))
    after = predicted(mention("gave", actor="z"), mention("bent"))
    gained, lost = compare(GOLD, before, after)
    assert [(c.key.split(" ", 2)[2], c.before, c.after) for c in gained] == [("'lent' 1 false alarm", 0.0, 1.0), ("1 'gave'", 0.0, 0.5)]
    assert [(c.key.split(" ", 2)[2], c.before, c.after) for c in lost] == [("'bent' 1 false alarm", 1.0, 0.0), ("0 'sent'", 1.0, 0.0)]
    assert "AID" in gained[0].text


def test_equal_runs_differ_in_nothing() -> None:
    assert compare(GOLD, predicted(mention("sent")), predicted(mention("sent"))) == ([], [])


def test_every_task_can_be_compared() -> None:
    cases: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("pairs", {"pair": "p", "a": {"title": "a"}, "b": {"title": "b"}, "label": "different"}, {"pair": "p", "label": "different"}),
        (
            "attribution",
            {"doc": "d", "text": "He said so.", "attributions": [{"cue": [[3, 7]]}]},
            {"doc": "d", "attributions": [{"cue": [[3, 7]]}]},
        ),
        ("actions", {"sentence": "s", "source": "s", "target": "s", "action": "AID", "quad": 2}, {"action": "AID"}),
        ("roles", {"tokens": ["a"], "tags": ["B-S"]}, {"tags": ["B-S"]}),
        (
            "places",
            {"text": "Lima", "toponyms": [{"start": 0, "end": 4, "lat": 1, "lon": 1}]},
            {"toponyms": [{"start": 0, "end": 4, "lat": 1, "lon": 1}]},
        ),
        ("factuality", {"text": "no go", "targets": [{"span1": [1, 2], "label": -3}]}, {"targets": [{"span1": [1, 2], "label": -3}]}),
    ]
    for task, row, right in cases:
        gained, lost = compare(Gold(task, "all", (row,), "x@y"), [], [right])  # type: ignore[arg-type]
        assert (len(gained), lost) == (1, []), task
        assert gained[0].after > gained[0].before
    stories = Gold("stories", "all", ({"id": "1", "title": "a", "event": "e"}, {"id": "2", "title": "b", "event": "e"}), "x@y")
    gained, lost = compare(stories, [], [{"id": "1", "story": "s"}, {"id": "2", "story": "s"}])
    assert ([c.key for c in gained], lost) == (["1", "2"], [])


def test_the_last_run_is_remembered_by_task_half_and_gold(tmp_path: Path) -> None:
    old, new = predicted(mention("sent")), predicted(mention("sent"), mention("gave"))
    assert difference(tmp_path, GOLD, old, score(GOLD, old)).since is None
    remember(tmp_path, GOLD, old, score(GOLD, old), "v1")
    changes = difference(tmp_path, GOLD, new, score(GOLD, new))
    assert changes.since == "v1"
    assert [c.key for c in changes.gained] == ["1 title 1 'gave'"]
    moved = {m.slot: (m.before, m.after) for m in changes.moved if m.stratum == "all"}
    assert moved["full_recall"] == (0.5, 1.0)
    assert "full_precision" not in moved
    other = Gold("mentions", "odd", GOLD.rows, GOLD.data)
    assert difference(tmp_path, other, new, score(other, new)).since is None
