"""Stories: what joins, what stays apart, and that order of arrival does not matter."""

import dataclasses
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from pipelines.articles.records import ArticleVersion
from pipelines.core.ids import make_id
from pipelines.stories.cluster import Document, build_stories, moment, place
from pipelines.stories.records import StoryArticle
from pipelines.stories.similarity import terms
from tests.support.lake_world import LakeWorld, at

START = at("2031-05-04 12:00")
DAM = [
    ("Dam bursts above Marren, 12 dead", "A dam burst above the town of Marren on Sunday and killed 12 people, rescuers said."),
    ("Twelve killed as Marren dam gives way", "At least 12 people died when the dam above Marren burst on Sunday."),
    ("Marren dam burst: search for missing goes on", "Rescuers search the valley below Marren after the dam burst killed 12."),
]
OTHERS = [
    ("Orchestra hires young conductor", "The Velden orchestra named Tomas Rehn, 29, as its conductor."),
    ("Velden orchestra names Rehn as conductor", "Tomas Rehn, 29, will conduct the Velden orchestra."),
    ("Bank cuts rates to two per cent", "The central bank cut interest rates by a quarter point."),
    ("Ferry runs aground off Sarn", "A ferry with 80 passengers ran aground off Sarn; nobody was hurt."),
    ("Teachers strike over pay", "Teachers walked out in five cities and demanded higher pay."),
    ("Striker leaves United for record fee", "United sold its striker to Rovers for a record fee."),
    ("Vaccine approved for infants", "The drug agency approved the measles vaccine for infants."),
]


def publish(texts: Sequence[tuple[str, str]], *, start: datetime = START, hours: float = 1.0, name: str = "a") -> list[ArticleVersion]:
    """Publish each text in an outlet of its own, ``hours`` apart."""
    world = LakeWorld()
    versions = []
    for number, (title, summary) in enumerate(texts):
        when = start + timedelta(hours=hours * number)
        versions.append(world.article(f"{name}{number}", f"outlet{number}/main", when, title, summary, published=when))
    return versions


def stories_of(links: Sequence[StoryArticle]) -> dict[str, str]:
    return {link.article_id: link.story_id for link in links}


def together(links: Sequence[StoryArticle], versions: Sequence[ArticleVersion]) -> bool:
    return len({stories_of(links)[v.article_id] for v in versions}) == 1


def test_one_matter_is_one_story_and_others_stay_apart() -> None:
    versions = publish(DAM + OTHERS)
    stories, links = build_stories(versions, [], [])
    dam, orchestra, rest = versions[:3], versions[3:5], versions[5:]
    assert together(links, dam)
    assert together(links, orchestra)
    assert len({stories_of(links)[v.article_id] for v in rest}) == len(rest)
    assert len(stories) == 2 + len(rest)
    story = next(s for s in stories if s.articles == 3)
    assert (story.outlets, story.origins, story.first_seen, story.last_seen) == (3, 3, dam[0].first_seen, dam[2].first_seen)
    assert story.title in {title for title, _ in DAM}


def test_every_article_stands_in_one_story_once() -> None:
    versions = publish(DAM + OTHERS)
    edited = dataclasses.replace(versions[0], version_id="edit", title=DAM[1][0], first_seen=START + timedelta(hours=30))
    stories, links = build_stories([*versions, edited], [], [])
    assert sorted(link.article_id for link in links) == sorted(v.article_id for v in versions)
    assert sum(s.articles for s in stories) == len(versions)


def test_shuffled_rows_give_the_same_stories() -> None:
    versions = publish(DAM + OTHERS)
    expected = build_stories(versions, [], [])
    chance = random.Random(3)
    for _ in range(4):
        chance.shuffle(versions)
        assert build_stories(versions, [], []) == expected


def test_a_story_keeps_its_id_while_later_articles_join() -> None:
    versions = publish(DAM + OTHERS)
    early = [v for v in versions if v is not versions[2]]
    before = stories_of(build_stories(early, [], [])[1])
    after = stories_of(build_stories(versions, [], [])[1])
    assert before[versions[0].article_id] == after[versions[0].article_id] == make_id("story", versions[0].article_id)
    assert {a: s for a, s in after.items() if a in before} == before


def test_an_article_that_is_found_late_does_not_rename_its_story() -> None:
    """It claims to be older than the founder, but we saw it later."""
    versions = publish(DAM + OTHERS)
    late = dataclasses.replace(versions[1], published_at=START - timedelta(hours=5), first_seen=START + timedelta(hours=40))
    links = build_stories([versions[0], late, *versions[2:]], [], [])[1]
    assert stories_of(links)[late.article_id] == make_id("story", versions[0].article_id)


def test_copies_stay_together_whatever_their_words() -> None:
    world = LakeWorld()
    for outlet in ("outlet5", "outlet8"):
        world.outlet(outlet, outlet, "XAA")
    versions = publish(DAM + OTHERS)
    world.copy(versions[5], versions[8], kind="near")
    links = build_stories(versions, world.rows["copy_link"], [])[1]
    assert together(links, [versions[5], versions[8]])
    assert {link.reason for link in links if link.article_id == versions[8].article_id} == {"copy"}


