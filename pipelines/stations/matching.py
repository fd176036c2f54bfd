"""Station 5: who copied whom, which articles are on one matter and on which topics, which mentions tell of one deed.

These tables are made whole from the record and replaced together; each carries the fingerprint of what it was made
from, so that nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from pipelines.articles.copies import find_copies
from pipelines.articles.origins import article_origins
from pipelines.articles.records import ArticleOrigin, ArticleVersion, CopyLink
from pipelines.core.ids import make_id
from pipelines.corrections import traces
from pipelines.corrections.links import correct_copies, correct_events, correct_stories
from pipelines.corrections.mentions import correct_mentions
from pipelines.corrections.records import CorrectionRow
from pipelines.corrections.schema import Correction
from pipelines.extraction.records import Extraction, Mention
from pipelines.feeds.records import Fetch
from pipelines.outlets.registry import publisher_of
from pipelines.stations import correcting
from pipelines.stations.coding import active_version
from pipelines.stations.workspace import SILENT, Progress, Workspace, code_version
from pipelines.stories.cluster import Grouping, group_articles
from pipelines.stories.events import build_events
from pipelines.stories.history import story_changes
from pipelines.stories.records import Event, EventMention, Story, StoryArticle, StoryChange, StoryTopic
from pipelines.stories.topics import assign_topics

MATCHED = (CopyLink, ArticleOrigin, Story, StoryArticle, StoryTopic, Event, EventMention, CorrectionRow)
BEGINNINGS = ("created", "split_from")


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What matching gave; ``computed`` is False when the tables already stood on the same record."""

    computed: bool
    copy_links: int = 0
    copy_groups: int = 0
    stories: int = 0
    stories_of_several_outlets: int = 0
    events: int = 0
    events_of_several_outlets: int = 0


def match(workspace: Workspace, *, until: datetime | None = None, version: str | None = None) -> MatchReport:
    """Compute copies, stories and events anew, if the record or the code changed.

    ``until`` and ``version`` cut the record at an ingestion time and choose an extractor version (for making an old
    generation again); without them everything counts, with the mentions of the active version.
    """
    with workspace.lock("match"):
        matched = _compute(workspace, until, version, workspace.progress)
        if matched is None:
            return MatchReport(computed=False)
        with workspace.writing():
            _write(workspace, matched)
    return matched.report()


def catch_up(workspace: Workspace, *, until: datetime | None = None, version: str | None = None) -> None:
    """Match what another process added since :func:`match` ran, for a caller that holds the lake: no article without story."""
    matched = _compute(workspace, until, version, SILENT)
    if matched is not None:
        _write(workspace, matched)


@dataclass(frozen=True, slots=True)
class _Matched:
    made_from: str
    links: list[CopyLink]
    origins: list[ArticleOrigin]
    stories: list[Story]
    story_articles: list[StoryArticle]
    topics: list[StoryTopic]
    events: list[Event]
    event_mentions: list[EventMention]
    corrections: list[CorrectionRow]
    changes: list[StoryChange]

    def report(self) -> MatchReport:
        return MatchReport(
            computed=True,
            copy_links=len(self.links),
            copy_groups=len({o.copy_group_id for o in self.origins if o.copy_group_id}),
            stories=len(self.stories),
            stories_of_several_outlets=sum(s.outlets > 1 for s in self.stories),
            events=len(self.events),
            events_of_several_outlets=sum(e.outlets > 1 for e in self.events),
        )


def _compute(workspace: Workspace, until: datetime | None, version: str | None, progress: Progress) -> _Matched | None:
    """Match the record; None when the tables already stand on it."""
    lake = workspace.lake
    version = version or active_version(workspace)
    publishers = {o.id: publisher_of(o) for o in workspace.registry.outlets}
    homes = {o.id: o.country for o in workspace.registry.outlets}
    inputs = lake.fingerprint(ArticleVersion, Extraction, Mention)
    corrections = workspace.corrections
    outlets = (f"{outlet}={publisher}@{homes[outlet]}" for outlet, publisher in sorted(publishers.items()))
    given = (workspace.topics.fingerprint, correcting.fingerprint(corrections), *outlets)
    made_from = make_id("match", inputs, version, code_version(), until, *given)
    if all(lake.made_from(t) == made_from for t in MATCHED):
        return None
    with progress.step("match", 3) as step:
        versions = [v for v in lake.read(ArticleVersion) if until is None or v.first_seen <= until]
        links, found_origins = find_copies(versions, poll_intervals(workspace, until), publishers)
        origins = found_origins
        links, of_copies = correct_copies(links, versions, corrections, publishers)
        if any(o.status == "applied" for o in of_copies):
            origins = article_origins(versions, links)
        step.advance()
        coded = [m for m in lake.read(Mention) if m.extractor_version == version and (until is None or m.seen_at <= until)]
        corrected = correct_mentions(coded, {v.version_id: v for v in versions}, corrections)
        mentions = corrected.mentions
        grouping = group_articles(versions, links, origins, mentions, publishers, homes)
        stories, story_articles = grouping.stories, grouping.links
        stories, story_articles, of_stories = correct_stories(stories, story_articles, corrections, versions, origins, publishers)
        topics = assign_topics(workspace.topics, stories, story_articles, versions, mentions)
        step.advance()
        events, event_mentions = build_events(mentions, story_articles, grouping.near, grouping.alike)
        events, event_mentions, of_events = correct_events(events, event_mentions, corrections, mentions)
        step.advance()
    now = traces.Links(origins, story_articles, event_mentions, topics)
    without = _without(workspace, corrections, versions, found_origins, coded, grouping, story_articles) if corrections else now
    told = traces.rows([*of_copies, *corrected.outcomes, *of_stories, *of_events], coded, now, without)
    # An old generation that is made again tells nothing new of stories, and must not write to the record that it shares.
    changes = [] if until is not None else _changes(workspace, versions, story_articles)
    return _Matched(made_from, links, origins, stories, story_articles, topics, events, event_mentions, told, changes)


