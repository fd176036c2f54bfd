from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from pipelines.articles.records import ArticleVersion
from pipelines.core.records import from_mapping, table_of
from pipelines.extraction.records import Mention
from pipelines.stories.records import Story, StoryArticle
from pipelines.stories.topic_list import parse
from pipelines.stories.topics import article_sections, assign_topics, matches

AT = datetime(2025, 3, 4, 12, tzinfo=UTC)
TOPICS = parse(
    """
[topics.war]
name = "War"
about = "Fighting."
terms = ["shelling"]
hints = ["army", "border", "troops"]
actions = ["ASSAULT/MIL", "CONSULT:abroad"]
sections = ["conflicts"]

[topics.sport]
name = "Sport"
about = "Matches."
terms = ["football"]
""",
    "t",
)
_BLANK = {"string": "", "int64": 0, "double": 0.0, "bool": False}


def filled(row: type, **values: Any) -> Any:
    """A record with every column that is not given empty or NULL."""
    plain: dict[str, Any] = {}
    for column in table_of(row).columns:
        kind = str(column.arrow)
        plain[column.name] = None if column.nullable else [] if kind.startswith("list") else AT if "timestamp" in kind else _BLANK[kind]
    return from_mapping(row, {**plain, **values})


def version(article: str, title: str, summary: str = "", **values: Any) -> ArticleVersion:
    own = {"version_id": f"v-{article}-{title}", "article_id": article, "title": title, "summary": summary}
    made: ArticleVersion = filled(ArticleVersion, **own, **values)
    return made


def party(country: str | None = None, sector: str | None = None) -> dict[str, Any]:
    return {"text": "x", "unit": "title", "start": 0, "end": 1, "id": None, "country": country, "sector": sector, "pronoun": None}


def mention(of: ArticleVersion, action: str, **values: Any) -> Mention:
    own = {"mention_id": f"m-{of.version_id}-{action}", "version_id": of.version_id, "action": action, "unit": "title"}
    made: Mention = filled(Mention, **own, **values)
    return made


def story(*versions: ArticleVersion) -> tuple[Story, list[StoryArticle]]:
    name = f"s-{versions[0].article_id}"
    links = [filled(StoryArticle, story_id=name, article_id=v.article_id) for v in versions]
    return filled(Story, story_id=name, first_seen=AT), links


def topics_of(*versions: ArticleVersion, mentions: list[Mention] | None = None) -> dict[str, float]:
    one, links = story(*versions)
    return {row.topic: row.score for row in assign_topics(TOPICS, [one], links, versions, mentions or [])}


def test_a_term_in_the_title_is_enough_and_in_the_summary_it_needs_company() -> None:
    assert topics_of(version("a", "Shelling at dawn")) == {"war": 1.0}
    assert topics_of(version("a", "Dawn", "There was shelling.")) == {}
    assert topics_of(version("a", "Dawn", "There was shelling, the army says.")) == {"war": 0.65}


def test_hints_only_count_together() -> None:
    assert topics_of(version("a", "The army")) == {}
    assert topics_of(version("a", "The army at the border")) == {"war": 0.7}


def test_a_story_may_have_several_topics_and_needs_them_in_its_articles_mean() -> None:
    war, both, neither = version("a", "Shelling"), version("b", "Shelling stops football"), version("c", "Weather")
    assert topics_of(war, both) == {"war": 1.0, "sport": 0.5}
    assert topics_of(war, both, neither) == {"war": 0.6667}


def test_the_latest_version_of_an_article_counts() -> None:
    early = version("a", "Shelling")
    late = version("a", "Quiet", first_seen=AT.replace(hour=13))
    assert topics_of(early, late) == {}


def test_deeds_count_by_type_sector_and_countries() -> None:
    of = version("a", "Army moves")
    soldiers = mention(of, "ASSAULT", actors=[party(sector="MIL")])
    assert topics_of(of, mentions=[soldiers]) == {"war": 0.75}
    assert topics_of(of, mentions=[mention(of, "ASSAULT", actors=[party(sector="CRM")])]) == {}
    deed = next(d for d in TOPICS.topics[0].deeds if d.abroad)
    assert matches(deed, mention(of, "CONSULT", actors=[party("FRA")], targets=[party("DEU")]))
    assert not matches(deed, mention(of, "CONSULT", actors=[party("FRA")], targets=[party("FRA")]))
    assert not matches(deed, mention(of, "CONSULT", actors=[party("FRA")], targets=[party()]))


def test_sections_come_from_categories_and_the_address() -> None:
    of = version("a", "Quiet", categories=["news/world/Conflicts"], canonical_url="https://o.example/sport/football/story.html")
    assert {"conflicts", "world", "news", "sport", "football"} <= article_sections(of)
    assert "story-html" not in article_sections(of)
    assert topics_of(of) == {"war": 0.6}
    assert article_sections(version("a", "x", canonical_url="https://[broken/a/b")) == set()


def test_the_reason_names_entries_of_the_list_and_no_words_of_the_article() -> None:
    one, links = story(version("a", "Shelling kills Zorvan"), version("b", "More shelling, army says"))
    (row,) = assign_topics(TOPICS, [one], links, [version("a", "Shelling kills Zorvan"), version("b", "More shelling, army says")], [])
    assert row.reason == "in 2 of 2 articles: shelling (2), army (1)"
    assert row.articles == 2


def test_order_has_no_part_in_it() -> None:
    versions = [version(f"a{n}", title) for n, title in enumerate(["Shelling", "Football", "Army border", "Troops, army, border"] * 3)]
    stories = [story(*versions[n : n + 3]) for n in range(0, 12, 3)]
    links = [link for _, part in stories for link in part]
    forward = assign_topics(TOPICS, [s for s, _ in stories], links, versions, [])
    random.Random(3).shuffle(versions)
    random.Random(4).shuffle(links)
    assert assign_topics(TOPICS, [s for s, _ in stories][::-1], links, versions, []) == forward
    assert forward
