"""One item, parsed and read stage by stage: what rules find before anything is decided.

Not here: decisions (decide.py) and records (extractor.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.extraction.cue_lexicons import Cues, Modality
from pipelines.extraction.predicates import Predicates
from pipelines.extraction.stages.candidates import Candidate, find_candidates
from pipelines.extraction.stages.coreference import Antecedent, resolve
from pipelines.extraction.stages.parse import Lemmas, Parsed
from pipelines.extraction.stages.sources import Attribution, find_attributions

_STOP = frozenset("the a an of in on at for to by with and or is are was were be been has have had it its this that as from he she they".split())


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


@dataclass(slots=True)
class ItemAnalysis:
    """An item's units in reading order, and the words that characterise it."""

    units: list[UnitAnalysis]
    bag: frozenset[str] = field(default_factory=frozenset)

    @property
    def parsed(self) -> list[Parsed]:
        """The units' words."""
        return [unit.parsed for unit in self.units]


def analyse(parsed: Sequence[Parsed], lexicons: Lexicons) -> ItemAnalysis:
    """Run the rule stages over an item's parsed units."""
    antecedents = resolve(parsed)
    units = []
    for words, found in zip(parsed, antecedents, strict=True):
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
        units.append(UnitAnalysis(words, candidates, attributions, found))
    return ItemAnalysis(units, _bag(parsed))


def _bag(parsed: Sequence[Parsed]) -> frozenset[str]:
    found: set[str] = set()
    for words in parsed[:2]:
        for lemma, pos in zip(words.lemma[:80], words.pos[:80], strict=True):
            if pos in ("NOUN", "VERB", "PROPN", "ADJ") and lemma not in _STOP and len(lemma) > 2:
                found.add(lemma)
    return frozenset(found)
