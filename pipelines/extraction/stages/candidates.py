"""Words that may name a deed, with the senses that the lexicon gives them and whether each sense's frame is met.

Not here: the decision (choice in extractor.py, by the learned layer).
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.extraction.predicates import Predicates, Sense
from pipelines.extraction.stages.parse import Lemmas, Parsed
from pipelines.extraction.stages.roles import NOMINAL, is_passive
from pipelines.extraction.word_lists import word_list

_OPEN = frozenset(("VERB", "NOUN", "PROPN", "ADJ"))
_NAMED = frozenset(("person", "organisation", "place", "country"))
"""Classes that any name fits: what kind of name it is is only asked of the texts in which a deed was found."""
_PERSON_WORDS = word_list("candidates", "person")


@dataclass(frozen=True, slots=True)
class Match:
    """A sense that a word has, and how well the words around it fit: every demand of its frame met, or not."""

    sense: Sense
    met: bool
    fits_pos: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that may name a deed; ``last`` is the last word of its trigger (a particle, or itself), ``first`` the first."""

    index: int
    first: int
    last: int
    matches: tuple[Match, ...]
    verb: str
    noun: str


def find_candidates(parsed: Parsed, first: int, last: int, lexicon: Predicates, lemmas: Lemmas) -> list[Candidate]:
    """Candidates among the words [first, last) of one sentence, in text order."""
    found = []
    for index in range(first, last):
        if parsed.pos[index] not in _OPEN or len(parsed.lower[index]) < 3:
            continue
        word = parsed.lower[index]
        verb, noun = lemmas(word, "VERB"), lemmas(word, "NOUN")
        matches, start, end = [], index, index
        for sense in lexicon.verbs.get(verb, ()):
            stop = _particle(parsed, index, last, sense)
            if stop is not None:
                fits = parsed.pos[index] == "VERB"
                matches.append(Match(sense, _met(parsed, index, sense, lexicon), fits))
                end = max(end, stop)
        for sense in lexicon.nouns.get(noun, lexicon.nouns.get(word, ())):
            begin = _compound(parsed, index, first, sense)
            if begin is not None:
                fits = parsed.pos[index] in (("ADJ",) if sense.pos == "adjective" else ("NOUN", "PROPN"))
                matches.append(Match(sense, True, fits))
                start = min(start, begin)
        longest = max((len(m.sense.lemma.split()) for m in matches), default=1)
        if longest > 1:
            matches = [m for m in matches if len(m.sense.lemma.split()) == longest]
        found.append(Candidate(index, start, end, tuple(matches), verb, noun))
    return found


def _particle(parsed: Parsed, index: int, limit: int, sense: Sense) -> int | None:
    """The last word of a verb's particle or fixed words; the verb itself where it has none; ``None`` where they are absent."""
    rest = sense.lemma.split()[1:]
    if not rest:
        return index
    near = parsed.lower[index + 1 : min(limit, index + 6)]
    if near[: len(rest)] == rest:
        return index + len(rest)
    if len(rest) == 1:
        for child in parsed.children[index]:
            if child > index and parsed.lower[child] == rest[0] and parsed.dep[child] in ("prt", "prep", "advmod", "acomp", "oprd"):
                return index if child > index + 3 else child
    return None


def _compound(parsed: Parsed, index: int, limit: int, sense: Sense) -> int | None:
    words = sense.lemma.split()[:-1]
    if not words:
        return index
    begin = index - len(words)
    return begin if begin >= limit and parsed.lower[begin:index] == words else None


def _met(parsed: Parsed, index: int, sense: Sense, lexicon: Predicates) -> bool:
    if not (sense.needs or sense.object or sense.not_object or sense.subject or sense.not_subject):
        return True
    parts = _parts(parsed, index)
    if sense.needs and not sense.needs & set(parts):
        return False
    # The subject of a passive is what the active verb has as its object.
    objects = parts.get("object", []) + (parts.get("subject", []) if "passive" in parts else [])
    subjects = [] if "passive" in parts else parts.get("subject", [])
    if sense.object and not any(_in_classes(parsed, head, sense.object, lexicon) for head in objects):
        return False
    if any(_in_classes(parsed, head, sense.not_object, lexicon) for head in objects):
        return False
    if sense.subject and not any(_in_classes(parsed, head, sense.subject, lexicon) for head in subjects):
        return False
    return not any(_in_classes(parsed, head, sense.not_subject, lexicon) for head in subjects)


def _parts(parsed: Parsed, index: int) -> dict[str, list[int]]:
    """The parts of speech around a verb by the names that the lexicon uses."""
    parts: dict[str, list[int]] = {}
    for child in parsed.children[index]:
        dep = parsed.dep[child]
        if dep in ("dobj", "obj", "dative", "attr"):
            parts.setdefault("object", []).append(child)
        elif dep in ("nsubj", "nsubjpass"):
            parts.setdefault("subject", []).append(child)
            if parsed.tag[child] in ("NNS", "NNPS") or any(parsed.dep[c] == "conj" for c in parsed.children[child]):
                parts["plural_subject"] = [child]
        elif dep in ("prep", "agent", "prt"):
            parts.setdefault(parsed.lower[child], []).append(child)
        elif dep in ("xcomp", "ccomp", "advcl"):
            infinitive = any(parsed.tag[c] == "TO" for c in parsed.children[child])
            parts.setdefault("infinitive" if infinitive else "clause", []).append(child)
    after = index + 1
    if after < len(parsed.words) and parsed.pos[after] == "ADP":
        parts.setdefault(parsed.lower[after], []).append(after)
    if parsed.dep[index] in ("acl", "relcl", "amod") and (is_passive(parsed, index) or parsed.dep[index] == "relcl"):
        parts.setdefault("object" if is_passive(parsed, index) else "subject", []).append(parsed.head[index])
    if is_passive(parsed, index):
        parts["passive"] = [index]
    if "object" not in parts and "passive" not in parts:
        parts["no_object"] = [index]
    if "passive" in parts and "subject" in parts:
        parts.setdefault("object", []).extend(parts["subject"])
    return parts


def _in_classes(parsed: Parsed, head: int, classes: frozenset[str], lexicon: Predicates) -> bool:
    if not classes:
        return False
    words = {parsed.lemma[head], parsed.lower[head]}
    for child in parsed.children[head]:
        if parsed.dep[child] in ("compound", "amod", "conj", "nmod"):
            words.add(parsed.lemma[child])
        elif parsed.dep[child] == "prep" and parsed.lower[child] == "of":
            words.update(parsed.lemma[below] for below in parsed.children[child])
    return any(_in_class(parsed, head, name, words, lexicon) for name in classes)


def _in_class(parsed: Parsed, head: int, name: str, words: set[str], lexicon: Predicates) -> bool:
    if not name.startswith("@"):
        return name in words
    if name[1:] in _NAMED:
        person = name == "@person" and parsed.pos[head] in NOMINAL and bool(words & _PERSON_WORDS)
        return person or parsed.pos[head] == "PROPN"
    if name == "@number":
        return parsed.pos[head] == "NUM"
    if name == "@money":
        return any(parsed.pos[part] == "SYM" for part in (head, *parsed.children[head]))
    return bool(words & lexicon.classes[name[1:]])
