"""Attributions of a text as source, cue and content spans, from the extractor's source stage.

The extractor looks for sources to give mentions a voice; the annotation marks every attribution, also where a verb is speech and
deed at once ("criticised the plan"). So candidates of the speech-like action types whose frame is met are attributions here, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pipelines.extraction.analysis import UnitAnalysis
from pipelines.extraction.stages.candidates import Candidate
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.stages.quotes import quoted_spans
from pipelines.extraction.stages.sources import Attribution

SPEECH_ACTIONS = frozenset({"ACCUSE", "REQUEST", "SUPPORT", "REJECT", "THREATEN", "AGREE"})
# Kinds that carry a found source on to a quotation: they widen its content and are no attribution of their own.
_CARRYING = frozenset({"quote", "carried"})
_NO_CUE_OF_THEIR_OWN = frozenset({"quote_subject", "quote_alone"})
_WITH_AUXILIARIES = frozenset({"verb", "object", "passive", "trailing"})
_OBJECTS = frozenset({"dobj", "ccomp", "xcomp", "prep", "advcl"})
_FRAMES = frozenset({"dobj", "ccomp", "xcomp", "prep"})
_LINKING = frozenset({"when", "where", "why", "how", "so", "then", "now"})
_GOVERNED = frozenset({"of", "about", "for", "on", "against"})
_EDGE = " \n\t.,;:"

WordSpan = tuple[int, int]


@dataclass(slots=True)
class _Found:
    cue: WordSpan
    source: int | None
    content: set[int] = field(default_factory=set)


def attributions_of(unit: UnitAnalysis) -> list[dict[str, list[list[int]]]]:
    """Return a unit's attributions in text order, each with ``cue`` and, where found, ``source`` and ``content`` spans of characters."""
    parsed = unit.parsed
    quotes = [_with_marks(parsed.text, span) for span in quoted_spans(parsed.text)]
    found = _reported(unit)
    taken = {word for one in found for word in range(one.cue[0], one.cue[1] + 1)}
    found += _speech_deeds(unit, taken)
    return [_spans(parsed, one, quotes) for one in sorted(found, key=lambda one: one.cue)]


def _reported(unit: UnitAnalysis) -> list[_Found]:
    first: dict[WordSpan, Attribution] = {}
    carried: dict[WordSpan, set[int]] = {}
    for attribution in (one for sentence in unit.attributions for one in sentence):
        if attribution.cue is None or attribution.kind in _NO_CUE_OF_THEIR_OWN:
            continue
        if attribution.kind in _CARRYING:
            carried.setdefault(attribution.cue, set()).update(attribution.covers)
        else:
            first.setdefault(attribution.cue, attribution)
    found = []
    for cue, attribution in first.items():
        wide = _with_auxiliaries(unit.parsed, *cue) if attribution.kind in _WITH_AUXILIARIES else cue
        content = (set(attribution.covers) | carried.get(cue, set())) - set(range(wide[0], wide[1] + 1))
        found.append(_Found(wide, attribution.source, content))
    return found


def _speech_deeds(unit: UnitAnalysis, taken: set[int]) -> Iterator[_Found]:
    parsed = unit.parsed
    for candidate in unit.candidates:
        at = candidate.index
        if at in taken or parsed.pos[at] != "VERB" or not _is_speech(candidate):
            continue
        below = {parsed.dep[child]: child for child in parsed.children[at]}
        if _FRAMES.isdisjoint(below):
            continue
        after = [child for child in parsed.children[at] if child > at and parsed.dep[child] in _OBJECTS]
        content = {word for child in after for word in parsed.subtree(child)}
        yield _Found(_with_auxiliaries(parsed, at, at), below.get("nsubj"), content)


def _is_speech(candidate: Candidate) -> bool:
    return any(match.met and match.fits_pos and match.sense.action in SPEECH_ACTIONS for match in candidate.matches)


def _with_auxiliaries(parsed: Parsed, first: int, last: int) -> WordSpan:
    """Widen a verb to its auxiliaries, negation and adverbs before it and its particle, preposition or time after it, as annotated."""
    begin, end = first, last
    while begin > 0 and parsed.head[begin - 1] in (first, last) and parsed.dep[begin - 1] in ("aux", "auxpass", "neg", "advmod"):
        begin -= 1
    while begin < first and parsed.dep[begin] == "advmod" and parsed.lower[begin] in _LINKING:
        begin += 1
    while end + 1 < len(parsed.words) and parsed.dep[end + 1] == "prt" and parsed.head[end + 1] == first:
        end += 1
    after = end + 1
    if after < len(parsed.words) and parsed.head[after] in (first, last):
        governs = parsed.dep[after] == "prep" and parsed.lower[after] in _GOVERNED
        if governs or parsed.dep[after] in ("npadvmod", "advmod"):
            end = after
    return begin, end


def _spans(parsed: Parsed, found: _Found, quotes: Iterable[tuple[int, int]]) -> dict[str, list[list[int]]]:
    first, last = found.cue
    spans: dict[str, list[list[int]]] = {"cue": [[parsed.start[first], parsed.end[last]]]}
    if found.source is not None and not first <= found.source <= last:
        words = parsed.subtree(found.source)
        # A relative clause may hold the cue itself ("the aide who said …"): the source ends before it.
        words = [word for word in words if word < first] if words[0] < first <= words[-1] else words
        spans["source"] = [_trim(parsed.text, parsed.start[words[0]], parsed.end[words[-1]])]
    own = set() if found.source is None else set(parsed.subtree(found.source))
    # Marks go by what they stand in: a full stop after the speaker's name is no content, a quotation takes its marks along below.
    content = {word for word in found.content - own if any(char.isalnum() for char in parsed.words[word])}
    if content:
        begin, end = _trim(parsed.text, parsed.start[min(content)], parsed.end[max(content)])
        for quote_begin, quote_end in quotes:
            if quote_begin < end and begin < quote_end:
                begin, end = min(begin, quote_begin), max(end, quote_end)
        spans["content"] = [[begin, end]]
    return spans


def _with_marks(text: str, span: tuple[int, int]) -> tuple[int, int]:
    begin, end = span
    before = 2 if text[max(0, begin - 2) : begin] in ("''", "``") else 1
    after = 2 if text[end : end + 2] in ("''", "``") else 1
    return max(0, begin - before), min(len(text), end + after)


def _trim(text: str, begin: int, end: int) -> list[int]:
    while end > begin and text[end - 1] in _EDGE:
        end -= 1
    while begin < end and text[begin] in _EDGE:
        begin += 1
    return [begin, end]


def predict(row: Any, units: Iterable[UnitAnalysis]) -> dict[str, Any]:
    """Return the prediction for one attribution line."""
    return {"doc": row["doc"], "attributions": [one for unit in units for one in attributions_of(unit)]}
