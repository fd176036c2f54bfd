"""What each stage of the extractor adds (ablation), and how its figures grow with the labelled items (learning curve).

Usage: extraction_learning.py ablation|curve SHARED [--only NAME …] [--items N] [--evaluate N] [--iterations N]

Every line is a training run of the linear models on the labelled items (the encoder is left out), calibrated by cross-validation like the
shipped weights, and scored on mentions.dev, mentions.dev2 and mentions.bodies.dev of ``SHARED/gold`` and on all three pooled. Printed as
CSV, line by line, while it runs; an interval is a 95 % bootstrap interval over items. Deterministic. Run it in the background with
``nice``: a line takes minutes.

``--items`` takes only so many labelled items (half of them tell the stages apart in half the time), ``--evaluate`` so many gold items of
each set, and ``--iterations`` cuts the optimiser short; with few items or a cut, to try the program, the figures mean nothing. What is
switched off here is switched off in training and in coding alike.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from pipelines.evaluation.gold import Row, join, read_gold
from pipelines.evaluation.mention_scores import measure_stratum
from pipelines.evaluation.predictors.items import item_of
from pipelines.extraction import slot_features, weights
from pipelines.extraction.analysis import Lexicons, analyse
from pipelines.extraction.extractor import MODEL, Extractor
from pipelines.extraction.jsonl import to_gold_format
from pipelines.extraction.stages.parse import Parsed, parse_all
from pipelines.extraction.stages.text import normalise
from pipelines.extraction.training import run
from pipelines.extraction.training.fit import Example, Penalties

SETS = ("mentions.dev.jsonl", "mentions.dev2.jsonl", "mentions.bodies.dev.jsonl")
SLOTS = ("event", "who_whom", "full", "voice", "polarity", "reality", "negation", "modality", "place", "date", "figures")
SHARES = (0.25, 0.5, 0.75, 1.0)
_GOVERNORS = ("r=", "p=", "rp=", "ra=", "rk=", "o=", "ov=")
"""Beginnings of the features that say what the rules of standing found: helpers, governing words, negation, conditions."""
_EMBEDDED = ("weights", "features", "decide", "training.fit")


@dataclass(frozen=True)
class Variant:
    """One way to train and code: which labelled items, and what is switched off."""

    name: str
    keep: Callable[[Row], bool] = lambda _: True
    lexicons: Callable[[Lexicons], Lexicons] = lambda lexicons: lexicons
    patches: Mapping[str, Any] | None = None


def no_senses(lexicons: Lexicons) -> Lexicons:
    """The lexicons without any sense of a verb or noun; light verbs and noun classes stay."""
    return replace(lexicons, predicates=replace(lexicons.predicates, verbs={}, nouns={}))


def no_embeddings(size: int) -> weights.Embeddings:
    """Word vectors that know no word."""
    return weights.Embeddings({}, np.zeros((1, size), dtype=np.float32), [])


def without_governors(original: Callable[..., list[str]], *arguments: Any) -> list[str]:
    """Features of standing without what the rules found around the deed."""
    return [name for name in original(*arguments) if not name.startswith(_GOVERNORS)]


def ablations() -> list[Variant]:
    """All stages, then each stage left out."""
    empty = no_embeddings(weights.load_embeddings().size)
    analysis = "pipelines.extraction.analysis"
    return [
        Variant("everything"),
        Variant("without lexicon senses", lexicons=no_senses),
        Variant("without frames", patches={"pipelines.extraction.phrase_features._frame_features": lambda *_: []}),
        Variant("without word vectors",
                patches={f"pipelines.extraction.{room}.load_embeddings": lambda *_: empty for room in _EMBEDDED}),
        Variant("without governors and standing", patches={
            "pipelines.extraction.slot_features.standing_features": partial(without_governors, slot_features.standing_features)}),
        Variant("without coreference", patches={
            f"{analysis}.resolve": lambda parsed: [{} for _ in parsed], f"{analysis}._first_persons": lambda *_: None}),
        Variant("without protagonists", patches={f"{analysis}._protagonists": lambda *_: ()}),
        Variant("without sources", patches={f"{analysis}.find_attributions": lambda *_: []}),
        Variant("without labels of our own", keep=lambda row: bool(row["from_gold"])),
    ]  # fmt: skip


def curve() -> list[Variant]:
    """Growing shares of the labelled items; a larger share holds the smaller ones."""
    return [Variant(f"{share:.0%} of the labelled items", keep=partial(_within, share)) for share in SHARES]


def _within(share: float, row: Row) -> bool:
    return _place(row) < share


def _place(row: Row) -> float:
    """A place in [0, 1) that depends on the item's texts only."""
    digest = hashlib.sha256(f"{row.get('title', '')}\n{row.get('summary', '')}\n{row.get('body', '')}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


class Bench:
    """The labelled items parsed once, the gold, and the extractor whose weights are exchanged."""

    def __init__(self, shared: Path, items: int | None, evaluated: int | None, penalties: Penalties) -> None:
        texts, invented = run.labelled(shared)
        gold = sum(1 for name in run.FILES for _ in run.read_gold(shared / "gold" / name))
        rows = [row | {"from_gold": n < gold, "invented": False} for n, row in enumerate(texts)]
        rows += [row | {"from_gold": False, "invented": True} for row in invented]
        self.rows = [row | {"number": n} for n, row in enumerate(sorted(rows, key=_place)[:items])]
        self.shared = shared
        self.penalties = penalties
        self.extractor = Extractor.load(MODEL + "+linear")
        self.parsed = self._parse(self.rows)
        self.gold = {name: read_gold("mentions", [shared / "gold" / name]) for name in SETS}
        self.gold = {name: replace(gold, rows=gold.rows[:evaluated]) for name, gold in self.gold.items()}

    def _parse(self, rows: Sequence[Row]) -> list[list[Parsed]]:
        rules = self.extractor.rules
        units = [
            [
                (normalise(row[name], title=name == "title", lowers=rules.lowers), row[name], name)
                for name in ("title", "summary", "body")
                if (row.get(name) or "").strip()
            ]
            for row in rows
        ]
        parsed = iter(parse_all(self.extractor._nlp, [unit for group in units for unit in group], rules.lexicons.lemmas, 128))
        return [[next(parsed) for _ in group] for group in units]

    def measure(self, variant: Variant) -> Iterator[dict[str, Any]]:
        """Train and score one variant; one line per set and one for all of them pooled."""
        with ExitStack() as stack:
            for target, stand_in in (variant.patches or {}).items():
                stack.enter_context(patch(target, stand_in))
            lexicons = variant.lexicons(self.extractor.rules.lexicons)
            learned, used = self._train(variant, lexicons)
            rules = replace(self.extractor.rules, lexicons=lexicons, learned=learned, embeddings=weights.load_embeddings())
            extractor = Extractor(self.extractor._nlp, rules)
            pooled: list[tuple[Row, Row]] = []
            for name, gold in self.gold.items():
                predicted = [
                    {"item": row["item"], "mentions": to_gold_format(coded)["mentions"]}
                    for row, coded in zip(gold.rows, extractor.code(map(item_of, gold.rows)), strict=True)
                ]
                rows = join(gold, predicted)
                pooled += rows
                yield {"variant": variant.name, "labelled": used, "set": name, **_figures(rows)}
            yield {"variant": variant.name, "labelled": used, "set": "all three", **_figures(pooled)}

    def _train(self, variant: Variant, lexicons: Lexicons) -> tuple[weights.Weights, int]:
        """The training run itself, with these items and lexicons in place of its own."""
        kept = [row for row in self.rows if variant.keep(row)]
        chosen = [row for row in kept if not row["invented"]], [row for row in kept if row["invented"]]
        with patch.object(run, "labelled", lambda _: chosen), patch.object(run, "examples", partial(self._examples, lexicons)):
            return run.train(self.shared, self.penalties), len(kept)

    def _examples(self, lexicons: Lexicons, rows: Sequence[Row]) -> tuple[list[Example], Lexicons]:
        """Stands in for the training run's own: reads what was parsed once."""
        found = []
        for row in rows:
            day = datetime.fromisoformat(row["published"].replace("Z", "+00:00")).date()
            found.append(Example(analyse(self.parsed[row["number"]], lexicons), row["mentions"], day))
        return found, lexicons


def _figures(rows: Sequence[tuple[Row, Row]]) -> dict[str, Any]:
    found = {measure.slot: measure for measure in measure_stratum(rows, "all")}
    figures: dict[str, Any] = {"items": len(rows), "mentions": found["event"].n}
    for slot in SLOTS:
        one = found[slot]
        figures[slot] = round(one.value or 0.0, 4)
        if slot in ("event", "who_whom"):
            figures |= {f"{slot}_low": one.low and round(one.low, 4), f"{slot}_high": one.high and round(one.high, 4)}
    return figures


def main() -> None:
    """Read arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("what", choices=("ablation", "curve"))
    parser.add_argument("shared", type=Path)
    parser.add_argument("--only", action="append", help="Only the variants whose name contains this.")
    parser.add_argument("--items", type=int)
    parser.add_argument("--evaluate", type=int)
    parser.add_argument("--iterations", type=int, default=Penalties().iterations)
    arguments = parser.parse_args()
    variants = ablations() if arguments.what == "ablation" else curve()
    if arguments.only:
        variants = [one for one in variants if any(words in one.name for words in arguments.only)]
    bench = Bench(arguments.shared, arguments.items, arguments.evaluate, Penalties(iterations=arguments.iterations))
    writer: csv.DictWriter[str] | None = None
    for variant in variants:
        for line in bench.measure(variant):
            if writer is None:
                writer = csv.DictWriter(sys.stdout, list(line), lineterminator="\n")
                writer.writeheader()
            writer.writerow(line)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
