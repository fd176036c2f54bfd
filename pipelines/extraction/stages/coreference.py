"""Pronouns and bare definites of an item, resolved to the names that they stand for, where the item gives one.

Not here: linking names to actors (actors.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.extraction.stages.datelines import story_start
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.stages.roles import NOMINAL, phrase_heads, phrase_span
from pipelines.extraction.word_lists import word_list

_HE = frozenset(("he", "him", "his", "himself"))
_SHE = frozenset(("she", "her", "hers", "herself"))
_IT = frozenset(("it", "its", "itself"))
_THEY = frozenset(("they", "them", "their", "theirs", "themselves"))
PRONOUNS = _HE | _SHE | _IT | _THEY
_COUNTED = frozenset(("DATE", "TIME", "MONEY", "PERCENT", "CARDINAL", "ORDINAL"))
_MALE = word_list("coreference", "male")
_FEMALE = word_list("coreference", "female")
_GROUP = word_list("coreference", "group")
_BODY = word_list("coreference", "body")
_PERSON = word_list("coreference", "person")


@dataclass(frozen=True, slots=True)
class Antecedent:
    """Where the name stands that a pronoun stands for: the unit's number in the item, and its head word there."""

    unit: int
    head: int


def resolve(units: Sequence[Parsed]) -> list[dict[int, Antecedent]]:
    """For each unit, pronouns (by word index) to antecedents, nearest fitting subject first, the title before the summary."""
    history: list[tuple[int, int]] = []
    result: list[dict[int, Antecedent]] = []
    for number, parsed in enumerate(units):
        found: dict[int, Antecedent] = {}
        # The town and the agency of a dateline are nobody of whom the text goes on to speak.
        story = story_start(parsed.text) if parsed.unit != "title" else 0
        for first, last in parsed.sentences:
            heads = [head for head in phrase_heads(parsed, first, last) if parsed.start[head] >= story]
            here: list[tuple[int, int]] = []
            for head in heads:
                lower = parsed.lower[head]
                if lower in PRONOUNS:
                    choice = _choose(units, parsed, number, head, here, history)
                    if choice is not None:
                        found[head] = choice
                elif _is_bare_definite(parsed, head):
                    choice = _name_for(units, parsed, number, head, here, history)
                    if choice is not None:
                        found[head] = choice
                    here.append((number, head))
                elif parsed.pos[head] in NOMINAL and parsed.pos[head] != "PRON":
                    here.append((number, head))
            history.extend(here)
            history = history[-24:]
        result.append(found)
    return result


def _choose(
    units: Sequence[Parsed], parsed: Parsed, number: int, pronoun: int, here: list[tuple[int, int]], history: list[tuple[int, int]]
) -> Antecedent | None:
    best, best_score = None, 0.0
    sentence = parsed.sentence_of[pronoun]
    for unit, head in [*history, *here]:
        other = units[unit]
        fit = _fit(other, head, parsed.lower[pronoun])
        if fit <= 0:
            continue
        if unit == number and (_binds(parsed, head, pronoun)):
            continue
        score = fit
        dep = other.dep[head]
        score += 1.0 if dep in ("nsubj", "nsubjpass") else 0.3 if dep in ("poss", "dobj") else 0.0
        if unit == number:
            score += max(0.0, 1.5 - 0.6 * (sentence - other.sentence_of[head]))
        else:
            score += 0.2 if other.unit == "title" else 0.0
        score += 0.002 * head
        if score > best_score:
            best, best_score = Antecedent(unit, head), score
    return best


def _is_bare_definite(parsed: Parsed, head: int) -> bool:
    """ "The group", "the French tycoon": a common noun for a person or body with "the" and nothing that tells it from others."""
    if parsed.pos[head] != "NOUN" or parsed.tag[head] != "NN" or parsed.lemma[head] not in _PERSON | _GROUP:
        return False
    deps = {parsed.dep[child] for child in parsed.children[head]}
    definite = any(parsed.lower[child] == "the" for child in parsed.children[head])
    return definite and not deps & {"prep", "relcl", "acl", "poss", "compound", "appos", "nummod", "conj"}


