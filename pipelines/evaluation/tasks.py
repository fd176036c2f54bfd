"""Running a task: read gold, predict, score, compare with the last run, keep what was found.

``predict`` is the only place where a task meets the domain; how is in ``predictors``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.evaluation.changes import Changes, difference, remember
from pipelines.evaluation.gold import Gold, Row, questions, read_gold, write_predictions
from pipelines.evaluation.predictors import actions, attribution, factuality, matching, places, roles
from pipelines.evaluation.predictors.items import item_of, text_item
from pipelines.evaluation.records import AccuracyRow
from pipelines.evaluation.results import Half, Task, TaskResult
from pipelines.evaluation.scoring import score
from pipelines.extraction.analysis import ItemAnalysis
from pipelines.extraction.extractor import MODEL, Extractor, extractor_version
from pipelines.extraction.jsonl import to_gold_format
from pipelines.extraction.places import PlaceResolver
from pipelines.extraction.records import Mention


class Tools:
    """What predictions are made with. The extractor is loaded when a task first needs it: pairs and stories do without."""

    def __init__(self, model: str = MODEL) -> None:
        self.model = model

    @cached_property
    def extractor(self) -> Extractor:
        """The extractor.

        Raises:
            UsageError: the spaCy pipeline is not installed.
        """
        return Extractor.load(self.model)

    @cached_property
    def version(self) -> str:
        """The extractor's version, known without loading it."""
        return extractor_version(self.model)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run of one task."""

    result: TaskResult
    predictions: list[Row]
    rows: list[AccuracyRow]
    changes: Changes | None


def evaluate(
    task: Task,
    gold_files: Sequence[Path],
    tools: Tools,
    *,
    measured_at: datetime,
    half: Half = "all",
    predictions_out: Path | None = None,
    state: Path | None = None,
    diff: bool = False,
) -> Evaluation:
    """Predict and score one task.

    ``predictions_out`` gets one line per gold line, in the gold's own format. ``state`` is the folder where the last run of each
    task is kept; with ``diff`` this run is compared with that one before it takes its place.

    Raises:
        UsageError: a gold file cannot be used, or the half holds no line.
    """
    gold = read_gold(task, gold_files, half)
    predictions = predict(task, questions(gold), tools)
    if predictions_out is not None:
        write_predictions(predictions_out, predictions)
    result = score(gold, predictions)
    changes = difference(state, gold, predictions, result) if state is not None and diff else None
    if state is not None:
        remember(state, gold, predictions, result, tools.version)
    return Evaluation(result, predictions, result.to_rows(tools.version, measured_at), changes)


def predict(task: Task, rows: Sequence[Row], tools: Tools) -> list[Row]:
    """Return one prediction per row, in order, in the gold's own format. Rows are questions: answer fields, if any, are not read."""
    return list(_PREDICTORS[task](rows, tools))


def _mentions(rows: Sequence[Row], tools: Tools) -> Iterator[Row]:
    for row, coded in zip(rows, tools.extractor.code(map(item_of, rows)), strict=True):
        written = to_gold_format(coded)["mentions"]
        yield {"item": row["item"], "mentions": [one | _ids(m) for one, m in zip(written, coded.mentions, strict=True)]}


def _ids(mention: Mention) -> dict[str, Any]:
    """Ids of all phrases of a mention, beside what the gold's format has; None for a phrase that stayed text."""
    return {
        "actor_ids": [party.id for party in mention.actors],
        "target_ids": [party.id for party in mention.targets],
        "place_ids": [mention.place_id] if mention.place else [],
    }


def _read(texts: Sequence[str], tools: Tools) -> Iterator[ItemAnalysis]:
    for number, text in enumerate(texts):
        yield tools.extractor.analyse(text_item(f"line {number + 1}", text))


def _attribution(rows: Sequence[Row], tools: Tools) -> Iterator[Row]:
    for row, read in zip(rows, _read([row["text"] for row in rows], tools), strict=True):
        yield attribution.predict(row, read.units)


def _actions(rows: Sequence[Row], tools: Tools) -> Iterator[Row]:
    learned = tools.extractor.rules
    for row, read in zip(rows, _read([row["sentence"] for row in rows], tools), strict=True):
        yield actions.predict(row, read, learned.learned, learned.embeddings, tools.extractor.opinion(read))


def _roles(rows: Sequence[Row], tools: Tools) -> Iterator[Row]:
    items = (text_item(f"line {n + 1}", roles.sentence_of(row["tokens"])[0]) for n, row in enumerate(rows))
    for row, coded in zip(rows, tools.extractor.code(items), strict=True):
        yield roles.predict(row, coded.mentions)


def _places(rows: Sequence[Row], tools: Tools) -> Iterator[Row]:
    resolver = PlaceResolver.load()
    for row, read in zip(rows, _read([row["text"] for row in rows], tools), strict=True):
        yield places.predict(row, read.units, resolver)


def _factuality(rows: Sequence[Row], tools: Tools) -> Iterator[Row]:
    lexicons = tools.extractor.rules.lexicons
    for row, read in zip(rows, _read([row["text"] for row in rows], tools), strict=True):
        yield factuality.predict(row, read.units[0] if read.units else None, lexicons)


def _pairs(rows: Sequence[Row], _tools: Tools) -> Iterator[dict[str, Any]]:
    yield from matching.predict_pairs(rows)


def _stories(rows: Sequence[Row], _tools: Tools) -> Iterator[dict[str, Any]]:
    yield from matching.predict_stories(rows)


_PREDICTORS: Mapping[Task, Callable[[Sequence[Row], Tools], Iterator[Row]]] = {
    "mentions": _mentions,
    "pairs": _pairs,
    "stories": _stories,
    "attribution": _attribution,
    "actions": _actions,
    "roles": _roles,
    "places": _places,
    "factuality": _factuality,
}
"""Which gold each task expects is in ``gold.FORMATS``."""

__all__ = ["Evaluation", "Gold", "Tools", "evaluate", "predict"]
