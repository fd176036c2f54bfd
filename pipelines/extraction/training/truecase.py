"""Counts of capitals in running text, for headlines: ``python -m pipelines.extraction.training.truecase SHARED``.

Reads the summaries of ``SHARED/real/feeds`` (archived feed documents) and of the training items.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from pipelines.extraction.truecase import BUCKETS, DATA, bucket

_DESCRIPTION = re.compile(r"<(?:description|summary|content:encoded)[^>]*>(.*?)</(?:description|summary|content:encoded)>", re.DOTALL)
_MARKUP = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]*>")
_SENTENCE = re.compile(r"(?<=[.!?\"”’])\s+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def texts(shared: Path) -> Iterator[str]:
    """Distinct running texts of the archived feeds and the training items."""
    seen: set[int] = set()
    for path in sorted((shared / "real" / "feeds").rglob("*.gz")):
        page = gzip.decompress(path.read_bytes()).decode("utf8", "replace")
        for match in _DESCRIPTION.finditer(page):
            text = html.unescape(_MARKUP.sub(" ", html.unescape(match.group(1))))
            if hash(text) not in seen and len(text) > 40:
                seen.add(hash(text))
                yield text
    for name in ("mentions.train.jsonl", "mentions.bodies.train.jsonl"):
        with (shared / "gold" / name).open(encoding="utf8") as lines:
            for line in lines:
                item = json.loads(line)
                yield f"{item['summary']} {item.get('body') or ''}"


def build(running: Iterable[str], target: Path) -> int:
    """Count, decide each bucket by majority, write; return the number of distinct words."""
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in running:
        for sentence in _SENTENCE.split(text):
            words = _WORD.findall(sentence)
            if sum(word[0].isupper() for word in words) > 0.6 * len(words):
                continue
            lower = [word.lower().replace("’", "'") for word in words]
            for index in range(1, len(words)):
                (capital if words[index][0].isupper() else small)[lower[index]] += 1
                if index > 1 or words[0][0].islower():
                    pair = f"{lower[index - 1]} {lower[index]}"
                    both = words[index][0].isupper() and words[index - 1][0].isupper()
                    (capital if both else small)[pair] += 1
    tables = {"words": np.zeros(BUCKETS, dtype=np.uint8), "pairs": np.zeros(BUCKETS, dtype=np.uint8)}
    for key in sorted(set(small) | set(capital), key=lambda k: (small[k] + capital[k], k)):
        table = tables["pairs" if " " in key else "words"]
        if " " in key and capital[key] < 2:
            continue
        table[bucket(key)] = 1 if small[key] > capital[key] else 2
    np.savez_compressed(target, **tables)  # type: ignore[arg-type]
    return len(small)


if __name__ == "__main__":
    build(texts(Path(sys.argv[1])), DATA / "truecase.npz")
