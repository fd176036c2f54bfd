"""How often the topics of stories are right: labels by article, against the topics that the article's story has.

Labels carry no words, only ids, so they can be kept where texts may not. ``topics`` are those that a reader gives; ``also``
are those that a reader would let pass: a prediction of one is neither right nor wrong, and nobody has to find it.

A topic is right or wrong once per story, so a topic's own intervals are Wilson's; those over all topics are a bootstrap over stories.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.core.errors import UsageError
from pipelines.evaluation.counting import Scores, Table, Weights, intervals, ones
from pipelines.evaluation.records import AccuracyRow
from pipelines.evaluation.results import ALL, Half, Measure

TASK = "topics"
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader says of the story that an article stands in."""

    article_id: str
    topics: frozenset[str]
    also: frozenset[str]


@dataclass(frozen=True, slots=True)
class TopicResult:
    """Measures over the labels whose article is in the record; ``missing`` says how many are not."""

    half: Half
    data: str
    missing: int
    measures: tuple[Measure, ...]

    def to_rows(self, extractor_version: str, measured_at: datetime) -> list[AccuracyRow]:
        """Return the measures as rows of the lake table ``accuracy``."""
        return [
            AccuracyRow(
                task=TASK, slot=m.slot, stratum=m.stratum, half=self.half, n=m.n, value=m.value, low=m.low, high=m.high,
                extractor_version=extractor_version, data=self.data, measured_at=measured_at,
            )
            for m in self.measures
        ]  # fmt: skip


def read_labels(path: Path, known: Sequence[str], half: Half = "all") -> tuple[list[Label], str]:
    """Read labels (JSON lines: article, topics, also) and name the data by file and hash.

    Raises:
        UsageError: the file cannot be read, a line is no label, or it names a topic that is not in ``known``.
    """
    try:
        data = path.read_bytes()
        lines = [(n, json.loads(line)) for n, line in enumerate(data.decode().splitlines(), 1) if line.strip()]
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name a file of JSON lines.") from None
    except ValueError as error:
        raise UsageError(f"{path}: no JSON lines ({error}).") from error
    labels = [_label(f"{path}:{n}", row, known) for n, row in lines if half == "all" or (n % 2 == 0) == (half == "even")]
    if not labels:
        raise UsageError(f"{path} holds no label.")
    return labels, f"{path.name}@{hashlib.sha256(data).hexdigest()[:12]}"


def _label(where: str, row: Any, known: Sequence[str]) -> Label:
    if not isinstance(row, dict) or not isinstance(row.get("article"), str):
        raise UsageError(f"{where}: a label is an object with article, topics and also.")
    found = []
    for name in ("topics", "also"):
        given = row.get(name, [])
        if not isinstance(given, list):
            raise UsageError(f"{where}: {name} must be a list of topics.")
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise UsageError(f"{where}: {unknown[0]!r} is no topic of the list in force; known are {', '.join(known)}.")
        found.append(frozenset(given))
    return Label(row["article"], *found)


def score_topics(labels: Sequence[Label], predicted: Mapping[str, frozenset[str]], half: Half, data: str) -> TopicResult:
    """Score; ``predicted`` gives each article's topics (empty where it has none). Intervals are a bootstrap over stories.

    Raises:
        UsageError: no labelled article is in ``predicted``: the labels are of another record.
    """
    present = [label for label in labels if label.article_id in predicted]
    if not present:
        raise UsageError(f"{data}: none of its {len(labels)} articles is in this home; the labels are of another record.")
    table = Table([_counts(label, predicted[label.article_id]) for label in present])
    topics = sorted({t for label in present for t in label.topics | predicted[label.article_id]})

    def statistic(weights: Weights) -> dict[str, float]:
        return dict(_figures(table.totals(weights), topics))

    values, spans, totals = statistic(ones(len(table))), intervals(statistic, len(table)), table.totals(ones(len(table)))
    measures = []
    for key, value in values.items():
        stratum, slot = key.split(":")
        n = totals(f"{'judged' if slot == 'precision' else 'gold'}:{stratum}")
        low, high = spans.get(key, (None, None))
        if stratum != ALL:
            low, high = wilson(totals(f"hit:{stratum}"), n) if slot != "f1" else (None, None)
        measures.append(Measure(slot, value if n else None, n, low if n else None, high if n else None, stratum))
    return TopicResult(half, data, len(labels) - len(present), tuple(measures))


def wilson(hits: int, n: int) -> tuple[float, float] | tuple[None, None]:
    """Return the Wilson 95 % interval of a share; none of nothing."""
    if not n:
        return None, None
    share, spread = hits / n, _Z * _Z / n
    centre = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def _counts(label: Label, predicted: frozenset[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for topic in label.topics | (predicted - label.also):
        for stratum in (ALL, topic):
            for name, holds in (
                ("hit", topic in label.topics and topic in predicted),
                ("judged", topic in predicted),
                ("gold", topic in label.topics),
            ):
                counts[f"{name}:{stratum}"] = counts.get(f"{name}:{stratum}", 0) + holds
    return counts


def _figures(totals: Callable[[str], int], topics: Sequence[str]) -> Iterator[tuple[str, float]]:
    for stratum in (ALL, *topics):
        scores = Scores.of(totals(f"hit:{stratum}"), totals(f"judged:{stratum}"), totals(f"gold:{stratum}"))
        yield f"{stratum}:precision", scores.precision
        yield f"{stratum}:recall", scores.recall
        yield f"{stratum}:f1", scores.f1
