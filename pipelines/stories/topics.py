"""Which topics a story has, how strongly, and why: the words, deeds and sections of its articles.

A topic's reason names entries of the list, never words of an article, so it can be kept and shown anywhere. Not here: the list
itself and finding its words in a text (``topic_list``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pipelines.articles.records import ArticleVersion
from pipelines.extraction.records import Mention
from pipelines.stories.records import Story, StoryArticle, StoryTopic
from pipelines.stories.topic_list import Deed, TopicList, slug

GIVEN_FROM = 0.5
"""A story has a topic when its articles' mean score is at least this."""

LEAD_CHARS = 1200
_TERM = {"title": 1.0, "summary": 0.45, "body": 0.3}
_HINT = {"title": 0.35, "summary": 0.2, "body": 0.1}
_DEED = {"title": 0.4, "summary": 0.25, "body": 0.1}
_SECTION = 0.6
_NAMED = 6


@dataclass(slots=True)
class Evidence:
    """What speaks for one topic in one article: its entries of the list, each with the most that it is worth there."""

    entries: dict[str, float] = field(default_factory=dict)

    def add(self, entry: str, weight: float) -> None:
        """Count an entry once, where it is worth most."""
        self.entries[entry] = max(weight, self.entries.get(entry, 0.0))

    @property
    def score(self) -> float:
        """The sum, at most 1."""
        return min(1.0, sum(self.entries.values()))


def assign_topics(
    topics: TopicList,
    stories: Sequence[Story],
    story_articles: Sequence[StoryArticle],
    versions: Sequence[ArticleVersion],
    mentions: Sequence[Mention],
) -> list[StoryTopic]:
    """Give each story its topics, from the latest version of each of its articles; the same rows give the same topics in any order.

    An article's score for a topic is the sum of what its entries are worth, at most 1; a story's is the mean over its articles.
    """
    latest = _latest(versions)
    deeds: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        deeds[mention.version_id].append(mention)
    articles: dict[str, list[str]] = defaultdict(list)
    for link in story_articles:
        if link.article_id in latest:
            articles[link.story_id].append(link.article_id)
    found = []
    for story in sorted(stories, key=lambda s: s.story_id):
        members = sorted(articles[story.story_id])
        read = [article_topics(topics, latest[a], deeds[latest[a].version_id]) for a in members]
        found.extend(_story_topics(story, read))
    return found


def article_topics(topics: TopicList, version: ArticleVersion, mentions: Iterable[Mention]) -> dict[str, Evidence]:
    """Return the evidence for each topic that one article version gives, by topic."""
    evidence: dict[str, Evidence] = defaultdict(Evidence)
    for unit, text in (("title", version.title), ("summary", version.summary), ("body", version.body[:LEAD_CHARS])):
        for hit in topics.find(text):
            weights = _TERM if hit.strong else _HINT
            evidence[hit.topic].add(hit.written, weights[unit])
    sections = article_sections(version)
    for topic in topics.topics:
        for section in sorted(sections & topic.sections):
            evidence[topic.id].add(f"section {section}", _SECTION)
            break  # two names of one section are one sign
    for mention in mentions:
        for topic in topics.topics:
            for deed in topic.deeds:
                if matches(deed, mention):
                    evidence[topic.id].add(f"deed {deed.written}", _DEED[mention.unit])
    return dict(evidence)


def article_sections(version: ArticleVersion) -> set[str]:
    """Return the names of sections that an article stands in: its categories and their parts, and the folders of its address."""
    parts = [part for category in version.categories for part in (category, *category.split("/"))]
    address = version.canonical_url or version.url or ""
    with suppress(ValueError):  # an address that cannot be taken apart names no section
        parts += urlsplit(address).path.split("/")[:-1]
    return {slug(part) for part in parts} - {""}


def matches(deed: Deed, mention: Mention) -> bool:
    """Whether a mention is of a type of deed, whatever its polarity and reality: a denied attack is about war too."""
    if deed.action is not None and mention.action != deed.action:
        return False
    if deed.mode is not None and mention.mode != deed.mode:
        return False
    if deed.sector is not None and not any(p.sector == deed.sector for p in (*mention.actors, *mention.targets)):
        return False
    return not deed.abroad or _of_two_countries(mention)


def _of_two_countries(mention: Mention) -> bool:
    actors = {p.country for p in mention.actors if p.country}
    targets = {p.country for p in mention.targets if p.country}
    return bool(actors and targets and len(actors | targets) > 1)


def _latest(versions: Sequence[ArticleVersion]) -> dict[str, ArticleVersion]:
    return {v.article_id: v for v in sorted(versions, key=lambda v: (v.first_seen, v.version_id))}


def _story_topics(story: Story, read: Sequence[Mapping[str, Evidence]]) -> list[StoryTopic]:
    rows = []
    for topic in sorted({topic for article in read for topic in article}):
        scores = [article[topic].score if topic in article else 0.0 for article in read]
        score = sum(scores) / len(scores)
        if score >= GIVEN_FROM:
            rows.append(
                StoryTopic(
                    story_id=story.story_id,
                    topic=topic,
                    first_seen=story.first_seen,
                    score=round(score, 4),
                    articles=sum(s >= GIVEN_FROM for s in scores),
                    reason=_reason([article[topic] for article in read if topic in article], len(read)),
                )
            )
    return rows


def _reason(evidence: Sequence[Evidence], articles: int) -> str:
    """Say in which share of the articles what was found, the entries that most articles have first."""
    counts = Counter(entry for one in evidence for entry in one.entries)
    worth = {entry: max(one.entries.get(entry, 0.0) for one in evidence) for entry in counts}
    ordered = sorted(counts, key=lambda entry: (-counts[entry], -worth[entry], entry))
    told = ", ".join(f"{entry} ({counts[entry]})" if articles > 1 else entry for entry in ordered[:_NAMED])
    more = f" and {len(ordered) - _NAMED} more" if len(ordered) > _NAMED else ""
    return f"in {len(evidence)} of {articles} articles: {told}{more}" if articles > 1 else f"{told}{more}"
