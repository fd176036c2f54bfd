"""What the learned layer sees of the phrases that may fill a deed's slots as actor, target or place, and of leaving a slot empty.

Not here: features of dates, sources and standing (slot_features.py), of the deed itself (features.py), weights (weights.py).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from pipelines.extraction.actor_nouns import sector_of
from pipelines.extraction.analysis import ItemAnalysis, Protagonist, UnitAnalysis
from pipelines.extraction.features import clusters
from pipelines.extraction.predicates import Sense
from pipelines.extraction.stages.candidates import Candidate
from pipelines.extraction.stages.coreference import PRONOUNS
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.stages.roles import Role, is_passive
from pipelines.extraction.weights import Embeddings, Floats


def role_features(analysis: ItemAnalysis, number: int, candidate: Candidate, action: str, role: Role, sense: Sense | None) -> list[str]:
    """Features of one noun phrase as actor, target or place of a deed of this type (each slot has its own weights)."""
    unit = analysis.units[number]
    p, i, h = unit.parsed, candidate.index, role.head
    relation, entity = role.relation, p.entity[h] or "-"
    kind = "v" if p.pos[i] == "VERB" else "n"
    word = candidate.verb if kind == "v" else candidate.noun
    base = relation.rstrip("+")
    rel = base if not base.startswith("x") else base[:2]
    noun = p.lemma[h]
    person = entity if entity != "-" else p.pos[h]
    f = [
        f"r={base}",
        f"ra={base}/{action}",
        f"rk={rel}/{kind}/{person}",
        f"rt={base}/{p.tag[i]}",
        f"rw={base}/{word}",
        f"e={entity}/{action}",
        f"e={entity}",
        f"pos={p.pos[h]}",
        f"n={noun}",
        f"na={noun}/{action}",
        f"pa={role.path}/{kind}",
        f"paa={role.path}/{action}",
        f"dh={p.dep[h]}/{rel}",
        f"pl={int(relation.endswith('+'))}",
    ]
    has = "".join(str(int(any(p.dep[c] == d for c in p.children[i]))) for d in ("dobj", "nsubj", "agent", "nsubjpass"))
    near = p.lower[i + 1] if i + 1 < len(p.words) else "#"
    f += [
        f"rho={base}/{p.tag[i]}/{has}/{p.unit}",
        f"rnw={base}/{near}/{p.tag[i]}",
        f"rha={base}/{has}/{action}",
        f"rme={base}/{sense.mode if sense else '-'}",
    ]
    f += [f"ncl={clusters(noun)}/{action}", f"ncl={clusters(noun)}/{rel}", f"ncl={clusters(noun)}"]
    sector = sector_of(noun)
    agent = acting(p, h)
    f += [
        f"sec={sector}/{rel}",
        f"sec={sector}/{action}",
        f"ag={int(agent)}/{base}/{has}",
        f"ag={int(agent)}/{base}/{action}",
        f"ag={int(agent)}/{rel}/{kind}",
    ]
    distance = h - i
    bucket = ("<" if distance < 0 else ">") + str(min(4, (abs(distance) - 1) // 3))
    f += [f"dist={bucket}/{kind}", f"dist={bucket}/{rel}"]
    f.extend(_frame_features(base, sense, word))
    f.extend(_place_features(unit, i, h, action, kind, sense))
    f.extend(_neighbour_features(p, h, base, rel, action, kind))
    f.extend(_identity_features(analysis, number, h, rel, action))
    return f


def _neighbour_features(p: Parsed, h: int, base: str, rel: str, action: str, kind: str) -> list[str]:
    """The words beside a phrase's head, and the one that governs it."""
    up, dep = p.head[h], p.dep[h]
    before, after = p.lower[h - 1] if h else "#", p.lower[h + 1] if h + 1 < len(p.words) else "#"
    f = [f"g={p.lemma[up]}/{dep}/{rel}", f"ga={p.lemma[up]}/{dep}/{action}", f"lw={before}/{rel}", f"rw1={after}/{rel}"]
    if dep == "pobj":
        f += [f"gp={p.lower[up]}/{p.lemma[p.head[up]]}", f"gpb={p.lower[up]}/{base}/{kind}"]
    return f


def _identity_features(analysis: ItemAnalysis, number: int, h: int, rel: str, action: str) -> list[str]:
    """Whom a pronoun stands for, and whether a phrase is one of the item's protagonists."""
    p, antecedent = analysis.units[number].parsed, analysis.units[number].antecedents.get(h)
    entity, name = "?", p.lower[h]
    if antecedent is not None:
        other = analysis.units[antecedent.unit].parsed
        entity, name = other.entity[antecedent.head] or "-", other.lower[antecedent.head]
    rank = next((str(place) for place, one in enumerate(analysis.protagonists) if one.name == name), "-")
    return [f"an={entity}/{rel}", f"an={entity}/{action}", f"rk={rank}/{rel}/{p.unit}", f"rk={rank}/{action}"]


