"""Pairs and stories, from the stories room: the same functions that a live run calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.evaluation.gold import Row
from pipelines.evaluation.predictors.items import UNDATED, moment
from pipelines.stories.cluster import Document, place
from pipelines.stories.pairs import PairItem, PairJudge
from pipelines.stories.similarity import terms


def predict_pairs(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Judge pairs; term weights come from the items of the pairs at hand."""
    sides = [(_item(row["a"]), _item(row["b"])) for row in rows]
    judge = PairJudge(list({item.id: item for side in sides for item in side}.values()))
    verdicts = [judge.judge(a, b) for a, b in sides]
    return [{"pair": row["pair"], "label": verdict.label, "score": verdict.score} for row, verdict in zip(rows, verdicts, strict=True)]


def _item(side: Row) -> PairItem:
    return PairItem(side["item"], moment(side.get("published")), side["title"], side["summary"])


def predict_stories(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Cluster articles; a story is named after its founding article."""
    documents = [Document(row["id"], moment(row.get("date")) or UNDATED, terms(row["title"], "", row["text"])) for row in rows]
    placements = place(documents).placements
    return [{"id": row["id"], "story": placements[row["id"]].founder} for row in rows]
