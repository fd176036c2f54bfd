"""The pair judge: what its features see, and how it does on labelled pairs."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.evaluation.predictors.matching import predict_pairs
from pipelines.evaluation.task_scores import measure_pairs
from pipelines.stories.pairs import PairItem, PairJudge

NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)


def pair_item(name: str, title: str, summary: str, hours: float = 0.0) -> PairItem:
    return PairItem(name, NOON + timedelta(hours=hours), title, summary)


ITEMS = [
    pair_item("a", "Dam bursts above Marren, 12 dead", "A dam burst above the town of Marren on Sunday and killed 12 people."),
    pair_item("b", "Twelve killed as Marren dam gives way", "At least 12 people died when the dam above Marren burst on Sunday.", 2),
    pair_item("c", "Brandt promises Marren new houses", "Minister Ilse Brandt toured the town below the dam that burst on Sunday.", 30),
    pair_item("d", "Orchestra hires young conductor", "The Velden orchestra named Tomas Rehn, 29, as its conductor.", 1),
    pair_item("e", "Rain expected", "It will rain in the north, the weather service told reporters in Marren."),
    pair_item("g", "Striker leaves United for record fee", "United sold its striker to Rovers for a record fee.", 3),
    pair_item("h", "Bank cuts rates to two per cent", "The central bank cut interest rates by a quarter point.", 4),
    pair_item("i", "Ferry runs aground off Sarn", "A ferry with 80 passengers ran aground off Sarn; nobody was hurt.", 5),
    pair_item("j", "Teachers strike over pay", "Teachers walked out in five cities and demanded higher pay.", 6),
    pair_item("f", "Dam bursts above Marren, 12 dead", "A dam burst above the town of Marren on Sunday and killed 12 people.", 90),
]


def test_one_event_one_story_and_different_matters() -> None:
    judge = PairJudge(ITEMS)
    a, b, c, d, e = ITEMS[:5]
    assert judge.judge(a, b).label == "same_event"
    assert judge.judge(a, c).label == "same_story"
    assert judge.judge(a, d).label == "different"
    scores = [judge.judge(a, other).score for other in (b, c, d, e)]
    assert scores[0] == max(scores)
    assert all(0 <= score <= 1 for score in scores)


def test_the_order_of_sides_and_items_does_not_matter() -> None:
    forth, back = PairJudge(ITEMS), PairJudge(ITEMS[::-1])
    for a in ITEMS:
        for b in ITEMS:
            assert forth.judge(a, b).label == back.judge(b, a).label
            assert forth.judge(a, b).score == pytest.approx(back.judge(b, a).score, abs=1e-5)


def test_days_between_speak_against_one_event() -> None:
    judge = PairJudge(ITEMS)
    assert judge.judge(ITEMS[0], ITEMS[-1]).score < judge.judge(ITEMS[0], ITEMS[0]).score


def test_undated_items_have_no_gap() -> None:
    items = [PairItem("x", None, "Dam bursts", "A dam burst."), PairItem("y", NOON, "Dam bursts", "A dam burst.")]
    assert PairJudge(items).features(*items)["gap"] == 0.0


def test_empty_and_single_items_are_judged() -> None:
    empty = PairItem("x", None, "", "")
    assert PairJudge([empty]).judge(empty, empty).label == "different"
    assert PairJudge([]) is not None


def test_an_unknown_item_is_an_error() -> None:
    with pytest.raises(KeyError):
        PairJudge(ITEMS).judge(ITEMS[0], pair_item("z", "", ""))


@pytest.mark.gold
def test_labelled_pairs(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "gold" / "pairs.dev.jsonl").read_text(encoding="utf-8").splitlines()]
    found = {m.slot: m.value or 0.0 for m in measure_pairs(list(zip(rows, predict_pairs(rows), strict=True)))}
    assert found["f1_at_precision_88"] >= 0.84
    assert found["recall_at_precision_90"] >= 0.70
    assert found["same_event"] >= 0.83
    assert found["three_way"] >= 0.79
