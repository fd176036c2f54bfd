"""From gold and predictions to a result: joins the two and calls the task's scorer."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.core.errors import UsageError
from pipelines.evaluation.gold import Gold, Row, join
from pipelines.evaluation.mention_scores import measure_mentions
from pipelines.evaluation.results import TaskResult
from pipelines.evaluation.task_scores import SCORERS


def score(gold: Gold, predictions: Sequence[Row]) -> TaskResult:
    """Score predictions against gold. Pure and deterministic, intervals included.

    Raises:
        UsageError: there is no gold line, or a prediction cannot be joined or read.
    """
    if not gold.rows:
        raise UsageError(f"{gold.data}: there is no line to score in half {gold.half!r}")
    rows = join(gold, predictions)
    try:
        measures = measure_mentions(rows) if gold.task == "mentions" else SCORERS[gold.task](rows)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise UsageError(
            f"{gold.data}: gold or predictions of {gold.task} are not of the format that is documented ({type(error).__name__}: {error})"
        ) from error
    return TaskResult(gold.task, gold.half, gold.data, len(rows), tuple(measures))