def _place_features(unit: UnitAnalysis, i: int, h: int, action: str, kind: str, sense: Sense | None) -> list[str]:
    """Where a phrase stands: behind which preposition, first in its sentence or not, as the source of whose speech."""
    p, up, entity = unit.parsed, unit.parsed.head[h], unit.parsed.entity[h] or "-"
    f = []
    if p.dep[h] == "pobj":
        f += [f"prep={p.lower[up]}/{entity}", f"prep={p.lower[up]}/{action}"]
        if sense is not None and p.lower[up] in sense.target:
            f.append("prepframe")
    if p.pos[h] == "PRON":
        f.append(f"pro={p.lower[h]}")
    if h == first_noun(p, p.sentence_of[i]):
        f.append(f"firstnp/{kind}")
    for attribution in unit.attributions[p.sentence_of[i]]:
        if attribution.source == h:
            f.append(f"src={int(i in attribution.covers)}/{attribution.kind}")
    return f


def role_dense(p: Parsed, roles: Sequence[Role], embeddings: Embeddings) -> Floats:
    """Word vectors of the common nouns that head the phrases, [phrases + 1, 4 x size]; a phrase's vector stands in its relation's block.

    Names have none: their entity types say more. The last row is the empty slot's.
    """
    size = embeddings.size
    found = np.zeros((len(roles) + 1, len(_BLOCKS) * size + size), dtype=np.float32)
    for row, role in enumerate(roles):
        if role.unit is None and not p.entity[role.head] and p.pos[role.head] != "PROPN":
            block = next((place for place, starts in enumerate(_BLOCKS) if role.relation.startswith(starts)), len(_BLOCKS))
            vector = embeddings(p.lower[role.head])
            found[row, block * size : (block + 1) * size] = vector if vector.any() else embeddings(p.lemma[role.head])
    return found


def acting(p: Parsed, head: int) -> bool:
    """Whether a phrase names somebody who can act: a person, a body, a state, or a noun of the sector lexicon."""
    if p.entity[head] in ("PERSON", "ORG", "GPE", "NORP"):
        return True
    return p.lower[head] in PRONOUNS - {"it", "its"} or bool(sector_of(p.lemma[head]) or sector_of(p.lower[head]))


