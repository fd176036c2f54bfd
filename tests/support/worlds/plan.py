"""Random worlds: from a seed, who publishes what on which deed, when, from whom it is taken, and what goes wrong on the way.

What belongs here: what happens and what is published. What does not: how it is written to a lake (``rows``) or a feed (``feeds``),
what the tables must say of it (``truth``).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.support.worlds import deed_texts
from tests.support.worlds.deed_texts import Deed, Party, Sentence, Text, fill
from tests.support.worlds.vocabulary import Names, Nation, Town, everyday, far_apart, nations, scene

FIRST_MONDAY = datetime(2001, 1, 1, tzinfo=UTC)
SPACING = timedelta(days=42)
"""Worlds are so far apart that no window of one reaches another: 28 days of field, 4 of matching."""
DAYS = 9
RETENTION = timedelta(hours=36)
"""How long a feed shows an article."""
HOUR = timedelta(hours=1)
POOL = 24
FIELD = 26
AGENCIES = (("reuters", "Reuters"), ("afp", "AFP"), ("ap", "AP"))
SCENES = ("market", "hotel", "station", "hospital", "warehouse", "school")
CAUSES = ("fishing", "customs", "border", "water", "grain", "railway")
SECTIONS = (
    "conflicts", "military", "diplomacy", "politics", "protests", "crime", "courts", "accidents", "economics", "jobs", "elections", "human-rights",
    "migration", "education", "health", "disasters", "science", "environment",
)  # fmt: skip
"""Sections of everyday articles: each outlet covers the fields that stories may belong to."""
CROWDS = ("Teachers", "Nurses", "Miners", "Dockers", "Farmers")


@dataclass(frozen=True, slots=True)
class Newsroom:
    """One outlet in one world: how often it is polled, what it leaves out, and when its feed is down.

    ``blind`` names countries of which it never writes; one that is ``small`` has too few articles to count, and a ``hobby`` outlet has none
    in the fields of the planted stories.
    """

    outlet_id: str
    publisher: str
    interval: timedelta
    phase: timedelta
    blind: frozenset[str] = frozenset()
    outage: tuple[datetime, datetime] | None = None
    small: bool = False
    language: str = "en"
    hobby: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What an article says from a moment on."""

    at: datetime
    text: Text


@dataclass(slots=True)
class Article:
    """One article: its versions, and where its text comes from.

    ``root`` names the text: copies of one text have one root. ``account`` is whose account it is: a publisher's or an agency's.
    """

    key: str
    outlet_id: str
    story: str
    states: list[State]
    root: str
    account: str
    kind: str = "own"
    sections: tuple[str, ...] = ()
    wire: str | None = None

    @property
    def published(self) -> datetime:
        """When its first version appeared."""
        return self.states[0].at

    def at(self, moment: datetime) -> Text | None:
        """What the feed shows of it then; None before and after."""
        if not self.published <= moment <= self.published + RETENTION:
            return None
        return [s.text for s in self.states if s.at <= moment][-1]


@dataclass(slots=True)
class Story:
    """One matter: its main deed, its toll over time, and the articles on it."""

    key: str
    deed: Deed
    begins: datetime
    nation: str
    tolls: list[tuple[datetime, int]]
    answer: Deed | None = None
    alike: str | None = None
    articles: list[Article] = field(default_factory=list)

    def toll(self, moment: datetime) -> int:
        """The number that is true at a moment."""
        return [n for at, n in self.tolls if at <= moment][-1]


@dataclass(slots=True)
class World:
    """Everything that is planted."""

    seed: int
    start: datetime
    newsrooms: tuple[Newsroom, ...]
    stories: list[Story]
    everyday: list[Article]

    def articles(self) -> Iterator[Article]:
        """All articles, those of everyday life included."""
        for story in self.stories:
            yield from story.articles
        yield from self.everyday

    def polls(self, newsroom: Newsroom) -> list[tuple[datetime, bool]]:
        """When the newsroom's feed is polled, and whether it answers."""
        times, at = [], self.start + newsroom.phase
        while at < self.start + timedelta(days=DAYS):
            times.append((at, not (newsroom.outage and newsroom.outage[0] <= at < newsroom.outage[1])))
            at += newsroom.interval
        return times


