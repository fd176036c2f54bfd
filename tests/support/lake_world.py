"""A builder of small lakes for tests: say who published what and when, and get rows that fit together.

What belongs here: turning a few words per article and mention into whole records (ids, spans, polls, snapshots).
What does not: any particular world; that is in ``synthetic_lake``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.articles.records import ArticleEntry, ArticleOrigin, ArticleVersion, CopyLink
from pipelines.core.ids import make_id
from pipelines.core.records import table_of, to_arrow
from pipelines.extraction.records import Extraction, Figure, Mention, Party, SourceLink
from pipelines.feeds.records import Entry, Fetch, Sighting, Snapshot
from pipelines.loading.tables import ALL_TABLES
from pipelines.outlets.records import FeedRow, OutletRow
from pipelines.stories.records import Event, EventMention, Story, StoryArticle, StoryTopic

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXTRACTOR = "test-1"

QUAD = {
    "AGREE": "verbal_cooperation", "CONSULT": "verbal_cooperation", "SUPPORT": "verbal_cooperation", "CONCEDE": "verbal_cooperation",
    "COOPERATE": "material_cooperation", "AID": "material_cooperation", "RETREAT": "material_cooperation",
    "REQUEST": "verbal_conflict", "ACCUSE": "verbal_conflict", "REJECT": "verbal_conflict", "THREATEN": "verbal_conflict",
    "PROTEST": "material_conflict", "SANCTION": "material_conflict", "MOBILIZE": "material_conflict", "COERCE": "material_conflict",
    "ASSAULT": "material_conflict", "OFFICE": "none", "INCIDENT": "none",
}  # fmt: skip


def at(text: str) -> datetime:
    """Read ``YYYY-MM-DD HH:MM`` as UTC."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


