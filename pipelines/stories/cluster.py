"""Articles to stories: groups of articles on one matter, by weighted terms inside a bounded window of days.

Not here: which articles are near (``neighbours``), how groups form (``agglomerate``), what a term weighs (``similarity``),
who copied whom (``articles/copies``). A false merge invents corroboration, so that thresholds lean towards splits.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipelines.articles.records import ArticleOrigin, ArticleVersion, CopyLink
from pipelines.core.ids import make_id
from pipelines.extraction.records import Mention
from pipelines.stories.abroad import Stand, apart, countries_named
from pipelines.stories.agglomerate import Groups, Thresholds
from pipelines.stories.alike import LEAD, Alike, Seasons, Text
from pipelines.stories.common import as_written, heaviest, total
from pipelines.stories.headings import instalment, own_summary
from pipelines.stories.names import names_in
from pipelines.stories.neighbours import Reach, near_pairs
from pipelines.stories.parts import parts
from pipelines.stories.records import Story, StoryArticle
from pipelines.stories.similarity import LEAD_CHARS, Vector, cosine, rolling_vectors, terms

OLDEST_CLAIM = timedelta(days=7)
REPRINT = timedelta(days=4)
INSTALMENTS = 3
COLUMN = timedelta(days=14)
"""Instalments of one column are sought so long before and after an article: what recurs a year later says nothing of it."""
STRANGERS = 0.3
"""What is left of the nearness of two short texts that name two or more names each, and none in common: quakes in two towns."""
NAMES = 2
_DEED_WEIGHT = {"title": 1.0, "summary": 0.5, "body": 0.25}


@dataclass(frozen=True, slots=True)
class Document:
    """What clustering needs to know of an article: id, moment, weighted terms, first sighting, language, which terms are names,
    which of them, or of other words, are part of a full name or title there (``titled``), and which countries it stands in."""

    id: str
    at: datetime
    counts: Mapping[str, float]
    seen: datetime | None = None
    language: str = "en"
    names: frozenset[str] = frozenset()
    titled: frozenset[str] = frozenset()
    stand: Stand = field(default_factory=Stand)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one document went: the founder of its story, how near it is to the rest of it, why it is there, and the terms that it
    has most in common with the rest."""

    founder: str
    similarity: float
    reason: str
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where all documents went, their unit vectors, and which two are near (``(id, id, similarity)``, also across groups)."""

    placements: Mapping[str, Placement]
    vectors: Mapping[str, Vector]
    near: Sequence[tuple[str, str, float]]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Stories and the places of their articles, with what the linking of mentions asks: near articles, and how alike two are."""

    stories: list[Story]
    links: list[StoryArticle]
    near: Sequence[tuple[str, str, float]]
    alike: Alike


@dataclass(frozen=True, slots=True)
class Rules:
    """When documents stand together: how far an article looks, and how near groups must be to merge."""

    reach: Reach = field(default_factory=Reach)
    thresholds: Thresholds = field(default_factory=Thresholds)


_DEFAULT = Rules()


def build_stories(
    versions: Sequence[ArticleVersion],
    links: Sequence[CopyLink],
    origins: Sequence[ArticleOrigin],
    mentions: Sequence[Mention] = (),
    publishers: Mapping[str, str] | None = None,
    homes: Mapping[str, str] | None = None,
) -> tuple[list[Story], list[StoryArticle]]:
    """Return the stories of :func:`group_articles`, and the places of their articles."""
    grouping = group_articles(versions, links, origins, mentions, publishers, homes)
    return grouping.stories, grouping.links


