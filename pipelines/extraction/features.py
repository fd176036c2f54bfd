"""What the learned layer sees of a candidate: hashed features for whether it is a deed, and of which type.

Feature names are built here, in phrase_features.py and in slot_features.py, and nowhere else, so that training and coding see the same.
Not here: weights.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pipelines.extraction.actor_nouns import sector_of
from pipelines.extraction.analysis import ItemAnalysis, UnitAnalysis
from pipelines.extraction.predicates import Sense
from pipelines.extraction.stages.candidates import Candidate
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.stages.roles import is_passive, phrase_span
from pipelines.extraction.weights import Embeddings, Floats, hash_all, hash_text, load_embeddings

_TOLD_ARCS = frozenset(
    (
        "nsubj",
        "nsubjpass",
        "dobj",
        "poss",
        "compound",
        "amod",
        "attr",
        "advmod",
        "prt",
        "acomp",
        "xcomp",
        "ccomp",
        "aux",
        "neg",
        "det",
        "nummod",
    )
)


_NEAR = 24
"""Words of the sentence so many places to either side count as the candidate's surroundings."""


def clusters(word: str) -> int:
    """The group of similar words that a word is in; -1 for an unknown one."""
    return load_embeddings().cluster(word)


def hashed(names: list[str]) -> list[int]:
    """Hash feature names."""
    return hash_all(names)


def best_sense(candidate: Candidate, action: str | None = None) -> Sense | None:
    """The likeliest sense: frame met first, then fitting part of speech, then prior; of one action if given."""
    matches = [m for m in candidate.matches if action is None or m.sense.action == action]
    if not matches:
        return None
    return max(matches, key=lambda m: (m.met, m.fits_pos, m.sense.prior)).sense


def word_feature(unit: UnitAnalysis, candidate: Candidate) -> str:
    """The feature of the bare word and its kind."""
    pos = unit.parsed.pos[candidate.index]
    kind = "v" if pos == "VERB" else "n" if pos in ("NOUN", "PROPN") else "a"
    return f"lk={candidate.verb if kind == 'v' else candidate.noun}/{kind}"


def action_bag(analysis: ItemAnalysis, unit: UnitAnalysis, candidate: Candidate) -> list[int]:
    """Hashed features for whether a candidate is a deed, and of which type: its own, and the words of its sentence and item."""
    p, i = unit.parsed, candidate.index
    first, last = p.sentences[p.sentence_of[i]]
    bag = hashed(action_features(unit, candidate))
    # Each word recurs for every candidate beside it, so its hash is kept.
    bag += [
        _hash_near(p.lemma[at])
        for at in range(max(first, i - _NEAR), min(last, i + _NEAR + 1))
        if at != i and p.pos[at] in ("NOUN", "VERB", "ADJ", "PROPN")
    ]
    bag += [_hash_item(name) for name in analysis.bag if name != p.lemma[i]]
    return bag


@lru_cache(maxsize=65536)
def _hash_near(lemma: str) -> int:
    return hash_text(f"s={lemma}")


@lru_cache(maxsize=65536)
def _hash_item(name: str) -> int:
    return hash_text(f"i={name}")


def action_features(unit: UnitAnalysis, candidate: Candidate) -> list[str]:
    """Features of a candidate by itself: its word, arguments, governor, neighbours and place."""
    p, i = unit.parsed, candidate.index
    pos, tag, dep = p.pos[i], p.tag[i], p.dep[i]
    up = p.head[i]
    kind = "v" if pos == "VERB" else "n" if pos in ("NOUN", "PROPN") else "a"
    word = candidate.verb if kind == "v" else candidate.noun
    f = ["b", f"l={word}", f"vl={candidate.verb}", f"lk={word}/{kind}", f"t={tag}", f"d={dep}", f"dk={dep}/{tag}", f"u={p.unit}/{kind}",
         f"h={p.lemma[up]}/{dep}" if up != i else "h=root", f"wd={word}/{dep}", f"suf={p.lower[i][-3:]}/{kind}"]  # fmt: skip
    own = clusters(word)
    f += [f"cl={own}/{kind}", f"cld={own}/{dep}"]
    f.extend(_sense_features(candidate, kind))
    f.extend(_child_features(p, i, word, kind))
    f.extend(_head_features(p, i, word))
    first, last = p.sentences[p.sentence_of[i]]
    for offset in (-2, -1, 1, 2):
        at = i + offset
        near = p.lemma[at] if first <= at < last else "#"
        f.append(f"w{offset}={near}")
        if abs(offset) == 1:
            f.append(f"b{offset}={word}_{near}")
    f.extend(_position_features(unit, candidate, first, last))
    return f


def _sense_features(candidate: Candidate, kind: str) -> list[str]:
    f: list[str] = []
    if not candidate.matches:
        return ["s0"]
    for match in candidate.matches:
        state = ("m" if match.met else "u") + ("p" if match.fits_pos else "q")
        f.append(f"sa={match.sense.action}/{state}")
        f.append(f"sp={match.sense.action}/{round(match.sense.prior * 5)}/{state}")
    best = best_sense(candidate)
    if best is not None:
        met = any(m.met and m.fits_pos for m in candidate.matches)
        f += [f"sb={best.action}/{kind}/{int(met)}", f"sm={best.mode}", f"sn={int(met)}/{len(candidate.matches) > 1}", f"any{int(met)}"]
    return f