def test_the_place_of_an_article_says_what_it_has_in_common_with_its_story() -> None:
    links = build_stories(publish(DAM + OTHERS), [], [])[1]
    reasons = {link.reason for link in links}
    assert "founder" in reasons
    assert reasons - {"founder"}
    for reason in reasons - {"founder"}:
        kind, _, words = reason.partition(": ")
        assert kind == "similar"
        assert 1 <= len(words.split(", ")) <= 3


def test_what_one_outlet_prints_again_after_days_is_another_story() -> None:
    world = LakeWorld()
    box = "The library in Sarn is open from nine to five, and on Saturdays until noon."
    first = world.article("x", "gazette/main", START, "Opening hours", box)
    for days, expected in ((2, True), (20, False)):
        again = world.article(f"y{days}", "gazette/main", START + timedelta(days=days), "Opening hours", box)
        world.rows["outlet"].clear()
        world.outlet("gazette", "gazette", "XAA")
        world.copy(first, again)
        link = dataclasses.replace(world.rows["copy_link"][-1], relation="same_outlet")
        assert together(build_stories([first, again, *publish(OTHERS)], [link], [])[1], [first, again]) is expected
        assert together(build_stories([first, again], [world.rows["copy_link"][-1]], [])[1], [first, again])


def test_two_doings_of_one_minister_are_two_stories() -> None:
    minister = "Trade Minister Ada Vance"
    gas = [
        (f"{minister} sees no gas crisis", f"{minister} said gas prices would fall by winter."),
        (f"Gas prices: {minister} rules out rationing", f"{minister} ruled out rationing as gas prices rise."),
        (f"{minister} meets gas suppliers over prices", f"Gas suppliers asked {minister} for loans this winter."),
        (f"{minister} promises gas this winter", f"Gas will flow this winter, {minister} told suppliers."),
    ]
    tips = (f"{minister} bans hotels from keeping tips", f"{minister} announced that waiters may keep their tips.")
    versions = publish([*gas, tips, *OTHERS])
    _, links = build_stories(versions, [], [])
    assert together(links, versions[:4])
    assert stories_of(links)[versions[4].article_id] != stories_of(links)[versions[0].article_id]


def test_instalments_of_a_dated_column_are_no_story() -> None:
    world = LakeWorld()
    days = ("Monday, May 5", "Tuesday, May 6", "Wednesday, May 7")
    column = [world.article(d, "gazette/main", START + timedelta(days=n), f"Target and Quiz, {d}") for n, d in enumerate(days)]
    _, links = build_stories([*column, *publish(OTHERS)], [], [])
    assert len({stories_of(links)[v.article_id] for v in column}) == 3


def test_headlines_of_other_pieces_say_nothing_of_an_article() -> None:
    """Neither their words nor the deeds that were found in them."""
    world = LakeWorld()
    other = ("Five valleys without water", "• Dam above Marren bursts and kills 12 • Rescuers search below Marren")
    versions = [*publish([*DAM, *OTHERS]), world.article("list", "outlet77/main", START + timedelta(hours=1), *other)]
    version = versions[-1]
    deed = world.mention(version, "bursts", "INCIDENT", unit="summary", place=("Marren", "1", "XAA"))
    own = [world.mention(v, "burst", "INCIDENT", unit="summary", place=("Marren", "1", "XAA")) for v in versions[:3]]
    links = build_stories(versions, [], [], [deed, *own])[1]
    assert together(links, versions[:3])
    assert stories_of(links)[version.article_id] != stories_of(links)[versions[0].article_id]


def test_a_shared_passage_alone_joins_nothing() -> None:
    world = LakeWorld()
    for outlet in ("outlet5", "outlet8"):
        world.outlet(outlet, outlet, "XAA")
    versions = publish(DAM + OTHERS)
    world.copy(versions[5], versions[8], kind="partial")
    assert not together(build_stories(versions, world.rows["copy_link"], [])[1], [versions[5], versions[8]])


def test_the_same_words_outside_the_window_are_another_story() -> None:
    near = publish([DAM[0], DAM[0], *OTHERS], hours=24)
    far = [*publish([DAM[0], *OTHERS]), *publish([DAM[0]], start=START + timedelta(days=5), name="b")]
    assert together(build_stories(near, [], [])[1], near[:2])
    assert not together(build_stories(far, [], [])[1], [far[0], far[-1]])


def test_later_seasons_do_not_change_earlier_stories() -> None:
    spring = publish(DAM + OTHERS)
    autumn = publish(DAM + OTHERS, start=START + timedelta(days=150), name="b")
    alone, both = stories_of(build_stories(spring, [], [])[1]), stories_of(build_stories(spring + autumn, [], [])[1])
    assert {a: s for a, s in both.items() if a in alone} == alone
    assert len(set(both.values())) == 2 * len(set(alone.values()))


def test_two_live_blogs_are_not_one_matter() -> None:
    texts = [("Live updates: what happened on Monday", "Bank cuts rates."), ("Live updates: what happened on Tuesday", "Ferry aground.")]
    versions = publish(texts + OTHERS[3:])
    assert not together(build_stories(versions, [], [])[1], versions[:2])