def group_articles(
    versions: Sequence[ArticleVersion],
    links: Sequence[CopyLink],
    origins: Sequence[ArticleOrigin],
    mentions: Sequence[Mention] = (),
    publishers: Mapping[str, str] | None = None,
    homes: Mapping[str, str] | None = None,
) -> Grouping:
    """Group the latest versions of all articles into stories.

    ``publishers`` tells by outlet who publishes it: outlets of one publisher count once, and texts that one newsroom wrote
    itself are one origin (comparisons, rule 1). ``homes`` tells by outlet in which country it is edited (ISO 3166-1 alpha-3).

    Full copies (exact or near) stand in one story whatever their age, save those that one outlet prints days apart: boxes and
    columns that recur. A story is named after the article of it that was seen first, so
    that its id stays while later articles join. Deeds of ``mentions``, where given, count as terms beside the words. The same
    rows give the same stories in any order.
    """
    latest, first = _latest_and_first(versions)
    when = {article: moment(first[article], version) for article, version in latest.items()}
    columns, boxes = (_recurring((v.outlet_id, instalment(t(v)), when[a]) for a, v in latest.items()) for t in (_title, _summary))
    texts: dict[str, Text] = {}
    units: dict[str, set[str]] = {}
    for article, version in latest.items():
        title = "" if (version.outlet_id, instalment(version.title), when[article]) in columns else version.title
        summary = version.summary
        summary = "" if (version.outlet_id, instalment(summary), when[article]) in boxes else own_summary(summary)
        texts[article] = Text(when[article], title, summary or version.body[:LEAD])
        units[version.version_id] = {unit for unit, own in (("title", title), ("summary", summary), ("body", version.body)) if own}
    deeds = _deed_terms(mentions, units)
    seasons = Seasons(texts)
    documents = []
    for article, version in latest.items():
        text = texts[article]
        counts = terms(text.title, text.summary if version.summary else "", version.body)
        is_name = seasons.casing(text.at).is_name
        names = frozenset(term for term in counts if not term[0].isdigit() and is_name(term))
        titled = frozenset(names_in(text.summary, is_name) | names_in(version.body[:LEAD_CHARS], is_name))
        counts.update(deeds.get(article, {}))
        stand = Stand(countries_named(f"{text.title}\n{text.summary}"), (homes or {}).get(version.outlet_id), names | titled)
        documents.append(Document(article, text.at, counts, first[article].first_seen, version.language, names, titled, stand))
    copies = [(link.article_id, link.other_article_id) for link in links if _is_full_copy(link, when)]
    placed = place(documents, copies)
    newsroom = {article: (publishers or {}).get(v.outlet_id, v.outlet_id) for article, v in latest.items()}
    stories, rows = _records(placed.placements, placed.vectors, latest, first, newsroom, independent_accounts(origins, newsroom))
    return Grouping(stories, rows, placed.near, Alike(texts, seasons))


def moment(first: ArticleVersion, latest: ArticleVersion) -> datetime:
    """Return when an article happened: its publication time if that is believable, else our first sighting.

    A date in the future or long before we saw it (a re-dated or evergreen page) is not believed.
    """
    claimed = first.published_at or latest.published_at
    if claimed is None or claimed > first.first_seen or first.first_seen - claimed > OLDEST_CLAIM:
        return first.first_seen
    return claimed


def place(documents: Iterable[Document], copies: Iterable[tuple[str, str]] = (), rules: Rules = _DEFAULT) -> Placed:
    """Place each document in a group.

    Pairs of ``copies`` stand together whatever their similarity; pairs with an unknown document are left out.
    """
    ordered = sorted(documents, key=lambda d: (d.at, d.id))
    number = {document.id: place for place, document in enumerate(ordered)}
    vectors = _vectors(ordered)
    start = ordered[0].at if ordered else None
    days = [(d.at - start) / timedelta(days=1) for d in ordered] if start else []
    pairs = list(_apart_from_strangers(near_pairs(vectors, days, rules.reach), ordered, vectors, rules.reach))
    groups = Groups(len(ordered), pairs)
    together = sorted((number[a], number[b]) for a, b in copies if a in number and b in number)
    groups.unite(together)
    groups.agglomerate(rules.thresholds)
    stories = _parted(groups, pairs, together, vectors, [d.names | d.titled for d in ordered])
    stories = apart(stories, pairs, together, [d.stand for d in ordered])
    return Placed(
        placements=_placements(ordered, stories, pairs, {n for pair in together for n in pair}, vectors),
        vectors={document.id: vector for document, vector in zip(ordered, vectors, strict=True)},
        near=[(ordered[a].id, ordered[b].id, similarity) for a, b, similarity in pairs],
    )


