"""Shows for one text what each stage found and why a mention is what it is; the command line prints it.

Not here: how it is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.extraction import features as feats
from pipelines.extraction.analysis import ItemAnalysis, UnitAnalysis
from pipelines.extraction.decide import CLASSES, Opinion
from pipelines.extraction.extractor import Extractor
from pipelines.extraction.items import CodeItem
from pipelines.extraction.records import Extraction, Mention
from pipelines.extraction.stages.candidates import Candidate
from pipelines.extraction.stages.reality import standing
from pipelines.extraction.stages.roles import find_roles
from pipelines.extraction.stages.sources import source_voice

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ExplainedWord:
    """A word with its part of speech and its place in the grammar."""

    text: str
    lemma: str
    tag: str
    relation: str
    head: str
    entity: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class ExplainedCandidate:
    """A word that may name a deed: its senses ("+" frame met, "-" not), type probabilities, the phrases around it, its standing by rule."""

    text: str
    senses: tuple[str, ...]
    probabilities: tuple[tuple[str, float], ...]
    phrases: tuple[tuple[str, str], ...]
    standing: tuple[str, str]
    observations: tuple[str, ...]
    kept: bool


@dataclass(frozen=True, slots=True)
class ExplainedSource:
    """A source: the kind of pattern, who, the cue, and the words that it covers."""

    pattern: str
    voice: str
    source: str | None
    cue: str | None
    covers: str


@dataclass(frozen=True, slots=True)
class ExplainedSentence:
    """One sentence, stage by stage."""

    unit: str
    text: str
    words: tuple[ExplainedWord, ...]
    candidates: tuple[ExplainedCandidate, ...]
    sources: tuple[ExplainedSource, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that was found in a text."""

    text: str
    sentences: tuple[ExplainedSentence, ...]
    mentions: tuple[Mention, ...]
    extraction: Extraction
    extractor_version: str
    model: str


def explain(text: str, extractor: Extractor, *, unit: str = "summary", now: datetime | None = None) -> Explanation:
    """Code ``text`` as one unit ("title", "summary" or "body") published at ``now``; by default the epoch, so that it never changes."""
    moment = now or datetime(1970, 1, 1, tzinfo=UTC)
    texts = {name: text if name == unit else "" for name in ("title", "summary", "body")}
    item = CodeItem(version_id="explain", article_id="explain", outlet_id="explain", seen_at=moment, published_at=moment, **texts)
    coded = next(iter(extractor.code([item])))
    if coded.extraction is None:
        raise AssertionError("a coded item has its mark")
    sentences: list[ExplainedSentence] = []
    if coded.extraction.status in ("coded", "capped"):
        kept: set[tuple[str, int]] = {(m.unit, m.trigger_start) for m in coded.mentions}
        analysis = extractor.analyse(item)
        opinion = extractor.opinion(analysis)
        for place, found in enumerate(analysis.units):
            for number in range(len(found.parsed.sentences)):
                first, last = found.parsed.sentences[number]
                candidates = tuple(
                    _candidate(extractor, opinion, analysis, place, c, kept) for c in found.candidates if first <= c.index < last
                )
                sentences.append(_sentence(extractor, found, number, candidates))
    return Explanation(text, tuple(sentences), tuple(coded.mentions), coded.extraction, extractor.version, extractor.model)


def _sentence(extractor: Extractor, unit: UnitAnalysis, number: int, candidates: tuple[ExplainedCandidate, ...]) -> ExplainedSentence:
    p = unit.parsed
    first, last = p.sentences[number]
    words = tuple(
        ExplainedWord(p.cut(i, i), p.lemma[i], p.tag[i], p.dep[i], p.words[p.head[i]], p.entity[i], p.quote[i] >= 0)
        for i in range(first, last)
    )
    lexicons = extractor.rules.lexicons
    sources = tuple(
        ExplainedSource(
            a.kind, source_voice(p, a, lexicons.cues, lexicons.media), feats.phrase_text(p, a.source) if a.source is not None else None,
            p.cut(*a.cue) if a.cue else None, " ".join(p.cut(i, i) for i in sorted(a.covers)),
        )
        for a in unit.attributions[number]
    )  # fmt: skip
    return ExplainedSentence(p.unit, p.cut(first, last - 1), words, candidates, sources)


def _candidate(
    extractor: Extractor, opinion: Opinion | None, analysis: ItemAnalysis, place: int, candidate: Candidate, kept: set[tuple[str, int]]
) -> ExplainedCandidate:
    rules, unit = extractor.rules, analysis.units[place]
    p = unit.parsed
    bag = feats.action_bag(analysis, unit, candidate)
    shares: Mapping[str, float] = rules.learned.models["action"].probabilities(bag, feats.action_dense(unit, candidate, rules.embeddings))
    if opinion is not None:
        shares = opinion.deed((place, candidate.index), shares)
    ranked = sorted(CLASSES, key=lambda name: -shares[name])[:_SHOWN]
    stand = standing(p, candidate.index, rules.lexicons.modality, rules.lexicons.predicates)
    roles = find_roles(p, candidate.index, rules.lexicons.predicates)
    return ExplainedCandidate(
        text=p.cut(candidate.first, candidate.last),
        senses=tuple(f"{'+' if m.met and m.fits_pos else '-'}{m.sense.action}:{m.sense.lemma}" for m in candidate.matches),
        probabilities=tuple((name, round(shares[name], 3)) for name in ranked),
        phrases=tuple((feats.phrase_text(p, role.head, candidate.index), role.relation) for role in roles),
        standing=(stand.polarity, stand.reality),
        observations=stand.observations,
        kept=(p.unit, p.start[candidate.first]) in kept,
    )
