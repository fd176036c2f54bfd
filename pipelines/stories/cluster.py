"""Articles to stories: single-pass clustering in event time over IDF-weighted terms, copies joined.

An article joins the story whose recent articles it is most similar to, if the blend of its best match and its match to
the story as a whole passes a threshold; else it founds a story. Articles are compared only inside a window of days, so
that the cost of an article does not grow with the archive.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipelines.articles.records import ArticleOrigin, ArticleVersion, CopyLink
from pipelines.core.ids import make_id
from pipelines.stories.records import Story, StoryArticle
from pipelines.stories.similarity import Idf, Vector, cosine, terms

WINDOW = timedelta(days=4)
JOIN_THRESHOLD = 0.24
BEST_SHARE = 0.6
CANDIDATE_TERMS = 12
MAX_POSTINGS = 400


@dataclass(frozen=True, slots=True)
class Document:
    """What clustering needs to know of one article: its id, its moment, its weighted terms."""

    id: str
    at: datetime
    counts: Mapping[str, float]


@dataclass(slots=True)
class _Group:
    founder: str
    members: list[str] = field(default_factory=list)
    centroid: Counter[str] = field(default_factory=Counter)
    norm2: float = 0.0


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one document went: the founder of its story, how similar it was, and why it joined."""

    founder: str
    similarity: float
    reason: str


def build_stories(
    versions: Sequence[ArticleVersion],
    links: Sequence[CopyLink],
    origins: Sequence[ArticleOrigin],
) -> tuple[list[Story], list[StoryArticle]]:
    """Cluster the latest versions of all articles into stories.

    Full copies (exact or near) always stand in one story. Stories are named after their founding article, so that the
    id stays while later articles join.
    """
    latest, first = _latest_and_first(versions)
    documents = [Document(a, moment(first[a], v), terms(v.title, v.summary, v.body)) for a, v in latest.items()]
    copies: dict[str, set[str]] = defaultdict(set)
    for link in links:
        if link.kind in ("exact", "near"):
            copies[link.article_id].add(link.other_article_id)
            copies[link.other_article_id].add(link.article_id)
    placements, vectors = place(documents, copies)
    return _records(placements, vectors, latest, first, {o.article_id: o.origin_id for o in origins})


def moment(first: ArticleVersion, latest: ArticleVersion) -> datetime:
    """Return when an article happened: its publication time if that is believable, else our first sighting.

    A date in the future or long before we saw it (a re-dated or evergreen page) is not believed.
    """
    claimed = first.published_at or latest.published_at
    if claimed is None or claimed > first.first_seen or first.first_seen - claimed > timedelta(days=7):
        return first.first_seen
    return claimed


def place(
    documents: Iterable[Document],
    copies: Mapping[str, set[str]] | None = None,
    *,
    window: timedelta = WINDOW,
    threshold: float = JOIN_THRESHOLD,
) -> tuple[dict[str, Placement], dict[str, Vector]]:
    """Place each document, in time order, into the group of an earlier one or a group of its own.

    Returns placements and unit vectors by document id.
    """
    ordered = sorted(documents, key=lambda d: (d.at, d.id))
    idf = Idf(d.counts for d in ordered)
    vectors = {d.id: idf.vector(d.counts) for d in ordered}
    at = {d.id: d.at for d in ordered}
    postings: dict[str, list[str]] = defaultdict(list)
    groups: dict[str, _Group] = {}
    placements: dict[str, Placement] = {}
    for document in ordered:
        vector = vectors[document.id]
        keys = sorted(vector, key=lambda t: (-vector[t], t))[:CANDIDATE_TERMS]
        founder, similarity, reason = _best_group(document, vector, keys, postings, at, groups, placements, vectors, copies or {}, window)
        if founder is None or (similarity < threshold and reason != "copy"):
            founder, similarity, reason = document.id, 1.0, "founder"
            groups[founder] = _Group(founder)
        _add(groups[founder], document.id, vector)
        placements[document.id] = Placement(founder, round(min(1.0, similarity), 4), reason)
        for term in keys:
            postings[term].append(document.id)
    return placements, vectors


