"""How far two independent readers agree on 150 real items: ``python benchmarks/label_agreement.py SHARED``.

The second reading is scored against the first as if it were a prediction, with the measures of ``parallax evaluate``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.evaluation.mention_scores import measure_mentions
from pipelines.extraction.training import own

SHOWN = ("event", "who_whom", "full", "actor", "target", "place", "voice", "polarity", "reality")


def main(shared: Path) -> None:
    """Print each measure with its interval."""
    archive = shared / "real" / "feeds"
    first = {item["item"]: item for item in own.real(archive)}
    second = own.real(archive, own.DATA / "real.second.jsonl")
    measures = {m.slot: m for m in measure_mentions([(first[item["item"]], item) for item in second]) if m.stratum == "all"}
    sys.stdout.write(f"{len(second)} items, {sum(len(first[i['item']]['mentions']) for i in second)} and ")
    sys.stdout.write(f"{sum(len(i['mentions']) for i in second)} mentions\n")
    for slot in SHOWN:
        one = measures[slot]
        interval = f" [{one.low:.3f}, {one.high:.3f}]" if one.low is not None and one.high is not None else ""
        sys.stdout.write(f"{slot:10s} {one.value:.3f}{interval} n={one.n:g}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