def make_world(seed: int, place: int = 0) -> World:
    """Make the world of a seed; ``place`` is its turn on the time line, so that many worlds fit into one lake."""
    rng = random.Random(f"world {seed}")
    names = Names(rng)
    start = FIRST_MONDAY + place * SPACING
    land = rng.sample(nations(), 4)
    stories = list(_stories(rng, names, start, land))
    newsrooms = _newsrooms(rng, stories, [n.code for n in land])
    desks: dict[str, _Desk] = {}
    for story in stories:
        desks[story.key] = _Desk(rng, names, newsrooms, story)
        if story.alike:
            # Two texts on two deeds of one group would share a passage if both were worded by one template.
            desks[story.key].leads = desks[story.alike].leads
        desks[story.key].report()
    chores = [a for newsroom in newsrooms for a in _everyday(rng, names, start, newsroom)]
    return World(seed, start, newsrooms, stories, chores)


def publisher_of(number: int) -> str:
    """Return the publisher of an outlet of the pool: every third outlet is a second edition of the one before."""
    return f"House {number - 1 if number % 3 == 2 else number:02}"


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
        first = _story(rng, names, f"s{turn}", kind, begins, (nation, rng.choice([n for n in land if n is not nation])), towns[nation.code][turn % 5])
        yield first
        if kind == "blast":
            yield _alike(rng, first, [t for t in towns[nation.code] if far_apart(t, first.deed.town)])


def _story(
    rng: random.Random, names: Names, key: str, kind: str, begins: datetime, sides: tuple[Nation, Nation], town: Town
) -> Story:
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
    answer = Deed(f"{key}a", "answer", town, begins.date(), target, actor, minister, extra, deed.scene) if kind == "accusation" and target else None
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
            at = _whole(start + rng.uniform(2, 68) * HOUR)
            down = newsroom.outage
            if not down or not down[0] - 2 * HOUR <= at < down[1]:
                break
        title, summary = everyday(rng, names)
        text = Text(Sentence(title), (Sentence(summary),))
        key = f"day-{number}"
        yield Article(key, newsroom.outlet_id, "", [State(at, text)], f"{newsroom.outlet_id}/{key}", newsroom.publisher,
                      sections=() if newsroom.hobby else SECTIONS)  # fmt: skip