def _best_group(
    document: Document,
    vector: Vector,
    keys: Sequence[str],
    postings: Mapping[str, list[str]],
    at: Mapping[str, datetime],
    groups: Mapping[str, _Group],
    placements: Mapping[str, Placement],
    vectors: Mapping[str, Vector],
    copies: Mapping[str, set[str]],
    window: timedelta,
) -> tuple[str | None, float, str]:
    """Return the best group's founder, the blended similarity, and `similar` or `copy`."""
    earlier_copies = sorted((c for c in copies.get(document.id, ()) if c in placements), key=lambda c: (at[c], c))
    if earlier_copies:
        return placements[earlier_copies[0]].founder, 1.0, "copy"
    best: dict[str, float] = {}
    for candidate in _candidates(document, keys, postings, at, window):
        similarity = cosine(vector, vectors[candidate])
        founder = placements[candidate].founder
        if similarity > best.get(founder, 0.0):
            best[founder] = similarity
    scored = [(BEST_SHARE * s + (1 - BEST_SHARE) * _to_centroid(vector, groups[f]), f) for f, s in best.items()]
    if not scored:
        return None, 0.0, ""
    score, founder = max(scored, key=lambda pair: (pair[0], pair[1]))
    return founder, score, "similar"


def _candidates(
    document: Document, keys: Sequence[str], postings: Mapping[str, list[str]], at: Mapping[str, datetime], window: timedelta
) -> list[str]:
    oldest = document.at - window
    found: dict[str, None] = {}
    for term in keys:
        for other in reversed(postings.get(term, ())[-MAX_POSTINGS:]):
            if at[other] < oldest:
                break
            found[other] = None
    return list(found)


def _to_centroid(vector: Vector, group: _Group) -> float:
    dot = sum(value * group.centroid[term] for term, value in vector.items() if term in group.centroid)
    return dot / group.norm2**0.5 if group.norm2 else 0.0


def _add(group: _Group, member: str, vector: Vector) -> None:
    group.members.append(member)
    for term, value in vector.items():
        before = group.centroid[term]
        group.centroid[term] = before + value  # type: ignore[assignment]
        group.norm2 += 2 * before * value + value * value


def _latest_and_first(versions: Sequence[ArticleVersion]) -> tuple[dict[str, ArticleVersion], dict[str, ArticleVersion]]:
    latest: dict[str, ArticleVersion] = {}
    first: dict[str, ArticleVersion] = {}
    for version in sorted(versions, key=lambda v: (v.first_seen, v.version_id)):
        latest[version.article_id] = version
        first.setdefault(version.article_id, version)
    return latest, first


def _records(
    placements: Mapping[str, Placement],
    vectors: Mapping[str, Vector],
    latest: Mapping[str, ArticleVersion],
    first: Mapping[str, ArticleVersion],
    origin: Mapping[str, str],
) -> tuple[list[Story], list[StoryArticle]]:
    members: dict[str, list[str]] = defaultdict(list)
    for article, placement in placements.items():
        members[placement.founder].append(article)
    stories: list[Story] = []
    links: list[StoryArticle] = []
    for founder, articles in sorted(members.items()):
        story_id = make_id("story", founder)
        central = _central(articles, vectors)
        seen = [first[a].first_seen for a in articles]
        stories.append(
            Story(
                story_id=story_id,
                title=latest[central].title,
                central_article_id=central,
                first_seen=min(seen),
                last_seen=max(seen),
                articles=len(articles),
                outlets=len({latest[a].outlet_id for a in articles}),
                origins=len({origin.get(a, a) for a in articles}),
            )
        )
        links.extend(
            StoryArticle(
                story_id=story_id,
                article_id=a,
                outlet_id=latest[a].outlet_id,
                first_seen=first[a].first_seen,
                similarity=placements[a].similarity,
                reason=placements[a].reason,
            )
            for a in sorted(articles)
        )
    return stories, links


def _central(articles: Sequence[str], vectors: Mapping[str, Vector]) -> str:
    """Return the article nearest to the sum of all; ties go to the smaller id."""
    total: Counter[str] = Counter()
    for article in articles:
        for term, value in vectors[article].items():
            total[term] += value  # type: ignore[assignment]
    return min(articles, key=lambda a: (-round(cosine(vectors[a], total), 9), a))
