"""Polarity and reality: the auxiliaries, negators, adverbs and governing words of a predicate, and what the lexicon makes of them.

Not here: the final value, which decide.py chooses from these with learned weights.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.extraction.cue_lexicons import Modality
from pipelines.extraction.predicates import Predicates
from pipelines.extraction.stages.parse import Parsed

_CLAUSE_ARCS = frozenset(
    ("xcomp", "ccomp", "advcl", "acl", "pcomp", "dobj", "pobj", "prep", "relcl", "nsubj", "nsubjpass", "conj", "parataxis", "amod", "oprd")
)
_EMBEDDING_ARCS = frozenset(("xcomp", "ccomp", "acl", "pcomp", "dobj", "pobj", "prep", "nsubjpass", "oprd"))
_SHARING_ARCS = frozenset(("xcomp", "ccomp", "conj", "advcl", "acl", "relcl", "pcomp"))
_NO_REALITY = frozenset(("unnamed_source", "negated", "denied"))
_CONJUNCTIONS = {"if": "possible", "unless": "possible", "whether": "question"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What surrounds a predicate: ``polarity`` and ``reality`` by rule, and the observations behind them for the learned layer."""

    polarity: str
    reality: str
    observations: tuple[str, ...]


def standing(parsed: Parsed, index: int, modality: Modality, lexicon: Predicates) -> Standing:
    """Read the standing of the predicate at ``index``: its own helpers, the words that govern it, its clause."""
    reading = _Reading(parsed, index, modality, lexicon)
    reading.own_words()
    reading.governors()
    reading.clause()
    return Standing(reading.polarity, reading.reality or reading.by_tense(), tuple(reading.seen))


@dataclass(slots=True)
class _Reading:
    """A standing while it is being read; the first value that is found for the reality stays."""

    parsed: Parsed
    index: int
    modality: Modality
    lexicon: Predicates
    polarity: str = "positive"
    reality: str = ""
    seen: list[str] = field(default_factory=list)
    auxiliaries: list[str] = field(default_factory=list)

    def own_words(self) -> None:
        """Negators, auxiliaries and adverbs of the predicate."""
        p = self.parsed
        for child in _helpers(p, self.index):
            lower, dep = p.lower[child], p.dep[child]
            if dep == "neg" or (lower in self.modality.negators and dep in ("neg", "advmod", "det", "preconj")):
                self.polarity = "negated"
                self.seen.append(f"neg:{lower}")
            elif dep in ("aux", "auxpass"):
                self.auxiliaries.append(p.lemma[child] if p.pos[child] != "PART" else "to")
                self.seen.append(f"aux:{lower}")
                self.reality = self.modality.auxiliary.get(lower, self.reality) or self.reality
            elif dep in ("advmod", "amod", "mark"):
                self.seen.append(f"{dep}:{lower}")
                found = self.modality.adverb.get(lower, "")
                self.reality = self.reality or (found if found not in _NO_REALITY else "")
            elif dep == "nsubj" and lower in ("nobody", "none"):
                self.polarity = "negated"
                self.seen.append("neg:subject")

    def governors(self) -> None:
        """The words above that take the predicate as their clause or object."""
        p, at = self.parsed, self.index
        for depth in range(1, 5):
            dep, up = p.dep[at], p.head[at]
            if up == at or dep not in _CLAUSE_ARCS:
                break
            self.seen.append(f"up{depth}:{dep}:{p.lemma[up]}")
            if dep in _EMBEDDING_ARCS and p.lemma[up] not in ("be", "have", "do"):
                self._governed(up, dep, depth)
            if dep in _SHARING_ARCS:
                self._shared(up, dep, depth)
            at = up

    def _governed(self, up: int, dep: str, depth: int) -> None:
        lemma = self.parsed.lemma[up]
        complement = self.modality.complement
        value = complement.get(lemma) or _complement(self.lexicon, lemma) or complement.get(self.parsed.lower[up])
        if not value:
            return
        self.seen.append(f"gov{min(depth, 2)}:{value}:{dep}")
        if value in ("denied", "negated"):
            self.polarity = value if self.polarity == "positive" else self.polarity
        else:
            self.reality = self.reality or value

    def _shared(self, up: int, dep: str, depth: int) -> None:
        """Negation and auxiliaries of the verb above, which a joined verb shares."""
        for child in self.parsed.children[up]:
            if self.parsed.dep[child] == "neg":
                self.seen.append(f"upneg{depth}:{dep}")
            elif self.parsed.dep[child] == "aux":
                lower = self.parsed.lower[child]
                self.seen.append(f"upaux{depth}:{dep}:{lower}")
                if dep == "conj" and not self.auxiliaries:
                    self.reality = self.reality or self.modality.auxiliary.get(lower, "")

    def clause(self) -> None:
        """Question marks, conjunctions, and the bare infinitive of headlines ("X to visit Y" is the future)."""
        p, i = self.parsed, self.index
        if p.lower[p.sentences[p.sentence_of[i]][1] - 1] == "?":
            self.seen.append("question_mark")
        for child in p.children[i]:
            if p.dep[child] == "mark":
                self.seen.append(f"mark:{p.lower[child]}")
                self.reality = self.reality or _CONJUNCTIONS.get(p.lower[child], "")
        if "to" in self.auxiliaries and not self.reality and p.dep[i] in ("ROOT", "relcl", "acl", "dep"):
            self.reality = "planned"
            self.seen.append("bare_to")

    def by_tense(self) -> str:
        """What the tense alone says."""
        p, i = self.parsed, self.index
        first, last = p.sentences[p.sentence_of[i]]
        progressive = p.tag[i] == "VBG" and "be" in self.auxiliaries
        return "ongoing" if progressive and not {"was", "were"} & set(p.lower[first:last]) else "happened"


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
