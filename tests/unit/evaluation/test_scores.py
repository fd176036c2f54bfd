"""The scorers' rules on cases small enough to count by hand, and what a result gives to the lake."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.core.records import TABLES
from pipelines.evaluation.counting import RESAMPLES, Scores, Table, intervals, ones, resamples
from pipelines.evaluation.gold import Gold
from pipelines.evaluation.matching import alike, kilometres, pair_up, tagged_spans, touches
from pipelines.evaluation.records import AccuracyRow
from pipelines.evaluation.results import TaskResult
from pipelines.evaluation.scoring import score
from pipelines.evaluation.task_scores import sentence_spans


def gold_of(task: str, *rows: dict[str, Any]) -> Gold:
    return Gold(task, "all", rows, "x.jsonl@abc")  # type: ignore[arg-type]


def said(**changes: Any) -> dict[str, Any]:
    plain = {
        "unit": "title", "trigger": "attacked", "action": "ASSAULT", "actor": "rebels", "target": "a convoy", "place": None, "date": None,
        "voice": "outlet", "polarity": "positive", "reality": "happened", "figures": {},
    }  # fmt: skip
    return plain | changes


def result_of(gold: list[dict[str, Any]], predicted: list[dict[str, Any]], **item: Any) -> TaskResult:
    return score(gold_of("mentions", {"item": "1", "mentions": gold} | item), [{"item": "1", "mentions": predicted}])


def test_scores_without_a_denominator_are_zero() -> None:
    assert dataclasses.astuple(Scores.of(0, 0, 0)) == (0.0, 0.0, 0.0)
    assert dataclasses.astuple(Scores.of(1, 2, 4)) == (0.5, 0.25, 1 / 3)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (None, "", True), (None, "x", False), ("the new President's aide", "president", True), ("the", "the", True), ("the", "an", False),
        (["Russia", "China"], "China", True), ("Taliban fighters", "Afghan police", False), ("the police", "the army", False),
    ],
)  # fmt: skip
def test_phrases_are_alike_when_they_share_a_word_of_content(one: Any, other: Any, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same


@pytest.mark.parametrize(
    ("gold", "predicted", "near"),
    [(None, None, True), ([10, 15], None, False), ([10, 15], [35, 40], True), ([10, 15], [36, 40], False), ([40, 45], [10, 20], True)],
)
def test_triggers_may_lie_twenty_characters_apart(gold: Any, predicted: Any, near: bool) -> None:
    assert touches(gold, predicted) is near


def test_pairs_are_one_to_one_and_the_best_agreement_wins() -> None:
    gold = [said(action="ACCUSE"), said()]
    assert sorted(pair_up(gold, [said(), said(action="ACCUSE"), said()])) == [(0, 1), (1, 2)]
    assert pair_up([said()], [said(unit="summary")]) == []
    assert pair_up([said()], [said(trigger="killed")]) == []


def test_levels_are_nested_and_slots_count_over_pairs() -> None:
    gold = [said(), said(trigger="fled", action="RETREAT", target=None, place="Lima", date="2021-09-20", figures={"killed": [3, None]})]
    predicted = [
        said(voice="named_org"),
        said(trigger="fled", action="RETREAT", target=None, place="Lima city", figures={"killed": [3, 3]}),
        said(trigger="x"),
    ]
    result = result_of(gold, predicted)
    assert [result.get(slot).value for slot in ("trigger", "event", "who_whom", "full")] == pytest.approx([0.8, 0.8, 0.8, 0.4])
    assert result.get("place").value == 1.0
    assert result.get("figures").value == 0.0
    assert (result.get("date_recall").value, result.get("date").n) == (0.0, 1)
    assert result.get("voice").value == 0.5
    assert (result.get("trigger").n, result.get("predicted").value) == (2, 3.0)


def test_rare_values_count_unpaired_mentions_as_wrong() -> None:
    result = result_of([said(reality="planned"), said(trigger="fled")], [said(reality="planned"), said(trigger="x", reality="possible")])
    assert (result.get("modality_precision").value, result.get("modality_recall").value) == (0.5, 1.0)
    assert result.get("negation").n == 0


def test_calibration_is_the_gap_between_said_and_true() -> None:
    result = result_of([said()], [said(confidence=0.9), said(trigger="x", confidence=0.95)])
    assert result.get("calibration_error").value == pytest.approx(abs(0.925 - 0.5))
    assert result_of([said()], [said()]).get("calibration_error").value is None


def test_items_with_and_without_a_body_are_measured_apart() -> None:
    gold = gold_of("mentions", {"item": "1", "mentions": [said()]}, {"item": "2", "body": "x", "mentions": [said(unit="body")]})
    result = score(gold, [{"item": "1", "mentions": [said()]}])
    assert [result.get("event", s).value for s in ("all", "title_summary", "full_text")] == [pytest.approx(2 / 3), 1.0, 0.0]


def test_a_wholly_absent_prediction_scores_zero_and_raises_nothing() -> None:
    assert score(gold_of("mentions", {"item": "1", "mentions": [said()]}), []).get("full").value == 0.0
    assert score(gold_of("stories", {"id": "1", "event": "a"}, {"id": "2", "event": "a"}), []).get("b_cubed_recall").value == 0.5
    assert score(gold_of("pairs", {"pair": "1", "label": "same_event"}), []).get("three_way").value == 0.0


def test_pairs_are_cut_only_where_the_score_changes() -> None:
    rows = [{"pair": str(n), "label": label} for n, label in enumerate(["same_event", "different", "same_event", "different"])]
    tied = [{"pair": str(n), "label": "different", "score": s} for n, s in enumerate([0.9, 0.5, 0.5, 0.1])]
    result = score(gold_of("pairs", *rows), tied)
    assert result.get("recall_at_precision_90").value == 0.5
    assert result.get("same_event_recall").value == 0.0
    assert result.get("three_way").value == 0.5


def test_stray_tags_begin_spans_and_reciprocal_ones_are_both() -> None:
    assert tagged_spans(["I-S", "I-S", "B-S", "O", "B-R", "I-R", "I-T"]) == {
        (0, 2, "S"),
        (2, 3, "S"),
        (4, 6, "S"),
        (4, 6, "T"),
        (6, 7, "T"),
    }


def test_sentences_are_cut_at_full_stops_before_capitals_and_at_empty_lines() -> None:
    text = 'He left. "Good," said U.S. aides in no. 5 st. louis.\n\nnext one.) Then 3 more.'
    assert [text[a:b].strip() for a, b in sentence_spans(text)] == [
        "He left.", '"Good," said U.S. aides in no.', "5 st. louis.", "next one.)", "Then 3 more.",
    ]  # fmt: skip


def test_distance_is_along_the_great_circle() -> None:
    assert kilometres({"lat": 0, "lon": 0}, {"lat": 0, "lon": 180}) == pytest.approx(20015, abs=1)
    assert kilometres({"lat": 48.8566, "lon": 2.3522}, {"lat": 51.5074, "lon": -0.1278}) == pytest.approx(343.5, abs=1)


def test_places_without_coordinates_are_left_out_on_both_sides() -> None:
    gold = {"text": "x", "toponyms": [{"start": 0, "end": 4, "lat": None, "lon": None}, {"start": 9, "end": 12, "lat": 1.0, "lon": 1.0}]}
    predicted = {"toponyms": [{"start": 0, "end": 4, "lat": 5.0, "lon": 5.0}, {"start": 9, "end": 12, "lat": 1.5, "lon": 1.0}]}
    result = score(gold_of("places", gold), [predicted])
    assert (result.get("found").value, result.get("resolved").value) == (1.0, 1.0)


def test_a_missing_factuality_target_counts_as_fact() -> None:
    gold = {"text": "a b", "targets": [{"span1": [0, 1], "label": 3.0}, {"span1": [1, 2], "label": -3.0}]}
    result = score(gold_of("factuality", gold), [{"targets": [{"span1": [1, 2], "label": -1.0}]}])
    assert (result.get("r").value, result.get("mean_absolute_error").value) == (pytest.approx(1.0), 1.0)


def test_resampling_is_the_same_in_every_run_and_keeps_the_size() -> None:
    drawn = [w.tolist() for w in resamples(7)]
    assert drawn == [w.tolist() for w in resamples(7)]
    assert len(drawn) == RESAMPLES
    assert {sum(w) for w in drawn} == {7}


def test_an_interval_holds_the_middle_of_the_resamples() -> None:
    table = Table([{"hit": n % 2, "all": 1} for n in range(200)])

    def share(weights: Any) -> dict[str, float]:
        total = table.totals(weights)
        return {"share": total("hit") / total("all")}

    low, high = intervals(share, 200)["share"]
    assert share(ones(200))["share"] == 0.5
    assert 0.42 < low < 0.46
    assert 0.54 < high < 0.58
    assert intervals(share, 0) == {}


def test_results_become_rows_of_the_accuracy_table() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    rows = result_of([said()], [said()]).to_rows("v1", at)
    event = next(row for row in rows if (row.slot, row.stratum) == ("event", "all"))
    assert event == AccuracyRow(
        task="mentions", slot="event", stratum="all", half="all", n=1, value=1.0, low=1.0, high=1.0, extractor_version="v1",
        data="x.jsonl@abc", measured_at=at,
    )  # fmt: skip
    table = TABLES["accuracy"]
    keys = [tuple(getattr(row, name) for name in table.key) for row in rows]
    assert len(keys) == len(set(keys))
    assert (table.derived, table.day) == (False, "measured_at")


def test_the_reliability_curve_has_each_bin_with_its_mean_confidence_and_share_right() -> None:
    predicted = [said(confidence=0.9), said(trigger="x", confidence=1.0), said(trigger="y", confidence=0.35)]
    result = result_of([said()], predicted)
    top = result.get("reliability_0.9")
    assert (top.n, top.value, result.get("confidence_0.9").value) == (2, 0.5, pytest.approx(0.95))
    assert (result.get("reliability_0.3").value, result.get("confidence_0.3").n) == (0.0, 1)
    assert not [m for m in result.measures if m.slot in ("reliability_0.5", "confidence_0.5")]


def test_phrases_with_an_id_are_counted_over_all_predictions_and_countries_over_right_phrases() -> None:
    gold = [said(actor="rebels", actor_country="NRL"), said(trigger="fled", actor="police", actor_country="SDR")]
    predicted = [
        said(actor="rebels", actor_country="NRL", actor_ids=["NRL.REB"], target_ids=[None], place_ids=[]),
        said(trigger="fled", actor="police", actor_country=None, actor_ids=["SDR.COP", None], target_ids=[], place_ids=["geo:1"]),
    ]
    result = result_of(gold, predicted)
    actors, places = result.get("actor_resolved"), result.get("place_resolved")
    assert (actors.value, actors.n, places.value, places.n) == (pytest.approx(2 / 3), 3, 1.0, 1)
    assert (result.get("target_resolved").value, result.get("target_resolved").n) == (0.0, 1)
    assert (result.get("actor_country").value, result.get("actor_country").n) == (0.5, 2)
    assert not [m for m in result.measures if m.slot == "place_country"]