class LakeWorld:
    """Collects rows, table by table, and writes them as schema ``lake`` of a DuckDB file."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Any]] = defaultdict(list)
        self._polls: dict[tuple[str, datetime], Fetch] = {}
        self._of_feed: dict[str, list[Fetch]] = defaultdict(list)

    def add(self, row: Any) -> Any:
        """Keep one record."""
        self.rows[table_of(type(row)).name].append(row)
        return row

    def outlet(
        self,
        outlet_id: str,
        publisher: str,
        country: str,
        *,
        language: str = "en",
        full_text: bool = False,
        feeds: Sequence[str] = ("main",),
        owned: bool = True,
    ) -> None:
        """Register an outlet with its feeds; ``owned`` False leaves ownership unknown."""
        self.add(OutletRow(
            outlet_id=outlet_id, name=outlet_id.title(), publisher=publisher, country=country, language=language, timezone="UTC",
            owner=f"{publisher} Holding" if owned else "unknown", state_control="none" if owned else "unknown",
            ownership_citation="https://example.org/owners" if owned else None, ownership_date=date(2021, 9, 1) if owned else None,
            full_text=full_text, enabled=True, verified="never", homepage=f"https://{outlet_id}.example", registered_at=EPOCH,
        ))  # fmt: skip
        for name in feeds:
            self.add(FeedRow(feed_id=f"{outlet_id}/{name}", outlet_id=outlet_id, url=f"https://{outlet_id}.example/{name}.xml",
                             section=name, registered_at=EPOCH))  # fmt: skip

    def poll(self, feed_id: str, when: datetime, outcome: str = "new_body", body: str = "ok") -> Fetch:
        """One poll. ``body`` is the snapshot's outcome; a failed fetch or a 304 has none of its own."""
        outlet_id, _ = feed_id.split("/")
        brought = outcome in {"new_body", "same_body"}
        sha = make_id("body", feed_id, when if outcome == "new_body" else "last", body)
        before = self._of_feed[feed_id]
        if before and before[-1].requested_at >= when:
            before = sorted((f for f in before if f.requested_at < when), key=lambda f: f.requested_at)
        last = before[-1].last_body_sha256 if before else None
        if outcome == "same_body" and last:
            sha = last
        fetch = Fetch(
            fetch_id=make_id("fetch", feed_id, when), feed_id=feed_id, outlet_id=outlet_id, requested_at=when,
            url=f"https://{outlet_id}.example/x.xml", final_url=f"https://{outlet_id}.example/x.xml", redirects=[],
            status={"not_modified": 304, "http_error": 503}.get(outcome, 200), outcome=outcome, detail=None, content_type="text/xml",
            wire_bytes=100, body_bytes=300, body_sha256=sha if brought else None, etag=None, last_modified=None, validators_url=None,
            validators_since=None, last_body_sha256=sha if brought else last, retry_after_s=None, moved_to=None, moved_count=0,
            consecutive_failures=0, interval_s=3600, next_due_at=when + timedelta(hours=1), muted=False, duration_ms=5,
        )  # fmt: skip
        self._polls[feed_id, when] = self.add(fetch)
        self._of_feed[feed_id].append(fetch)
        if outcome == "new_body":
            self.add(Snapshot(
                snapshot_id=make_id("snapshot", feed_id, sha), feed_id=feed_id, outlet_id=outlet_id, fetch_id=fetch.fetch_id,
                fetched_at=when, body_sha256=sha, body_bytes=300, outcome=body, detail=None,
                format="rss20" if body in {"ok", "partial"} else None, encoding="utf-8", title=outlet_id, language="en", entries=1,
                entries_kept=1, without_date=0, without_guid=0, repeated_guid=0,
            ))  # fmt: skip
        return fetch

    def article(
        self,
        name: str,
        feed_id: str,
        when: datetime,
        title: str,
        summary: str = "",
        body: str = "",
        *,
        published: datetime | None = None,
        language: str = "en",
        quoted_words: int = 0,
        wire: str | None = None,
        status: str | None = None,
        categories: Sequence[str] = (),
    ) -> ArticleVersion:
        """One version of the article called ``name`` (an outlet's second text under that name is an edit of it)."""
        outlet_id, _ = feed_id.split("/")
        fetch = self._polls.get((feed_id, when)) or self.poll(feed_id, when)
        article_id = make_id("article", outlet_id, name)
        snapshot_id = make_id("snapshot", feed_id, fetch.last_body_sha256)
        entry = self.add(Entry(
            entry_id=make_id("entry", feed_id, name, title, summary, body), feed_id=feed_id, outlet_id=outlet_id, snapshot_id=snapshot_id,
            position=0, seen_at=when, guid=name, guid_unique=True, link=f"https://{outlet_id}.example/{name}",
            canonical_link=f"https://{outlet_id}.example/{name}", title=title, summary=summary, content=body, author=None,
            categories=list(categories),
            published_raw=published.isoformat() if published else None, published_at=published,
            published_zone="offset" if published else None, published_quality="ok" if published else "missing", updated_raw=None,
            updated_at=None, source_url=None, source_title=None,
        ))  # fmt: skip
        self.add(Sighting(snapshot_id=snapshot_id, entry_id=entry.entry_id, feed_id=feed_id, position=0, seen_at=when))
        words = len(f"{title} {summary} {body}".split())
        version = self.add(ArticleVersion(
            version_id=make_id("version", article_id, title, summary, body), article_id=article_id, outlet_id=outlet_id, feed_id=feed_id,
            entry_id=entry.entry_id, snapshot_id=snapshot_id, first_seen=when, identity="guid", guid=name, url=entry.link,
            canonical_url=entry.canonical_link, published_at=published, published_raw=entry.published_raw,
            published_quality=entry.published_quality, updated_at=None, title=title, summary=summary, body=body,
            title_map=[0, 0, len(title)], summary_map=[0, 0, len(summary)], body_map=[], stratum="full_text" if body else "title_summary",
            body_source="page" if body else None, page_id=None, words=words, language=language, language_confidence=0.99, author=None,
            categories=list(categories),
            wire=wire, wire_evidence=f"summary: {wire}" if wire else None, source_url=None, source_title=None, flags=[],
        ))  # fmt: skip
        self.add(ArticleEntry(entry_id=entry.entry_id, article_id=article_id, version_id=version.version_id, outlet_id=outlet_id,
                              seen_at=when))  # fmt: skip
        self.add(Extraction(
            version_id=version.version_id, outlet_id=outlet_id, extractor_version=EXTRACTOR, seen_at=when,
            status=status or ("coded" if language == "en" else "other_language"), detail=None, sentences=2, words=words, mentions=0,
            quoted_words=quoted_words,
        ))  # fmt: skip
        return version

    def again(self, version: ArticleVersion, feed_id: str, when: datetime) -> None:
        """The feed's body of that poll shows a text that it has shown before."""
        fetch = self._polls[feed_id, when]
        snapshot_id = make_id("snapshot", feed_id, fetch.last_body_sha256)
        self.add(Sighting(snapshot_id=snapshot_id, entry_id=version.entry_id, feed_id=feed_id, position=0, seen_at=when))

    def mention(
        self,
        version: ArticleVersion,
        trigger: str,
        action: str,
        *,
        unit: str = "title",
        actors: Sequence[tuple[str, str | None]] = (),
        targets: Sequence[tuple[str, str | None]] = (),
        speaker: tuple[str, str | None] | None = None,
        voice: str = "outlet",
        cue: str | None = None,
        polarity: str = "positive",
        reality: str = "happened",
        omitted: bool = False,
        figures: Sequence[tuple[str, float | None, float | None, str, str]] = (),
        place: tuple[str, str, str] | None = None,
        stated: tuple[str, date] | None = None,
    ) -> Mention:
        """One mention; every phrase must stand in the unit's text. Parties are (words, id), figures (slot, low, high, qualifier, words)."""
        text = getattr(version, unit)
        start = text.index(trigger)
        return self.add(Mention(
            mention_id=make_id("mention", version.version_id, unit, start, EXTRACTOR), version_id=version.version_id,
            article_id=version.article_id, outlet_id=version.outlet_id, seen_at=version.first_seen, unit=unit, sentence_index=0,
            sentence_start=0, sentence_end=len(text), sentence=text, trigger=trigger, trigger_start=start, trigger_end=start + len(trigger),
            action=action, quad_class=QUAD[action], mode=None, actors=[_party(text, unit, a) for a in actors], actor_omitted=omitted,
            targets=[_party(text, unit, t) for t in targets], **_place(text, unit, place), **_dates(text, version, stated), voice=voice,
            speaker=_party(text, unit, speaker) if speaker else None, cue=cue, cue_start=text.index(cue) if cue else None,
            cue_end=text.index(cue) + len(cue) if cue else None, in_quotes=False,
            source_chain=[] if voice == "outlet" else [SourceLink(voice=voice, text=speaker[0] if speaker else None,
                                                                  id=speaker[1] if speaker else None, cue=cue)],
            polarity=polarity, reality=reality, figures=[_figure(text, f) for f in figures], rule="test", extractor_version=EXTRACTOR,
            model="test_model 1.0", confidence=0.8,
        ))  # fmt: skip

    def story(self, *versions: ArticleVersion) -> str:
        """The articles of these versions are one story; returns its id."""
        articles = {v.article_id: v for v in sorted(versions, key=lambda v: v.first_seen, reverse=True)}
        founder = min(articles.values(), key=lambda v: (v.first_seen, v.article_id))
        story_id = make_id("story", founder.article_id)
        self.add(Story(
            story_id=story_id, title=founder.title, central_article_id=founder.article_id, first_seen=founder.first_seen,
            last_seen=max(v.first_seen for v in articles.values()), articles=len(articles),
            outlets=len({v.outlet_id for v in articles.values()}), origins=len(articles),
        ))  # fmt: skip
        for version in articles.values():
            self.add(StoryArticle(story_id=story_id, article_id=version.article_id, outlet_id=version.outlet_id,
                                  first_seen=version.first_seen, similarity=1.0,
                                  reason="founder" if version is founder else "similar"))  # fmt: skip
        return story_id

    def topic(self, story_id: str, *topics: str) -> None:
        """The story is about these."""
        (story,) = [row for row in self.rows["story"] if row.story_id == story_id]
        for topic in topics:
            self.add(StoryTopic(story_id=story_id, topic=topic, first_seen=story.first_seen, score=1.0, articles=story.articles,
                                reason="test"))  # fmt: skip

    def event(self, story_id: str, *mentions: Mention) -> str:
        """These mentions tell of one deed; returns its id."""
        founder = min(mentions, key=lambda m: (m.seen_at, m.mention_id))
        event_id = make_id("event", story_id, founder.mention_id)
        self.add(Event(
            event_id=event_id, story_id=story_id, action=founder.action, actor=founder.actors[0].id if founder.actors else None,
            target=founder.targets[0].id if founder.targets else None, place_country=founder.place_country, place_name=founder.place_name,
            event_date_start=founder.event_date_start, first_seen=founder.seen_at, mentions=len(mentions),
            outlets=len({m.outlet_id for m in mentions}),
        ))  # fmt: skip
        for m in mentions:
            self.add(EventMention(event_id=event_id, mention_id=m.mention_id, first_seen=m.seen_at, score=1.0,
                                  reason="founder" if m is founder else "same action, actor and day"))  # fmt: skip
        return event_id

    def origin(
        self,
        version: ArticleVersion,
        *,
        of: ArticleVersion | None = None,
        reuse: str = "own",
        basis: str | None = None,
        wire: str | None = None,
    ) -> None:
        """Where the article's text comes from; ``of`` is the article whose origin it shares."""
        root = of or version
        self.add(ArticleOrigin(
            article_id=version.article_id, outlet_id=version.outlet_id, origin_id=make_id("origin", wire or root.article_id),
            copy_group_id=make_id("group", root.article_id) if reuse != "own" else None, reuse=reuse,
            basis=basis or {"own": "own"}.get(reuse, "shared_text"), evidence=None, wire=wire, first_seen=version.first_seen,
        ))  # fmt: skip

    def copy(self, earlier: ArticleVersion, later: ArticleVersion, *, kind: str = "exact", direction: str = "clear") -> None:
        """Two articles share text."""
        publishers = {row.outlet_id: row.publisher for row in self.rows["outlet"]}
        relation = "same_publisher" if publishers[earlier.outlet_id] == publishers[later.outlet_id] else "other_publisher"
        self.add(CopyLink(article_id=earlier.article_id, other_article_id=later.article_id, kind=kind, similarity=1.0, shared_words=9,
                          evidence=earlier.title, direction=direction, first_seen=later.first_seen, relation=relation))  # fmt: skip

    def write(self, path: Path) -> None:
        """Write schema ``lake`` with every lake table, empty ones too, into the DuckDB file ``path``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(path)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("CREATE SCHEMA IF NOT EXISTS lake")
            for table in ALL_TABLES:
                connection.register("rows_of_table", to_arrow(self.rows[table.name], table))
                connection.execute(f"CREATE OR REPLACE TABLE lake.{table.name} AS SELECT * FROM rows_of_table")
                connection.unregister("rows_of_table")


def _party(text: str, unit: str, who: tuple[str, str | None]) -> Party:
    words, actor_id = who
    start = text.index(words)
    country, _, sector = (actor_id or "").partition(".")
    return Party(text=words, unit=unit, start=start, end=start + len(words), id=actor_id, country=country or None,
                 sector=sector or ("GOV" if actor_id else None), pronoun=None)  # fmt: skip


def _figure(text: str, figure: tuple[str, float | None, float | None, str, str]) -> Figure:
    slot, low, high, qualifier, words = figure
    start = text.index(words)
    return Figure(slot=slot, low=low, high=high, qualifier=qualifier, currency=None, text=words, start=start, end=start + len(words))


def _place(text: str, unit: str, place: tuple[str, str, str] | None) -> dict[str, Any]:
    names = ("place", "place_start", "place_end", "place_unit", "place_id", "place_name", "place_country", "place_admin1", "place_lat",
             "place_lon", "place_precision", "place_source")  # fmt: skip
    if place is None:
        return dict.fromkeys(names)
    words, place_id, country = place
    start = text.index(words)
    values = (words, start, start + len(words), unit, place_id, words, country, None, 10.5, 20.5, "city", "argument")
    return dict(zip(names, values, strict=True))


def _dates(text: str, version: ArticleVersion, stated: tuple[str, date] | None) -> dict[str, Any]:
    day = stated[1] if stated else version.first_seen.date()
    start = text.index(stated[0]) if stated else None
    return {
        "event_date_start": day, "event_date_end": day, "date_precision": "day", "date_source": "stated" if stated else "publication",
        "date_text": stated[0] if stated else None, "date_start": start,
        "date_end": start + len(stated[0]) if stated and start is not None else None,
    }  # fmt: skip
