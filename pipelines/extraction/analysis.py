"""One item, parsed and read stage by stage: what rules find before anything is decided.

Not here: decisions (decide.py) and records (extractor.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pipelines.extraction.cue_lexicons import Cues, Modality
from pipelines.extraction.predicates import Predicates
from pipelines.extraction.stages.candidates import Candidate, find_candidates
from pipelines.extraction.stages.coreference import Antecedent, resolve
from pipelines.extraction.stages.datelines import story_start
from pipelines.extraction.stages.parse import Lemmas, Parsed
from pipelines.extraction.stages.roles import Role
from pipelines.extraction.stages.sources import Attribution, find_attributions
from pipelines.extraction.word_lists import word_list

_NAMES = frozenset(("PERSON", "ORG", "GPE", "LOC", "FAC"))
_PROTAGONISTS = 4
_FIRST_PERSON = frozenset(("i", "me", "my", "myself"))
_STOP = word_list("analysis", "stop")


@dataclass(frozen=True, slots=True)
class Lexicons:
    """The data that the rules read."""

    predicates: Predicates
    modality: Modality
    cues: Cues
    lemmas: Lemmas
    media: frozenset[str] = frozenset()


@dataclass(slots=True)
class UnitAnalysis:
    """One unit: its words, candidates in text order, and each sentence's attributions."""

    parsed: Parsed
    candidates: list[Candidate]
    attributions: list[list[Attribution]]
    antecedents: dict[int, Antecedent]


@dataclass(frozen=True, slots=True)
class Protagonist:
    """A name that an item keeps coming back to: its first mention, its words in lower case, how often, and whether the title has it."""

    unit: int
    head: int
    name: str
    count: int
    titled: bool


@dataclass(slots=True)
class ItemAnalysis:
    """An item's units in reading order, the words that characterise it, its protagonists, most mentioned first, and persons' full names.

    ``full_names`` are by the last word in lower case; ``named`` has the places of each protagonist's name by unit number and name.
    """

    units: list[UnitAnalysis]
    bag: tuple[str, ...] = ()
    protagonists: tuple[Protagonist, ...] = ()
    full_names: dict[str, str] = field(default_factory=dict)
    named: dict[tuple[int, str], list[int]] = field(default_factory=dict)

    @property
    def parsed(self) -> list[Parsed]:
        """The units' words."""
        return [unit.parsed for unit in self.units]


def analyse(parsed: Sequence[Parsed], lexicons: Lexicons) -> ItemAnalysis:
    """Run the rule stages over an item's parsed units, in which names are found."""
    analysis = survey(parsed, lexicons)
    relate(analysis)
    return analysis


def survey(parsed: Sequence[Parsed], lexicons: Lexicons) -> ItemAnalysis:
    """Candidates and sources of an item's units: all that tells whether there is a deed, and none of it asks for names."""
    units = []
    for words in parsed:
        candidates: list[Candidate] = []
        attributions: list[list[Attribution]] = []
        carried: Attribution | None = None
        for number, (first, last) in enumerate(words.sentences):
            candidates.extend(find_candidates(words, first, last, lexicons.predicates, lexicons.lemmas))
            here = find_attributions(words, number, lexicons.cues, carried)
            attributions.append(here)
            speaking = [a for a in here if a.source is not None and a.kind in ("verb", "phrase", "object", "trailing", "quote", "carried")]
            if speaking:
                carried = speaking[-1]
            elif not any(words.quote[i] >= 0 for i in range(first, last)):
                carried = None
        _carry_back(words, attributions)
        units.append(UnitAnalysis(words, candidates, attributions, {}))
    return ItemAnalysis(units, _bag(parsed))


def relate(analysis: ItemAnalysis) -> None:
    """Add what rests on names to a survey: what pronouns and bare definites stand for, and the protagonists."""
    for place, (unit, found) in enumerate(zip(analysis.units, resolve(analysis.parsed), strict=True)):
        for sentence, here in zip(unit.parsed.sentences, unit.attributions, strict=True):
            _first_persons(unit.parsed, place, sentence, here, found)
        unit.antecedents = found
    analysis.protagonists = _protagonists(analysis.parsed)
    analysis.full_names = _full_names(analysis.parsed)
    analysis.named = _named(analysis.parsed, {one.name for one in analysis.protagonists})


