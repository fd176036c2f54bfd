from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.core.errors import UsageError
from pipelines.evaluation.topic_scores import Label, read_labels, score_topics, wilson
from pipelines.stories.topic_list import default

GOLD = Path(__file__).resolve().parents[2] / "data" / "topics.gold.jsonl"
F = frozenset


def test_an_acceptable_topic_is_neither_right_nor_wrong() -> None:
    labels = [Label("a", F({"war"}), F({"courts"})), Label("b", F({"sport"}), F()), Label("c", F(), F())]
    predicted = {"a": F({"war", "courts"}), "b": F({"war"}), "c": F()}
    result = score_topics(labels, predicted, "all", "g")
    by = {(m.stratum, m.slot): (m.value, m.n) for m in result.measures}
    assert by["all", "precision"] == (0.5, 2)
    assert by["all", "recall"] == (0.5, 2)
    assert by["war", "precision"] == (0.5, 2)
    assert by["sport", "precision"] == (None, 0)
    assert by["sport", "recall"] == (0.0, 1)


def test_a_perfect_small_sample_has_a_wide_interval() -> None:
    low, high = wilson(2, 2)
    assert low == pytest.approx(0.342, abs=0.001)
    assert high == 1.0
    assert wilson(0, 0) == (None, None)


def test_labels_of_another_record_are_refused_and_missing_ones_counted() -> None:
    labels = [Label("a", F({"war"}), F()), Label("gone", F({"war"}), F())]
    assert score_topics(labels, {"a": F({"war"})}, "all", "g").missing == 1
    with pytest.raises(UsageError, match="another record"):
        score_topics(labels, {"z": F()}, "all", "g")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON lines"),
        ("[]", "article, topics and also"),
        (json.dumps({"article": "a", "topics": ["wra"]}), "'wra' is no topic"),
        (json.dumps({"article": "a", "topics": "war"}), "must be a list"),
        ("", "no label"),
    ],
)
def test_a_file_that_is_no_labels_is_told(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "g.jsonl"
    path.write_text(line)
    with pytest.raises(UsageError, match=said):
        read_labels(path, ["war"])


def test_the_kept_labels_are_of_the_shipped_topics_and_carry_no_words() -> None:
    labels, _ = read_labels(GOLD, [t.id for t in default().topics])
    assert len(labels) == 150
    assert len({label.article_id for label in labels}) == 150
    assert {key for line in GOLD.read_text().splitlines() for key in json.loads(line)} == {"article", "topics", "also"}
    assert len(read_labels(GOLD, [t.id for t in default().topics], "odd")[0]) == 75


def test_measures_become_rows_of_accuracy() -> None:
    result = score_topics([Label("a", F({"war"}), F())], {"a": F({"war"})}, "all", "g@1")
    rows = result.to_rows("topics-1", datetime(2025, 1, 1, tzinfo=UTC))
    assert {(r.task, r.data, r.extractor_version) for r in rows} == {("topics", "g@1", "topics-1")}
