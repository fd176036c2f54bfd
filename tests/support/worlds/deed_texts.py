"""Sentences on deeds, made from templates, each with what it claims: the mention that an ideal extractor would give.

What belongs here: templates and the way from a template to text and spans. What does not: who says what when (``plan``).

In a template ``{A}`` is the actor, ``{B}`` the target, ``{P}`` the place, ``{S}`` the speaker, ``{D}`` the weekday, ``{N}`` a number,
``{L}`` the number with `at least`, ``{X}`` a further party that plays no role, ``{O}`` the scene of the deed; ``*word*`` is the trigger,
``_word_`` the cue, ``~word~`` a deed inside the deed (`accuses B of arming X`), which may be a mention of its own (codebook 2) and is
not judged. A template without ``{A}`` leaves the actor out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from tests.support.worlds.vocabulary import Town

_TOKEN = re.compile(r"\{(?P<slot>[A-Z])\}|\*(?P<trigger>[^*]+)\*|_(?P<cue>[^_]+)_|~(?P<inner>[^~]+)~")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody: the words that name them, and the id that an ideal extractor gives; ``sector`` of the id's owner."""

    words: str
    id: str | None
    country: str | None = None
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A phrase of a sentence."""

    text: str
    start: int

    def moved(self, by: int) -> Span:
        """The same phrase in a text that has ``by`` characters before the sentence."""
        return replace(self, start=self.start + by)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one sentence says of one deed."""

    deed: str
    action: str
    trigger: Span
    actor: tuple[Span, Party] | None
    target: tuple[Span, Party] | None
    place: tuple[Span, Town] | None
    day: tuple[Span, date] | None
    speaker: tuple[Span, Party] | None
    cue: Span | None
    voice: str
    polarity: str
    reality: str
    figure: tuple[Span, str, float, float | None, str] | None
    inner: Span | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and its claim if it makes one."""

    text: str
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A version of an article: title and summary in sentences."""

    title: Sentence
    summary: tuple[Sentence, ...]
    prefix: str = ""

    def summary_text(self) -> str:
        """The whole summary."""
        return self.prefix + " ".join(s.text for s in self.summary)

    def claims(self) -> list[tuple[str, int, Sentence]]:
        """All claims as (unit, offset of the sentence, sentence)."""
        found = [("title", 0, self.title)] if self.title.claim else []
        at = len(self.prefix)
        for sentence in self.summary:
            if sentence.claim:
                found.append(("summary", at, sentence))
            at += len(sentence.text) + 1
        return found


@dataclass(frozen=True, slots=True)
class Deed:
    """What happens in a world: everything that a sentence on it may need."""

    key: str
    kind: str
    town: Town
    day: date
    actor: Party
    target: Party | None
    minister: Party
    extra: str
    scene: str

    @property
    def action(self) -> str:
        """Its action type."""
        return ACTIONS[self.kind]


ACTIONS = {
    "blast": "ASSAULT",
    "arrest": "COERCE",
    "talks": "CONSULT",
    "accusation": "ACCUSE",
    "deployment": "MOBILIZE",
    "sanction": "SANCTION",
    "protest": "PROTEST",
    "answer": "REJECT",
}
FIGURES = {"blast": "killed", "deployment": "troops"}

TITLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "blast": {
        "own": ("{A} *bombs* {O} in {P}, killing {N}", "{A} *attacks* {P} {O} with bomb, {N} killed", "{A} *bombs* {P} {O}, {N} dead"),
        "bare": ("{N} *killed* in {P} {O} bombing", "Bomb *kills* {N} at {O} in {P}", "{P} {O} *bombed*, {N} dead"),
        "said": ("{A} *bombed* {P} {O}, killing {N}, _says_ {S}", "{S} _says_ {A} *bombed* {O} in {P}, {N} killed"),
    },
    "arrest": {
        "own": ("{A} in {P} *arrest* {B}", "{A} *detain* {B} in {P}", "{A} *arrest* {B} at {P} {O}"),
        "bare": ("{B} *arrested* in {P}", "{B} *detained* at {P} {O}", "{P}: {B} *arrested*"),
        "said": ("{A} *arrested* {B} in {P}, _says_ {S}", "{S} _says_ {A} *arrested* {B} in {P}"),
    },
    "talks": {
        "own": ("{A} holds *talks* with {B} in {P}", "{A} *meets* {B} in {P} over {X}", "{P} *talks*: {A} meets {B}"),
        "said": ("{A} held *talks* with {B} in {P}, _says_ {S}", "{S} _says_ {A} *met* {B} in {P}"),
    },
    "accusation": {
        "own": ("{A} *accuses* {B} of ~arming~ {X}", "{A} *blames* {B} for rifles of {X} in {P}", "{A} *accuses* {B} over {X} arms"),
        "said": ("{A} *accused* {B} of ~arming~ {X}, _says_ {S}", "{S} _says_ {A} *accused* {B} over {X}"),
    },
    "deployment": {
        "own": ("{A} *sends* {N} troops to {P}", "{A} *deploys* army in {P}", "{A} *sends* soldiers to {P} {O}"),
        "said": ("{A} *sent* troops to {P}, _says_ {S}", "{S} _says_ {A} *deployed* {N} troops in {P}"),
        "planned": ("{A} to *send* troops to {P}", "{A} plans to *deploy* army in {P}", "{A} will *send* soldiers to {P}"),
    },
    "sanction": {
        "own": ("{A} imposes *sanctions* on {B} over {X}", "{A} *sanctions* {B} banks", "{A} puts *sanctions* on {B}"),
        "said": ("{A} imposed *sanctions* on {B}, _says_ {S}", "{S} _says_ {A} *sanctioned* {B} over {X}"),
    },
    "protest": {
        "own": ("{A} *march* in {P} over pay", "{A} *protest* in {P} against {X} plan", "{A} *march* to {P} {O}"),
        "said": ("{A} *marched* in {P} over pay, _says_ {S}", "{S} _says_ {A} *protested* in {P}"),
    },
}
LEADS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "blast": {
        "own": (
            "Fighters of the {A} *bombed* a {O} in {P} on {D}, killing {L} people.",
            "With a bomb the {A} *attacked* a {O} in {P} on {D}; {L} people were killed.",
            "{L} people were *killed* on {D} by the {A}, which set off a bomb at a {O} in {P}.",
            "A bomb of the {A} *killed* {L} people in {P}, where a {O} was crowded on {D}.",
            "In {P} on {D} the {A} *blew* up a {O} and killed {L} people.",
        ),
        "bare": (
            "When a bomb went off on {D} in {P}, {L} people were *killed* at a {O}.",
            "A bomb *killed* {L} people at a {O} in {P} on {D}.",
            "A {O} in {P} was *bombed* on {D}; {L} people died.",
            "{L} people in {P} were *killed* on {D} by a bomb at a {O}.",
            "On {D} an explosion *killed* {L} people in a {O} of {P}.",
        ),
        "said": (
            "The {A} *bombed* a {O} in {P} on {D}, killing {L} people, {S} _said_.",
            "On {D} the {A} *bombed* a {O} in {P}, {S} _said_, and {L} people were killed.",
        ),
    },
    "arrest": {
        "own": (
            "{A} in {P} *arrested* {B} on {D}.",
            "On {D} {A} *arrested* {B} near a {O} in {P}.",
            "{A} *detained* {B} in {P} on {D} after a search.",
        ),
        "bare": (
            "{B} was *arrested* in {P} on {D}.",
            "On {D} {B} was *detained* near a {O} in {P}.",
            "{B} has been *arrested* in {P} since {D}.",
        ),
        "said": ("{A} *arrested* {B} in {P} on {D}, {S} _said_.", "{S} _said_ that {A} *arrested* {B} in {P} on {D}."),
    },
    "talks": {
        "own": (
            "{A} held *talks* with {B} on {X} in {P} on {D}.",
            "Envoys of {A} *met* those of {B} in {P} on {D}.",
            "On {D} {A} *met* {B} in {P} to speak of {X}.",
        ),
        "said": ("{A} held *talks* with {B} in {P} on {D}, {S} _said_.", "{S} _said_ that {A} *met* {B} in {P} on {D}."),
    },
    "accusation": {
        "own": (
            "{A} *accused* {B} on {D} of ~sending~ rifles to the {X} near {P}.",
            "On {D} {A} *blamed* {B} for arms of the {X} around {P}.",
            "{A} *accused* {B} of ~arming~ the {X} in {P} on {D}.",
        ),
        "said": (
            "{A} *accused* {B} on {D} of ~arming~ the {X}, {S} _said_.",
            "{S} _said_ that {A} *accused* {B} on {D} over arms of the {X}.",
        ),
    },
    "deployment": {
        "own": (
            "{A} *sent* {N} soldiers to {P} on {D}.",
            "On {D} {A} *deployed* {N} soldiers around {P}.",
            "{A} has *sent* {N} soldiers to a {O} in {P} since {D}.",
        ),
        "said": ("{A} *sent* {N} soldiers to {P} on {D}, {S} _said_.", "{S} _said_ that {A} *deployed* {N} soldiers in {P} on {D}."),
        "planned": (
            "{A} will *send* {N} soldiers to {P} on {D}.",
            "On {D} {A} is to *deploy* {N} soldiers around {P}.",
            "{A} plans to *send* {N} soldiers to {P} by {D}.",
        ),
    },
    "sanction": {
        "own": (
            "{A} imposed *sanctions* on {B} on {D} over the {X}.",
            "On {D} {A} *sanctioned* banks of {B}.",
            "{A} put *sanctions* on {B} on {D}, three banks among them.",
        ),
        "said": ("{A} imposed *sanctions* on {B} on {D}, {S} _said_.", "{S} _said_ that {A} *sanctioned* {B} on {D}."),
    },
    "protest": {
        "own": (
            "{A} *marched* in {P} on {D} over pay.",
            "On {D} {A} *protested* in {P} against the {X} plan.",
            "{A} *marched* to a {O} in {P} on {D}.",
        ),
        "said": ("{A} *marched* in {P} on {D}, {S} _said_.", "{S} _said_ that {A} *protested* in {P} on {D}."),
    },
}
DENIALS: Mapping[str, tuple[str, ...]] = {
    "blast": ("The {S} _denied_ that it *bombed* {P}.", "The {S} _denied_ that it *attacked* the {O}."),
    "arrest": ("{S} _denied_ that {B} was *arrested*.", "{S} _denied_ that it *detained* {B}."),
    "deployment": ("{S} _denied_ that {A} *sent* soldiers to {P}.", "{S} _denied_ that {A} *deployed* soldiers in {P}."),
}
ANSWERS = ("{A} *rejected* the charge of {B}.", "{A} *rejected* what {B} says.", "The charge was *rejected* by {A}, to the anger of {B}.")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def fill(template: str, deed: Deed, *, speaker: Party | None = None, number: int | None = None, voice: str = "outlet",
         polarity: str = "positive", reality: str = "happened") -> Sentence:  # fmt: skip
    """Make a sentence from a template of the deed's kind."""
    parties = {"A": deed.actor, "B": deed.target, "S": speaker}
    words = {
        "P": deed.town.name,
        "D": WEEKDAYS[deed.day.weekday()],
        "N": str(number),
        "L": f"at least {number}",
        "X": deed.extra,
        "O": deed.scene,
        **{slot: party.words for slot, party in parties.items() if party},
    }
    text, spans = "", {}
    last = 0
    for match in _TOKEN.finditer(template):
        text += template[last : match.start()]
        phrase = words[match["slot"]] if match["slot"] else match["trigger"] or match["cue"] or match["inner"]
        spans[match["slot"] or str(match.lastgroup)] = (len(text), len(text) + len(phrase))
        text += phrase
        last = match.end()
    text += template[last:]
    text = text[0].upper() + text[1:]
    cut = {name: Span(text[start:end], start) for name, (start, end) in spans.items()}
    slot = FIGURES.get(deed.kind)
    figure = None
    if slot and number is not None and ("N" in cut or "L" in cut):
        at_least = "L" in cut
        figure = (
            cut["L" if at_least else "N"],
            slot,
            float(number),
            None if at_least else float(number),
            "at_least" if at_least else "exactly",
        )
    return Sentence(
        text,
        Claim(
            deed=deed.key,
            action=deed.action,
            trigger=cut["trigger"],
            actor=_party(cut, "A", deed.actor),
            target=_party(cut, "B", deed.target),
            place=(cut["P"], deed.town) if "P" in cut else None,
            day=(cut["D"], deed.day) if "D" in cut else None,
            speaker=_party(cut, "S", speaker),
            cue=cut.get("cue"),
            voice=voice,
            polarity=polarity,
            reality=reality,
            figure=figure,
            inner=cut.get("inner"),
        ),
    )


def _party(cut: Mapping[str, Span], slot: str, party: Party | None) -> tuple[Span, Party] | None:
    return (cut[slot], party) if party and slot in cut else None