def _child_features(p: Parsed, i: int, word: str, kind: str) -> list[str]:
    f: list[str] = []
    passive = kind == "v" and is_passive(p, i)
    f.append(f"pas={int(passive)}")
    names = set()
    for child in p.children[i]:
        dep = p.dep[child]
        names.add(dep)
        lemma = p.lemma[child]
        if dep in _TOLD_ARCS:
            f.append(f"c:{dep}={lemma}")
            f.append(f"ce:{dep}={p.pos[child]}")
            if dep in ("nsubj", "nsubjpass", "dobj", "poss", "compound", "amod", "attr"):
                f.append(f"cc:{dep}={clusters(lemma)}/{kind}")
                f.append(f"cs:{dep}={sector_of(lemma)}/{kind}")
            if dep in ("dobj", "nsubjpass", "compound", "prt", "amod"):
                f.append(f"cw:{word}/{dep}={lemma}")
        elif dep in ("prep", "agent"):
            f += [f"c:prep={lemma}", f"cw:{word}/prep={lemma}"]
            f.extend(f"c:{lemma}={p.lemma[below]}" for below in p.children[child])
            f.extend(f"ce:{lemma}={p.pos[below]}" for below in p.children[child])
    f.extend(f"cd={name}/{kind}" for name in sorted(names))
    if not names & {"dobj", "nsubjpass", "ccomp", "xcomp"}:
        f.append(f"noobj/{kind}")
    if not names & {"nsubj", "nsubjpass"}:
        f.append(f"nosubj/{kind}/{p.dep[i]}")
    return f


def _head_features(p: Parsed, i: int, word: str) -> list[str]:
    up = p.head[i]
    if p.dep[i] == "pobj":
        return [f"pp={p.lemma[up]}/{word}", f"ppv={p.lemma[up]}_{p.lemma[p.head[up]]}"]
    return [f"hw={p.lemma[up]}/{p.dep[i]}/{word}"] if up != i else []


def _position_features(unit: UnitAnalysis, candidate: Candidate, first: int, last: int) -> list[str]:
    """How the candidate stands to other candidates of its sentence: one deed is named once."""
    p, i = unit.parsed, candidate.index
    own = best_sense(candidate)
    f: list[str] = []
    actions = 0
    for other in unit.candidates:
        sense = best_sense(other) if first <= other.index < last and other.index != i else None
        if sense is not None:
            actions += 1
            f.extend(_beside(p, candidate, other, own, sense))
    f.append(f"na={min(actions, 4)}")
    f.append(f"lead={int(i - first < 8)}/{p.unit}/{min(p.sentence_of[i], 2)}")
    if p.quote[i] >= 0:
        f.append(f"q/{p.unit}")
    for attribution in unit.attributions[p.sentence_of[i]]:
        if i in attribution.covers:
            f.append(f"at={attribution.kind}/{attribution.cue_lemma}")
            break
    if not any(p.pos[k] in ("VERB", "AUX") for k in range(first, last)):
        f.append(f"verbless/{p.unit}")
    if p.lower[last - 1] == "?":
        f.append("ask")
    return f


def _beside(p: Parsed, candidate: Candidate, other: Candidate, own: Sense | None, sense: Sense) -> list[str]:
    """How another candidate with a sense stands to this one."""
    i, j = candidate.index, other.index
    f: list[str] = []
    if own is not None and sense.action == own.action:
        f.append(f"same{'<' if j < i else '>'}{own.action}")
        if j in (p.head[i], p.head[p.head[i]]):
            f += [f"under={own.action}", f"underw={other.verb}/{candidate.noun}"]
        if i in (p.head[j], p.head[p.head[j]]):
            f += [f"over={own.action}", f"overw={candidate.verb}/{other.noun}"]
    if p.head[i] == j:
        f.append(f"up={sense.action}/{p.dep[i]}")
    elif p.head[j] == i:
        f.append(f"dn={sense.action}/{p.dep[j]}")
    return f


def action_dense(unit: UnitAnalysis, candidate: Candidate, embeddings: Embeddings) -> Floats:
    """Word vectors of the predicate, its object and its subject, one after the other."""
    p, i = unit.parsed, candidate.index
    verb = p.pos[i] == "VERB"
    own = embeddings(candidate.verb if verb else candidate.noun)
    zero = np.zeros(embeddings.size, dtype=np.float32)
    below = above = zero
    for child in p.children[i]:
        if p.dep[child] in ("dobj", "nsubjpass", "compound"):
            below = embeddings(p.lower[child])
        elif p.dep[child] in ("nsubj", "poss"):
            above = embeddings(p.lower[child])
    return np.concatenate([own if verb else zero, zero if verb else own, below, above])


def phrase_text(parsed: Parsed, head: int, trigger: int | None = None) -> str:
    """The stored words of a naming phrase, without the trigger of the deed that it stands in."""
    first, last = phrase_span(parsed, head, trigger)
    return parsed.cut(first, last)
