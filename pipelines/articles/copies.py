"""Which articles share text: exact, near and partial copies, with a direction only where it is clear.

Every version of an article counts, so a copy of a text that was edited later is still found. A passage that both
texts quote is one statement told twice, not a copy, and an outlet's stock phrases are nobody's text. RSS texts are
short, so the share that must agree rises as a text gets shorter.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.articles.origins import article_origins
from pipelines.articles.records import ArticleOrigin, ArticleVersion, CopyLink
from pipelines.articles.shingles import GRAM, PASSAGE, Document, candidate_pairs, read_document, stock_phrases

_MIN_TEXT_WORDS = 10
_MIN_EXACT_WORDS = 8
_MIN_NEAR_PASSAGE = 8
_MIN_OWN_WORDS = 4
_MIN_OWN_WORDS_PARTIAL = 6
_NEAR = ((50, 0.6), (20, 0.7), (_MIN_TEXT_WORDS, 0.8))
_NEAR_WITH_TITLE = 0.9
_MAX_VERSIONS = 12
_EVIDENCE_CHARS = 400
_DEFAULT_INTERVAL_S = 6 * 3600
_GAP_INTERVALS = 6
_MIN_GAP = timedelta(hours=12)
_KINDS = {"exact": 3, "near": 2, "partial": 1}


@dataclass(frozen=True, slots=True)
class _Match:
    """What two texts share."""

    kind: str
    similarity: float
    shared_words: int
    evidence: str
    documents: tuple[Document, Document]

    @property
    def rank(self) -> tuple[int, float, int]:
        return _KINDS[self.kind], self.similarity, self.shared_words


def find_copies(
    versions: Sequence[ArticleVersion], poll_interval_s: Mapping[str, int], publishers: Mapping[str, str] | None = None
) -> tuple[list[CopyLink], list[ArticleOrigin]]:
    """Find the pairs of articles that share text, and each article's origin.

    Args:
        versions: all versions of all articles under consideration, in any order.
        poll_interval_s: seconds between two polls, by outlet; six hours for an outlet that is absent.
        publishers: the publisher of each outlet, so that links within one house are marked.

    Returns:
        The links, sorted by their key, and one origin for every article, sorted by article. The same versions give the
        same rows, whatever their order.
    """
    ordered = sorted(versions, key=lambda v: (v.first_seen, v.article_id, v.version_id))
    documents = _documents(ordered)
    of_article: defaultdict[int, list[Document]] = defaultdict(list)
    for document in documents:
        of_article[document.article].append(document)
    stock = stock_phrases(documents)
    polls = _Polls(ordered, poll_interval_s)
    links = []
    for a, b in candidate_pairs(documents):
        matches = [m for x in of_article[a] for y in of_article[b] if (m := _compare(x, y, stock))]
        if matches:
            links.append(_link(matches, of_article[a], of_article[b], polls, publishers or {}))
    links.sort(key=lambda link: (link.article_id, link.other_article_id))
    return links, article_origins(ordered, links)


def _documents(versions: Sequence[ArticleVersion]) -> list[Document]:
    """Read the distinct texts of each article: its first one and the latest few."""
    articles: dict[str, int] = {}
    outlets: dict[str, int] = {}
    texts: dict[int, dict[str, Document]] = {}
    for version in versions:
        article = articles.setdefault(version.article_id, len(articles))
        outlet = outlets.setdefault(version.outlet_id, len(outlets))
        document = read_document(version, article, outlet, _MIN_TEXT_WORDS)
        texts.setdefault(article, {}).setdefault(document.key, document)
    kept: list[Document] = []
    for known in texts.values():
        all_of = list(known.values())
        kept += all_of if len(all_of) <= _MAX_VERSIONS else [all_of[0], *all_of[1 - _MAX_VERSIONS :]]
    return kept


def _compare(a: Document, b: Document, stock: Mapping[int, frozenset[int]]) -> _Match | None:
    """Tell what two texts share; None when it is too little to speak of a copy."""
    if a.key == b.key:
        if a.total_words < _MIN_EXACT_WORDS:
            return None
        return _Match("exact", 1.0, len(a.words), a.text[:_EVIDENCE_CHARS], (a, b))
    if a.words == b.words and a.outlet != b.outlet and not a.with_title:
        # Also where an outlet carries the text so often that it passes for a stock phrase of its own.
        return _Match("near", 1.0, len(a.words), a.text[: a.spans[-1][1]][:_EVIDENCE_CHARS], (a, b))
    common = (a.gram_set & b.gram_set) - stock.get(a.outlet, frozenset()) - stock.get(b.outlet, frozenset())
    if not common:
        return None
    similarity = len(common) / min(len(a.gram_set), len(b.gram_set))
    length, start = _longest_passage(a, b, common)
    own = _own_words(a, start, length)
    if similarity >= _near_threshold(a, b) and length >= _MIN_NEAR_PASSAGE and own >= _MIN_OWN_WORDS:
        kind = "near"
    elif length >= PASSAGE and own >= _MIN_OWN_WORDS_PARTIAL:
        kind = "partial"
    else:
        return None
    evidence = a.text[a.spans[start][0] : a.spans[start + length - 1][1]]
    return _Match(kind, round(similarity, 4), length, evidence[:_EVIDENCE_CHARS], (a, b))


def _own_words(document: Document, start: int, length: int) -> int:
    """Count the words of a passage that a writer chose: not quoted, no name or number, not a short function word.

    The full name of an assembly, or of a department and its service, is 13 words long and nobody's prose.
    """
    own = 0
    for place in range(start, start + length):
        first = document.text[document.spans[place][0]]
        if not document.quoted[place] and len(document.words[place]) >= 4 and first.isalpha() and not first.isupper():
            own += 1
    return own


def _near_threshold(a: Document, b: Document) -> float:
    """Return the share of the smaller text's 5-grams that makes a near copy."""
    if a.with_title or b.with_title:
        return _NEAR_WITH_TITLE
    words = min(len(a.words), len(b.words))
    return next(share for least, share in _NEAR if words >= least)


