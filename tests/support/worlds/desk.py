"""Writes the articles on one planted story: own texts, copies, a wire, edits, denials, tolls as they are known at the time.

What belongs here: who says what when. What does not: sentences (``deed_texts``), what happens (``making``).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.support.worlds import deed_texts
from tests.support.worlds.deed_texts import Party, Sentence, Text, fill
from tests.support.worlds.plan import HOUR, Article, Newsroom, State, Story, whole
from tests.support.worlds.vocabulary import Names, scene

AGENCIES = (("reuters", "Reuters"), ("afp", "AFP"), ("ap", "AP"))


class Desk:
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
            at = whole(story.begins + gap * HOUR)
            ahead = planned and gap < 6 and at.date() <= story.deed.day
            article = self._article(room, at, ahead, wire if wire and rng.random() < 0.45 and gap > 0.5 else None)
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
            # A plan is not printed anew once its day is over: `by Thursday` would be the Thursday after (codebook 5).
            if text and not (_variant(text.title) == "planned" and at.date() > self.story.deed.day):
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
        return Article(
            key, room.outlet_id, key, [State(at, text)], f"{room.outlet_id}/{key}", room.publisher, "partial" if passage else "own"
        )

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
            # A ministry is the state that the story is about, as its police are (codebook 3).
            ministry = Party("The ministry", f"{self.story.nation}.GOV", self.story.nation, "GOV")
            denier = {"blast": deed.actor, "arrest": ministry, "deployment": ministry}[deed.kind]
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
        at = whole(article.published + rng.uniform(4, 12) * HOUR)
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
            after = Text(
                self._fill(rng.choice(self.titles[way]), way, number), (self._fill(self.leads[way].pop(), way, number), *before.summary[1:])
            )
        elif way in ("headline", "back"):
            titles = [s for t in self.titles[variant] if (s := self._fill(t, variant, number)).text != before.title.text]
            after = Text(rng.choice(titles), before.summary)
        else:
            return
        article.states.append(State(at, after))
        if way == "back":
            article.states.append(State(whole(at + rng.uniform(4, 10) * HOUR), before))

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

    def moved(part: Any) -> Any:
        if part is None:
            return None
        if isinstance(part, tuple):
            return (moved(part[0]), *part[1:])
        return part.moved(longer) if part.start > at else part

    parts = {name: moved(getattr(claim, name)) for name in ("trigger", "actor", "target", "place", "day", "speaker", "cue", "inner")}
    figure = (deed_texts.Span(new, at), claim.figure[1], float(number), None if claim.figure[3] is None else float(number), claim.figure[4])
    return Sentence(sentence.text[:at] + new + sentence.text[at + len(old) :], replace(claim, figure=figure, **parts))
