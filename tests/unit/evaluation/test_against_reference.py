"""Our figures are those of the reference scorers, number for number, on real gold and predictions that are wrong in many ways."""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import io
import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipelines.evaluation.gold import Gold, read_gold
from pipelines.evaluation.results import Task, TaskResult
from pipelines.evaluation.scoring import score

pytestmark = pytest.mark.gold
Row = dict[str, Any]


def reference(shared: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"reference_{name}", shared / "score" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shifted(span: list[int], draw: random.Random) -> list[int]:
    return [max(0, span[0] + draw.choice((0, 0, 0, 3, -4))), span[1] + draw.choice((0, 0, 0, 5, 20))]


def wrong_mentions(row: Row, draw: random.Random) -> Row:
    kept = []
    for mention in row["mentions"]:
        if draw.random() < 0.2:
            continue
        if draw.random() < 0.25:
            mention["action"] = draw.choice(["ASSAULT", "REQUEST", "OFFICE"])
        for slot, values in (
            ("actor", [None, "the new police", "Somebody's aide"]),
            ("target", [None, "people of the city"]),
            ("voice", ["outlet", "named_org"]),
            ("polarity", ["negated", "positive"]),
            ("reality", ["planned", "happened"]),
            ("place", [None, "Paris"]),
            ("date", [None, "2021-09-20"]),
            ("figures", [{}, {"killed": [3, None]}]),
        ):
            if draw.random() < 0.3:
                mention[slot] = draw.choice(values)
        if "span" in mention and draw.random() < 0.4:
            mention["span"] = draw.choice(
                [None, [mention["span"][0] + 35, mention["span"][1] + 35], [mention["span"][0] + 9, mention["span"][1] + 9]]
            )
        if draw.random() < 0.9:
            mention["confidence"] = draw.choice([draw.random(), 1, 1.0, 0.5])
        kept.append(mention)
        if draw.random() < 0.2:
            kept.append(dict(mention, trigger=mention["trigger"] + " again", action="CONSULT"))
    draw.shuffle(kept)
    return {"item": row["item"], "mentions": kept}


def wrong_pairs(row: Row, draw: random.Random) -> Row:
    label = row["label"] if draw.random() < 0.7 else draw.choice(["same_event", "same_story", "different"])
    base = {"same_event": 0.7, "same_story": 0.5, "different": 0.3}[row["label"]]
    return {"pair": row["pair"], "label": label, "score": round(base + draw.uniform(-0.3, 0.3), 1 + draw.randrange(3))}


def wrong_stories(row: Row, draw: random.Random) -> Row:
    return {"id": row["id"], "story": f"{row['event']}{draw.choice(['', '', 'b'])}" if draw.random() < 0.85 else "heap"}


def wrong_attribution(row: Row, draw: random.Random) -> Row:
    made = []
    for attribution in row["attributions"]:
        if draw.random() < 0.8:
            made.append({k: [shifted(s, draw) for s in v] for k, v in attribution.items() if isinstance(v, list) and draw.random() < 0.9})
        if draw.random() < 0.2:
            made.append({"cue": [[draw.randrange(len(row["text"])), len(row["text"])]], "source": []})
    return {"doc": row["doc"], "attributions": made}


def wrong_actions(row: Row, draw: random.Random) -> Row:
    other = draw.choice(["ACCUSE", "CONCEDE", "RETREAT", "AID", "INCIDENT"])
    return {
        "action": row["action"] if draw.random() < 0.6 else other,
        "quad": row["quad"] if draw.random() < 0.7 else draw.choice([1, 2, 3, 4, None]),
    }


def wrong_roles(row: Row, draw: random.Random) -> Row:
    return {"tags": [t if draw.random() < 0.9 else draw.choice(["O", "B-S", "I-T", "I-R", "I-S", "B-R"]) for t in row["tags"]]}


def wrong_places(row: Row, draw: random.Random) -> Row:
    made = []
    for toponym in row["toponyms"]:
        if draw.random() < 0.8:
            start, end = shifted([toponym["start"], toponym["end"]], draw)
            lat = draw.choice([toponym["lat"], toponym["lat"], None, 40.0])
            moved = None if lat is None else lat + draw.choice([0, 0, 1, 1.4, 2])
            made.append({"start": start, "end": end, "lat": moved, "lon": toponym["lon"] if toponym["lon"] is not None else 10.0})
    return {"toponyms": [*made, {"start": 0, "end": 4, "lat": 0.0, "lon": 0.0}]}


def wrong_factuality(row: Row, draw: random.Random) -> Row:
    kept = [t for t in row["targets"] if draw.random() < 0.9]
    return {"targets": [{"span1": t["span1"], "label": round(t["label"] * draw.random() + draw.choice([0, 1, -2]), 2)} for t in kept]}


WRONG: dict[str, Callable[[Row, random.Random], Row]] = {
    "pairs": wrong_pairs, "stories": wrong_stories, "attribution": wrong_attribution, "actions": wrong_actions, "roles": wrong_roles,
    "places": wrong_places, "factuality": wrong_factuality,
}  # fmt: skip
FILES = {"places": "places.lgl.jsonl"}


def predictions_of(gold: Gold, wrong: Callable[[Row, random.Random], Row], seed: int, tmp_path: Path) -> tuple[list[Row], Path]:
    draw = random.Random(seed)
    keyed = gold.task not in ("actions", "roles", "places", "factuality")
    rows = [wrong(copy.deepcopy(dict(row)), draw) for row in gold.rows if not keyed or draw.random() < 0.95]
    path = tmp_path / "predictions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return rows, path


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("mentions.dev", 1),
        ("mentions.dev2", 2),
        ("mentions.bodies.dev", 3),
        ("mentions.dev+mentions.bodies.dev", 4),
        ("mentions.train.second", 5),
    ],
)
def test_mentions(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, seed: int
) -> None:
    paths = [shared / "gold" / f"{part}.jsonl" for part in name.split("+")]
    gold = read_gold("mentions", paths)
    rows, path = predictions_of(gold, wrong_mentions, seed, tmp_path)
    monkeypatch.setattr(sys, "argv", ["x", ",".join(map(str, paths)), str(path), "--json"])
    reference(shared, "score_mentions").main()
    theirs = json.loads(capsys.readouterr().out)
    ours = score(gold, rows)
    for name in ("trigger", "event", "whowhom", "full", "actor", "target", "place", "date", "figures", "negation", "modality"):
        slot = {"whowhom": "who_whom"}.get(name, name)
        found = [ours.get(f"{slot}_precision").value, ours.get(f"{slot}_recall").value, ours.get(slot).value]
        assert found == theirs[name], name
        if f"{name}_ci" in theirs:
            assert [ours.get(slot).low, ours.get(slot).high] == theirs[f"{name}_ci"], name
    for name in ("action", "voice", "polarity", "reality"):
        assert ours.get(name).value == theirs[name], name
    assert ours.get("calibration_error").value == theirs["ece"]
    assert (ours.get("trigger").n, ours.get("predicted").value) == (theirs["gold"], theirs["pred"])
    assert 0.1 < theirs["full"][2] < theirs["trigger"][2] < 1


