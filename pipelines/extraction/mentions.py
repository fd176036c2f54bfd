"""From decided drafts to records of the lake: spans of the stored text, resolved actors and places, ids.

Not here: decisions (decide.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.core.ids import make_id
from pipelines.extraction.actors import ActorResolver
from pipelines.extraction.analysis import ItemAnalysis, Lexicons, UnitAnalysis
from pipelines.extraction.decide import FUTURE, Draft, Filler
from pipelines.extraction.items import CodeItem
from pipelines.extraction.predicates import QUAD
from pipelines.extraction.records import Figure, Mention, Party, SourceLink
from pipelines.extraction.stages.coreference import PRONOUNS
from pipelines.extraction.stages.datelines import dateline
from pipelines.extraction.stages.figures import find_quantities, slot_figures
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.stages.roles import is_passive, phrase_span
from pipelines.extraction.stages.sources import Attribution, source_voice


class Place(Protocol):
    """What a gazetteer knows of a place; places.Place is one."""

    @property
    def id(self) -> str:
        """Stable id."""
        ...

    @property
    def name(self) -> str:
        """Its usual name."""
        ...

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-3 code."""
        ...

    @property
    def admin1(self) -> str | None:
        """First-level division."""
        ...

    @property
    def lat(self) -> float | None:
        """Latitude in degrees."""
        ...

    @property
    def lon(self) -> float | None:
        """Longitude in degrees."""
        ...

    @property
    def precision(self) -> str:
        """Point, city, admin1 or country."""
        ...


