"""Matching as a station: what it writes, and that the record alone decides."""

import shutil
from datetime import timedelta
from pathlib import Path

from pipelines.articles.records import ArticleVersion
from pipelines.settings import Settings
from pipelines.stations.matching import match
from pipelines.stations.workspace import Workspace
from pipelines.stories.records import Story, StoryArticle, StoryChange
from tests.support.lake_world import LakeWorld, at

START = at("2031-05-04 12:00")
TEXTS = [
    ("Dam bursts above Marren, 12 dead", "A dam burst above the town of Marren on Sunday and killed 12 people, rescuers said."),
    ("Orchestra hires young conductor", "The Velden orchestra named Tomas Rehn, 29, as its conductor."),
    ("Ferry runs aground off Sarn", "A ferry with 80 passengers ran aground off Sarn; nobody was hurt."),
    ("Twelve killed as Marren dam gives way", "At least 12 people died when the dam above Marren burst on Sunday."),
    ("Bank cuts rates to two per cent", "The central bank cut interest rates by a quarter point."),
]


def published(numbers: range) -> list[ArticleVersion]:
    world = LakeWorld()
    return [
        world.article(f"a{n}", f"outlet{n}/main", START + timedelta(hours=n), *TEXTS[n], published=START + timedelta(hours=n))
        for n in numbers
    ]


def history(workspace: Workspace) -> list[tuple[str, str]]:
    return sorted((c.change, c.story_id) for c in workspace.lake.read(StoryChange))


def test_history_is_told_once_and_outlives_the_derived_tables(tmp_path: Path) -> None:
    workspace = Workspace(Settings(home=tmp_path / "home"))
    workspace.lake.append(ArticleVersion, published(range(3)))
    assert match(workspace).computed
    first = history(workspace)
    assert [change for change, _ in first] == ["created"] * 3

    workspace.lake.append(ArticleVersion, published(range(3, 5)))
    match(workspace)
    assert not match(workspace).computed
    second = history(workspace)
    assert len(second) == 4, "one article joined a story, one began another"
    assert set(first) < set(second)

    stories = {s.story_id: s for s in workspace.lake.read(Story)}
    places = sorted((a.article_id, a.story_id) for a in workspace.lake.read(StoryArticle))
    for table in ("story", "story_article"):
        shutil.rmtree(workspace.settings.lake / table)
    match(workspace)
    assert history(workspace) == second
    assert {s.story_id: s for s in workspace.lake.read(Story)} == stories
    assert sorted((a.article_id, a.story_id) for a in workspace.lake.read(StoryArticle)) == places


def test_a_record_that_came_at_once_gives_the_same_stories(tmp_path: Path) -> None:
    at_once, bit_by_bit = Workspace(Settings(home=tmp_path / "one")), Workspace(Settings(home=tmp_path / "two"))
    at_once.lake.append(ArticleVersion, published(range(5)))
    match(at_once)
    for n in (4, 1, 0, 3, 2):
        bit_by_bit.lake.append(ArticleVersion, published(range(n, n + 1)))
        match(bit_by_bit)
    one, two = ({a.article_id: a.story_id for a in w.lake.read(StoryArticle)} for w in (at_once, bit_by_bit))
    assert one == two
    assert {c.story_id for c in bit_by_bit.lake.read(StoryChange) if c.change in ("created", "split_from")} >= set(one.values())


def test_matching_up_to_a_moment_adds_nothing_to_the_history(tmp_path: Path) -> None:
    workspace = Workspace(Settings(home=tmp_path / "home"))
    workspace.lake.append(ArticleVersion, published(range(5)))
    match(workspace, until=START + timedelta(hours=2))
    assert history(workspace) == []
    assert len(workspace.lake.read(StoryArticle)) == 3
