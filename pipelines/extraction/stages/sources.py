"""Who says so: every source in a sentence, its cue, and which words its speech covers; also what carries over from other sentences.

A source's scope is its reported clause with that clause's adjuncts; quotation marks and the cues of headlines ("Name: words") are scopes
too. Not here: the voice of a mention (decide.py chooses from what is found here).
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.extraction.cue_lexicons import Cues
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.stages.roles import NOMINAL
from pipelines.extraction.word_lists import word_list

_PERSON_PRONOUNS = frozenset(("he", "she", "i"))


@dataclass(frozen=True, slots=True)
class Attribution:
    """One source: its head word (``None`` where only implied), the cue's words, and the words that it covers.

    ``kind`` is the pattern: "verb", "object", "passive", "trailing", "phrase", "adverb", "colon", "colon_after", "noun", "quote",
    "quote_subject", "quote_alone", "carried". ``cue_lemma`` is "" for marks; ``covers`` holds word indexes; ``at`` is where it stands.
    """

    kind: str
    source: int | None
    cue: tuple[int, int] | None
    cue_lemma: str
    covers: frozenset[int]
    at: int


def find_attributions(parsed: Parsed, number: int, cues: Cues, carried: Attribution | None) -> list[Attribution]:
    """All attributions of sentence ``number``; ``carried`` is the last one of the sentences before it, for open quotations."""
    first, last = parsed.sentences[number]
    found: list[Attribution] = []
    for index in range(first, last):
        found.extend(_at(parsed, index, first, last, cues))
    found.extend(_headline(parsed, number, cues))
    found.extend(_quotation(parsed, first, last, found, carried))
    return found


def _at(parsed: Parsed, index: int, first: int, last: int, cues: Cues) -> list[Attribution]:
    lemma, pos = parsed.lemma[index], parsed.pos[index]
    if pos == "VERB" and lemma in cues.verb:
        made = _verb(parsed, index, cues)
        return [made] if made else []
    for phrase in cues.before_source:
        if tuple(parsed.lower[index : index + len(phrase)]) == phrase:
            made = _phrase(parsed, index, index + len(phrase) - 1, first, last)
            return [made] if made else []
    if parsed.lower[index] in cues.adverb:
        head = parsed.head[index]
        covers = frozenset(parsed.subtree(head)) | {head}
        return [Attribution("adverb", None, (index, index), parsed.lower[index], covers, index)]
    if pos == "NOUN" and lemma in _SPEECH_NOUNS:
        made = _noun(parsed, index)
        return [made] if made else []
    return []


_SPEECH_NOUNS = word_list("sources", "speech_noun")


def _noun(parsed: Parsed, index: int) -> Attribution | None:
    """ "Claims that …", "allegations of abuse": the noun's clause or complement is somebody's word."""
    covers: set[int] = set()
    source = None
    for child in parsed.children[index]:
        dep = parsed.dep[child]
        if (
            (dep in ("acl", "ccomp", "relcl") and any(parsed.lower[c] == "that" for c in parsed.children[child]))
            or (dep == "prep" and parsed.lower[child] in ("of", "about"))
            or dep == "acl"
        ):
            covers.update(parsed.subtree(child))
        elif dep == "poss":
            source = child
        elif dep == "prep" and parsed.lower[child] in ("by", "from"):
            source = next((below for below in parsed.children[child] if parsed.dep[below] == "pobj"), None)
    return Attribution("noun", source, (index, index), parsed.lemma[index], frozenset(covers), index) if covers else None


def _verb(parsed: Parsed, index: int, cues: Cues) -> Attribution | None:
    lemma, cue = parsed.lemma[index], (index, index)
    deps = {parsed.dep[child]: child for child in parsed.children[index]}
    passive = bool(deps.keys() & {"nsubjpass", "auxpass"})
    source = _speaker(parsed, index, passive)
    covers = _content(parsed, index, "speech" in cues.verb[lemma])
    if passive and lemma in ("tell", "hear"):
        # "…, a court was told": the hearer stands for the source that is not named.
        trailing = _trailing(parsed, index, deps.get("nsubjpass"))
        if trailing:
            return Attribution("trailing", deps["nsubjpass"], cue, lemma, trailing, index)
    if passive or (parsed.tag[index] == "VBN" and source is None and parsed.dep[index] in ("acl", "amod", "ROOT", "conj")):
        subjects = [c for c in parsed.children[index] if parsed.dep[c] == "nsubjpass"]
        covers.update(below for c in subjects for below in parsed.subtree(c))
        return Attribution("passive", source, cue, lemma, frozenset(covers), index) if covers else None
    if not any(parsed.dep[child] in ("ccomp", "dobj", "xcomp") and child > index for child in parsed.children[index]):
        trailing = _trailing(parsed, index, source)
        if trailing:
            return Attribution("trailing", source, cue, lemma, trailing, index)
    clause = bool(deps.keys() & {"ccomp", "parataxis", "xcomp"})
    if parsed.dep[index] in ("parataxis", "ccomp") and not clause:
        above = parsed.head[index]
        if parsed.pos[above] in ("VERB", "AUX", "NOUN"):
            covers.update(set(parsed.subtree(above)) - set(parsed.subtree(index)))
    return Attribution("verb" if clause else "object", source, cue, lemma, frozenset(covers), index) if covers else None


def _speaker(parsed: Parsed, index: int, passive: bool) -> int | None:
    """The subject of a cue, the agent of a passive one, or the subject that it shares with another verb."""
    source = None
    for child in parsed.children[index]:
        if parsed.dep[child] in ("nsubj", "csubj"):
            source = child
        elif parsed.dep[child] == "agent":
            source = next((below for below in parsed.children[child] if parsed.dep[below] == "pobj"), source)
    return _shared_subject(parsed, index) if source is None and not passive else source


def _content(parsed: Parsed, index: int, speech: bool) -> set[int]:
    """The words of a cue's clauses, of its object where it is a verb of speech, and of its "of", "for" and "as"."""
    covers: set[int] = set()
    for child in parsed.children[index]:
        dep = parsed.dep[child]
        clause = dep in ("ccomp", "parataxis", "xcomp") or (speech and dep in ("dobj", "oprd", "attr"))
        if clause or (dep == "prep" and parsed.lower[child] in ("of", "for", "as")):
            covers.update(parsed.subtree(child))
    return covers


