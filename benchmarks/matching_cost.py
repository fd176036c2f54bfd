"""Times matching over a home's record, as it is and multiplied by shifted dates, and holds other orders of arrival against its own.

Usage: matching_cost.py HOME [--times 20] [--shuffles 2] [--endless 300000] [--json]

Printed: processor seconds of stories and events per article at one and at N times the history (the same articles, 40 days apart each
time), and their ratio, and the ratio of function calls, in which the load of the machine has no part; B-cubed F1, against the stories of
the real order, of those when articles come in late by up to four days, in an order of their own (a shuffled replay: published dates stay),
and at one another's moments: exchanged among the articles of one day, of four days (the window of matching), and of all. The last is no
fair reading of a shuffled replay: a date later than the sighting, or a week older, is not believed, so that it falsifies the dates too.
Last, the seconds that one article of so many characters adds. Nothing is written.
"""

from __future__ import annotations

import argparse
import cProfile
import dataclasses
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from pipelines.articles.records import ArticleOrigin, ArticleVersion, CopyLink
from pipelines.extraction.records import Mention
from pipelines.lake.store import Lake
from pipelines.stories.cluster import group_articles
from pipelines.stories.events import build_events
from pipelines.stories.records import EventMention, StoryArticle

SHIFT = timedelta(days=40)
SENTENCE = "Gunmen killed {n} guards at post {n} near Marren on Sunday, an officer of the Tarn army said in Velden. "


@dataclasses.dataclass(frozen=True)
class Record:
    """What matching reads."""

    versions: list[ArticleVersion]
    links: list[CopyLink]
    origins: list[ArticleOrigin]
    mentions: list[Mention]


def read(home: Path) -> Record:
    """Read a home's lake; mentions are those that its events stand on."""
    lake = Lake(home / "lake")
    matched = {row.mention_id for row in lake.read(EventMention)}
    mentions = [m for m in lake.read(Mention) if m.mention_id in matched]
    return Record(list(lake.read(ArticleVersion)), list(lake.read(CopyLink)), list(lake.read(ArticleOrigin)), mentions)


def multiply(record: Record, times: int) -> Record:
    """Return a record of ``times`` seasons: the same rows with other ids, each season :data:`SHIFT` later."""
    many = Record([], [], [], [])
    for n in range(times):
        shift = SHIFT * n
        for v in record.versions:
            published = v.published_at and v.published_at + shift
            many.versions.append(
                dataclasses.replace(
                    v,
                    version_id=f"{v.version_id}{n}",
                    article_id=f"{v.article_id}{n}",
                    first_seen=v.first_seen + shift,
                    published_at=published,
                )
            )
        for c in record.links:
            many.links.append(dataclasses.replace(c, article_id=f"{c.article_id}{n}", other_article_id=f"{c.other_article_id}{n}"))
        for o in record.origins:
            many.origins.append(
                dataclasses.replace(o, article_id=f"{o.article_id}{n}", origin_id=f"{o.origin_id}{n}", first_seen=o.first_seen + shift)
            )
        for m in record.mentions:
            start = m.event_date_start and m.event_date_start + shift
            many.mentions.append(
                dataclasses.replace(
                    m,
                    mention_id=f"{m.mention_id}{n}",
                    version_id=f"{m.version_id}{n}",
                    article_id=f"{m.article_id}{n}",
                    seen_at=m.seen_at + shift,
                    event_date_start=start,
                    event_date_end=m.event_date_end and m.event_date_end + shift,
                )
            )
    return many


def match(record: Record) -> tuple[list[StoryArticle], float, float]:
    """Match a record; return the places of its articles, and processor seconds of stories and of events."""
    started = time.process_time()
    grouping = group_articles(record.versions, record.links, record.origins, record.mentions)
    between = time.process_time()
    build_events(record.mentions, grouping.links, grouping.near, grouping.alike)
    return grouping.links, between - started, time.process_time() - between


def calls(record: Record) -> int:
    """Return how many functions a matching calls."""
    profile = cProfile.Profile()
    profile.runcall(match, record)
    return sum(entry.callcount for entry in profile.getstats())


def delayed(record: Record, chance: random.Random, days: float) -> Record:
    """Let every article come in late, by up to so many days; what it says of its own date stays. Rows are shuffled too."""
    late = {article: timedelta(days=days * chance.random()) for article in sorted({v.article_id for v in record.versions})}
    return _moved(record, late, chance)


