"""Texts as word 5-grams, and the pairs of articles that may share some: hashes, MinHash bands, common passages.

Only candidates are found here, in time that grows as the amount of text does; whether a pair truly shares text is
decided in ``copies``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from pipelines.articles.records import ArticleVersion

GRAM = 5
PASSAGE = 12
ANCHOR = 7
"""An edited passage is found by so many unbroken words, where few articles have them (``_RARE``)."""
BOILERPLATE_ARTICLES = 3
"""A 5-gram in more articles of one outlet than this is that outlet's stock phrase."""

_RARE = 20
_PERMUTATIONS = 128
_BANDS = 32
_SEED = 20
_MAX_BUCKET = 60
_HUBS = 3
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_WORD_OR_QUOTE = re.compile(r"[\w.+-]+@[\w.-]+\w|\w+(?:['’.,]\w+)*|[“”\"«»]|''|``|\n")
_OPENING = frozenset({"“", "«", "``"})
_CLOSING = frozenset({"”", "»", "\n"})
"""The end of a paragraph ends a quotation, too: after a mark that is missing all would be the wrong way round."""

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Document:
    """One text of one article: its words (lower case, hyphenated ones apart), where each stands, which are quoted, its hashed 5-grams.

    ``article`` and ``outlet`` are numbers; ``text`` is the summary and body, or title and summary where those are
    too short to say anything. ``key`` identifies title and text as sequences of words.
    """

    version: ArticleVersion
    article: int
    outlet: int
    key: str
    title_words: tuple[str, ...]
    total_words: int
    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    quoted: tuple[bool, ...]
    with_title: bool
    grams: Hashes
    gram_set: frozenset[int]


def read_document(version: ArticleVersion, article: int, outlet: int, min_words: int) -> Document:
    """Split a version's text into words and 5-grams; the title is taken in where the text has fewer than ``min_words`` words."""
    text = "\n".join(filter(None, (version.summary, version.body)))
    words, spans, quoted = _words(text)
    title_words = _words(version.title)[0]
    key = " ".join((*title_words, "|", *words))
    total = len(title_words) + len(words)
    with_title = len(words) < min_words
    if with_title:
        text = "\n".join(filter(None, (version.title, text)))
        words, spans, quoted = _words(text)
    grams = gram_hashes(words)
    return Document(
        version, article, outlet, key, title_words, total, text, words, spans, quoted, with_title, grams, frozenset(grams.tolist())
    )


def _words(text: str) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...], tuple[bool, ...]]:
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    quoted: list[bool] = []
    inside = False
    for match in _WORD_OR_QUOTE.finditer(text):
        token = match[0]
        if token[0].isalnum() or token[0] == "_":
            words.append(token.lower().replace("’", "'"))
            spans.append(match.span())
            quoted.append(inside)
        elif token in _OPENING:
            inside = True
        elif token in _CLOSING:
            inside = False
        else:
            inside = not inside
    return tuple(words), tuple(spans), tuple(quoted)


@lru_cache(maxsize=200_000)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def gram_hashes(words: Sequence[str]) -> Hashes:
    """Return one 64-bit hash for each run of ``GRAM`` words, in order; none for a shorter text. The same in every process."""
    if len(words) < GRAM:
        return np.empty(0, dtype=np.uint64)
    return _mixed(np.fromiter(map(_word_hash, words), dtype=np.uint64, count=len(words)), range(GRAM))


def _mixed(hashes: Hashes, offsets: Sequence[int]) -> Hashes:
    """Return one hash for each place of what stands there and at the other offsets from it; none where the last is beyond the end."""
    count = max(0, len(hashes) - offsets[-1])
    mixed = np.zeros(count, dtype=np.uint64)
    for offset in offsets:
        mixed = (mixed + hashes[offset : offset + count]) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
    return mixed


def stock_phrases(documents: Sequence[Document], limit: int = BOILERPLATE_ARTICLES) -> dict[int, frozenset[int]]:
    """Return, by outlet number, the 5-grams that more than ``limit`` of its articles have."""
    hashes, owners = _postings(documents, GRAM)
    outlet_of = _outlets(documents)
    outlets = outlet_of[owners]
    order = np.lexsort((outlets, hashes))
    hashes, outlets = hashes[order], outlets[order]
    starts = _starts(hashes, outlets)
    counts = np.diff(np.append(starts, len(hashes)))
    frequent = starts[counts > limit]
    found: dict[int, set[int]] = {}
    for outlet, gram in zip(outlets[frequent].tolist(), hashes[frequent].tolist(), strict=True):
        found.setdefault(outlet, set()).add(gram)
    return {outlet: frozenset(grams) for outlet, grams in found.items()}