def absent_features(analysis: ItemAnalysis, number: int, candidate: Candidate, action: str, role: Role) -> list[str]:
    """Features of a protagonist, or of the speaker, from outside the predicate's sentence."""
    if role.path == "speaker":
        return _speaker_features(analysis, number, candidate, action, role)
    p = analysis.units[number].parsed
    where = role.unit if role.unit is not None else number
    other = analysis.units[where].parsed
    rank = int(role.relation.removeprefix("item"))
    one = analysis.protagonists[rank]
    kind = "v" if p.pos[candidate.index] == "VERB" else "n"
    entity = other.entity[role.head]
    share = min(4, one.count // 2)
    first, last = p.sentences[p.sentence_of[candidate.index]]
    pronoun = any(p.lower[k] in ("he", "she", "they", "it", "his", "her", "their") for k in range(first, last))
    deps = {p.dep[child] for child in p.children[candidate.index]}
    state = f"{int(bool(deps & {'nsubj', 'agent', 'poss'}))}{int(bool(deps & {'dobj', 'nsubjpass'}))}"
    return [
        "it",
        f"it={rank}",
        f"ite={entity}/{action}",
        f"itn={share}/{p.unit}",
        f"itk={kind}/{entity}/{state}",
        f"itt={int(one.titled)}/{p.unit}",
        f"ita={action}/{state}",
        f"itu={other.unit}>{p.unit}/{entity}",
        f"itp={int(pronoun)}/{entity}",
        f"its={share}/{rank}/{entity}",
        f"itd={p.dep[candidate.index]}/{kind}/{p.tag[candidate.index]}",
        *_last_named(analysis, number, candidate, action, one),
    ]


def _last_named(analysis: ItemAnalysis, number: int, candidate: Candidate, action: str, one: Protagonist) -> list[str]:
    """How many sentences ago a protagonist was named, as what, and whether a pronoun of the predicate's sentence stands for it."""
    unit, i = analysis.units[number], candidate.index
    p = unit.parsed
    first, last = p.sentences[p.sentence_of[i]]
    named = analysis.named.get((number, one.name), ())
    place = bisect_left(named, first)
    ago, dep = "-", "-"
    if place:
        ago, dep = str(min(4, p.sentence_of[i] - p.sentence_of[named[place - 1]])), p.dep[named[place - 1]]
    stands = (unit.antecedents[k] for k in range(first, last) if k in unit.antecedents)
    meant = int(any(analysis.units[a.unit].parsed.lower[a.head] == one.name for a in stands))
    kind = "v" if p.pos[i] == "VERB" else "n"
    return [
        f"itl={ago}/{p.unit}",
        f"itl={ago}/{dep}",
        f"itl={ago}/{action}",
        f"itl={ago}/{kind}/{p.dep[i]}",
        f"itm={meant}",
        f"itm={meant}/{action}",
    ]


def _speaker_features(analysis: ItemAnalysis, number: int, candidate: Candidate, action: str, role: Role) -> list[str]:
    p, i = analysis.units[number].parsed, candidate.index
    entity = analysis.units[number if role.unit is None else role.unit].parsed.entity[role.head]
    kind = "v" if p.pos[i] == "VERB" else "n"
    deps = {p.dep[child] for child in p.children[i]}
    subject = next((p.lower[child] for child in p.children[i] if p.dep[child] == "nsubj" and p.pos[child] == "PRON"), "-")
    state = f"{int(bool(deps & {'nsubj', 'agent', 'poss'}))}{int(bool(deps & {'dobj', 'nsubjpass'}))}"
    return [
        "sp",
        f"sp={role.relation}/{kind}",
        f"spa={action}",
        f"spa={action}/{state}/{kind}",
        f"spp={subject}",
        f"spe={entity}/{action}",
        f"spd={p.dep[i]}/{kind}",
    ]


def first_noun(p: Parsed, sentence: int) -> int:
    """The first noun of a sentence; -1 where it has none."""
    first, last = p.sentences[sentence]
    return next((k for k in range(first, last) if p.pos[k] in ("NOUN", "PROPN", "PRON") and p.dep[k] != "compound"), -1)


_BLOCKS = (
    ("obj", "subj_passive", "clause_obj", "iobj", "rel_obj"),
    ("subj", "by", "control", "poss", "light_obj_subj"),
    ("p:", "modifier"),
)
_PASSIVE_MAP = {
    "subj_passive": "object",
    "subj": "subject",
    "obj": "object",
    "by": "subject",
    "iobj": "iobj",
    "clause_subject": "clause_subject",
}


def _frame_features(relation: str, sense: Sense | None, word: str) -> list[str]:
    """Where the lexicon's frame puts this relation."""
    if sense is None:
        return [f"f0={relation}"]
    bare = relation.removesuffix("_conj").removesuffix("_passive")
    part = _PASSIVE_MAP.get(relation.removesuffix("_conj"), bare)
    if relation.startswith("control"):
        part = "object" if relation.endswith("_passive") else "subject"
    if relation.startswith("p:"):
        part = relation[2:].rstrip("+")
    f: list[str] = []
    if sense.noun:
        if part == "of":
            f.append(f"fof={sense.of}")
        elif part == "poss":
            f.append(f"fpo={sense.possessive}")
        elif part == "modifier":
            f.append(f"fco={sense.compound}")
        elif part in sense.target:
            f.append("ft")
    else:
        if part in sense.target:
            f.append(f"ft={sense.target.index(part)}")
        if part == "subject":
            f.append(f"fa={sense.actor}/{int('subject' in sense.target)}")
    f.append(f"fs={part}/{int(sense.symmetric)}")
    return f


def none_features(unit: UnitAnalysis, candidate: Candidate, action: str, roles: list[Role], sense: Sense | None) -> list[str]:
    """Features of leaving a slot empty."""
    p, i = unit.parsed, candidate.index
    kind = "v" if p.pos[i] == "VERB" else "n"
    word = candidate.verb if kind == "v" else candidate.noun
    names = {role.relation for role in roles}
    f = [
        "0",
        f"0a={action}",
        f"0k={kind}/{action}",
        f"0w={word}",
        f"0t={p.tag[i]}",
        f"0d={p.dep[i]}/{kind}",
        f"0u={p.unit}",
        f"0n={min(len(roles), 5)}",
    ]
    for name in ("subj", "obj", "subj_passive", "by", "poss", "modifier", "p:of", "control", "light_obj_subj"):
        f.append(f"0{name}={int(name in names)}/{kind}")
    doers = [role for role in roles if role.relation in ("subj", "by", "poss", "control", "subj_conj", "light_obj_subj", "p:by")]
    acts = any(acting(p, role.head) for role in doers)
    done = any(role.relation in ("obj", "subj_passive", "p:of", "p:on", "p:against") and acting(p, role.head) for role in roles)
    f += [
        f"0ag={int(acts)}{int(bool(doers))}/{kind}",
        f"0ag={int(acts)}{int(bool(doers))}/{action}",
        f"0dn={int(done)}/{kind}",
        f"0dn={int(done)}/{action}",
    ]
    if kind == "v":
        f.append(f"0pas={int(is_passive(p, i))}/{int('by' in names)}/{action}")
    if sense is not None:
        f += [f"0sa={sense.actor}", f"0st={int(bool(sense.target))}"]
        if not sense.noun and not any(part in sense.target for part in ("object",)):
            f.append("0noobjframe")
    return f
