"""Stories of the sample world against its truth, and of labelled articles."""

import cProfile
import dataclasses
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import pytest

from pipelines.articles.copies import find_copies
from pipelines.articles.records import ArticleVersion, CopyLink
from pipelines.demo.schema import versions as states
from pipelines.demo.world import load
from pipelines.evaluation.predictors.matching import predict_stories
from pipelines.evaluation.task_scores import measure_stories
from pipelines.stories.cluster import build_stories
from tests.support.lake_world import LakeWorld

SINGLES = "local-notes"


@lru_cache(maxsize=1)
def sample_world() -> tuple[list[ArticleVersion], list[CopyLink], dict[str, str]]:
    """All versions of the sample world as they were published, their copies, and the true story of each article."""
    world, lake, truth = load(), LakeWorld(), {}
    versions = []
    for outlet, items in world.items.items():
        for item in items:
            for state in states(item):
                versions.append(
                    lake.article(item.id, f"{outlet}/main", state.at, state.title, state.summary, state.content, published=item.at)
                )
            truth[versions[-1].article_id] = item.story
    links, _ = find_copies(versions, {outlet.id: 3 * 3600 for outlet in world.outlets}, {o.id: o.publisher for o in world.outlets})
    return versions, links, truth


def b_cubed(found: dict[str, str], truth: dict[str, str]) -> tuple[float, float]:
    """Precision and recall over the articles of ``truth``."""
    shares = []
    for article, story in truth.items():
        own = {a for a in truth if found[a] == found[article]}
        right = {a for a in truth if truth[a] == story}
        shares.append((len(own & right) / len(own), len(own & right) / len(right)))
    return sum(p for p, _ in shares) / len(shares), sum(r for _, r in shares) / len(shares)


def test_stories_of_the_sample_world() -> None:
    versions, links, truth = sample_world()
    _, rows = build_stories(versions, links, [])
    found = {row.article_id: row.story_id for row in rows}
    precision, recall = b_cubed(found, {a: s for a, s in truth.items() if s != SINGLES})
    assert precision >= 0.92
    assert recall >= 0.48


def test_full_copies_of_the_sample_world_stand_together() -> None:
    versions, links, _ = sample_world()
    found = {row.article_id: row.story_id for row in build_stories(versions, links, [])[1]}
    full = [link for link in links if link.kind in ("exact", "near")]
    assert full
    assert all(found[link.article_id] == found[link.other_article_id] for link in full)


def test_late_sightings_barely_change_the_stories() -> None:
    """Articles that come in some hours later, in another order, and without a date, mostly stand where they stood."""
    versions, links, truth = sample_world()
    chance = random.Random(9)
    delay = {article: timedelta(hours=chance.random() * 6) for article in sorted(truth)}
    late = [replace_times(v, delay[v.article_id]) for v in versions]
    one = {row.article_id: row.story_id for row in build_stories(versions, links, [])[1]}
    two = {row.article_id: row.story_id for row in build_stories(late, links, [])[1]}
    precision, recall = b_cubed(two, one)
    assert 2 * precision * recall / (precision + recall) >= 0.97


def test_the_order_of_arrival_does_not_matter_where_dates_stay() -> None:
    """A shuffled replay: each article is first seen up to five days late, in an order of its own; its published date is what it was."""
    versions, links, _ = sample_world()
    chance = random.Random(4)
    delay = {article: timedelta(days=chance.random() * 5) for article in sorted({v.article_id for v in versions})}
    late = [dataclasses.replace(v, first_seen=v.first_seen + delay[v.article_id]) for v in versions]
    chance.shuffle(late)
    assert [v.article_id for v in sorted(late, key=lambda v: v.first_seen)] != [v.article_id for v in versions]
    one = {row.article_id: row.story_id for row in build_stories(versions, links, [])[1]}
    two = {row.article_id: row.story_id for row in build_stories(late, links, [])[1]}
    assert b_cubed(two, one) == (1.0, 1.0)


def test_the_work_for_an_article_does_not_grow_with_the_archive() -> None:
    """Calls of functions, so that the load of the machine has no part in it: the same articles again, four times, a season apart."""
    versions, links, _ = sample_world()
    many = [later(v, n) for n in range(4) for v in versions]
    copies = [replace(c, article_id=f"{c.article_id}{n}", other_article_id=f"{c.other_article_id}{n}") for n in range(4) for c in links]
    build_stories(versions, links, [])
    assert calls(lambda: build_stories(many, copies, [])) / 4 <= 1.2 * calls(lambda: build_stories(versions, links, []))


def later(version: ArticleVersion, season: int) -> ArticleVersion:
    shift = timedelta(days=40) * season
    return dataclasses.replace(
        version,
        article_id=f"{version.article_id}{season}",
        version_id=f"{version.version_id}{season}",
        first_seen=version.first_seen + shift,
        published_at=version.published_at and version.published_at + shift,
    )


def calls(work: Callable[[], object]) -> int:
    profile = cProfile.Profile()
    profile.runcall(work)
    return sum(entry.callcount for entry in profile.getstats())


def replace_times(version: ArticleVersion, delay: timedelta) -> ArticleVersion:
    return dataclasses.replace(version, first_seen=version.first_seen + delay, published_at=None)


@pytest.mark.gold
def test_labelled_stories(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "gold" / "stories.dev.jsonl").read_text(encoding="utf-8").splitlines()]
    found = {m.slot: m.value or 0.0 for m in measure_stories(list(zip(rows, predict_stories(rows), strict=True)))}
    assert found["b_cubed"] >= 0.99
    assert found["b_cubed_precision"] >= 0.995
