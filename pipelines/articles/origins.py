"""Where each article's text comes from: one copy group is one origin, and so is one credited agency.

The origins of articles on one matter are counted by their distinct ``origin_id``. An agency's own articles and all that
credit it have one origin, since no agency is independent of itself; whether they tell of one matter is not decided here.
Two own articles of one outlet have two origins here: the count for a matter is also bounded by its number of publishers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.articles import wire
from pipelines.articles.records import ArticleOrigin, ArticleVersion, CopyLink
from pipelines.core.ids import make_id

_GROUPING = frozenset({"exact", "near"})


@dataclass(frozen=True, slots=True)
class _Basis:
    """What an article by itself says of its origin."""

    kind: str
    origin_id: str
    evidence: str | None


def article_origins(versions: Sequence[ArticleVersion], links: Sequence[CopyLink]) -> list[ArticleOrigin]:
    """Return one origin for every article in ``versions``.

    Copy groups are the connected components of exact and near links; a shared passage (partial) joins no group. An
    article is `own` when it shares no text, or is clearly the first or the credited agency in each link. A group with a
    credited agency or a named source has that as its origin.
    """
    articles: defaultdict[str, list[ArticleVersion]] = defaultdict(list)
    for version in sorted(versions, key=lambda v: (v.first_seen, v.version_id)):
        articles[version.article_id].append(version)
    bases = {article: _basis(article, known) for article, known in articles.items()}
    groups = _groups(articles, links)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for article, group in groups.items():
        members[group].append(article)
    group_origin = {group: _group_origin(group, [bases[a] for a in within]) for group, within in members.items()}
    reuse = _reuse(links, bases)
    passages = _evidence(links)
    rows = []
    for article, known in sorted(articles.items()):
        basis, joined = bases[article], groups.get(article)
        shared = joined is not None and basis.kind == "own" and reuse[article] == "copy"
        rows.append(
            ArticleOrigin(
                article_id=article,
                outlet_id=known[0].outlet_id,
                origin_id=group_origin[joined] if joined else basis.origin_id,
                copy_group_id=joined,
                reuse=reuse.get(article, "own"),
                basis="shared_text" if shared else basis.kind,
                evidence=passages.get(article) if shared else basis.evidence,
                wire=next((v.wire for v in reversed(known) if v.wire), None),
                first_seen=known[0].first_seen,
            )
        )
    return rows


def _basis(article_id: str, versions: Sequence[ArticleVersion]) -> _Basis:
    """Read what an article's versions say: a credit in any of them counts, the latest first."""
    for version in reversed(versions):
        if version.wire:
            return _Basis("wire_credit", wire_origin(version.wire), version.wire_evidence)
    for version in reversed(versions):
        source = version.source_url or version.source_title
        if source:
            name = wire.host_of(version.source_url or "") or source.strip().lower()
            return _Basis("source_element", make_id("origin", "source", name), source)
    agency = wire.default().agency_of_host(wire.host_of(versions[-1].url or ""))
    return _Basis("own", wire_origin(agency) if agency else make_id("origin", "article", article_id), None)


def wire_origin(agency: str) -> str:
    """Return the origin of all articles of one agency and of those that credit it."""
    return make_id("origin", "wire", agency)


def _group_origin(group: str, bases: Sequence[_Basis]) -> str:
    """Return the origin of a copy group: the agency or source that most of its members name, else the group itself."""
    for kind in ("wire_credit", "source_element"):
        named = Counter(b.origin_id for b in bases if b.kind == kind)
        if named:
            return min(named, key=lambda origin: (-named[origin], origin))
    return make_id("origin", "copy_group", group)


def _groups(articles: Mapping[str, Sequence[ArticleVersion]], links: Sequence[CopyLink]) -> dict[str, str]:
    """Return the copy group of each article that has one, named after its first article."""
    parent: dict[str, str] = {}

    def root(article: str) -> str:
        parent.setdefault(article, article)
        while parent[article] != article:
            parent[article] = parent[parent[article]]
            article = parent[article]
        return article

    def age(article: str) -> tuple[float, str]:
        return articles[article][0].first_seen.timestamp(), article

    for link in links:
        if link.kind in _GROUPING:
            a, b = sorted((root(link.article_id), root(link.other_article_id)), key=age)
            parent[b] = a
    return {article: make_id("copy_group", root(article)) for article in parent}


def _reuse(links: Sequence[CopyLink], bases: Mapping[str, _Basis]) -> dict[str, str]:
    """Return `copy`, `partial` or `own` for each linked article.

    Who is clearly first in all its links, or is the agency that the others credit, keeps its own text.
    """
    found: dict[str, str] = {}
    for link in links:
        kind = "copy" if link.kind in _GROUPING else "partial"
        for article, other in ((link.article_id, link.other_article_id), (link.other_article_id, link.article_id)):
            first = link.direction == "clear" and article == link.article_id
            mine = "own" if first or _is_credited(bases[article], bases[other]) else kind
            found[article] = min(mine, found.get(article, "own"), key=("copy", "partial", "own").index)
    return found


def _is_credited(mine: _Basis, other: _Basis) -> bool:
    return mine.kind == "own" and other.kind == "wire_credit" and mine.origin_id == other.origin_id


def _evidence(links: Sequence[CopyLink]) -> dict[str, str]:
    """Return, for each article in a copy group, the passage of its strongest link."""
    best: dict[str, CopyLink] = {}
    for link in links:
        if link.kind in _GROUPING:
            for article in (link.article_id, link.other_article_id):
                known = best.get(article)
                if known is None or (link.similarity, link.shared_words) > (known.similarity, known.shared_words):
                    best[article] = link
    return {article: link.evidence for article, link in best.items()}