def _trailing(parsed: Parsed, index: int, source: int | None) -> frozenset[int]:
    """What a cue behind its comma covers (", officials said on Monday"): the rest of the sentence; nothing where it stands otherwise."""
    if source is None or abs(source - index) > 12:
        return frozenset()
    own = set(parsed.subtree(source)) | {index}
    low, high = min(source, index), max(source, index)
    own = {k for k in own if low - 12 <= k <= high + 25}
    left = min(own)
    first, last = parsed.sentences[parsed.sentence_of[index]]
    if left - first < 2 or parsed.lower[left - 1] not in (",", "-", "–", "—", '"', "'", "”", "’", "''"):
        return frozenset()
    for child in parsed.children[index]:
        if parsed.dep[child] in ("prep", "npadvmod", "advmod", "aux", "prt", "dative") and child > low:
            own.update(parsed.subtree(child))
    return frozenset(set(range(first, last)) - own)


def _shared_subject(parsed: Parsed, index: int) -> int | None:
    """The subject of a verb that has none itself: of the verb it is joined to, or the noun that it modifies."""
    at = index
    for _ in range(4):
        dep, up = parsed.dep[at], parsed.head[at]
        if up == at:
            return None
        if dep in ("relcl", "acl") and parsed.pos[up] in NOMINAL:
            return up
        if dep not in ("conj", "xcomp", "advcl", "ccomp", "pcomp", "prep"):
            return None
        at = up
        for child in parsed.children[at]:
            if parsed.dep[child] in ("nsubj", "nsubjpass"):
                return child
    return None


def _phrase(parsed: Parsed, first_cue: int, last_cue: int, first: int, last: int) -> Attribution | None:
    """ "According to X": the words of the sentence that are not the phrase itself are X's."""
    source = next((i for i in range(last_cue + 1, min(last, last_cue + 12)) if parsed.pos[i] in NOMINAL and _is_head(parsed, i)), None)
    if source is None:
        return None
    root = first_cue
    while parsed.dep[root] in ("prep", "pcomp", "pobj", "advmod") and parsed.head[root] != root and parsed.pos[parsed.head[root]] == "ADP":
        root = parsed.head[root]
    own = set(parsed.subtree(root)) | set(parsed.subtree(source)) | set(range(first_cue, last_cue + 1))
    return Attribution(
        "phrase", source, (first_cue, last_cue), " ".join(parsed.lower[first_cue : last_cue + 1]),
        frozenset(set(range(first, last)) - own), first_cue,
    )  # fmt: skip


