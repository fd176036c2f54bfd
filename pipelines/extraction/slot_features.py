"""What the learned layer sees of a deed's dates, sources and standing.

Not here: features of phrases (phrase_features.py) and of the deed itself (features.py), weights (weights.py).
"""

from __future__ import annotations

from pipelines.extraction.analysis import Lexicons, UnitAnalysis
from pipelines.extraction.stages.candidates import Candidate
from pipelines.extraction.stages.dates import DateSpan
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.stages.reality import Standing
from pipelines.extraction.stages.sources import Attribution, source_voice

_BEFORE = 8
"""How many words before a deed are seen one by one, whatever the arcs."""


def date_features(unit: UnitAnalysis, candidate: Candidate, action: str, span: DateSpan, covering: list[Attribution]) -> list[str]:
    """Features for whether a date expression is the deed's."""
    p, i = unit.parsed, candidate.index
    head = span.first
    for at in range(span.first, span.last + 1):
        if not span.first <= p.head[at] <= span.last or p.head[at] == at:
            head = at
    up = p.head[head]
    if p.pos[up] in ("ADP", "SCONJ") and p.head[up] != up:
        head, up = up, p.head[up]
    above = [i, *p.ancestors(i)]
    f = [
        "d",
        f"pr={span.precision}",
        f"so={span.source}",
        f"dep={p.dep[head]}",
        f"word={p.lower[span.last]}",
        f"a={action}/{span.precision}",
        f"di={'<' if head < i else '>'}{min(5, abs(head - i) // 2)}",
        f"ahead={int(span.ahead)}",
        f"t={p.tag[i]}/{int(span.ahead)}",
    ]
    if up in above:
        f.append(f"up={min(3, above.index(up))}")
        if above.index(up) == 1:
            f.append(f"up1={p.dep[i]}/{p.lemma[up]}")
    elif i in p.ancestors(head):
        f.append("below")
    else:
        f += ["beside", f"beside={p.dep[up]}/{p.pos[up]}"]
    for attribution in covering[:2]:
        if up == attribution.at:
            f += ["ofcue", f"ofcue={attribution.cue_lemma}"]
    return f


def no_date_features(unit: UnitAnalysis, candidate: Candidate, action: str, spans: list[DateSpan]) -> list[str]:
    """Features for a deed without a stated date though its sentence has one."""
    p, i = unit.parsed, candidate.index
    return ["0", f"0n={min(3, len(spans))}", f"0a={action}", f"0d={p.dep[i]}", f"0t={p.tag[i]}", f"0u={p.unit}"]


def voice_features(unit: UnitAnalysis, candidate: Candidate, action: str, lexicons: Lexicons) -> tuple[list[str], list[Attribution]]:
    """Features for the voice, and the attributions that cover the deed, innermost first."""
    p, i = unit.parsed, candidate.index
    covering = [a for a in unit.attributions[p.sentence_of[i]] if i in a.covers and a.at != i]
    # The narrower a scope, the nearer its source.
    covering.sort(key=lambda a: (len(a.covers), a.at))
    f = ["b", f"u={p.unit}", f"n={min(3, len(covering))}", f"q={int(p.quote[i] >= 0)}/{p.unit}", f"a={action}", f"d={p.dep[i]}"]
    f.append(f"l={candidate.verb}")
    f.extend(f"before={p.lower[at]}" for at in range(max(p.sentences[p.sentence_of[i]][0], i - _BEFORE), i))
    for rank, attribution in enumerate(covering[:3]):
        voice = source_voice(p, attribution, lexicons.cues, lexicons.media)
        own = _is_subject(p, i, attribution)
        name = p.lemma[attribution.source] if attribution.source is not None else "-"
        pos = p.pos[attribution.source] if attribution.source is not None else "-"
        entity = p.entity[attribution.source] if attribution.source is not None else "-"
        f += [
            f"k{rank}={attribution.kind}",
            f"v{rank}={voice}",
            f"kv{rank}={attribution.kind}/{voice}",
            f"c{rank}={attribution.cue_lemma}",
            f"s{rank}={name}",
            f"se{rank}={entity}/{pos}",
            f"ck{rank}={attribution.kind}/{attribution.cue_lemma}",
            f"kq{rank}={attribution.kind}/{int(p.quote[i] >= 0)}",
            f"da{rank}={attribution.kind}/{p.dep[i]}/{int(p.head[i] == attribution.at)}",
            f"own{rank}={int(own)}/{attribution.kind}",
            f"cv={voice}/{attribution.cue_lemma}",
        ]
        if p.dep[i] in ("relcl", "acl", "amod"):
            f.append(f"rel{rank}={attribution.kind}")
        if attribution.source is not None:
            for child in p.children[attribution.source]:
                if p.dep[child] in ("compound", "amod", "det", "poss", "appos", "nmod"):
                    f.append(f"sc{rank}={p.lemma[child]}")
                    f.append(f"sce{rank}={p.dep[child]}/{p.entity[child]}")
    for index in p.children[i]:
        if p.dep[index] in ("advmod", "amod", "prep"):
            f.append(f"ch={p.lower[index]}")
    for rank, above in zip(range(3), p.ancestors(i), strict=False):
        f.append(f"up{rank}={p.lemma[above]}/{p.dep[i]}" if rank == 0 else f"up{rank}={p.lemma[above]}")
    return f, covering


def _is_subject(p: Parsed, i: int, attribution: Attribution) -> bool:
    return attribution.source is not None and any(child == attribution.source for child in p.children[i])


def standing_features(
    unit: UnitAnalysis, candidate: Candidate, action: str, found: Standing, covering: list[Attribution], voice: str
) -> list[str]:
    """Features for polarity and reality."""
    p, i = unit.parsed, candidate.index
    kind = "v" if p.pos[i] == "VERB" else "n"
    word = candidate.verb if kind == "v" else candidate.noun
    f = [
        "b",
        f"r={found.reality}",
        f"p={found.polarity}",
        f"rp={found.reality}/{found.polarity}",
        f"a={action}",
        f"ra={found.reality}/{action}",
        f"t={p.tag[i]}/{p.unit}",
        f"ta={p.tag[i]}/{action}",
        f"w={word}",
        f"d={p.dep[i]}/{kind}",
        f"vo={voice}",
        f"td={p.tag[i]}/{p.dep[i]}",
        f"rk={found.reality}/{kind}",
    ]
    f.extend(f"o={name}" for name in found.observations)
    f.extend(f"ov={name}/{voice != 'outlet'}" for name in found.observations if name.startswith(("aux", "gov", "neg")))
    for attribution in covering[:1]:
        f.append(f"cue={attribution.cue_lemma}/{attribution.kind}")
    up = p.head[i]
    if up != i:
        f += [f"h={p.lemma[up]}/{p.dep[i]}", f"ht={p.tag[up]}/{p.dep[i]}"]
        if p.dep[i] == "pobj":
            f.append(f"pp={p.lower[up]}/{p.lemma[p.head[up]]}")
    root = i
    for above in p.ancestors(i):
        root = above
    f.append(f"root={p.tag[root]}")
    for child in p.children[root]:
        if p.dep[child] in ("aux", "neg"):
            f.append(f"raux={p.lower[child]}/{int(root == i)}")
    first, last = p.sentences[p.sentence_of[i]]
    for at in range(max(first, i - 3), min(last, i + 4)):
        if at != i:
            f.append(f"n{'<' if at < i else '>'}={p.lower[at]}")
    # A plan is often named long before its deed, by a word that no arc leads to.
    f.extend(f"before={p.lower[at]}" for at in range(max(first, i - _BEFORE), i))
    return f