def _longest_passage(a: Document, b: Document, common: frozenset[int] | set[int]) -> tuple[int, int]:
    """Return the length in words and the start in ``a`` of the longest passage that both have, stock phrases left out."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for j, gram in enumerate(b.grams.tolist()):
        if gram in common:
            places[gram].append(j)
    best, best_start = 0, 0
    runs: dict[int, int] = {}
    for i, gram in enumerate(a.grams.tolist()):
        following = {j: runs.get(j - 1, 0) + 1 for j in places.get(gram, ())}
        for length in following.values():
            if length > best:
                best, best_start = length, i - length + 1
        runs = following
    return (best + GRAM - 1 if best else 0), best_start


def _link(
    matches: Sequence[_Match],
    documents: Sequence[Document],
    others: Sequence[Document],
    polls: _Polls,
    publishers: Mapping[str, str],
) -> CopyLink:
    best = max(matches, key=lambda m: m.rank)
    a, b = best.documents[0].version, best.documents[1].version
    seen_a = min(m.documents[0].version.first_seen for m in matches)
    seen_b = min(m.documents[1].version.first_seen for m in matches)
    first_a, first_b = (min(d.version.first_seen for d in group) for group in (documents, others))
    swap = (first_b, b.article_id) < (first_a, a.article_id)
    earlier, later, seen, seen_later = (b, a, seen_b, seen_a) if swap else (a, b, seen_a, seen_b)
    lead = abs(first_b - first_a)
    clear = polls.is_clear(earlier, later, seen, seen_later) and lead > polls.interval(earlier, later)
    return CopyLink(
        article_id=earlier.article_id,
        other_article_id=later.article_id,
        kind=best.kind,
        similarity=best.similarity,
        shared_words=best.shared_words,
        evidence=best.evidence,
        direction="clear" if clear else "unclear",
        first_seen=min(max(m.documents[0].version.first_seen, m.documents[1].version.first_seen) for m in matches),
        relation=_relation(earlier, later, publishers),
    )


def _relation(a: ArticleVersion, b: ArticleVersion, publishers: Mapping[str, str]) -> str:
    if a.outlet_id == b.outlet_id:
        return "same_outlet"
    publisher = publishers.get(a.outlet_id)
    return "same_publisher" if publisher and publisher == publishers.get(b.outlet_id) else "other_publisher"


class _Polls:
    """How exactly the moment of a first sighting is known: not better than the poll interval, nor across a gap in the record."""

    def __init__(self, versions: Sequence[ArticleVersion], poll_interval_s: Mapping[str, int]) -> None:
        self._interval_s = poll_interval_s
        times: defaultdict[str, set[datetime]] = defaultdict(set)
        for version in versions:
            times[version.outlet_id].add(version.first_seen)
        self._times = {outlet: sorted(seen) for outlet, seen in times.items()}

    def _interval_of(self, outlet_id: str) -> timedelta:
        return timedelta(seconds=self._interval_s.get(outlet_id, _DEFAULT_INTERVAL_S))

    def interval(self, a: ArticleVersion, b: ArticleVersion) -> timedelta:
        """Return the longer poll interval of the two outlets."""
        return max(self._interval_of(a.outlet_id), self._interval_of(b.outlet_id))

    def is_clear(self, earlier: ArticleVersion, later: ArticleVersion, seen: datetime, seen_later: datetime) -> bool:
        """Tell whether the earlier article's text was surely out before the later one's.

        It is not when the lead is no longer than a poll interval, when the later outlet was not yet read, or not for
        long before (its text may have stood there all the time), or when the outlets' own dates say the opposite.
        """
        lead = seen_later - seen
        if lead <= self.interval(earlier, later):
            return False
        if earlier.published_at and later.published_at and later.published_at < earlier.published_at:
            return False
        times = self._times[later.outlet_id]
        at = bisect_left(times, seen_later)
        if at == 0:
            return False
        gap = seen_later - times[at - 1]
        return gap <= max(_MIN_GAP, _GAP_INTERVALS * self._interval_of(later.outlet_id)) or lead > gap
