"""Make the shipped numbers of matching anew: ``python -m pipelines.stories.training SHARED``.

Writes ``data/background.npz`` (counts of words and the frame of word vectors, from unlabelled texts) and ``data/pairs.toml`` (the
weights of both judgements, from labelled pairs), and prints how well the judgements do: cross-validated, with no text of a test
fold in training, and on the pairs that they were fitted to. Deterministic. Using what it writes needs none of the material.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.articles import boilerplate
from pipelines.articles.clean import clean
from pipelines.core.errors import UsageError
from pipelines.extraction.weights import hash_text, load_embeddings
from pipelines.feeds.parse import ParseContext, parse_body
from pipelines.stories import background
from pipelines.stories.background import Background
from pipelines.stories.comparison import Reader
from pipelines.stories.judgement import PARTS, Weights, probability, write_weights
from pipelines.stories.names import Casing
from pipelines.stories.pairs import PairItem, PairJudge
from pipelines.stories.similarity import Idf, terms

PENALTY = 2.0
"""Ridge penalty on standardised weights. 1 to 10 do about as well in cross-validation."""
FOLDS, REPEATS = 5, 20
PIECE_CHARS = 400
KEPT = 2
"""A stem that stands in fewer texts is left out: it would name a single matter."""
_OTHER_YEARS = ("attribution.train.jsonl", "places.lgl.jsonl")
_NOISE = 1e-3
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Text:
    """A text to count words in; a piece of a longer text has no title."""

    title: str
    summary: str


def feed_texts(folder: Path) -> list[Text]:
    """Read the distinct items of archived feed documents (``**/*.xml.gz``)."""
    found: dict[tuple[str, str, str], None] = {}
    for path in sorted(folder.rglob("*.xml.gz")):
        outlet = path.parent.name
        context = ParseContext(feed_id=outlet, outlet_id=outlet, fetch_id="", fetched_at=_LONG_AGO, feed_url="https://feed.invalid/")
        try:
            body = gzip.decompress(path.read_bytes())
        except gzip.BadGzipFile as error:
            raise UsageError(f"{path} is no gzip file ({error}).") from error
        for entry in parse_body(body, context)[1]:
            title = clean(entry.title, max_chars=500, single_line=True).text
            summary = clean(entry.summary, max_chars=1000, boilerplate=boilerplate.default()).text
            found[outlet, title, summary] = None
    return [Text(title, summary) for _, title, summary in found]


def other_texts(gold: Path) -> list[Text]:
    """Cut articles of other years into pieces of a summary's length, so that the counts are not of one month's matters alone."""
    found = []
    for name in _OTHER_YEARS:
        for row in _rows(gold / name):
            text = row["text"]
            found += [Text("", text[start : start + PIECE_CHARS]) for start in range(0, len(text), PIECE_CHARS)]
    return found


def count(texts: Sequence[Text], paired: Sequence[Text]) -> Background:
    """Count words in ``texts``, and find the frame from ``paired``: titles with the summaries of the same items."""
    frequency: Counter[str] = Counter()
    for text in texts:
        frequency.update(terms(text.title, text.summary).keys())
    capitalised, plain = Casing(text.summary for text in texts).counts()
    kept = {term for term, n in frequency.items() if n >= KEPT}
    vectors = load_embeddings()
    blank = Background(
        documents=len(texts),
        frequency={hash_text(t): frequency[t] for t in kept},
        capitalised={hash_text(t): min(n, 65535) for t, n in capitalised.items() if t in kept},
        plain={hash_text(t): min(n, 65535) for t, n in plain.items() if t in kept},
        centre=np.zeros(vectors.size, dtype=np.float32),
        frame=np.eye(vectors.size, dtype=np.float32),
    )
    reader = Reader(Idf((), blank), Casing((), blank), blank)
    whole = [t for t in paired if t.title and t.summary]
    titles = np.array([reader.mean(t.title) for t in whole], dtype=np.float64)
    summaries = np.array([reader.mean(t.summary) for t in whole], dtype=np.float64)
    centre = np.vstack([titles, summaries]).mean(axis=0)
    # How a title differs from its own summary is chance; along directions where it differs much, likeness says little.
    differences = titles - summaries
    scatter = differences.T @ differences / max(1, len(whole))
    values, axes = np.linalg.eigh(scatter + _NOISE * np.trace(scatter) / len(scatter) * np.eye(len(scatter)))
    frame = axes @ np.diag(values**-0.5) @ axes.T
    return Background(
        documents=blank.documents,
        frequency=blank.frequency,
        capitalised=blank.capitalised,
        plain=blank.plain,
        centre=centre.astype(np.float16).astype(np.float32),
        frame=frame.astype(np.float32),
    )


def read_pairs(path: Path) -> tuple[list[tuple[PairItem, PairItem]], list[str]]:
    """Read labelled pairs: the sides, and the labels."""
    rows = _rows(path)
    sides = [(_item(row["a"]), _item(row["b"])) for row in rows]
    return sides, [row["label"] for row in rows]


def fit(sides: Sequence[tuple[PairItem, PairItem]], labels: Sequence[str]) -> tuple[Weights, list[dict[str, float]]]:
    """Fit both judgements to labelled pairs and return their weights, and the cross-validated figures, one set per repeat."""
    items = list({item.id: item for side in sides for item in side}.values())
    judge = PairJudge(items)
    found = [judge.features(a, b) for a, b in sides]
    targets = {
        "event": np.array([label == "same_event" for label in labels], dtype=np.float64),
        "story": np.array([label != "different" for label in labels], dtype=np.float64),
    }
    tables = {part: np.array([[f[name] for name in names] for f in found]) for part, names in PARTS.items()}
    groups = _groups(sides)
    figures = []
    for repeat in range(REPEATS):
        fold = _folds(groups, repeat)
        scores = {part: np.zeros(len(sides)) for part in PARTS}
        for left_out in range(FOLDS):
            test = fold == left_out
            for part, table in tables.items():
                weights = {part: _fit_part(part, table[~test], targets[part][~test])}
                scores[part][test] = [probability(part, found[n], weights) for n in np.flatnonzero(test).tolist()]
        figures.append(measure(scores["event"], scores["story"], labels))
    weights = {part: _fit_part(part, table, targets[part]) for part, table in tables.items()}
    whole = [[probability(part, f, weights) for f in found] for part in ("event", "story")]
    figures.append(measure(np.array(whole[0]), np.array(whole[1]), labels))
    return weights, figures


def measure(event: Matrix, story: Matrix, labels: Sequence[str]) -> dict[str, float]:
    """Return F1 and precision of same_event at one half, the best F1 at precision .88, the recall at precision .90, three-way accuracy."""
    same = np.array([label == "same_event" for label in labels])
    said = event >= 0.5
    precision, recall = (same & said).sum() / max(1, said.sum()), (same & said).sum() / max(1, same.sum())
    order = np.argsort(-event, kind="stable")
    hits = np.cumsum(same[order])
    precisions, recalls = hits / np.arange(1, len(labels) + 1), hits / max(1, same.sum())
    f1 = 2 * precisions * recalls / np.maximum(precisions + recalls, 1e-9)
    chosen = np.where(said, "same_event", np.where(story >= 0.5, "same_story", "different"))
    return {
        "f1": float(2 * precision * recall / max(precision + recall, 1e-9)),
        "precision": float(precision),
        "f1 at precision .88": float(max([0.0, *f1[precisions >= 0.88]])),
        "recall at precision .90": float(max([0.0, *recalls[precisions >= 0.90]])),
        "three-way": float((chosen == np.array(labels)).mean()),
    }


def _fit_part(part: str, table: Matrix, target: Matrix) -> dict[str, float]:
    """Fit one logistic regression by Newton's method; the weights are of the features as they are."""
    mean, scale = table.mean(axis=0), table.std(axis=0) + 1e-9
    design = np.column_stack([(table - mean) / scale, np.ones(len(table))])
    ridge = np.diag([PENALTY] * table.shape[1] + [1e-3])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (chance - target) + ridge @ weights
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    own = weights[:-1] / scale
    bias = weights[-1] - float(own @ mean)
    return {"bias": round(float(bias), 3), **{name: round(float(w), 3) for name, w in zip(PARTS[part], own, strict=True)}}


def _groups(sides: Sequence[tuple[PairItem, PairItem]]) -> list[str]:
    """Return a group for each pair, so that pairs which share an item, directly or through others, are in one."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for a, b in sides:
        parent[root(a.id)] = root(b.id)
    return [root(a.id) for a, _ in sides]


def _folds(groups: Sequence[str], repeat: int) -> NDArray[np.int64]:
    names = sorted(set(groups))
    random.Random(repeat).shuffle(names)
    fold = {name: number % FOLDS for number, name in enumerate(names)}
    return np.array([fold[name] for name in groups])


def _item(side: Mapping[str, Any]) -> PairItem:
    published = side.get("published")
    return PairItem(side["item"], datetime.fromisoformat(published) if published else None, side["title"], side["summary"])


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise UsageError(f"{path} is missing; training needs the folders gold and real/feeds of the shared material.")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _lines(figures: Sequence[Mapping[str, float]]) -> Iterator[str]:
    yield f"{'':24}  cross-validated  fitted"
    for name in figures[0]:
        yield f"{name:24}  {np.mean([f[name] for f in figures[:-1]]):15.3f}  {figures[-1][name]:6.3f}"


def main() -> None:
    """Count, fit, write, print."""
    parser = argparse.ArgumentParser(description="Make the shipped numbers of matching anew.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--output", type=Path, default=background.PATH.parent)
    parser.add_argument("--keep-background", action="store_true", help="Fit the weights on the background that is shipped.")
    arguments = parser.parse_args()
    if not arguments.keep_background:
        feeds = feed_texts(arguments.shared / "real" / "feeds")
        background.save(count([*feeds, *other_texts(arguments.shared / "gold")], feeds), arguments.output / background.PATH.name)
        background.load.cache_clear()
    weights, figures = fit(*read_pairs(arguments.shared / "gold" / "pairs.dev.jsonl"))
    (arguments.output / "pairs.toml").write_text(write_weights(weights), encoding="utf-8")
    sys.stdout.write("\n".join(_lines(figures)) + "\n")


if __name__ == "__main__":
    main()
