"""Holds the tables against random worlds whose truth is known: what is planted is found, what is not planted is not claimed.

Usage: known_worlds.py [--worlds 200] [--seed 1] [--matching both] [--feeds] [--all]

Each seed gives one world (tests/support/worlds). They are written into lakes of 25, months apart, and built by dbt. The mentions
are those of an extractor without faults. `--matching real` matches them by the pipeline's own code, `ideal` by the truth, which shows what
the tables alone get right. `--feeds` writes RSS instead and lets the whole pipeline read it, its own extractor included.

Prints for each kind of fact how many were planted and found, how many the tables claim and how many of these are wrong; with --all each
miss and each wrong claim.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.worlds.running import run_worlds
from tests.support.worlds.verdicts import Tally, Verdict, tally


def line(name: str, counts: Tally) -> str:
    """One row of the report."""
    return (
        f"{name:40} planted {counts.planted:6} found {counts.found:6} {counts.found_rate:7.4f}   "
        f"claimed {counts.claims:6} wrongly {counts.wrong:5} {counts.wrong_rate:7.4f}\n"
    )


def report(verdicts: Sequence[Verdict], *, everything: bool) -> str:
    """All kinds, the three kinds of copies as one, and the sum."""
    rows = [line(kind, tally(v for v in verdicts if v.kind == kind)) for kind in sorted({v.kind for v in verdicts})]
    copies = tally(v for v in verdicts if v.kind.startswith("copy"))
    rows.append(f"copies: precision {1 - copies.wrong_rate:.4f}, recall {copies.found_rate:.4f}\n")
    rows.append(line("everything", tally(verdicts)))
    if everything:
        rows += [f"{'missed' if v.planted else 'wrong ':6} {v.kind}: {v.what}\n" for v in verdicts if v.planted != v.claimed]
    return "".join(rows)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--matching", choices=("real", "ideal", "both"), default="both")
    parser.add_argument("--feeds", action="store_true", help="through RSS and the extractor")
    parser.add_argument("--all", action="store_true", help="print each miss and each wrong claim")
    arguments = parser.parse_args()
    ways = ("feeds",) if arguments.feeds else ("real", "ideal") if arguments.matching == "both" else (arguments.matching,)
    for way in ways:
        with tempfile.TemporaryDirectory(prefix="known-worlds-") as folder:
            verdicts = run_worlds(range(arguments.seed, arguments.seed + arguments.worlds), Path(folder), way)
        sys.stdout.write(f"== {arguments.worlds} worlds from seed {arguments.seed}, {way}\n{report(verdicts, everything=arguments.all)}")


if __name__ == "__main__":
    main()
