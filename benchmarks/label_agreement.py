"""How far two independent readers agree on feed entries and on articles: ``python benchmarks/label_agreement.py SHARED``.

The second reading is scored against the first as if it were a prediction, with the measures of ``parallax evaluate``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.evaluation.mention_scores import measure_mentions
from pipelines.extraction.training import own
from pipelines.extraction.training.run import ARTICLES

SHOWN = ("event", "who_whom", "full", "actor", "target", "place", "voice", "polarity", "reality")


def main(shared: Path) -> None:
    """Print each measure with its interval."""
    archive, articles = shared / "real" / "feeds", shared / ARTICLES
    _show("feed entries", own.real(archive), own.real(archive, own.DATA / "real.second.jsonl"))
    _show("articles", own.bodies(articles), own.bodies(articles, own.DATA / "bodies.second.jsonl"))


def _show(kind: str, first: Sequence[dict[str, Any]], second: Sequence[dict[str, Any]]) -> None:
    by_item = {item["item"]: item for item in first}
    measures = {m.slot: m for m in measure_mentions([(by_item[item["item"]], item) for item in second]) if m.stratum == "all"}
    sys.stdout.write(f"{len(second)} {kind}, {sum(len(by_item[i['item']]['mentions']) for i in second)} and ")
    sys.stdout.write(f"{sum(len(i['mentions']) for i in second)} mentions\n")
    for slot in SHOWN:
        one = measures[slot]
        interval = f" [{one.low:.3f}, {one.high:.3f}]" if one.low is not None and one.high is not None else ""
        sys.stdout.write(f"{slot:10s} {one.value:.3f}{interval} n={one.n:g}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