def _apart_from_strangers(
    pairs: Iterable[tuple[int, int, float]], ordered: Sequence[Document], vectors: Sequence[Vector], reach: Reach
) -> Iterator[tuple[int, int, float]]:
    """Lower the similarity of short texts that have no name in common; a long text names many that do not matter."""
    for a, b, similarity in pairs:
        one, two = ordered[a].names, ordered[b].names
        short = min(len(vectors[a]), len(vectors[b])) < reach.long_text
        if short and min(len(one), len(two)) >= NAMES and one.isdisjoint(two):
            if similarity * STRANGERS >= reach.floor:
                yield a, b, similarity * STRANGERS
        else:
            yield a, b, similarity


def _vectors(ordered: Sequence[Document]) -> list[Vector]:
    """Weigh terms within each language: the little words of a language that few outlets write in are not rare in it."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, document in enumerate(ordered):
        places[document.language].append(place)
    vectors: list[Vector] = [{} for _ in ordered]
    for own in places.values():
        for place, vector in zip(own, rolling_vectors([ordered[place].counts for place in own]), strict=True):
            vectors[place] = vector
    return vectors


def _parted(
    groups: Groups,
    pairs: Iterable[tuple[int, int, float]],
    together: Iterable[tuple[int, int]],
    vectors: Sequence[Vector],
    names: Sequence[frozenset[str]],
) -> list[list[int]]:
    """Return the members of each group, those of a group that only a name holds together by its parts."""
    group_of = {member: group for group in groups for member in groups.members[group]}
    near: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
    for a, b, similarity in pairs:
        if group_of[a] == group_of[b]:
            near[group_of[a]].append((a, b, similarity))
    copies: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for a, b in together:
        copies[group_of[a]].append((a, b))
    return [part for g in groups for part in parts(sorted(groups.members[g]), near[g], copies[g], vectors, names)]


def _placements(
    ordered: Sequence[Document],
    stories: Sequence[Sequence[int]],
    pairs: Iterable[tuple[int, int, float]],
    copied: set[int],
    vectors: Sequence[Vector],
) -> dict[str, Placement]:
    group_of = {member: number for number, members in enumerate(stories) for member in members}
    sums: dict[int, float] = defaultdict(float)
    best: dict[int, float] = defaultdict(float)
    for a, b, similarity in pairs:
        if group_of[a] == group_of[b]:
            for member in (a, b):
                sums[member] += similarity
                best[member] = max(best[member], similarity)
    placements = {}
    for members in stories:
        founder = min(members, key=lambda n: (ordered[n].seen or ordered[n].at, ordered[n].id))
        everything = total(vectors[member] for member in members)
        for member in members:
            others = len(members) - 1
            near = (best[member] * sums[member] / others) ** 0.5 if others else 1.0
            reason = "founder" if member == founder else "copy" if member in copied else "similar"
            similarity = 1.0 if member == founder else round(min(1.0, near), 4)
            shared = heaviest(vectors[member], everything) if reason == "similar" else ()
            placements[ordered[member].id] = Placement(ordered[founder].id, similarity, reason, shared)
    return placements


def _is_full_copy(link: CopyLink, at: Mapping[str, datetime]) -> bool:
    if link.kind not in ("exact", "near") or link.article_id not in at or link.other_article_id not in at:
        return False
    return link.relation != "same_outlet" or abs(at[link.article_id] - at[link.other_article_id]) <= REPRINT


def _latest_and_first(versions: Sequence[ArticleVersion]) -> tuple[dict[str, ArticleVersion], dict[str, ArticleVersion]]:
    latest: dict[str, ArticleVersion] = {}
    first: dict[str, ArticleVersion] = {}
    for version in sorted(versions, key=lambda v: (v.first_seen, v.version_id)):
        latest[version.article_id] = version
        first.setdefault(version.article_id, version)
    return latest, first


def _title(version: ArticleVersion) -> str:
    return version.title


def _summary(version: ArticleVersion) -> str:
    return version.summary


def _recurring(texts: Iterable[tuple[str, str, datetime]]) -> set[tuple[str, str, datetime]]:
    """Return the titles or summaries, by outlet, shape and moment, that are instalments of a column: several around, on several days."""
    seen: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for outlet, text, at in texts:
        seen[outlet, text].append(at)
    found: set[tuple[str, str, datetime]] = set()
    for (outlet, text), moments in seen.items():
        if len(moments) < INSTALMENTS:
            continue
        moments.sort()
        for at in set(moments):
            first, last = bisect_left(moments, at - COLUMN), bisect_right(moments, at + COLUMN) - 1
            if last - first + 1 >= INSTALMENTS and moments[last] - moments[first] >= timedelta(days=1):
                found.add((outlet, text, at))
    return found


def _deed_terms(mentions: Iterable[Mention], units: Mapping[str, Collection[str]]) -> dict[str, dict[str, float]]:
    """Return, by article, terms such as `PARTY>ASSAULT` and `ASSAULT@PLACE`: who did what, or where, in one term.

    ``units`` gives by version which of its units count: what is left out of a text gives no deeds.
    """
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for mention in sorted(mentions, key=lambda m: (m.article_id, m.unit, m.trigger_start, m.mention_id)):
        if mention.unit not in units.get(mention.version_id, ()):
            continue
        keys = [f"{p.id}>{mention.action}" for p in mention.actors if p.id]
        keys += [f"{mention.action}>{p.id}" for p in mention.targets if p.id]
        keys += [f"{mention.action}@{mention.place_id}"] if mention.place_id else []
        own = found[mention.article_id]
        for key in keys:
            own[key] = own.get(key, 0.0) + _DEED_WEIGHT[mention.unit]
    return found


def independent_accounts(origins: Sequence[ArticleOrigin], newsroom: Mapping[str, str]) -> dict[str, str]:
    """Return, by article, whose account it is: the newsroom that wrote the origin itself, else the origin."""
    wrote: dict[str, str] = {}
    for o in sorted(origins, key=lambda o: (o.first_seen, o.article_id)):
        if o.basis == "own" and o.reuse != "copy" and o.article_id in newsroom:
            wrote.setdefault(o.origin_id, newsroom[o.article_id])
    return {o.article_id: wrote.get(o.origin_id, o.origin_id) for o in origins}


def _records(
    placements: Mapping[str, Placement],
    vectors: Mapping[str, Vector],
    latest: Mapping[str, ArticleVersion],
    first: Mapping[str, ArticleVersion],
    newsroom: Mapping[str, str],
    independent: Mapping[str, str],
) -> tuple[list[Story], list[StoryArticle]]:
    members: dict[str, list[str]] = defaultdict(list)
    for article, placement in sorted(placements.items()):
        members[placement.founder].append(article)
    stories: list[Story] = []
    links: list[StoryArticle] = []
    for founder, articles in sorted(members.items()):
        story_id = make_id("story", founder)
        central = _central(articles, vectors)
        seen = [first[a].first_seen for a in articles]
        outlets = len({newsroom[a] for a in articles})
        origins = len({independent.get(a, newsroom[a]) for a in articles})
        stories.append(
            Story(
                story_id=story_id,
                title=latest[central].title,
                central_article_id=central,
                first_seen=min(seen),
                last_seen=max(seen),
                articles=len(articles),
                outlets=outlets,
                origins=min(origins, outlets),
            )
        )
        links.extend(
            StoryArticle(
                story_id=story_id,
                article_id=a,
                outlet_id=latest[a].outlet_id,
                first_seen=first[a].first_seen,
                similarity=placements[a].similarity,
                reason=_reason(placements[a], latest[a]),
            )
            for a in articles
        )
    return stories, links


def _reason(placement: Placement, version: ArticleVersion) -> str:
    words = as_written(placement.shared, f"{version.title} {version.summary} {version.body[:LEAD_CHARS]}")
    return f"{placement.reason}: {', '.join(words)}" if words else placement.reason


def _central(articles: Sequence[str], vectors: Mapping[str, Vector]) -> str:
    """Return the article nearest to the sum of all; ties go to the smaller id."""
    everything = total(vectors[article] for article in articles)
    return min(articles, key=lambda a: (-round(cosine(vectors[a], everything), 9), a))
