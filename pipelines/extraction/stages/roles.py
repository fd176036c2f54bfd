"""Who could be whom in a deed: the noun phrases around a predicate, each with its grammatical relation to it.

Passives, by-agents, relatives, participles, control, coordination, light verbs and nominal acts are undone here, so that a relation's name
says what the phrase is to the deed ("subj" of a relative clause is the clause's noun). Not here: which of them is the actor (decide.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.extraction.predicates import Predicates
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.word_lists import word_list

NOMINAL = frozenset(("NOUN", "PROPN", "PRON", "NUM"))
_RELATIVE = frozenset(("who", "which", "that", "whom", "whose"))
_SUBJECT = frozenset(("nsubj", "csubj", "expl"))
_PASSIVE = frozenset(("nsubjpass", "csubjpass"))
_CLAUSAL = frozenset(("relcl", "acl", "ccomp", "xcomp", "advcl", "parataxis", "conj"))
_OBJECT_CONTROL = word_list("roles", "object_control")
_WINDOW = 60
_ARTICLES = frozenset(("the", "a", "an", "his", "her", "its", "their", "our", "my", "your", "this", "that", "these", "those"))
_QUALIFIERS = (("at", "least"), ("as", "many", "as"), ("many", "as"), ("up", "to"))


@dataclass(frozen=True, slots=True)
class Role:
    """A noun phrase (its head word) in its relation to a predicate; ``path`` names the arcs between them.

    ``unit`` numbers the item's unit that the phrase stands in where that need not be the predicate's; else it is ``None``.
    """

    head: int
    relation: str
    path: str
    unit: int | None = None


def is_passive(parsed: Parsed, index: int) -> bool:
    """Whether a verb is passive; a past participle without auxiliary and object counts (headlines drop "was")."""
    if parsed.tag[index] not in ("VBN", "VBD"):
        return False
    deps = {parsed.dep[child] for child in parsed.children[index]}
    if deps & {"nsubjpass", "auxpass", "agent", "csubjpass"}:
        return True
    if parsed.tag[index] != "VBN" or "aux" in deps:
        return False
    return "dobj" not in deps


def phrase_heads(parsed: Parsed, first: int, last: int) -> list[int]:
    """Words in [first, last) that head a noun phrase, or are names that modify one ("US strike", "Kabul's mayor")."""
    found = []
    for index in range(first, last):
        pos, dep = parsed.pos[index], parsed.dep[index]
        if parsed.entity[index] in ("DATE", "TIME", "PERCENT") or not parsed.lower[index][:1].isalnum():
            continue
        if pos in NOMINAL:
            if parsed.tag[index] in ("WP", "WDT", "WP$") or (pos == "NUM" and dep in ("nummod", "quantmod", "compound")):
                continue
            if dep in ("compound", "nummod", "quantmod", "nmod") and not (parsed.entity[index] and _last_of_entity(parsed, index)):
                continue
            if pos == "PRON" and parsed.lower[index] in ("it", "there") and dep == "expl":
                continue
        elif pos in ("ADJ", "DET"):
            named = pos == "ADJ" and parsed.entity[index] in ("NORP", "GPE", "PERSON", "ORG")
            alone = dep in ("nsubj", "nsubjpass", "dobj", "pobj", "agent") and (pos == "DET" or parsed.tag[index] == "JJ")
            if not named and not alone:
                continue
        else:
            continue
        found.append(index)
    return found


def _last_of_entity(parsed: Parsed, index: int) -> bool:
    number = parsed.entity_id[index]
    return number >= 0 and parsed.entities[number][1] - 1 == index and parsed.entity_id[parsed.head[index]] != number


def phrase_span(parsed: Parsed, head: int, trigger: int | None = None) -> tuple[int, int]:
    """First and last word of the whole naming phrase of ``head``, without its clauses, articles and trailing modifiers in commas.

    A headline's verb is often taken for a noun of the phrase; with ``trigger`` the phrase ends before it, or begins after it.
    """
    first, last = _whole_span(parsed, head)
    if trigger is not None and trigger != head and first <= trigger <= last:
        first, last = (trigger + 1, last) if trigger < head else (first, trigger - 1)
        if parsed.dep[head] in ("compound", "amod", "nmod") and head < trigger:
            last = head
    return first, last


def _whole_span(parsed: Parsed, head: int) -> tuple[int, int]:
    if parsed.dep[head] in ("compound", "amod", "nmod", "poss") and parsed.pos[head] in ("PROPN", "ADJ", "NOUN") and parsed.entity[head]:
        number = parsed.entity_id[head]
        first, last = parsed.entities[number]
        first = next((i for i in range(first, last) if parsed.pos[i] != "DET"), first)
        last = last - 1 if parsed.lower[last - 1] not in ("'s", "’s", "'") or last - 1 == first else last - 2
        return first, max(first, last)
    kept = {head}
    waiting = [head]
    while waiting:
        at = waiting.pop()
        for child in parsed.children[at]:
            if _belongs(parsed, at, child, head):
                kept.add(child)
                waiting.append(child)
    first, last = _contiguous(kept, head)
    first = _without_qualifiers(parsed, first, head)
    while last > head and (parsed.pos[last] in ("PUNCT", "SPACE", "ADP", "CCONJ", "DET") or parsed.lower[last] in ("'s", "’s", "'")):
        last -= 1
    return first, last


def _without_qualifiers(parsed: Parsed, first: int, head: int) -> int:
    """The first word of a phrase behind its articles, possessors and the qualifiers of its count ("at least", "as many as", "up to")."""
    while first < head:
        qualifier = next((one for one in _QUALIFIERS if tuple(parsed.lower[first : first + len(one)]) == one), ())
        if qualifier and first + len(qualifier) <= head:
            first += len(qualifier)
        elif parsed.lower[first] in _ARTICLES or parsed.pos[first] in ("PUNCT", "SPACE", "CCONJ", "ADP"):
            first += 1
        else:
            break
    return first


def _contiguous(kept: set[int], head: int) -> tuple[int, int]:
    first = last = head
    while first - 1 in kept:
        first -= 1
    while last + 1 in kept:
        last += 1
    return first, last


def _belongs(parsed: Parsed, at: int, child: int, head: int) -> bool:
    dep = parsed.dep[child]
    if dep in _CLAUSAL or dep in ("punct", "cc", "mark", "advmod", "preconj", "dep"):
        hyphen = (dep == "punct" and at != head) or parsed.words[child] in ("-", "'", '"')
        return hyphen and dep == "punct" and child < head
    if dep == "appos" or (dep == "npadvmod" and child > at):
        return False
    if dep == "prep":
        return (
            child > at
            and child - head < 8
            and parsed.lower[child] in ("of", "for", "with", "on", "from", "in", "at")
            and (
                parsed.lower[child] == "of"
                or (at == head and len(parsed.subtree(child)) <= 5 and parsed.lower[child] in ("of", "with", "for"))
            )
        )
    return True


def conjuncts(parsed: Parsed, head: int) -> list[int]:
    """The phrase heads coordinated with ``head``, itself first."""
    found, waiting = [head], [head]
    while waiting and len(found) < 6:
        at = waiting.pop()
        for child in parsed.children[at]:
            if parsed.dep[child] == "conj" and parsed.pos[child] in NOMINAL:
                found.append(child)
                waiting.append(child)
    return found


def find_roles(parsed: Parsed, index: int, lexicon: Predicates) -> list[Role]:
    """All noun phrases of the sentence (within a window) with their relation to the predicate at ``index``, in text order."""
    first, last = parsed.sentences[parsed.sentence_of[index]]
    own_first, own_last = first, last
    if parsed.unit == "title":
        # The parts of a headline around its colon ("La Palma volcano: 500 evacuated") are sentences of their own here.
        first, last = 0, len(parsed.words)
    first, last = max(first, index - _WINDOW), min(last, index + _WINDOW)
    relations: dict[int, str] = {}
    for relation, head in _direct(parsed, index, lexicon):
        named = _named(parsed, head)
        relations.setdefault(named, relation)
        if named != head:
            relations.setdefault(head, f"{relation}:appos")
    found = []
    direct = {head for head in relations if first <= head < last and parsed.pos[head] in ("NOUN", "PROPN")}
    for head in sorted({*phrase_heads(parsed, first, last), *direct}):
        if head == index or _inside_trigger(parsed, head, index):
            continue
        if not own_first <= head < own_last:
            if head in relations:
                continue
            found.append(Role(head, f"part{'<' if head < index else '>'}{parsed.dep[head]}", "part"))
            continue
        path = _path(parsed, index, head)
        beside = ("x<" if head < index else "x>") + path
        found.append(Role(head, relations.get(head, beside), path))
    return found


def _named(parsed: Parsed, head: int) -> int:
    """The name that an apposition explains ("Ada Holm, a teacher who …"): what is said of the one is said of the other."""
    up = parsed.head[head]
    if parsed.dep[head] == "appos" and parsed.pos[head] != "PROPN" and parsed.pos[up] == "PROPN":
        return up
    return head


def _inside_trigger(parsed: Parsed, head: int, index: int) -> bool:
    return parsed.entity_id[head] >= 0 and parsed.entity_id[head] == parsed.entity_id[index] and parsed.head[head] == index


def _path(parsed: Parsed, index: int, head: int) -> str:
    """Arcs from the predicate to the phrase: "up" arcs with <, "down" arcs with >, at most five."""
    above = [index, *parsed.ancestors(index)]
    place = {word: number for number, word in enumerate(above)}
    down = []
    at = head
    while at not in place:
        down.append(_arc(parsed, at))
        if parsed.head[at] == at:
            return "far"
        at = parsed.head[at]
    up = [parsed.dep[word] for word in above[: place[at]]]
    if len(up) + len(down) > 5:
        return "far"
    return "".join(f"{dep}<" for dep in up) + "".join(f">{dep}" for dep in reversed(down))


def _arc(parsed: Parsed, at: int) -> str:
    dep = parsed.dep[at]
    return f"{dep}:{parsed.lower[at]}" if dep in ("prep", "agent") else dep


def _direct(parsed: Parsed, index: int, lexicon: Predicates) -> Iterator[tuple[str, int]]:
    if parsed.pos[index] in ("VERB", "AUX"):
        yield from _verb_relations(parsed, index, lexicon, 0)
    else:
        yield from _noun_relations(parsed, index, lexicon)
        if parsed.dep[index] == "ROOT" or parsed.pos[index] == "ADJ":
            yield from _own(parsed, index)


def _own(parsed: Parsed, index: int) -> Iterator[tuple[str, int]]:
    """The phrases that hang on a verb itself."""
    passive = is_passive(parsed, index)
    for child in parsed.children[index]:
        dep = parsed.dep[child]
        if dep in _SUBJECT:
            yield ("subj_passive" if passive else "subj"), child
        elif dep in _PASSIVE:
            yield "subj_passive", child
        elif dep in ("dobj", "obj"):
            yield "obj", child
        elif dep == "dative" and parsed.pos[child] in NOMINAL:
            yield "iobj", child
        elif dep in ("agent", "prep", "dative"):
            for below in parsed.children[child]:
                if parsed.dep[below] in ("pobj", "pcomp"):
                    yield ("by" if dep == "agent" else f"p:{parsed.lower[child]}"), below
        elif dep in ("attr", "oprd", "acomp"):
            yield dep, child
        elif dep in ("ccomp", "xcomp"):
            yield from _in_clause(parsed, index, child)


def _in_clause(parsed: Parsed, index: int, clause: int) -> Iterator[tuple[str, int]]:
    for below in parsed.children[clause]:
        if parsed.dep[below] in ("nsubj", "nsubjpass") and clause > index:
            yield "clause_subject", below
        elif parsed.dep[below] == "dobj":
            yield "clause_obj", below


def _verb_relations(parsed: Parsed, index: int, lexicon: Predicates, depth: int) -> Iterator[tuple[str, int]]:
    own = list(_own(parsed, index))
    yield from own
    has_subject = any(name in ("subj", "subj_passive") for name, _ in own)
    for name, head in own:
        if parsed.lower[head] in _RELATIVE and parsed.dep[index] == "relcl":
            yield name, parsed.head[index]
        for other in conjuncts(parsed, head)[1:]:
            yield f"{name}+", other
    dep, up = parsed.dep[index], parsed.head[index]
    if dep == "relcl":
        yield ("obj" if has_subject else "subj_passive" if is_passive(parsed, index) else "subj"), up
    elif dep == "acl":
        yield ("subj_passive" if parsed.tag[index] == "VBN" else "acl_to" if _has_to(parsed, index) else "subj"), up
    elif dep == "amod" and parsed.tag[index] in ("VBN", "VBG"):
        yield ("subj_passive" if parsed.tag[index] == "VBN" else "subj"), up
    if not has_subject and depth < 4:
        yield from _borrowed(parsed, index, lexicon, depth)


def _has_to(parsed: Parsed, index: int) -> bool:
    return any(parsed.tag[child] == "TO" for child in parsed.children[index])


def _borrowed(parsed: Parsed, index: int, lexicon: Predicates, depth: int) -> Iterator[tuple[str, int]]:
    """The subject that a verb without one takes from the verb above: conjuncts, control, adverbial clauses."""
    dep, up = parsed.dep[index], parsed.head[index]
    if dep == "pcomp" and parsed.head[up] != up:
        up = parsed.head[up]
    if up == index or parsed.pos[up] not in ("VERB", "AUX"):
        if dep in ("acl", "pcomp", "xcomp", "advcl") and parsed.pos[up] in ("NOUN", "ADJ", "PROPN"):
            for name, head in _noun_relations(parsed, up, lexicon):
                if name in ("poss", "light_subj", "up_subj", "subj"):
                    yield "control", head
        return
    above = list(_verb_relations(parsed, up, lexicon, depth + 1))
    passive = is_passive(parsed, index)
    if dep == "conj":
        for name, head in above:
            if name in ("subj", "subj_passive", "control", "subj+"):
                kind = "subj_passive" if passive else "subj"
                yield (kind if name.startswith("subj") else name) + "_conj", head
    elif dep in ("xcomp", "advcl", "ccomp", "pcomp", "dep", "parataxis", "prep"):
        objects = [head for name, head in above if name == "obj"]
        if objects and parsed.lemma[up] in _OBJECT_CONTROL:
            yield "control_obj" + ("_passive" if passive else ""), objects[0]
            return
        for name, head in above:
            if name in ("subj", "subj_passive", "subj_conj", "control"):
                yield "control" + ("_passive" if passive else ""), head


def _noun_relations(parsed: Parsed, index: int, lexicon: Predicates) -> Iterator[tuple[str, int]]:
    for child in parsed.children[index]:
        dep = parsed.dep[child]
        if dep == "poss":
            yield "poss", child
        elif dep in ("compound", "amod", "nmod") and (parsed.entity[child] or parsed.pos[child] in ("NOUN", "PROPN")):
            yield "modifier", child
        elif dep == "prep":
            for below in parsed.children[child]:
                if parsed.dep[below] == "pobj":
                    yield f"p:{parsed.lower[child]}", below
                    for other in conjuncts(parsed, below)[1:]:
                        yield f"p:{parsed.lower[child]}+", other
        elif dep in ("acl", "relcl"):
            for below in parsed.children[child]:
                if parsed.dep[below] == "agent":
                    yield from (("by", end) for end in parsed.children[below] if parsed.dep[end] == "pobj")
                elif parsed.dep[below] == "dobj":
                    yield "rel_obj", below
    yield from _through_verb(parsed, index, lexicon)


def _through_verb(parsed: Parsed, index: int, lexicon: Predicates) -> Iterator[tuple[str, int]]:
    """The parties of the verb that a noun depends on ("launched an attack on", "killed in a strike", "the strike killed")."""
    dep, up = parsed.dep[index], parsed.head[index]
    if dep == "conj" and parsed.pos[up] in NOMINAL:
        dep, up = parsed.dep[up], parsed.head[up]
    through = ""
    while (
        dep in ("pobj", "pcomp", "prep", "appos", "attr") and parsed.head[up] != up and parsed.pos[up] in ("ADP", "NOUN", "PROPN", "SCONJ")
    ):
        through = through or (parsed.lower[up] if parsed.pos[up] == "ADP" else "")
        dep, up = parsed.dep[up], parsed.head[up]
    if up == index or parsed.pos[up] not in ("VERB", "AUX"):
        return
    lemma = parsed.lemma[up]
    kind = "light" if lemma in lexicon.light_active else "suffer" if lemma in lexicon.light_passive else "up"
    where = "obj" if dep in ("dobj", "attr") and not through else "subj" if dep in ("nsubj", "nsubjpass") else "in"
    for name, head in _verb_relations(parsed, up, lexicon, 2):
        if head != index and not name.endswith("+"):
            yield f"{kind}_{where}_{name}", head