def _carry_back(words: Parsed, attributions: list[list[Attribution]]) -> None:
    """A quotation that runs over sentences belongs to the speaker who is named at its end ("First. Second," she said)."""
    speakers: dict[int, Attribution] = {}
    for one in (a for here in attributions for a in here if a.kind == "quote" and a.source is not None):
        speakers.setdefault(words.quote[min(one.covers)], one)
    for here in attributions:
        for place, one in enumerate(here):
            speaker = speakers.get(words.quote[min(one.covers)]) if one.kind in ("quote_alone", "carried") else None
            if speaker is not None:
                here[place] = Attribution("carried", speaker.source, speaker.cue, speaker.cue_lemma, one.covers, min(one.covers))


def _first_persons(
    words: Parsed, unit: int, sentence: tuple[int, int], attributions: Sequence[Attribution], found: dict[int, Antecedent]
) -> None:
    """ "I" in somebody's speech is the speaker: the source of the narrowest scope around the word."""
    for index in range(*sentence):
        if words.lower[index] in _FIRST_PERSON and index not in found:
            around = [a for a in attributions if a.source is not None and index in a.covers and a.source != index]
            if around:
                source = min(around, key=lambda a: (len(a.covers), a.at)).source
                assert source is not None
                found[index] = found.get(source, Antecedent(unit, source))


def speaker_roles(analysis: ItemAnalysis, unit: int, index: int) -> list[Role]:
    """Who is speaking around a predicate though another sentence names them, as a phrase that may fill a slot."""
    words, antecedents = analysis.units[unit].parsed, analysis.units[unit].antecedents
    first, last = words.sentences[words.sentence_of[index]]
    found: dict[int, Role] = {}
    for one in analysis.units[unit].attributions[words.sentence_of[index]]:
        if one.source is not None and index in one.covers and not first <= one.source < last and words.unit != "title":
            name = antecedents.get(one.source, Antecedent(unit, one.source))
            found.setdefault(one.source, Role(name.head, f"speaker:{one.kind}", "speaker", name.unit))
    return list(found.values())


def absent_roles(analysis: ItemAnalysis, unit: int, index: int) -> list[Role]:
    """The item's protagonists that the predicate's own sentence does not name, as phrases that may yet fill a slot."""
    p = analysis.units[unit].parsed
    first, last = (0, len(p.words)) if p.unit == "title" else p.sentences[p.sentence_of[index]]
    present = set(p.lower[first:last])
    return [
        Role(one.head, f"item{rank}", f"item{rank}", one.unit)
        for rank, one in enumerate(analysis.protagonists)
        if one.name.split()[-1] not in present
    ]


def _protagonists(parsed: Sequence[Parsed]) -> tuple[Protagonist, ...]:
    found: dict[str, Protagonist] = {}
    for number, words in enumerate(parsed):
        story = story_start(words.text) if words.unit != "title" else 0
        for first, last in words.entities:
            if words.entity[first] not in _NAMES or words.start[first] < story:
                continue
            inside = [i for i in range(first, last) if words.pos[i] == "PROPN" and words.lower[i] not in ("'s", "’s")]
            if not inside:
                continue
            head = next((i for i in reversed(inside) if not first <= words.head[i] < last or words.head[i] == i), inside[-1])
            known = found.get(words.lower[head])
            title = words.unit == "title"
            found[words.lower[head]] = Protagonist(
                known.unit if known else number, known.head if known else head, words.lower[head],
                (known.count if known else 0) + (2 if title else 1), title or bool(known and known.titled),
            )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda one: (-one.count, one.unit, one.head))[:_PROTAGONISTS])


def _named(parsed: Sequence[Parsed], names: Collection[str]) -> dict[tuple[int, str], list[int]]:
    found: dict[tuple[int, str], list[int]] = {}
    for number, words in enumerate(parsed):
        for index, lower in enumerate(words.lower):
            if lower in names:
                found.setdefault((number, lower), []).append(index)
    return found


def _full_names(parsed: Sequence[Parsed]) -> dict[str, str]:
    found: dict[str, str] = {}
    for words in parsed:
        for first, last in words.entities:
            end = last - 1 if words.lower[last - 1] not in ("'s", "’s") else last - 2
            if words.entity[first] == "PERSON" and end > first and all(words.pos[i] == "PROPN" for i in range(first, end + 1)):
                found.setdefault(words.lower[end], words.cut(first, end))
    return found


def _bag(parsed: Sequence[Parsed]) -> tuple[str, ...]:
    found: set[str] = set()
    for words in parsed[:2]:
        for lemma, pos in zip(words.lemma[:80], words.pos[:80], strict=True):
            if pos in ("NOUN", "VERB", "PROPN", "ADJ") and lemma not in _STOP and len(lemma) > 2:
                found.add(lemma)
    return tuple(sorted(found))