def _is_head(parsed: Parsed, index: int) -> bool:
    return parsed.dep[index] not in ("compound", "poss", "nummod", "amod", "nmod")


def _headline(parsed: Parsed, number: int, cues: Cues) -> list[Attribution]:
    """ "Name: words" (the part before the colon is a sentence of its own) and "Words - Name", in titles."""
    if parsed.unit != "title":
        return []
    first, last = parsed.sentences[number]
    if number > 0:
        a, b = parsed.sentences[number - 1]
        if parsed.lower[b - 1] == ":" and b - a <= 8:
            heads = [i for i in range(a, b - 1) if parsed.pos[i] in NOMINAL and _is_head(parsed, i)]
            if heads:
                return [Attribution("colon", heads[0], (b - 1, b - 1), "", frozenset(range(first, last)), b - 1)]
    if number + 1 < len(parsed.sentences) and parsed.lower[last - 1] in (":", "-", "–", "—", "--"):
        a, b = parsed.sentences[number + 1]
        if b - a <= 5:
            heads = [i for i in range(a, b) if parsed.pos[i] in NOMINAL and _is_head(parsed, i)]
            verbs = any(parsed.pos[i] in ("VERB", "AUX") for i in range(a, b))
            if b - a == 1 and not heads:
                heads, verbs = [a], False
            if heads and not verbs:
                return [Attribution("colon_after", heads[-1], (last - 1, last - 1), "", frozenset(range(first, last)), last - 1)]
    return []


def _quotation(parsed: Parsed, first: int, last: int, found: list[Attribution], carried: Attribution | None) -> list[Attribution]:
    """Words in quotation marks belong to the nearest speaker of the sentence, else to the one that was speaking before."""
    inside = [i for i in range(first, last) if parsed.quote[i] >= 0]
    if not inside:
        return []
    speakers = [a for a in found if a.source is not None and a.kind in ("verb", "phrase", "object", "colon", "colon_after", "trailing")]
    result = []
    for quote in sorted({parsed.quote[i] for i in inside}):
        words = frozenset(i for i in inside if parsed.quote[i] == quote)
        outside = [a for a in speakers if a.at not in words]
        if outside:
            nearest = min(outside, key=lambda a: min(abs(a.at - min(words)), abs(a.at - max(words))))
            result.append(Attribution("quote", nearest.source, nearest.cue, nearest.cue_lemma, words, nearest.at))
        else:
            subject = _subject_before(parsed, first, last, words)
            if subject is not None:
                result.append(Attribution("quote_subject", subject, None, "", words, subject))
            elif carried is not None:
                result.append(Attribution("carried", carried.source, carried.cue, carried.cue_lemma, words, min(words)))
            else:
                result.append(Attribution("quote_alone", None, None, "", words, min(words)))
    return result


def _subject_before(parsed: Parsed, first: int, last: int, words: frozenset[int]) -> int | None:
    for index in range(first, last):
        if parsed.dep[index] == "nsubj" and index not in words and parsed.pos[index] in NOMINAL:
            return index
    return None


def source_voice(parsed: Parsed, attribution: Attribution, cues: Cues, media: frozenset[str]) -> str:
    """The kind of source that an attribution has, from its head word alone."""
    head = attribution.source
    if head is None:
        return "unnamed_other"
    if parsed.lower[head] in media and parsed.pos[head] == "PROPN":
        return "other_media"
    kind = cues.noun.get(parsed.lemma[head]) or cues.noun.get(parsed.lower[head])
    if _is_person(parsed, head) or kind == "role":
        return "named_person"
    entity = parsed.entity[head]
    if entity in ("ORG", "GPE", "FAC", "LOC", "NORP") or parsed.pos[head] == "PROPN":
        body = kind is None or (kind in ("unnamed_official", "unnamed_other") and entity == "ORG")
        return "named_org" if body else str(kind)
    return kind or "unnamed_other"


def _is_person(parsed: Parsed, head: int) -> bool:
    if parsed.lower[head] in _PERSON_PRONOUNS or parsed.entity[head] == "PERSON":
        return True
    return any(parsed.entity[child] == "PERSON" and parsed.dep[child] in ("appos", "compound", "nmod") for child in parsed.children[head])
