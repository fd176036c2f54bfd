"""Train the shipped weights anew: ``python -m pipelines.extraction.training SHARED``.

Deterministic: the same material, lexicons and pipeline give the same file. Needs ``SHARED``; using what it writes does not. Read are
``mentions.train.jsonl`` and ``mentions.bodies.train.jsonl`` of its gold, and the texts that our own labels (own.py) belong to.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pipelines.extraction import weights
from pipelines.extraction.training.run import train


def main() -> None:
    """Read arguments, train, write."""
    parser = argparse.ArgumentParser(description="Train the extractor's weights.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--output", type=Path, default=weights.DATA / "weights.npz")
    args = parser.parse_args()
    weights.save(train(args.shared), args.output)


if __name__ == "__main__":
    main()
