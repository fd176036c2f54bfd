"""Which articles share text: exact, near and partial copies, with a direction only where it is clear.

Every version of an article counts, so a copy of a text that was edited later is still found; so is an edited passage (``passages``). A
passage that both texts quote is one statement told twice, not a copy; an outlet's stock phrases are nobody's text, and what it prints
again and again is no copy of itself (``recurring``). RSS texts are short, so the share that must agree rises as a text gets shorter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.articles.direction import Polls, gives_credit
from pipelines.articles.origins import article_origins
from pipelines.articles.passages import Passage, longest_passage
from pipelines.articles.records import ArticleOrigin, ArticleVersion, CopyLink
from pipelines.articles.recurring import recurs
from pipelines.articles.shingles import PASSAGE, Document, candidate_pairs, read_document, stock_phrases

_MIN_TEXT_WORDS = 10
_MIN_EXACT_WORDS = 8
_MIN_NEAR_PASSAGE = 8
_MIN_OWN_WORDS = 4
_MIN_OWN_WORDS_PARTIAL = 6
_BRIDGED_PASSAGE = 15
"""A passage with gaps says less: "the former director of … was sentenced to four years" are 12 words that two desks write alike."""
_NEAR = ((50, 0.6, 0.75), (20, 0.7, 0.85), (_MIN_TEXT_WORDS, 0.8, 0.9))
"""From so many words on: the share of 5-grams, or of words in one passage, that makes a near copy."""
_NEAR_SAME_HEADLINE = 0.7
_NEAR_WITH_TITLE = 0.9
_MAX_VERSIONS = 12
_EVIDENCE_CHARS = 400
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
    all_of: defaultdict[str, list[ArticleVersion]] = defaultdict(list)
    for version in ordered:
        all_of[version.article_id].append(version)
    stock = stock_phrases(documents)
    polls = Polls(ordered, poll_interval_s)
    links = []
    for a, b in candidate_pairs(documents):
        matches = [m for x in of_article[a] for y in of_article[b] if (m := _compare(x, y, stock))]
        if matches:
            one, other = (all_of[m.version.article_id] for m in matches[0].documents)
            links.append(_link(matches, one, other, polls, publishers or {}))
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
    of_both = stock.get(a.outlet, frozenset()) | stock.get(b.outlet, frozenset())
    common = (a.gram_set & b.gram_set) - of_both
    if not common:
        return None
    similarity = len(common) / min(len(a.gram_set), len(b.gram_set))
    passage = longest_passage(a, b, of_both)
    kind = _kind(passage, similarity)
    if kind is None or (a.outlet == b.outlet and recurs(passage)):
        return None
    return _Match(kind, round(similarity, 4), passage.length, passage.evidence[:_EVIDENCE_CHARS], (a, b))


def _kind(passage: Passage, similarity: float) -> str | None:
    length, own = passage.length, passage.own_words
    if length >= _MIN_NEAR_PASSAGE and own >= _MIN_OWN_WORDS and _is_near(passage.a, passage.b, similarity, length):
        return "near"
    enough = _BRIDGED_PASSAGE if passage.gaps else PASSAGE
    return "partial" if length >= enough and own >= _MIN_OWN_WORDS_PARTIAL else None


def _is_near(a: Document, b: Document, similarity: float, length: int) -> bool:
    """Tell whether two texts are one: by the share of the smaller one's 5-grams, or of its words that the passage has.

    A changed word breaks five 5-grams; so a text that was edited all over is told by its words, and sooner under the same headline.
    """
    if a.with_title or b.with_title:
        return similarity >= _NEAR_WITH_TITLE
    words = min(len(a.words), len(b.words))
    of_grams, of_words = next((grams, share) for least, grams, share in _NEAR if words >= least)
    if a.title_words == b.title_words:
        of_words = min(of_words, _NEAR_SAME_HEADLINE)
    return similarity >= of_grams or length / words >= of_words


def _link(
    matches: Sequence[_Match],
    versions: Sequence[ArticleVersion],
    others: Sequence[ArticleVersion],
    polls: Polls,
    publishers: Mapping[str, str],
) -> CopyLink:
    best = max(matches, key=lambda m: m.rank)
    a, b = best.documents[0].version, best.documents[1].version
    seen_a = min(m.documents[0].version.first_seen for m in matches)
    seen_b = min(m.documents[1].version.first_seen for m in matches)
    first_a, first_b = (min(v.first_seen for v in article) for article in (versions, others))
    credited, crediting = gives_credit(others, versions), gives_credit(versions, others)
    stated = credited != crediting
    swap = crediting if stated else (first_b, b.article_id) < (first_a, a.article_id)
    earlier, later, seen, seen_later = (b, a, seen_b, seen_a) if swap else (a, b, seen_a, seen_b)
    lead = abs(first_b - first_a)
    clear = stated or (polls.is_clear(earlier, later, seen, seen_later) and lead > polls.interval(earlier, later))
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
