"""Text similarity for matching: weighted terms, inverse document frequency, cosine.

Titles weigh more than summaries, names and numbers more than common words: they are what tells two matters apart.
Terms are plain strings; a vector is a mapping of term to weight with length 1.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources

from pipelines.stories.background import Background
from pipelines.stories.headings import matter

Vector = dict[str, float]

TITLE_WEIGHT = 2.0
NAME_WEIGHT = 1.6
LEAD_CHARS = 1200
BACKGROUND = 10_000
PRIOR = 200
"""The shipped background weighs as much as so many documents: it counts where few are at hand, and little where many are."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SUFFIXES = ("ingly", "edly", "ings", "ing", "ied", "ies", "ed", "es", "s")


@lru_cache(maxsize=1)
def stopwords() -> frozenset[str]:
    """Return the words that carry no matter, from ``data/stopwords.txt``."""
    text = resources.files("pipelines.stories").joinpath("data/stopwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Cut the commonest English endings, so that `clashes` and `clashed` meet. Words under five letters stay whole."""
    word = word.replace("’", "'").removesuffix("'s")
    if len(word) < 5 or word[0].isdigit():
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            base = word[: -len(suffix)]
            if suffix in ("ies", "ied"):
                return base + "y"
            if suffix != "s" and len(base) > 3 and base[-1] == base[-2] and base[-1] not in "sl":
                return base[:-1]
            return base[:-1] if base.endswith("e") and len(base) > 3 else base
    return word[:-1] if word.endswith("e") else word


def terms(title: str, summary: str, body: str = "") -> Counter[str]:
    """Count weighted terms of an article: title (without words that name its kind), summary and the lead of the body."""
    title = matter(title)
    counts: Counter[str] = Counter()
    shouting = title.isupper()
    for text, weight, names in ((title, TITLE_WEIGHT, not shouting), (summary, 1.0, True), (body[:LEAD_CHARS], 0.5, True)):
        for match in _WORD.finditer(text):
            word = match.group()
            lower = word.lower()
            if lower in stopwords() or (len(lower) < 2 and not lower.isdigit()):
                continue
            name = names and word[0].isupper()
            counts[stem(lower)] += weight * (NAME_WEIGHT if name or lower.isdigit() else 1.0)  # type: ignore[assignment]
    return counts


class Idf:
    """Inverse document frequency over documents and, where given, the shipped background; an unseen term weighs like one seen once."""

    def __init__(self, documents: Iterable[Mapping[str, float]] = (), background: Background | None = None) -> None:
        self.frequency: Counter[str] = Counter()
        self.documents = 0
        self._background = background
        for document in documents:
            self.add(document)

    @classmethod
    def merged(cls, parts: Iterable[Idf], background: Background | None = None) -> Idf:
        """Return the counts of several together; their own backgrounds are left out."""
        whole = cls((), background)
        for part in parts:
            whole.documents += part.documents
            whole.frequency.update(part.frequency)
        return whole

    def add(self, document: Mapping[str, float]) -> None:
        """Count one more document."""
        self.documents += 1
        self.frequency.update(document.keys())

    def remove(self, document: Mapping[str, float]) -> None:
        """Take back a document that was added."""
        self.documents -= 1
        self.frequency.subtract(document.keys())

    def weight(self, term: str) -> float:
        """Return log((N + 1) / (n + 0.5)), never below 0.05; the background adds :data:`PRIOR` documents."""
        seen, documents = float(self.frequency.get(term, 0)), self.documents
        if self._background is not None:
            seen, documents = seen + PRIOR * self._background.share(term), documents + PRIOR
        return max(0.05, math.log((documents + 1) / (seen + 0.5)))

    def vector(self, counts: Mapping[str, float]) -> Vector:
        """Return the unit vector of a document: damped counts times inverse document frequency."""
        raw = {term: (1 + math.log(count) if count > 1 else count) * self.weight(term) for term, count in counts.items()}
        length = math.sqrt(sum(v * v for v in raw.values()))
        return {term: value / length for term, value in raw.items()} if length else {}


def rolling_vectors(
    documents: Sequence[Mapping[str, float]], background: int = BACKGROUND, shipped: Background | None = None
) -> list[Vector]:
    """Return the unit vector of each document, its terms weighed against the ``background`` documents before and after it.

    Documents are in time order. A bounded background keeps what is rare in one season from depending on all others, and an
    article's weights from changing for ever.
    """
    idf = Idf(documents[:background], shipped)
    vectors = []
    for place, document in enumerate(documents):
        if place + background < len(documents):
            idf.add(documents[place + background])
        if place > background:
            idf.remove(documents[place - background - 1])
        vectors.append(idf.vector(document))
    return vectors


def cosine(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Return the dot product of two unit vectors."""
    if len(a) > len(b):
        a, b = b, a
    return sum(value * b[term] for term, value in a.items() if term in b)
