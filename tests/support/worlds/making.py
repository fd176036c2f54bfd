"""Draws a random world from a seed: its outlets, what happens, and what everyday life brings.

What belongs here: chance. What does not: the articles on planted stories (``desk``), what a plan is (``plan``).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tests.support.worlds.deed_texts import Deed, Party, Sentence, Text
from tests.support.worlds.desk import Desk
from tests.support.worlds.plan import FIRST_MONDAY, HOUR, POOL, SPACING, Article, Newsroom, State, Story, World, publisher_of, whole
from tests.support.worlds.vocabulary import Names, Nation, Town, everyday, far_apart, nations

FIELD = 26
"""Everyday articles of each outlet: enough to cover a field (20 in 28 days)."""
SCENES = ("market", "hotel", "station", "hospital", "warehouse", "school")
CAUSES = ("fishing", "customs", "border", "water", "grain", "railway")
CROWDS = ("Teachers", "Nurses", "Miners", "Dockers", "Farmers")
SECTIONS = (
    "conflicts", "military", "diplomacy", "politics", "protests", "crime", "courts", "economics", "education", "health"
)  # fmt: skip
"""Sections of everyday articles: each outlet covers the fields that stories may belong to."""


def make_world(seed: int, place: int = 0) -> World:
    """Make the world of a seed; ``place`` is its turn on the time line, so that many worlds fit into one lake."""
    rng = random.Random(f"world {seed}")
    names = Names(rng)
    start = FIRST_MONDAY + place * SPACING
    land = rng.sample(nations(), 4)
    stories = list(_stories(rng, names, start, land))
    newsrooms = _newsrooms(rng, stories, [n.code for n in land])
    desks: dict[str, Desk] = {}
    for story in stories:
        desks[story.key] = Desk(rng, names, newsrooms, story)
        if story.alike:
            # Two texts on two deeds of one group would share a passage if both were worded by one template.
            desks[story.key].leads = desks[story.alike].leads
        desks[story.key].report()
    chores = [a for newsroom in newsrooms for a in _everyday(rng, names, start, newsroom)]
    return World(seed, start, newsrooms, stories, chores)


def _newsrooms(rng: random.Random, stories: Sequence[Story], codes: Sequence[str]) -> tuple[Newsroom, ...]:
    numbers = rng.sample(range(POOL), rng.randint(6, 9))
    troubled, foreign, small, hobby = (rng.random() < share for share in (0.5, 0.3, 0.3, 0.3))
    rooms = []
    for turn, number in enumerate(numbers):
        interval = timedelta(hours=rng.choice((1, 1, 2, 3)))
        outage = None
        if turn == 0 and troubled:
            middle = rng.choice(stories).begins
            outage = (middle - 30 * HOUR, middle + 40 * HOUR)
        elif turn == 1 and rng.random() < 0.5:
            begin = rng.choice(stories).begins + rng.uniform(-6, 1) * HOUR
            outage = (begin, begin + rng.uniform(4, 10) * HOUR)
        rooms.append(Newsroom(
            f"outlet{number:02}", publisher_of(number), interval, timedelta(minutes=rng.randrange(60)),
            blind=frozenset(rng.sample(codes, 1)) if rng.random() < 0.4 else frozenset(), outage=outage,
            small=turn == 2 and small, language="de" if turn == 3 and foreign else "en",
            hobby=turn == 4 and hobby,
        ))  # fmt: skip
    return tuple(rooms)


def _stories(rng: random.Random, names: Names, start: datetime, land: Sequence[Nation]) -> Iterator[Story]:
    kinds = ["blast", "blast", *rng.sample(("arrest", "talks", "accusation", "deployment", "sanction", "protest"), 4)]
    towns = {nation.code: rng.sample(nation.towns, 5) for nation in land}
    for turn, kind in enumerate(kinds):
        nation = land[turn % len(land)]
        begins = start + timedelta(days=2) + rng.uniform(0, 54) * HOUR
        first = _story(
            rng, names, f"s{turn}", kind, begins, (nation, rng.choice([n for n in land if n is not nation])), towns[nation.code][turn % 5]
        )
        yield first
        if kind == "blast":
            yield _alike(rng, first, [t for t in towns[nation.code] if far_apart(t, first.deed.town)])


def _story(rng: random.Random, names: Names, key: str, kind: str, begins: datetime, sides: tuple[Nation, Nation], town: Town) -> Story:
    one, two = sides
    code = one.code
    minister = Party(f"{rng.choice(('Interior', 'Defence', 'Justice'))} Minister {names.person()}", f"{code}.GOV", code, "GOV")
    state, other = Party(one.name, f"{code}.GOV", code, "GOV"), Party(two.name, f"{two.code}.GOV", two.code, "GOV")
    group = f"{names.word()} {rng.choice(('Brigade', 'Front', 'League'))}"
    parties: dict[str, tuple[Party, Party | None]] = {
        "blast": (Party(group, group.upper().replace(" ", "_"), None, "REB"), None),
        "arrest": (Party("police", f"{code}.COP", code, "COP"), Party(f"opposition leader {names.person()}", None)),
        "talks": (state, other), "accusation": (state, other), "sanction": (state, other), "deployment": (state, None),
        "protest": (Party(rng.choice(CROWDS), f"{code}.LAB", code, "LAB"), None),
    }  # fmt: skip
    actor, target = parties[kind]
    extra = {"accusation": group, "sanction": group}.get(kind, f"{names.word()} {rng.choice(CAUSES)}")
    deed = Deed(key, kind, town, begins.date(), actor, target, minister, extra, rng.choice(SCENES))
    number = rng.randint(3, 14) if kind == "blast" else 100 * rng.randint(2, 40)
    tolls = [(begins - 24 * HOUR, number)]
    for _ in range(rng.choice((0, 1, 2, 3)) if kind == "blast" else 0):
        number += rng.randint(1, 9)
        tolls.append((tolls[-1][0] + (24 + rng.uniform(2, 8) if len(tolls) == 1 else rng.uniform(2, 8)) * HOUR, number))
    answer = (
        Deed(f"{key}a", "answer", town, begins.date(), target, actor, minister, extra, deed.scene)
        if kind == "accusation" and target
        else None
    )
    return Story(key, deed, begins, code, tolls, answer)


def _alike(rng: random.Random, first: Story, elsewhere: Sequence[Town]) -> Story:
    """The look-alike of a blast: the same group a day later in the same town, or on the same day in another."""
    deed = first.deed
    later = not elsewhere or rng.random() < 0.5
    begins = first.begins + (rng.uniform(22, 27) if later else rng.uniform(1, 3)) * HOUR
    day = begins.date() if later else deed.day
    if later and day == deed.day:
        begins, day = begins + 6 * HOUR, (begins + 6 * HOUR).date()
    scene_of = deed.scene if rng.random() < 0.5 else rng.choice(SCENES)
    town = deed.town if later else rng.choice(elsewhere)
    key = f"{first.key}x"
    other = Deed(key, deed.kind, town, day, deed.actor, None, deed.minister, deed.extra, scene_of)
    return Story(key, other, begins, first.nation, [(begins - 24 * HOUR, rng.randint(3, 30))], alike=first.key)


def _everyday(rng: random.Random, names: Names, start: datetime, newsroom: Newsroom) -> Iterator[Article]:
    for number in range(4 if newsroom.small else FIELD):
        while True:
            at = whole(start + rng.uniform(2, 68) * HOUR)
            down = newsroom.outage
            if not down or not down[0] - 2 * HOUR <= at < down[1]:
                break
        title, summary = everyday(rng, names, newsroom.language)
        text = Text(Sentence(title), (Sentence(summary),))
        key = f"day-{number}"
        yield Article(key, newsroom.outlet_id, "", [State(at, text)], f"{newsroom.outlet_id}/{key}", newsroom.publisher,
                      sections=() if newsroom.hobby else SECTIONS)  # fmt: skip