class InOrder(set[Any]):
    """A set that is walked in order. The reference walks sets with words in them, whose order changes from process to process."""

    def __iter__(self) -> Any:
        return iter(sorted(super().__iter__()))


def said(task: Task, module: ModuleType, gold: Gold, rows: list[Row]) -> list[str]:
    key = {"pairs": "pair", "stories": "id", "attribution": "doc"}.get(task)
    by: dict[Any, Row] = {p[key]: p for p in rows} if key else dict(enumerate(rows))
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        getattr(module, task)([(g, by.get(g[key] if key else i, {})) for i, g in enumerate(gold.rows)])
    return re.findall(r"-?\d+\.\d{2,}", re.sub(r"precision \.\d\d", "precision", out.getvalue()))


def in_their_order(task: Task, ours: TaskResult) -> list[str]:
    def three(slot: str, digits: int = 3) -> list[str]:
        return [f"{ours.get(s).value:.{digits}f}" for s in (f"{slot}_precision", f"{slot}_recall", slot)]

    def one(slot: str) -> str:
        return f"{ours.get(slot).value:.3f}"

    if task == "pairs":
        return [*three("same_event"), one("recall_at_precision_90"), one("f1_at_precision_88"), one("three_way")]
    if task == "stories":
        return three("b_cubed", 4)
    if task == "attribution":
        parts = [x for part in ("source", "cue", "content") for kind in ("exact", "relaxed") for x in three(f"{part}_{kind}")]
        return [*three("sentence"), *parts]
    if task == "actions":
        return [one(s) for s in ("quad_macro_f1", "quad_accuracy", "root_macro_f1", "root_accuracy")]
    if task == "factuality":
        return [one("r"), one("mean_absolute_error")]
    return [x for kind in (("exact", "relaxed") if task == "roles" else ("found", "resolved")) for x in three(kind)]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("task", sorted(WRONG))
def test_tasks(shared: Path, tmp_path: Path, task: Task, seed: int) -> None:
    gold = read_gold(task, [shared / "gold" / FILES.get(task, f"{task}.dev.jsonl")], half="even" if seed == 2 else "all")
    rows, _ = predictions_of(gold, WRONG[task], seed, tmp_path)
    module = reference(shared, "score_tasks")
    if task == "roles":
        spans = module.role_spans
        module.role_spans = lambda tags: InOrder(spans(tags))  # type: ignore[attr-defined]
    theirs, ours = said(task, module, gold, rows), score(gold, rows)
    assert in_their_order(task, ours) == theirs
    for measure in ours.measures:
        assert measure.value is not None and measure.low is not None and measure.high is not None
        assert measure.low <= measure.high
        assert measure.low - 0.05 <= measure.value <= measure.high + 0.05


def test_the_gold_itself_scores_full_marks(shared: Path) -> None:
    for task in sorted(WRONG):
        gold = read_gold(task, [shared / "gold" / FILES.get(task, f"{task}.dev.jsonl")])  # type: ignore[arg-type]
        rows = [dict(row, story=row.get("event"), score={"same_event": 1.0}.get(row.get("label", ""), 0.0)) for row in gold.rows]
        result = score(gold, rows)
        for measure in result.measures:
            assert measure.value == pytest.approx(0.0 if measure.slot == "mean_absolute_error" else 1.0), (task, measure)