def _name_for(
    units: Sequence[Parsed], parsed: Parsed, number: int, definite: int, here: list[tuple[int, int]], history: list[tuple[int, int]]
) -> Antecedent | None:
    """The nearest proper name of the right kind, where the item names only one of that kind before.

    "The group" may be any body; "the ministry", "the court" and the like are one that has the noun in its name. Of 35 such nouns in real
    items that took the only body named before, 4 stood for it; "the government" took a virus, "the city" a union.
    """
    noun = parsed.lemma[definite]
    wanted = ("PERSON",) if noun in _PERSON else ("ORG",)
    names: dict[str, Antecedent] = {}
    for unit, head in [*history, *here]:
        other = units[unit]
        if (
            other.entity[head] in wanted
            and other.pos[head] == "PROPN"
            and other.dep[head] not in ("poss", "compound")
            and not (unit == number and other.sentence_of[head] == parsed.sentence_of[definite])
            and (noun in _PERSON or noun in _BODY or _has_word(other, head, noun))
        ):
            names[other.lower[head]] = Antecedent(unit, head)
    return next(iter(names.values())) if len(names) == 1 else None


def _has_word(parsed: Parsed, head: int, word: str) -> bool:
    first, last = phrase_span(parsed, head)
    return word in parsed.lower[first : last + 1]


def _binds(parsed: Parsed, head: int, pronoun: int) -> bool:
    """A subject and an object pronoun of one verb are two different people."""
    up = parsed.head[pronoun]
    if parsed.dep[pronoun] == "poss":
        return head == up
    return (parsed.head[head] == up and parsed.dep[head] in ("nsubj", "nsubjpass", "dobj")) or head in parsed.subtree(pronoun)


def _fit(parsed: Parsed, head: int, pronoun: str) -> float:
    """How well a phrase can be what a pronoun stands for; 0 where it cannot."""
    plural = parsed.tag[head] in ("NNS", "NNPS") or any(parsed.dep[child] == "conj" for child in parsed.children[head])
    if pronoun in _THEY:
        return 2.0 if plural and parsed.entity[head] not in _COUNTED else _fit_they(parsed.entity[head], parsed.lemma[head])
    if plural:
        return 0.0
    return _fit_it(parsed, head) if pronoun in _IT else _fit_person(parsed, head, pronoun)


def _fit_they(entity: str, lemma: str) -> float:
    if entity in _COUNTED:
        return 0.0
    if entity in ("ORG", "NORP") or lemma in _GROUP:
        return 1.2
    return 0.4 if entity == "PERSON" or lemma in _PERSON else 0.0


def _fit_it(parsed: Parsed, head: int) -> float:
    entity, lemma = parsed.entity[head], parsed.lemma[head]
    if entity in ("ORG", "GPE", "NORP"):
        return 2.0
    if lemma in _GROUP:
        return 1.5
    return 0.5 if entity == "" and parsed.pos[head] == "NOUN" and lemma not in _PERSON else 0.0


def _fit_person(parsed: Parsed, head: int, pronoun: str) -> float:
    entity, pos = parsed.entity[head], parsed.pos[head]
    if entity not in ("PERSON", "") or pos == "NUM":
        return 0.8 if entity in ("NORP", "ORG") and pos == "PROPN" else 0.0
    first, last = phrase_span(parsed, head)
    words = {*parsed.lower[first : last + 1], parsed.lemma[head]}
    own, other = (_MALE, _FEMALE) if pronoun in _HE else (_FEMALE, _MALE)
    if words & other:
        return 0.0
    if entity == "PERSON":
        return 2.0
    if words & own:
        return 2.2
    return 1.6 if parsed.lemma[head] in _PERSON else 0.9 if pos == "PROPN" else 0.0