def _without(
    workspace: Workspace, corrections: Sequence[Correction], versions: Sequence[ArticleVersion], origins: Sequence[ArticleOrigin],
    coded: Sequence[Mention], grouping: Grouping, story_articles: Sequence[StoryArticle],
) -> traces.Links:  # fmt: skip
    """Match what the corrections reach as if there were none, so that rows that lost something by one can be named."""
    near = traces.reached(corrections, (grouping.links, story_articles), grouping.near)
    links = [link for link in grouping.links if link.article_id in near]
    held = {link.story_id for link in links}
    _, event_mentions = build_events(coded, grouping.links, grouping.near, grouping.alike, only=near)
    topics = assign_topics(
        workspace.topics, [s for s in grouping.stories if s.story_id in held], links,
        [v for v in versions if v.article_id in near], [m for m in coded if m.article_id in near],
    )  # fmt: skip
    return traces.Links(origins, links, event_mentions, topics)


def _changes(workspace: Workspace, versions: Sequence[ArticleVersion], links: Sequence[StoryArticle]) -> list[StoryChange]:
    """Compare the stories with those of the last matching."""
    if not versions:
        return []
    before = {row["article_id"]: row["story_id"] for row in workspace.lake.read_columns(StoryArticle, ["article_id", "story_id"])}
    known = {row["story_id"] for row in workspace.lake.read_columns(StoryChange, ["story_id", "change"]) if row["change"] in BEGINNINGS}
    at = max(version.first_seen for version in versions)
    return story_changes(before, {link.article_id: link.story_id for link in links}, at, known)


def _write(workspace: Workspace, matched: _Matched) -> None:
    lake, made_from = workspace.lake, matched.made_from
    # Before the tables that they are told by: a run that is killed in between tells them again, in the same words.
    if matched.changes:
        lake.append(StoryChange, matched.changes)
    lake.replace(CopyLink, matched.links, made_from)
    lake.replace(ArticleOrigin, matched.origins, made_from)
    lake.replace(Story, matched.stories, made_from)
    lake.replace(StoryArticle, matched.story_articles, made_from)
    lake.replace(StoryTopic, matched.topics, made_from)
    lake.replace(Event, matched.events, made_from)
    lake.replace(EventMention, matched.event_mentions, made_from)
    lake.replace(CorrectionRow, matched.corrections, made_from)


def topics_by_article(workspace: Workspace) -> dict[str, frozenset[str]]:
    """Return, by article, the topics of its story."""
    of_story: dict[str, set[str]] = {}
    for row in workspace.lake.read_columns(StoryTopic, ["story_id", "topic"]):
        of_story.setdefault(row["story_id"], set()).add(row["topic"])
    links = workspace.lake.read_columns(StoryArticle, ["article_id", "story_id"])
    return {row["article_id"]: frozenset(of_story.get(row["story_id"], ())) for row in links}


def poll_intervals(workspace: Workspace, until: datetime | None = None) -> dict[str, int]:
    """Return each outlet's typical gap between polls in seconds: the median over its most frequently polled feed."""
    times: dict[tuple[str, str], list[float]] = {}
    for row in workspace.lake.read_columns(Fetch, ["outlet_id", "feed_id", "requested_at"]):
        if until is None or row["requested_at"] <= until:
            times.setdefault((row["outlet_id"], row["feed_id"]), []).append(row["requested_at"].timestamp())
    gaps: dict[str, int] = {}
    for (outlet, _), moments in sorted(times.items()):
        between = [b - a for a, b in pairwise(sorted(moments))]
        gap = int(median(between)) if between else workspace.settings.max_interval_s
        gaps[outlet] = min(gap, gaps.get(outlet, gap))
    return gaps
