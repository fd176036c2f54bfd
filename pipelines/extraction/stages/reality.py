"""Polarity and reality: the auxiliaries, negators, adverbs and governing words of a predicate, and what the lexicon makes of them.

Not here: the final value, which slots.py decides from these with learned weights.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.extraction.cue_lexicons import Modality
from pipelines.extraction.predicates import Predicates
from pipelines.extraction.stages.parse import Parsed

_CLAUSE_ARCS = frozenset(("xcomp", "ccomp", "advcl", "acl", "pcomp", "dobj", "pobj", "prep", "relcl", "nsubj", "nsubjpass", "conj", "parataxis", "amod", "oprd"))
_EMBEDDING_ARCS = frozenset(("xcomp", "ccomp", "acl", "pcomp", "dobj", "pobj", "prep", "nsubjpass", "oprd"))


@dataclass(frozen=True, slots=True)
class Standing:
    """What surrounds a predicate: ``polarity`` and ``reality`` by rule, and the observations behind them for the learned layer."""

    polarity: str
    reality: str
    observations: tuple[str, ...]


def standing(parsed: Parsed, index: int, modality: Modality, lexicon: Predicates) -> Standing:
    """Read the standing of the predicate at ``index``."""
    seen: list[str] = []
    polarity, reality = "positive", ""
    auxiliaries = []
    for child in _helpers(parsed, index):
        lower, dep = parsed.lower[child], parsed.dep[child]
        if dep == "neg" or lower in modality.negators and dep in ("neg", "advmod", "det", "preconj"):
            polarity = "negated"
            seen.append(f"neg:{lower}")
        elif dep in ("aux", "auxpass"):
            auxiliaries.append(parsed.lemma[child] if parsed.pos[child] != "PART" else "to")
            seen.append(f"aux:{lower}")
            reality = modality.auxiliary.get(lower, reality) or reality
        elif dep in ("advmod", "amod", "mark"):
            seen.append(f"{dep}:{lower}")
            found = modality.adverb.get(lower)
            if found and found not in ("unnamed_source", "negated", "denied"):
                reality = reality or found
        elif dep == "nsubj" and lower in ("nobody", "none"):
            polarity = "negated"
            seen.append("neg:subject")
    at, depth = index, 0
    while parsed.head[at] != at and depth < 4:
        dep, up = parsed.dep[at], parsed.head[at]
        if dep not in _CLAUSE_ARCS:
            break
        depth += 1
        lemma = parsed.lemma[up]
        seen.append(f"up{depth}:{dep}:{lemma}")
        value = modality.complement.get(lemma) or _complement(lexicon, lemma) or modality.complement.get(parsed.lower[up])
        embedding = dep in _EMBEDDING_ARCS
        if value and embedding and lemma not in ("be", "have", "do"):
            seen.append(f"gov{min(depth, 2)}:{value}:{dep}")
            if value in ("denied", "negated"):
                polarity = value if polarity == "positive" else polarity
            else:
                reality = reality or value
        if dep in ("xcomp", "ccomp", "conj", "advcl", "acl", "relcl", "pcomp"):
            for child in parsed.children[up]:
                if parsed.dep[child] == "neg":
                    seen.append(f"upneg{depth}:{dep}")
                elif parsed.dep[child] == "aux":
                    seen.append(f"upaux{depth}:{dep}:{parsed.lower[child]}")
                    if dep == "conj" and not auxiliaries:
                        reality = reality or modality.auxiliary.get(parsed.lower[child], "")
        at = up
    first, last = parsed.sentences[parsed.sentence_of[index]]
    if parsed.lower[last - 1] == "?":
        seen.append("question_mark")
    for child in parsed.children[index]:
        if parsed.dep[child] == "mark":
            seen.append(f"mark:{parsed.lower[child]}")
            if parsed.lower[child] in ("if", "unless"):
                reality = reality or "possible"
            elif parsed.lower[child] == "whether":
                reality = reality or "question"
    if "to" in auxiliaries and not reality and parsed.dep[index] in ("ROOT", "relcl", "acl", "dep"):
        # "X to visit Y" in headlines is the future.
        reality = "planned"
        seen.append("bare_to")
    if not reality:
        reality = "ongoing" if parsed.tag[index] == "VBG" and "be" in auxiliaries and not {"was", "were"} & set(parsed.lower[first:last]) else "happened"
    return Standing(polarity, reality, tuple(seen))


def _helpers(parsed: Parsed, index: int) -> list[int]:
    """Children that qualify the deed: the predicate's own, and for a noun in a light verb's object those of the verb."""
    own = list(parsed.children[index])
    if parsed.pos[index] not in ("VERB", "AUX") and parsed.dep[index] in ("dobj", "nsubjpass", "attr", "nsubj", "pobj"):
        up = parsed.head[index]
        if parsed.dep[index] == "pobj":
            up = parsed.head[up]
        if parsed.pos[up] in ("VERB", "AUX") and parsed.dep[index] in ("dobj", "nsubjpass", "attr"):
            own += [child for child in parsed.children[up] if parsed.dep[child] in ("aux", "neg", "auxpass")]
    elif parsed.dep[index] == "xcomp" and parsed.pos[parsed.head[index]] == "AUX":
        own += [child for child in parsed.children[parsed.head[index]] if parsed.dep[child] in ("aux", "neg")]
    return own


def _complement(lexicon: Predicates, lemma: str) -> str | None:
    return next((sense.complement for sense in lexicon.verbs.get(lemma, ()) if sense.complement), None)
