"""Worlds as the rows of a lake: what polling, parsing and an ideal extractor would have left, then the real matching.

What belongs here: records made from a plan. What does not: feeds as bytes (``feeds``), judging what the tables say (``truth``).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipelines.articles import wire
from pipelines.articles.copies import find_copies
from pipelines.articles.records import ArticleVersion
from pipelines.core.ids import make_id
from pipelines.extraction.records import Figure, Mention, Party, SourceLink
from pipelines.stories import topic_list
from pipelines.stories.cluster import group_articles
from pipelines.stories.events import build_events
from pipelines.stories.topics import assign_topics
from tests.support.lake_world import EXTRACTOR, QUAD, LakeWorld
from tests.support.worlds import deed_texts
from tests.support.worlds.deed_texts import Claim, Sentence, Span, Text
from tests.support.worlds.plan import POOL, Article, Newsroom, World, publisher_of

FEED = "main"


@dataclass(slots=True)
class Written:
    """What a world became in the record: for each article its id, the texts that were seen, in order, and when.

    ``shown`` tells the text that the feed showed last; articles that no poll saw are absent. ``inner`` are mentions of deeds inside a deed.
    """

    world: World
    article_ids: dict[tuple[str, str], str] = field(default_factory=dict)
    seen: dict[tuple[str, str], list[tuple[datetime, Text, str]]] = field(default_factory=dict)
    mention_deeds: dict[str, str] = field(default_factory=dict)
    inner: set[str] = field(default_factory=set)

    def shown(self, article: Article) -> Text | None:
        """The text that counts: the one that was seen last."""
        found = self.seen.get(key_of(article))
        return found[-1][1] if found else None

    def first_seen(self, article: Article) -> datetime | None:
        """When a poll first saw the article."""
        found = self.seen.get(key_of(article))
        return found[0][0] if found else None


def key_of(article: Article) -> tuple[str, str]:
    """Outlet and key: what names an article inside its world."""
    return article.outlet_id, article.key


def write_worlds(worlds: Sequence[World], database: Path, ideal: Collection[int] = ()) -> list[Written]:
    """Write all worlds into one lake (schema ``lake`` of a DuckDB file), matched by our code, at the places ``ideal`` by the truth."""
    lake = LakeWorld()
    for number in range(POOL):
        lake.outlet(f"outlet{number:02}", publisher_of(number), "XXX")
    written = [_write(world, lake, place in ideal) for place, world in enumerate(worlds)]
    counts: dict[str, int] = defaultdict(int)
    for mention in lake.rows["mention"]:
        counts[mention.version_id] += 1
    lake.rows["extraction"] = [dataclasses.replace(e, mentions=counts[e.version_id]) for e in lake.rows["extraction"]]
    lake.write(database)
    return written


def _write(world: World, lake: LakeWorld, ideal: bool) -> Written:
    written = Written(world)
    own = LakeWorld()
    for newsroom in world.newsrooms:
        _poll(world, newsroom, own, written)
    publishers = {newsroom.outlet_id: newsroom.publisher for newsroom in world.newsrooms}
    intervals = {newsroom.outlet_id: int(newsroom.interval.total_seconds()) for newsroom in world.newsrooms}
    versions, mentions = own.rows["article_version"], own.rows["mention"]
    links, origins = find_copies(versions, intervals, publishers)
    for row in (*links, *origins):
        lake.add(row)
    if ideal:
        _match_by_truth(written, own)
        stories, story_articles = own.rows["story"], own.rows["story_article"]
    else:
        grouping = group_articles(versions, links, origins, mentions, publishers)
        stories, story_articles = grouping.stories, grouping.links
        events, event_mentions = build_events(mentions, story_articles, grouping.near, grouping.alike)
        for row in (*stories, *story_articles, *events, *event_mentions):
            lake.add(row)
    for row in assign_topics(topic_list.default(), stories, story_articles, versions, mentions):
        lake.add(row)
    for rows in own.rows.values():
        for row in rows:
            lake.add(row)
    return written


def _match_by_truth(written: Written, own: LakeWorld) -> None:
    """One story per planted story, one event per deed, as planted: what the marts make of matching without faults."""
    versions = defaultdict(list)
    for version in own.rows["article_version"]:
        versions[version.article_id].append(version)
    told: dict[str, list[Mention]] = defaultdict(list)
    for mention in own.rows["mention"]:
        told[written.mention_deeds[mention.mention_id]].append(mention)
    for story in written.world.stories:
        seen = [written.article_ids[key_of(a)] for a in story.articles if key_of(a) in written.article_ids]
        if seen:
            story_id = own.story(*(versions.pop(article)[0] for article in seen))
            for deed in (story.key, f"{story.key}a"):
                if told[deed]:
                    own.event(story_id, *told[deed])
    for rest in versions.values():
        own.story(rest[0])


def _poll(world: World, newsroom: Newsroom, lake: LakeWorld, written: Written) -> None:
    """Poll one feed through its world, and keep what each poll shows anew."""
    feed = f"{newsroom.outlet_id}/{FEED}"
    articles = [a for a in world.articles() if a.outlet_id == newsroom.outlet_id]
    showing: dict[str, Text] = {}
    for when, answers in world.polls(newsroom):
        if not answers:
            lake.poll(feed, when, "http_error")
            continue
        new = [(a, text) for a in articles if (text := a.at(when)) is not None and showing.get(a.key) is not text]
        lake.poll(feed, when, "new_body" if new or not showing else "not_modified")
        for article, text in new:
            showing[article.key] = text
            _keep(world, newsroom, article, text, (feed, when), lake, written)


def _keep(
    world: World, newsroom: Newsroom, article: Article, text: Text, sight: tuple[str, datetime], lake: LakeWorld, written: Written
) -> None:
    feed, when = sight
    known = written.seen.setdefault(key_of(article), [])
    before = next((version_id for _, other, version_id in known if other is text), None)
    if before:
        version = next(v for v in lake.rows["article_version"] if v.version_id == before)
        lake.again(version, feed, when)
    else:
        summary = text.summary_text()
        credit = wire.detect(
            wire.default(), title=text.title.text, summary=summary, body="", author=None, source_url=None, source_title=None
        )
        version = lake.article(f"w{world.start:%Y%m%d}-{article.key}", feed, when, text.title.text, summary, published=article.published,
                               language=newsroom.language, wire=credit.wire if credit else None, categories=article.sections)  # fmt: skip
        written.article_ids[key_of(article)] = version.article_id
        if newsroom.language == "en":
            for unit, offset, sentence in text.claims():
                mention = lake.add(ideal_mention(version, unit, offset, sentence))
                assert sentence.claim is not None
                written.mention_deeds[mention.mention_id] = sentence.claim.deed
    known.append((when, text, version.version_id))


def ideal_mention(version: ArticleVersion, unit: str, offset: int, sentence: Sentence) -> Mention:
    """The mention that an extractor without faults would give for a sentence."""
    claim = sentence.claim
    assert claim is not None
    trigger = claim.trigger.moved(offset)
    cue = claim.cue.moved(offset) if claim.cue else None
    speaker = _party(claim.speaker, unit, offset)
    chain = (
        []
        if claim.voice == "outlet"
        else [
            SourceLink(
                voice=claim.voice, text=speaker.text if speaker else None, id=speaker.id if speaker else None, cue=cue.text if cue else None
            )
        ]
    )  # type: ignore[arg-type]
    actor, target = _party(claim.actor, unit, offset), _party(claim.target, unit, offset)
    return Mention(
        mention_id=make_id("mention", version.version_id, unit, trigger.start, EXTRACTOR), version_id=version.version_id,
        article_id=version.article_id, outlet_id=version.outlet_id, seen_at=version.first_seen, unit=unit, sentence_index=offset,
        sentence_start=offset, sentence_end=offset + len(sentence.text), sentence=sentence.text, trigger=trigger.text,
        trigger_start=trigger.start, trigger_end=trigger.start + len(trigger.text), action=claim.action, quad_class=QUAD[claim.action],
        mode=None, actors=[actor] if actor else [], actor_omitted=actor is None and claim.polarity == "positive",
        targets=[target] if target else [], **_place(claim, unit, offset), **_dates(claim, version, offset), voice=claim.voice,
        speaker=speaker, cue=cue.text if cue else None,
        cue_start=cue.start if cue else None, cue_end=cue.start + len(cue.text) if cue else None,
        in_quotes=False, source_chain=chain, polarity=claim.polarity, reality=claim.reality, figures=_figures(claim, offset), rule="ideal",
        extractor_version=EXTRACTOR, model="ideal 1.0", confidence=0.99,
    )  # fmt: skip


def _party(given: tuple[Span, deed_texts.Party] | None, unit: str, offset: int) -> Party | None:
    if given is None:
        return None
    span, party = given[0].moved(offset), given[1]
    return Party(text=span.text, unit=unit, start=span.start, end=span.start + len(span.text), id=party.id, country=party.country,
                 sector=party.sector, pronoun=None)  # type: ignore[arg-type]  # fmt: skip


def _figures(claim: Claim, offset: int) -> list[Figure]:
    if claim.figure is None:
        return []
    span, slot, low, high, qualifier = claim.figure
    at = span.start + offset
    return [Figure(slot=slot, low=low, high=high, qualifier=qualifier, currency=None, text=span.text, start=at, end=at + len(span.text))]


def _place(claim: Claim, unit: str, offset: int) -> dict[str, object]:
    names = ("place", "place_start", "place_end", "place_unit", "place_id", "place_name", "place_country", "place_admin1", "place_lat",
             "place_lon", "place_precision", "place_source")  # fmt: skip
    if claim.place is None:
        return dict.fromkeys(names)
    span, town = claim.place[0].moved(offset), claim.place[1]
    values = (
        span.text,
        span.start,
        span.start + len(span.text),
        unit,
        town.id,
        town.name,
        town.country,
        None,
        town.lat,
        town.lon,
        "city",
        "argument",
    )
    return dict(zip(names, values, strict=True))


def _dates(claim: Claim, version: ArticleVersion, offset: int) -> dict[str, object]:
    span = claim.day[0].moved(offset) if claim.day else None
    day = claim.day[1] if claim.day else (version.published_at or version.first_seen).date()
    return {
        "event_date_start": day, "event_date_end": day, "date_precision": "day", "date_source": "stated" if span else "publication",
        "date_text": span.text if span else None, "date_start": span.start if span else None,
        "date_end": span.start + len(span.text) if span else None,
    }  # fmt: skip