def shuffled(record: Record, chance: random.Random, days: int) -> Record:
    """Exchange the first sightings of articles within so many days; every version of an article moves with it. Rows are shuffled too."""
    first: dict[str, ArticleVersion] = {}
    for version in sorted(record.versions, key=lambda v: (v.first_seen, v.version_id)):
        first.setdefault(version.article_id, version)
    groups: dict[int, list[str]] = defaultdict(list)
    for article, version in sorted(first.items()):
        groups[version.first_seen.toordinal() // days].append(article)
    moved: dict[str, timedelta] = {}
    for articles in groups.values():
        moments = [first[article].first_seen for article in articles]
        chance.shuffle(moments)
        moved.update({article: at - first[article].first_seen for article, at in zip(articles, moments, strict=True)})
    return _moved(record, moved, chance)


def _moved(record: Record, moved: Mapping[str, timedelta], chance: random.Random) -> Record:
    versions = [dataclasses.replace(v, first_seen=v.first_seen + moved[v.article_id]) for v in record.versions]
    mentions = [dataclasses.replace(m, seen_at=m.seen_at + moved[m.article_id]) for m in record.mentions]
    chance.shuffle(versions)
    chance.shuffle(mentions)
    return dataclasses.replace(record, versions=versions, mentions=mentions)


def b_cubed(found: Mapping[str, str], truth: Mapping[str, str]) -> float:
    """Return B-cubed F1 of groups by article against other groups of the same articles."""
    own, right = defaultdict(set), defaultdict(set)
    for article, story in truth.items():
        own[found[article]].add(article)
        right[story].add(article)
    both = [(len(own[found[a]] & right[s]), len(own[found[a]]), len(right[s])) for a, s in truth.items()]
    precision = sum(shared / mine for shared, mine, _ in both) / len(both)
    recall = sum(shared / theirs for shared, _, theirs in both) / len(both)
    return 2 * precision * recall / (precision + recall)


def endless(record: Record, characters: int) -> Record:
    """Add one article of so many characters, with a mention in each of its sentences."""
    model, mention = record.versions[0], record.mentions[0]
    sentences = [SENTENCE.format(n=n) for n in range(2, characters // len(SENTENCE) + 2)]
    version = dataclasses.replace(
        model, version_id="endless", article_id="endless", title="All the killings of a year", body="".join(sentences)
    )
    mentions, at = [], 0
    for n, sentence in enumerate(sentences):
        trigger = at + sentence.index("killed")
        mentions.append(
            dataclasses.replace(
                mention,
                mention_id=f"endless{n}",
                version_id="endless",
                article_id="endless",
                unit="body",
                sentence_index=n,
                sentence=sentence,
                sentence_start=at,
                sentence_end=at + len(sentence),
                trigger="killed",
                trigger_start=trigger,
                trigger_end=trigger + 6,
                action="ASSAULT",
            )
        )
        at += len(sentence)
    return dataclasses.replace(record, versions=[*record.versions, version], mentions=[*record.mentions, *mentions])


def measure(record: Record, times: int, shuffles: int, characters: int) -> dict[str, float]:
    """Return all figures by name."""
    articles = len({v.article_id for v in record.versions})
    match(record)  # word vectors and lexicons are loaded once, whatever the history
    links, stories, events = match(record)
    truth = {link.article_id: link.story_id for link in links}
    many = multiply(record, times)
    _, many_stories, many_events = match(many)
    once, often = (stories + events) / articles, (many_stories + many_events) / articles / times
    facts = {
        "articles": float(articles),
        "stories_s": stories,
        "events_s": events,
        f"stories_s at {times} times": many_stories,
        f"events_s at {times} times": many_events,
        "ms per article": 1000 * once,
        f"ms per article at {times} times": 1000 * often,
        "ratio": often / once,
        "ratio of calls": calls(many) / times / calls(record),
    }
    orders: dict[str, Callable[[random.Random], Record]] = {
        "up to four days late": lambda chance: delayed(record, chance, 4),
        "of a day exchanged": lambda chance: shuffled(record, chance, 1),
        "of four days exchanged": lambda chance: shuffled(record, chance, 4),
        "of all exchanged": lambda chance: shuffled(record, chance, 10**6),
    }
    for name, order in orders.items() if shuffles else ():
        found = [match(order(random.Random(seed)))[0] for seed in range(shuffles)]
        facts[f"b-cubed, sightings {name}"] = min(b_cubed({link.article_id: link.story_id for link in links}, truth) for links in found)
    _, long_stories, long_events = match(endless(record, characters))
    facts[f"s more for {characters} characters"] = long_stories + long_events - stories - events
    return facts


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--shuffles", type=int, default=2)
    parser.add_argument("--endless", type=int, default=300_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    facts = measure(read(given.home), given.times, given.shuffles, given.endless)
    sys.stdout.write(json.dumps(facts, indent=1) + "\n" if given.json else "".join(f"{k:40} {v:.3f}\n" for k, v in facts.items()))


if __name__ == "__main__":
    main()