class PlaceFinder(Protocol):
    """Whatever resolves place phrases; places.PlaceResolver does."""

    def resolve(self, phrase: str, context_country: str | None = None) -> Place | None:
        """The place that a phrase names, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every mention of a run carries: versions, and the resolvers."""

    version: str
    model: str
    actors: ActorResolver
    places: PlaceFinder


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place phrase of a mention."""

    text: str
    unit: str
    start: int
    end: int
    source: str
    found: Place | None


def publication_day(item: CodeItem) -> date:
    """The day of publication in the outlet's zone; the day it was seen where the outlet gives none."""
    moment: datetime = item.published_at or item.seen_at
    try:
        return moment.astimezone(ZoneInfo(item.timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        return moment.date()


def people_country(analysis: ItemAnalysis, drafts: Sequence[Draft], item: CodeItem, stamp: Stamp) -> str | None:
    """The country that "police" or "his wife" belong to when the phrase does not say: the outlet's, unless the item is about another.

    Where the item names places of one other country only, that country, unless it also names people or bodies of yet another one ("the
    F.B.I." in an item on Russia); where it names several others, none. Places are what is named as such, the places and states of deeds,
    and datelines: names that the pipeline does not know for places ("Catacamas") are many.
    """
    named = set()
    for unit in analysis.units:
        p = unit.parsed
        for first, last in p.entities:
            if p.entity[first] == "GPE":
                named.add(_country(stamp.places.resolve(p.cut(first, last - 1), item.country)))
        named.add(_country(_dateline(p, item, stamp)[1]))
    for draft in drafts:
        spot = _place(draft, analysis, item, stamp)
        named.add(_country(spot.found if spot else None))
        named.update(_state(one, analysis, stamp) for one in (*draft.actors, *draft.targets))
    named.discard(None)
    if item.country in named:
        return item.country
    named |= set(_sides(analysis, drafts, item, stamp))
    if not named or named == {item.country}:
        return item.country
    return named.pop() if len(named) == 1 else None


def _sides(analysis: ItemAnalysis, drafts: Sequence[Draft], item: CodeItem, stamp: Stamp) -> Iterator[str]:
    """The countries of the people and bodies that an item names, or that are parties to its deeds."""
    phrases = {
        p.cut(first, last - 1) for p in analysis.parsed for first, last in p.entities if p.entity[first] in ("PERSON", "ORG", "NORP")
    }
    parties = {(one.unit, one.head) for draft in drafts for one in (*draft.actors, *draft.targets)}
    phrases |= {analysis.parsed[unit].cut(*phrase_span(analysis.parsed[unit], head)) for unit, head in parties}
    day = publication_day(item)
    for phrase in phrases:
        known = stamp.actors.resolve(phrase, day)
        if known is not None and known.country:
            yield known.country


def _country(place: Place | None) -> str | None:
    return place.country if place is not None else None


def _state(one: Filler, analysis: ItemAnalysis, stamp: Stamp) -> str | None:
    """The country that a phrase names as such."""
    p = analysis.units[one.unit].parsed
    known = stamp.actors.resolve(p.cut(*phrase_span(p, one.head)))
    return known.country if known is not None and known.kind == "country" else None


def to_mention(
    draft: Draft, confidence: float, analysis: ItemAnalysis, item: CodeItem, stamp: Stamp, lexicons: Lexicons, people: str | None
) -> Mention:
    """Build the record of one draft; ``people`` is what :func:`people_country` says of its item."""
    unit = analysis.units[draft.unit]
    p, index = unit.parsed, draft.candidate.index
    number = p.sentence_of[index]
    first, last = p.sentences[number]
    start, end = p.start[draft.candidate.first], p.end[draft.candidate.last]
    today = publication_day(item)
    day, until, precision, source = _when(draft, today)
    local = replace(item, country=people)
    actors = _parties(draft.actors, analysis, local, stamp, day or today, p, index)
    spot = _place(draft, analysis, item, stamp)
    speaker, cue, chain = _sources(draft, unit, analysis, local, stamp, lexicons, today)
    when = draft.when
    return Mention(
        mention_id=make_id("mention", item.version_id, p.unit, start, end, stamp.version),
        version_id=item.version_id,
        article_id=item.article_id,
        outlet_id=item.outlet_id,
        seen_at=item.seen_at,
        unit=p.unit,  # type: ignore[arg-type]
        sentence_index=number,
        sentence_start=p.start[first],
        sentence_end=p.end[last - 1],
        sentence=p.cut(first, last - 1),
        trigger=p.text[start:end],
        trigger_start=start,
        trigger_end=end,
        action=draft.action,  # type: ignore[arg-type]
        quad_class=QUAD[draft.action],  # type: ignore[arg-type]
        mode=draft.sense.mode if draft.sense else None,
        actors=actors,
        actor_omitted=_omitted(draft, p),
        targets=_parties(draft.targets, analysis, local, stamp, day or today, p, index),
        place=spot.text if spot else None,
        place_start=spot.start if spot else None,
        place_end=spot.end if spot else None,
        place_unit=spot.unit if spot else None,  # type: ignore[arg-type]
        place_id=spot.found.id if spot and spot.found else None,
        place_name=spot.found.name if spot and spot.found else None,
        place_country=spot.found.country if spot and spot.found else None,
        place_admin1=spot.found.admin1 if spot and spot.found else None,
        place_lat=spot.found.lat if spot and spot.found else None,
        place_lon=spot.found.lon if spot and spot.found else None,
        place_precision=spot.found.precision if spot and spot.found else None,
        place_source=spot.source if spot else None,
        event_date_start=day,
        event_date_end=until,
        date_precision=precision,
        date_source=source,
        date_text=p.cut(when.first, when.last) if when else None,
        date_start=p.start[when.first] if when else None,
        date_end=p.end[when.last] if when else None,
        voice=draft.voice,  # type: ignore[arg-type]
        speaker=speaker,
        cue=p.cut(*cue) if cue else None,
        cue_start=p.start[cue[0]] if cue else None,
        cue_end=p.end[cue[1]] if cue else None,
        in_quotes=p.quote[index] >= 0,
        source_chain=chain,
        polarity=draft.polarity,  # type: ignore[arg-type]
        reality=draft.reality,  # type: ignore[arg-type]
        figures=_figures(draft, p, first, last),
        rule=_rule(draft),
        extractor_version=stamp.version,
        model=stamp.model,
        confidence=round(confidence, 4),
    )


def _rule(draft: Draft) -> str:
    """Which sense and weights made the mention."""
    if draft.sense is None:
        return f"weights:{draft.candidate.verb}"
    met = any(match.met and match.sense == draft.sense for match in draft.candidate.matches)
    return f"{'noun' if draft.sense.noun else 'verb'}:{draft.sense.lemma}{'' if met else ':unmet'}+weights"


def _omitted(draft: Draft, p: Parsed) -> bool:
    if draft.actors or draft.action == "INCIDENT":
        return False
    return p.pos[draft.candidate.index] != "VERB" or is_passive(p, draft.candidate.index)


def _when(draft: Draft, today: date) -> tuple[date | None, date | None, str | None, str | None]:
    if draft.when is not None:
        return draft.when.start, draft.when.end, draft.when.precision, draft.when.source
    if draft.reality in FUTURE or draft.reality == "question":
        return None, None, None, None
    return today, today, "day", "publication"


def party(one: Filler, analysis: ItemAnalysis, item: CodeItem, stamp: Stamp, on: date, spoken: Parsed, trigger: int | None = None) -> Party:
    """A phrase with the actor that it names; ``spoken`` is the unit of the pronoun that it resolves. An unresolved pronoun has no id."""
    p = analysis.units[one.unit].parsed
    first, last = phrase_span(p, one.head, trigger if p is spoken else None)
    text = p.cut(first, last)
    known = None if p.lower[one.head] in PRONOUNS else stamp.actors.resolve(text, on, item.country)
    full = analysis.full_names.get(p.lower[one.head])
    if known is not None and known.kind == "leader" and first == last and full is not None:
        # "Stephen King … King said": a surname is that of the person whom the item names in full.
        known = stamp.actors.resolve(full, on, item.country)
    return Party(
        text=text, unit=p.unit, start=p.start[first], end=p.end[last], id=known.id if known else None,  # type: ignore[arg-type]
        country=known.country if known else None, sector=known.sector if known else None,
        pronoun=spoken.cut(*phrase_span(spoken, one.pronoun)) if one.pronoun is not None else None,
    )  # fmt: skip


def _parties(
    fillers: Sequence[Filler], analysis: ItemAnalysis, item: CodeItem, stamp: Stamp, on: date, spoken: Parsed, trigger: int
) -> list[Party]:
    found: list[Party] = []
    for one in fillers:
        made = party(one, analysis, item, stamp, on, spoken, trigger)
        if all((other.unit, other.start, other.end) != (made.unit, made.start, made.end) for other in found):
            found.append(made)
    return found


def _place(draft: Draft, analysis: ItemAnalysis, item: CodeItem, stamp: Stamp) -> _Spot | None:
    p = analysis.units[draft.unit].parsed
    if draft.place is None:
        span, found = _dateline(p, item, stamp)
        if span is None or found is None or draft.reality in FUTURE:
            return None
        return _Spot(p.text[slice(*span)], p.unit, *span, "dateline", found)
    below = draft.place.unit == draft.unit and draft.candidate.index in p.ancestors(draft.place.head)
    p = analysis.units[draft.place.unit].parsed
    first, last = phrase_span(p, draft.place.head)
    text = p.cut(first, last)
    found = stamp.places.resolve(text, item.country)
    if found is None:
        found = _inner_place(p, draft.place.head, first, last, item, stamp)
    return _Spot(text, p.unit, p.start[first], p.end[last], "argument" if below else "sentence", found)


def _dateline(p: Parsed, item: CodeItem, stamp: Stamp) -> tuple[tuple[int, int] | None, Place | None]:
    """Span and place of a unit's dateline, if it has one."""
    span = dateline(p.text) if p.unit != "title" else None
    if span is None:
        return None, None
    text = p.text[slice(*span)]
    return span, stamp.places.resolve(text.title() if text.isupper() else text, item.country)


def _inner_place(p: Parsed, head: int, first: int, last: int, item: CodeItem, stamp: Stamp) -> Place | None:
    """The place that a phrase names inside ("a mosque in Kabul", "Kabul mosque")."""
    for a, b in p.entities:
        if first <= a and b - 1 <= last and p.entity[a] in ("GPE", "LOC", "FAC"):
            found = stamp.places.resolve(p.cut(a, b - 1), item.country)
            if found is not None:
                return found
    for child in p.children[head]:
        if p.dep[child] == "prep":
            for below in p.children[child]:
                if p.entity[below] in ("GPE", "LOC"):
                    return stamp.places.resolve(p.cut(*phrase_span(p, below)), item.country)
    return None


def _sources(
    draft: Draft, unit: UnitAnalysis, analysis: ItemAnalysis, item: CodeItem, stamp: Stamp, lexicons: Lexicons, today: date
) -> tuple[Party | None, tuple[int, int] | None, list[SourceLink]]:
    if draft.voice == "outlet":
        return None, None, []
    speaker = None
    cue = None
    if draft.speaker is not None:
        cue = draft.speaker.cue
        if draft.speaker.source is not None:
            speaker = _source_party(draft.speaker, draft.unit, unit, analysis, item, stamp, today)
    chain = [_link(one, draft, unit, analysis, item, stamp, lexicons, today) for one in draft.chain if one is not draft.speaker]
    text = speaker.text if speaker else None
    chain = [link for link in chain if link.text is None or link.text != text]
    last = SourceLink(
        voice=draft.voice, text=text, id=speaker.id if speaker else None,  # type: ignore[arg-type]
        cue=unit.parsed.cut(*cue) if cue else None,
    )  # fmt: skip
    outer = [link for link in chain if link.text is not None]
    return speaker, cue, [*outer, last]


def _source_party(
    one: Attribution, number: int, unit: UnitAnalysis, analysis: ItemAnalysis, item: CodeItem, stamp: Stamp, today: date
) -> Party:
    head = one.source if one.source is not None else one.at
    antecedent = unit.antecedents.get(head)
    filler = Filler(antecedent.unit, antecedent.head, head) if antecedent else Filler(number, head)
    return party(filler, analysis, item, stamp, today, unit.parsed)


def _link(
    one: Attribution,
    draft: Draft,
    unit: UnitAnalysis,
    analysis: ItemAnalysis,
    item: CodeItem,
    stamp: Stamp,
    lexicons: Lexicons,
    today: date,
) -> SourceLink:
    named = _source_party(one, draft.unit, unit, analysis, item, stamp, today) if one.source is not None else None
    voice = source_voice(unit.parsed, one, lexicons.cues, lexicons.media)
    return SourceLink(
        voice=voice, text=named.text if named else None, id=named.id if named else None,  # type: ignore[arg-type]
        cue=unit.parsed.cut(*one.cue) if one.cue else None,
    )  # fmt: skip


def _figures(draft: Draft, p: Parsed, first: int, last: int) -> list[Figure]:
    heads = [one.pronoun if one.pronoun is not None else one.head for one in draft.targets]
    found = slot_figures(p, draft.candidate.index, draft.action, heads, find_quantities(p, first, last))
    return [
        Figure(
            slot=one.slot, low=one.quantity.low, high=one.quantity.high, qualifier=one.quantity.qualifier, currency=one.quantity.currency,
            text=p.cut(one.quantity.first, one.quantity.last), start=p.start[one.quantity.first], end=p.end[one.quantity.last],
        )
        for one in found
    ]  # fmt: skip