def candidate_pairs(documents: Sequence[Document]) -> list[tuple[int, int]]:
    """Return the pairs of article numbers that may share text, sorted: equal texts, similar MinHashes, a common passage or rare words."""
    outlet_of = _outlets(documents)
    first = _first_seen(documents)
    pairs: set[tuple[int, int]] = set()
    by_key: dict[str, set[int]] = {}
    for document in documents:
        by_key.setdefault(document.key, set()).add(document.article)
    shared = chain(_passage_groups(documents, PASSAGE), (g for g in _passage_groups(documents, ANCHOR) if len(g) <= _RARE))
    passages = (_without_stock(group, outlet_of) for group in shared)
    for group in chain(map(list, by_key.values()), passages, _band_groups(documents)):
        pairs.update(_pairs_of(sorted(group, key=first.__getitem__)))
    return sorted(pairs)


def _pairs_of(articles: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield all pairs of a small group; of a large one only those with its first few, so that cost stays linear."""
    if len(articles) <= _MAX_BUCKET:
        yield from ((min(a, b), max(a, b)) for a, b in combinations(articles, 2))
        return
    for hub in articles[:_HUBS]:
        yield from ((min(hub, other), max(hub, other)) for other in articles if other != hub)


def _without_stock(articles: Sequence[int], outlet_of: Numbers) -> list[int]:
    outlets = [int(outlet_of[a]) for a in articles]
    return [a for a, outlet in zip(articles, outlets, strict=True) if outlets.count(outlet) <= BOILERPLATE_ARTICLES]


def _passage_groups(documents: Sequence[Document], length: int) -> Iterator[list[int]]:
    hashes, owners = _postings(documents, length)
    return _groups(hashes, owners)


def _band_groups(documents: Sequence[Document]) -> Iterator[list[int]]:
    usable = [d for d in documents if len(d.grams)]
    if not usable:
        return
    offsets = np.zeros(len(usable) + 1, dtype=np.uint64)
    offsets[1:] = np.cumsum([len(d.grams) for d in usable])
    flat = np.concatenate([d.grams for d in usable])
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(flat, offsets, _PERMUTATIONS, _SEED)
    digests = np.array(matrix.to_rows(), dtype=np.uint64)
    owners = np.array([d.article for d in usable], dtype=np.int64)
    rows = _PERMUTATIONS // _BANDS
    for band in range(_BANDS):
        mixed = np.zeros(len(usable), dtype=np.uint64)
        for column in range(band * rows, (band + 1) * rows):
            mixed = (mixed + digests[:, column]) * _MULTIPLIER
            mixed ^= mixed >> np.uint64(29)
        order = np.lexsort((owners, mixed))
        yield from _groups(*_distinct(mixed[order], owners[order]))


def _postings(documents: Sequence[Document], length: int) -> tuple[Hashes, Numbers]:
    """Return the distinct (gram hash, article number) pairs, sorted by hash, then article."""
    # 5-grams that follow each other without a gap say as much as the words themselves.
    offsets = [*range(0, length - GRAM, GRAM), length - GRAM]
    parts = [d.grams if length == GRAM else _mixed(d.grams, offsets) for d in documents]
    if not parts:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    hashes = np.concatenate(parts)
    owners = np.repeat(np.array([d.article for d in documents], dtype=np.int64), [len(p) for p in parts])
    order = np.lexsort((owners, hashes))
    return _distinct(hashes[order], owners[order])


def _distinct(hashes: Hashes, owners: Numbers) -> tuple[Hashes, Numbers]:
    keep = _starts(hashes, owners)
    return hashes[keep], owners[keep]


def _starts(*columns: NDArray[np.generic]) -> Numbers:
    """Return where a new combination of values begins in columns that are sorted together."""
    length = len(columns[0])
    changed = np.zeros(length, dtype=bool)
    changed[:1] = True
    for column in columns:
        changed[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(changed)


def _groups(hashes: Hashes, owners: Numbers) -> Iterator[list[int]]:
    """Yield the article numbers of each hash that several articles have, each distinct group once."""
    starts = _starts(hashes)
    ends = np.append(starts[1:], len(hashes))
    several = ends - starts > 1
    seen: set[tuple[int, ...]] = set()
    for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
        group = tuple(owners[start:end].tolist())
        if group not in seen:
            seen.add(group)
            yield list(group)


def _outlets(documents: Iterable[Document]) -> Numbers:
    pairs = {d.article: d.outlet for d in documents}
    return np.array([pairs[i] for i in range(len(pairs))], dtype=np.int64)


def _first_seen(documents: Iterable[Document]) -> dict[int, tuple[float, str]]:
    first: dict[int, tuple[float, str]] = {}
    for d in documents:
        seen = (d.version.first_seen.timestamp(), d.version.article_id)
        first[d.article] = min(seen, first.get(d.article, seen))
    return first