class _Desk:
    """Writes the articles on one story."""

    def __init__(self, rng: random.Random, names: Names, newsrooms: Sequence[Newsroom], story: Story) -> None:
        self.rng, self.names, self.story = rng, names, story
        self.rooms = [r for r in newsrooms if story.nation not in r.blind and r.language == "en" and not r.hobby]
        self.is_denied = story.deed.kind in deed_texts.DENIALS and rng.random() < 0.45
        self.is_inflated = story.deed.kind == "blast" and story.alike is None and rng.random() < 0.25
        titles, leads = deed_texts.TITLES[story.deed.kind], deed_texts.LEADS[story.deed.kind]
        self.leads = {v: rng.sample(ts, len(ts)) for v, ts in leads.items()}
        self.titles = titles

    def report(self) -> None:
        """Decide who publishes when, and write it."""
        rng, story = self.rng, self.story
        rooms = [r for r in self.rooms if rng.random() < 0.8] or rng.sample(self.rooms, 1)
        rng.shuffle(rooms)
        lead = rng.choice(("clear", "tight", "any"))
        planned = story.deed.kind == "deployment" and rng.random() < 0.6
        has_left = any(left for variant, left in self.leads.items() if variant != "planned")
        wire = self._wire() if has_left and rng.random() < 0.35 else None
        for turn, room in enumerate(rooms):
            gap = 0.0 if turn == 0 else {"clear": rng.uniform(7.5, 20), "tight": rng.uniform(0.05, 0.9), "any": rng.uniform(0.2, 18)}[lead]
            at = _whole(story.begins + gap * HOUR)
            article = self._article(room, at, planned and gap < 6, wire if wire and rng.random() < 0.45 and gap > 0.5 else None)
            if article:
                story.articles.append(article)
        for article in list(story.articles):
            if article.kind == "own" and rng.random() < 0.35:
                self._edit(article, planned)

    def _article(self, room: Newsroom, at: datetime, planned: bool, wire: tuple[str, str, Text] | None) -> Article | None:
        rng, key = self.rng, self.story.key
        if wire:
            agency, root, text = wire
            return Article(key, room.outlet_id, key, [State(at, text)], root, f"wire {agency}", "exact", wire=agency)
        sources = [a for a in self.story.articles if a.kind == "own" and a.published + HOUR < at and a.account != room.publisher]
        way = rng.choices(("own", "exact", "near", "partial"), (60, 10, 14, 12))[0] if sources else "own"
        if way != "own":
            source = rng.choice(sources)
            text = source.at(at)
            if way == "partial" and text:
                return self._own(room, at, planned, passage=text.summary[-1])
            if text:
                copied = text if way == "exact" else self._near(text, at, planned)
                return Article(key, room.outlet_id, key, [State(at, copied)], source.root, source.account, way)
        return self._own(room, at, planned)

    def _own(self, room: Newsroom, at: datetime, planned: bool, passage: Sentence | None = None) -> Article | None:
        variants = ["planned"] if planned else [v for v in self.leads if v != "planned"]
        free = [v for v in variants for _ in self.leads[v]]
        if not free:
            return None
        text = self._text(self.rng.choice(free), self._number(at, room), own_scenes=1 if passage else 2, may_deny=not planned)
        if passage:
            text = Text(text.title, (*text.summary, passage))
        key = self.story.key
        return Article(key, room.outlet_id, key, [State(at, text)], f"{room.outlet_id}/{key}", room.publisher, "partial" if passage else "own")

    def _number(self, at: datetime, room: Newsroom) -> int:
        story = self.story
        number = story.toll(at - self.rng.uniform(0, 0.6) * HOUR)
        if self.is_inflated and len(story.articles) == 1 and at - story.begins < 6 * HOUR:
            self.is_inflated = False
            return 4 * story.tolls[-1][1] + 7
        return number

    def _text(self, variant: str, number: int, *, own_scenes: int, may_deny: bool) -> Text:
        rng, deed = self.rng, self.story.deed
        title_variant = "own" if variant == "said" and rng.random() < 0.2 else variant
        title = self._fill(rng.choice(self.titles[title_variant]), title_variant, number)
        sentences = [self._fill(self.leads[variant].pop(), variant, number)]
        sentences += [Sentence(scene(rng, self.names)) for _ in range(own_scenes - 1)]
        if self.is_denied and may_deny and rng.random() < 0.5:
            denier = {"blast": deed.actor, "arrest": Party("The ministry", None), "deployment": Party("The ministry", None)}[deed.kind]
            template = rng.choice(deed_texts.DENIALS[deed.kind])
            sentences.append(fill(template, deed, speaker=denier, voice="named_org", polarity="denied"))
        if self.story.answer and rng.random() < 0.5:
            sentences.append(fill(rng.choice(deed_texts.ANSWERS), self.story.answer))
        sentences.append(Sentence(scene(rng, self.names)))
        return Text(title, tuple(sentences))

    def _fill(self, template: str, variant: str, number: int) -> Sentence:
        deed = self.story.deed
        speaker = deed.minister if variant == "said" else None
        return fill(template, deed, speaker=speaker, number=number, voice="named_person" if speaker else "outlet",
                    reality="planned" if variant == "planned" else "happened")  # fmt: skip

    def _near(self, text: Text, at: datetime, planned: bool) -> Text:
        """The same text under another headline, with a sentence more or less."""
        variant = _variant(text.title)
        number = int(text.title.claim.figure[2]) if text.title.claim and text.title.claim.figure else self.story.toll(at)
        title = self._fill(self.rng.choice(self.titles[variant]), variant, number)
        summary = text.summary
        if len(summary) > 3 and summary[-1].claim is None and self.rng.random() < 0.5:
            summary = summary[:-1]
        return Text(title, summary, text.prefix)

    def _wire(self) -> tuple[str, str, Text]:
        """A report of an agency that several papers print with its credit."""
        agency, name = self.rng.choice(AGENCIES)
        variant = self.rng.choice([v for v, left in self.leads.items() if left and v != "planned"])
        text = self._text(variant, self.story.toll(self.story.begins), own_scenes=2, may_deny=True)
        prefix = f"{self.story.deed.town.name.upper()} ({name}) - "
        return agency, f"wire {agency} {self.story.key}", Text(text.title, text.summary, prefix)

    def _edit(self, article: Article, planned: bool) -> None:
        """A later version: another toll, own words become somebody's, the actor goes, or the headline alone changes, for good or not."""
        rng, story = self.rng, self.story
        at = _whole(article.published + rng.uniform(4, 12) * HOUR)
        before = article.states[-1].text
        variant = _variant(before.title)
        if variant == "planned" or _variant(before.summary[0]) != variant:
            return
        now = story.toll(at)
        number = int(before.title.claim.figure[2]) if before.title.claim and before.title.claim.figure else now
        way = rng.choice(("toll", "said", "bare", "headline", "back"))
        if way == "toll" and story.deed.kind == "blast" and before.title.claim and now > number:
            after = self._again(before, variant, now)
        elif way in ("said", "bare") and variant == "own" and self.leads.get(way):
            after = Text(self._fill(rng.choice(self.titles[way]), way, number), (self._fill(self.leads[way].pop(), way, number), *before.summary[1:]))
        elif way in ("headline", "back"):
            titles = [s for t in self.titles[variant] if (s := self._fill(t, variant, number)).text != before.title.text]
            after = Text(rng.choice(titles), before.summary)
        else:
            return
        article.states.append(State(at, after))
        if way == "back":
            article.states.append(State(_whole(at + rng.uniform(4, 10) * HOUR), before))

    def _again(self, text: Text, variant: str, number: int) -> Text:
        """The same sentences with another toll."""
        def with_number(sentence: Sentence) -> Sentence:
            claim = sentence.claim
            if not claim or not claim.figure or claim.polarity != "positive":
                return sentence
            old = str(int(claim.figure[2]))
            words = claim.figure[0].text
            return _renumbered(sentence, words, words.replace(old, str(number)), number)

        return Text(with_number(text.title), tuple(with_number(s) for s in text.summary))


def _whole(moment: datetime) -> datetime:
    """Feeds tell the time in seconds."""
    return moment.replace(microsecond=0)


def _variant(sentence: Sentence) -> str:
    claim = sentence.claim
    assert claim is not None
    if claim.reality == "planned":
        return "planned"
    return "said" if claim.speaker else "own" if claim.actor else "bare"


def _renumbered(sentence: Sentence, old: str, new: str, number: int) -> Sentence:
    """Put another number into a sentence and move all spans behind it."""
    claim = sentence.claim
    assert claim is not None and claim.figure is not None
    at, longer = claim.figure[0].start, len(new) - len(old)

    def moved(part):  # type: ignore[no-untyped-def]
        if part is None:
            return None
        if isinstance(part, tuple):
            return (moved(part[0]), *part[1:])
        return part.moved(longer) if part.start > at else part

    parts = {name: moved(getattr(claim, name)) for name in ("trigger", "actor", "target", "place", "day", "speaker", "cue")}
    figure = (deed_texts.Span(new, at), claim.figure[1], float(number), None if claim.figure[3] is None else float(number), claim.figure[4])
    return Sentence(sentence.text[:at] + new + sentence.text[at + len(old) :], replace(claim, figure=figure, **parts))