def test_instalments_of_a_column_are_not_one_matter() -> None:
    world = LakeWorld()
    days = [
        world.article(f"c{n}", "gazette/main", START + timedelta(days=n), f"Garden notes for day {n} of Ostrava spring", summary)
        for n, summary in enumerate(["Prune roses now.", "Sow beans early.", "Water ferns at dusk."])
    ]
    versions = days + publish(OTHERS)
    assert not together(build_stories(versions, [], [])[1], days[:2])
    assert together(build_stories(days[:2] + publish(OTHERS), [], [])[1], days[:2]), "two alone are no column, and share their title"


def test_a_summary_that_stands_under_every_instalment_says_nothing_of_its_matter() -> None:
    world = LakeWorld()
    box = "The week as our draughtsmen saw it, in pencil and ink."
    titles = ["Drawings of 4 May 2031", "Drawings of 5 May 2031", "Drawings of 6 May 2031"]
    days = [world.article(f"g{n}", "gazette/main", START + timedelta(days=n), title, box) for n, title in enumerate(titles)]
    links = build_stories(days + publish(OTHERS), [], [])[1]
    assert len({stories_of(links)[v.article_id] for v in days}) == 3


def test_little_words_of_a_rare_language_join_nothing() -> None:
    foreign = [
        ("Hund og kat i haven", "Det er en dag og det er en have og der er en hund."),
        ("Skib og havn ved kysten", "Det er en dag og det er en havn og der er et skib."),
        ("Bil og vej i byen", "Det er en dag og det er en vej og der er en bil."),
        ("Fugl og rede i skoven", "Det er en dag og det er en skov og der er en fugl."),
    ]
    versions = [dataclasses.replace(v, language="da") for v in publish(foreign, name="d")] + publish(OTHERS * 8, hours=0.1, name="e")
    links = stories_of(build_stories(versions, [], [])[1])
    assert len({links[v.article_id] for v in versions[:4]}) == 4


def test_deeds_join_what_few_words_would_not() -> None:
    world = LakeWorld()
    texts = [("Envoy quits Lund", "No reason."), ("Kestrel departs Lund", "More soon.")]
    versions = [world.article(f"d{n}", f"o{n}/main", START, title, summary) for n, (title, summary) in enumerate(texts)]
    mentions = [
        world.mention(
            version, trigger, "OFFICE", actors=[(actor, "LUN.ENVOY")], targets=[("Lund", "LUN.MISSION")], place=("Lund", "1", "XAA")
        )
        for version, trigger, actor in zip(versions, ("quits", "departs"), ("Envoy", "Kestrel"), strict=True)
    ]
    rest = publish(OTHERS)
    assert not together(build_stories(versions + rest, [], [])[1], versions)
    assert together(build_stories(versions + rest, [], [], mentions)[1], versions)


@pytest.mark.parametrize(
    ("published", "expected"),
    [(None, 0), (timedelta(hours=-3), -3), (timedelta(hours=2), 0), (timedelta(days=-30), 0)],
)
def test_a_date_is_believed_unless_it_cannot_be(published: timedelta | None, expected: int) -> None:
    (version,) = publish([DAM[0]])
    dated = dataclasses.replace(version, published_at=None if published is None else START + published)
    assert moment(dated, dated) == START + timedelta(hours=expected)


def test_two_towns_with_like_news_are_two_matters() -> None:
    quakes = [
        ("Earthquake of magnitude 4.1 rattles Marren", "A magnitude 4.1 earthquake struck near Marren in Tarvia, the survey said."),
        ("Earthquake of magnitude 4.1 rattles Osk", "A magnitude 4.1 earthquake struck near Osk in Kelmaria, the survey said."),
    ]
    alike = [quakes[0], ("Magnitude 4.1 quake hits Marren", "The earthquake struck near Marren in Tarvia at noon.")]
    apart, same = publish(quakes + OTHERS), publish(alike + OTHERS)
    assert not together(build_stories(apart, [], [])[1], apart[:2])
    assert together(build_stories(same, [], [])[1], same[:2])


def test_no_articles_no_stories() -> None:
    assert build_stories([], [], []) == ([], [])
    assert place([]).placements == {}


def test_empty_texts_stand_alone() -> None:
    placements = place([Document("a", START, terms("", "")), Document("b", START, terms("", ""))]).placements
    assert {p.founder for p in placements.values()} == {"a", "b"}
    assert {p.reason for p in placements.values()} == {"founder"}


def test_texts_of_one_newsroom_are_one_origin_and_editions_of_one_publisher_one_outlet() -> None:
    versions = publish(DAM + OTHERS)
    names = [v.outlet_id for v in versions]

    def dam(publishers: dict[str, str]) -> tuple[int, int, int]:
        story = max(build_stories(versions, [], [], publishers=publishers)[0], key=lambda s: s.articles)
        return story.articles, story.outlets, story.origins

    assert dam({}) == (3, 3, 3)
    assert dam({names[0]: "House", names[1]: "House"}) == (3, 2, 2)
