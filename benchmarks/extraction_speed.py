"""Times the extractor against raw nlp.pipe of the full pipeline over the same real items, in one process and one run.

Usage: extraction_speed.py ARCHIVE [--items 3000] [--model NAME] [--chunk 250] [--json]

ARCHIVE holds archived feeds, one folder per outlet (`../shared/real/feeds`). Items are taken evenly from all outlets, each title and
summary once. Both sides read the same texts chunk by chunk in turn, so that a busy machine slows both; loading is not counted.

Printed: articles per second of processor time and of wall time for both, their ratio, mentions, and the share of sentences that the
extractor did not give to the parser (raw nlp.pipe reads all of them).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import spacy

from pipelines.core.errors import ParallaxError
from pipelines.extraction.extractor import MODEL, Extractor, split_model
from pipelines.extraction.items import CodeItem
from pipelines.extraction.training.own import entries


class CountingPipe:
    """A spaCy pipeline that counts the sentences it reads; everything else is the pipeline's own."""

    def __init__(self, nlp: Any) -> None:
        self._nlp = nlp
        self.sentences = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._nlp, name)

    def pipe(self, *arguments: Any, **options: Any) -> Iterator[Any]:
        """Yield what the pipeline yields."""
        for doc in self._nlp.pipe(*arguments, **options):
            self.sentences += sum(1 for _ in doc.sents)
            yield doc


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--items", type=int, default=3000)
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--chunk", type=int, default=250)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    items = list(real_items(arguments.archive, arguments.items))
    if not items:
        sys.exit(f"{arguments.archive} holds no archived feeds: a folder per outlet is needed, such as ../shared/real/feeds")
    facts = measure(items, arguments.model, arguments.chunk)
    for name, value in facts.items():
        if not arguments.json:
            sys.stdout.write(f"{name:34} {value:.3f}\n" if isinstance(value, float) else f"{name:34} {value}\n")
    if arguments.json:
        sys.stdout.write(json.dumps(facts, indent=1) + "\n")


def real_items(archive: Path, wanted: int) -> Iterator[CodeItem]:
    """Distinct items, from each outlet in turn, oldest response first."""
    folders = sorted(path for path in archive.iterdir() if path.is_dir())
    seen: set[str] = set()
    number = 0
    for row in _in_turn([_of_outlet(archive, folder) for folder in folders]):
        texts = [text for text in (row["title"], row["summary"]) if text]
        if not texts or any(text in seen for text in texts):
            continue
        seen.update(texts)
        yield CodeItem(version_id=f"item{number}", article_id=f"item{number}", outlet_id=row["outlet"], seen_at=_moment(row), language="en",
                       published_at=_moment(row), title=row["title"], summary=row["summary"])  # fmt: skip
        number += 1
        if number == wanted:
            return


def _of_outlet(archive: Path, folder: Path) -> Iterator[dict[str, str]]:
    for path in sorted(folder.rglob("*.gz")):
        yield from (row for _, row in entries(archive, str(path.relative_to(archive))))


def _in_turn(sources: Iterable[Iterator[dict[str, str]]]) -> Iterator[dict[str, str]]:
    for together in zip_longest(*sources):
        yield from (row for row in together if row is not None)


def _moment(row: dict[str, str]) -> Any:
    from pipelines.evaluation.predictors.items import moment

    return moment(row["published"])


def measure(items: list[CodeItem], model: str, chunk: int) -> dict[str, float | int | str]:
    """Time both sides over the items.

    Raises:
        SystemExit: the pipeline is not installed.
    """
    try:
        extractor = Extractor.load(model)
    except ParallaxError as error:
        sys.exit(str(error))
    raw = spacy.load(split_model(model)[0])
    list(extractor.code(items[:8]))
    list(raw.pipe([item.title for item in items[:8]]))
    extractor._nlp = counting = CountingPipe(extractor._nlp)
    ours, theirs = [0.0, 0.0], [0.0, 0.0]
    mentions = sentences = texts = characters = 0
    for start in range(0, len(items), chunk):
        part = items[start : start + chunk]
        plain = [text for item in part for _, text in item.units()]
        before = _clocks()
        mentions += sum(len(coded.mentions) for coded in extractor.code(part))
        between = _clocks()
        docs = list(raw.pipe(plain))
        after = _clocks()
        for clock in (0, 1):
            ours[clock] += between[clock] - before[clock]
            theirs[clock] += after[clock] - between[clock]
        sentences += sum(sum(1 for _ in doc.sents) for doc in docs)
        texts += len(plain)
        characters += sum(map(len, plain))
    return {
        "extractor": extractor.version,
        "model": extractor.model,
        "items": len(items),
        "texts": texts,
        "characters": characters,
        "mentions": mentions,
        "extractor_articles_per_cpu_s": len(items) / ours[0],
        "nlp_pipe_articles_per_cpu_s": len(items) / theirs[0],
        "ratio_cpu": theirs[0] / ours[0],
        "extractor_articles_per_s": len(items) / ours[1],
        "nlp_pipe_articles_per_s": len(items) / theirs[1],
        "ratio_wall": theirs[1] / ours[1],
        "sentences_raw": sentences,
        "sentences_parsed": counting.sentences,
        "share_of_sentences_skipped": max(0.0, 1 - counting.sentences / sentences) if sentences else 0.0,
    }


def _clocks() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


if __name__ == "__main__":
    main()
