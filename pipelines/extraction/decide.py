"""From what the rules found to mentions-to-be: the learned layer chooses deeds, types, roles, place, date, voice and standing.

Not here: features (features.py), records and ids (extractor.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from pipelines.extraction import features as feats
from pipelines.extraction import phrase_features as phrases
from pipelines.extraction import slot_features as slots
from pipelines.extraction.analysis import ItemAnalysis, Lexicons, UnitAnalysis, absent_roles, speaker_roles
from pipelines.extraction.predicates import ACTIONS, Sense
from pipelines.extraction.stages.candidates import Candidate
from pipelines.extraction.stages.dates import DateSpan, find_dates
from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.stages.reality import Standing, standing
from pipelines.extraction.stages.roles import Role, conjuncts, find_roles
from pipelines.extraction.stages.sources import Attribution, source_voice
from pipelines.extraction.weights import Embeddings, LinearModel, Weights, hash_text, load_embeddings

CLASSES = ("NONE", *ACTIONS)
FUTURE = frozenset(("planned", "threatened", "demanded", "possible"))
MUTUAL = frozenset(("CONSULT", "COOPERATE", "AGREE", "ASSAULT"))
_HOPELESS = 0.0
NO_ACTOR = frozenset(("INCIDENT",))
_SPOKEN = frozenset(("ACCUSE", "SUPPORT", "REQUEST", "REJECT"))
"""What speaking itself does: of these the speaker may be the doer, whoever the subject of the words is."""
_BESIDE = frozenset(("verb", "trailing", "phrase"))
_TOLD = frozenset(("verb", "trailing"))


class Opinion(Protocol):
    """A second opinion that is mixed into the linear models' probabilities; neural.mix.Opinion is one. Words are (unit, place in it)."""

    def deed(self, word: tuple[int, int], linear: Mapping[str, float]) -> Mapping[str, float]:
        """Probabilities of no deed and the action types."""
        ...

    def classes(self, group: str, word: tuple[int, int], linear: Mapping[str, float]) -> dict[str, float]:
        """Probabilities of the voices, polarities or realities."""
        ...

    def fillers(self, slot: str, word: tuple[int, int], roles: Sequence[Role], linear: Sequence[float], *, mutual: bool) -> list[float]:
        """Probabilities of the phrases for a slot, last that of the empty slot; a ``mutual`` deed's sides are joined by "and"."""
        ...


@dataclass(frozen=True, slots=True)
class Filler:
    """A phrase in a slot: unit number and head word; ``pronoun`` is the word in the mention's own sentence that it stands for."""

    unit: int
    head: int
    pronoun: int | None = None


@dataclass(slots=True)
class Draft:
    """A mention before it becomes a record."""

    unit: int
    candidate: Candidate
    action: str
    probability: float
    sense: Sense | None
    actors: list[Filler] = field(default_factory=list)
    targets: list[Filler] = field(default_factory=list)
    place: Filler | None = None
    when: DateSpan | None = None
    voice: str = "outlet"
    speaker: Attribution | None = None
    chain: list[Attribution] = field(default_factory=list)
    polarity: str = "positive"
    reality: str = "happened"


def propose(analysis: ItemAnalysis, weights: Weights, embeddings: Embeddings, opinion: Opinion | None = None) -> list[Draft]:
    """Candidates that the action model, and the encoder where there is one, take for deeds, one per deed and sentence."""
    model = weights.models["action"]
    found: list[Draft] = []
    for number, unit in enumerate(analysis.units):
        threshold = weights.settings.get(f"threshold_{unit.parsed.unit}", weights.settings["threshold"])
        for candidate in unit.candidates:
            if not candidate.matches and hopeless(unit, candidate, model):
                continue
            bag = feats.action_bag(analysis, unit, candidate)
            shares: Mapping[str, float] = model.probabilities(bag, feats.action_dense(unit, candidate, embeddings))
            if opinion is not None:
                shares = opinion.deed((number, candidate.index), shares)
            if 1 - shares["NONE"] <= threshold:
                continue
            action = max(ACTIONS, key=lambda name: shares[name])
            found.append(Draft(number, candidate, action, shares[action], feats.best_sense(candidate, action)))
    return found


def hopeless(unit: UnitAnalysis, candidate: Candidate, model: LinearModel) -> bool:
    """Whether a word without a sense was never, or hardly ever, a deed in training; spares it the full features."""
    row = model.rows.get(hash_text(feats.word_feature(unit, candidate)))
    if row is None:
        return True
    weights = model.table[row]
    return bool(weights[1:].max() - weights[0] < _HOPELESS)


def complete(
    draft: Draft, analysis: ItemAnalysis, lexicons: Lexicons, weights: Weights, today: date | None, opinion: Opinion | None = None
) -> None:
    """Fill a draft's slots in place."""
    unit = analysis.units[draft.unit]
    _fill_roles(draft, analysis, all_roles(analysis, draft.unit, draft.candidate, lexicons), weights, opinion)
    names, covering = slots.voice_features(unit, draft.candidate, draft.action, lexicons)
    draft.voice = _best(weights, "voice", feats.hashed(names), draft, opinion)
    teller = _teller(draft, unit, covering, lexicons) if draft.voice == "outlet" else None
    if teller is not None:
        draft.voice = source_voice(unit.parsed, teller, lexicons.cues, lexicons.media)
    if draft.voice != "outlet":
        draft.speaker = _speaker(unit, draft.voice, covering, lexicons)
        draft.chain = [a for a in reversed(covering) if draft.speaker is None or len(a.covers) >= len(draft.speaker.covers)]
    stand = standing(unit.parsed, draft.candidate.index, lexicons.modality, lexicons.predicates)
    bag = feats.hashed(slots.standing_features(unit, draft.candidate, draft.action, stand, covering, draft.voice))
    draft.reality = _best(weights, "reality", bag, draft, opinion)
    draft.polarity = _best(weights, "polarity", bag, draft, opinion)
    if today is not None:
        draft.when = _date(draft, unit, stand, covering, weights, today)
        if draft.when is not None and draft.when.start > today and draft.reality in ("happened", "ongoing"):
            _reconcile(draft, unit)


def _reconcile(draft: Draft, unit: UnitAnalysis) -> None:
    """What lies ahead has not happened: a past tense overrules the date, which belongs to something else; else the date the reality."""
    if unit.parsed.tag[draft.candidate.index] == "VBD":
        draft.when = None
    else:
        draft.reality = "planned"


def _best(weights: Weights, model: str, bag: list[int], draft: Draft, opinion: Opinion | None) -> str:
    shares: Mapping[str, float] = weights.models[model].probabilities(bag)
    if opinion is not None:
        shares = opinion.classes(model, (draft.unit, draft.candidate.index), shares)
    return likeliest(shares, model, weights.settings.get(f"common_{model}", 1.0))


COMMON = {"voice": (), "polarity": ("positive",), "reality": ("happened", "ongoing")}
"""Values so common that the likeliest one hides the others."""


def likeliest(shares: Mapping[str, float], model: str, cut: float) -> str:
    """The likeliest class once the common ones' probabilities are multiplied by ``cut``."""
    return max(shares, key=lambda name: shares[name] * (cut if name in COMMON[model] else 1.0))


def all_roles(analysis: ItemAnalysis, unit: int, candidate: Candidate, lexicons: Lexicons) -> list[Role]:
    """The phrases that may fill a slot: those around the predicate, then the speaker and the item's protagonists from elsewhere."""
    near = find_roles(analysis.units[unit].parsed, candidate.index, lexicons.predicates)
    return [*near, *speaker_roles(analysis, unit, candidate.index), *absent_roles(analysis, unit, candidate.index)]


def _fill_roles(draft: Draft, analysis: ItemAnalysis, roles: list[Role], weights: Weights, opinion: Opinion | None) -> None:
    bags = role_bags(analysis, draft.unit, draft.candidate, draft.action, roles, draft.sense)
    dense = phrases.role_dense(analysis.units[draft.unit].parsed, roles, load_embeddings())
    ranks = {slot: weights.models[slot].rank(bags, dense) for slot in ("actor", "target", "place")}
    if opinion is not None:
        word, mutual = (draft.unit, draft.candidate.index), draft.action in MUTUAL
        ranks = {slot: opinion.fillers(slot, word, roles, shares, mutual=mutual) for slot, shares in ranks.items()}
    kind = analysis.units[draft.unit].parsed.unit
    for slot, shares in ranks.items():
        # Near phrases share what belongs to one party, so that the empty slot looks likelier than it is.
        shares[-1] *= weights.settings.get(f"none_{slot}_{kind}", weights.settings.get(f"none_{slot}", 1.0))
    actors, targets = ranks["actor"], ranks["target"]
    if draft.action in NO_ACTOR:
        actors = [0.0] * len(roles) + [1.0]
    for n in _reporters(draft, analysis.units[draft.unit], roles):
        actors[n] = 0.0
    choice = best_pair(actors, targets, roles, analysis.units[draft.unit].parsed, mutual=draft.action in MUTUAL)
    draft.actors = _fillers(draft, analysis, roles, choice[0], other=choice[1])
    draft.targets = _fillers(draft, analysis, roles, choice[1], other=choice[0])
    place = best_place(ranks["place"], choice, roles, analysis.units[draft.unit].parsed)
    if place < len(roles):
        draft.place = Filler(draft.unit if roles[place].unit is None else roles[place].unit or 0, roles[place].head)


def best_pair(actors: Sequence[float], targets: Sequence[float], roles: Sequence[Role], p: Parsed, *, mutual: bool) -> tuple[int, int]:
    """The likeliest actor and target that are not one party; the place after the last phrase stands for an empty slot."""
    joined = {n: set() if r.unit is not None or mutual else set(conjuncts(p, r.head)) for n, r in enumerate(roles)}
    best, choice = -1.0, (len(roles), len(roles))
    for a, share in enumerate(actors):
        for t, other in enumerate(targets):
            if share * other > best and not (a < len(roles) and t < len(roles) and _same(roles, joined, a, t)):
                best, choice = share * other, (a, t)
    return choice


def best_place(places: Sequence[float], parties: tuple[int, int], roles: Sequence[Role], p: Parsed) -> int:
    """The likeliest place; the one after the last phrase stands for an empty slot.

    What passes for a person's name may yet be a place's, but a person who is a party to the deed is not where it happened.
    """
    barred = {n for n in parties if n < len(roles) and roles[n].unit is None and p.entity[roles[n].head] == "PERSON"}
    return max((n for n in range(len(places)) if n not in barred), key=places.__getitem__)


def _reporters(draft: Draft, unit: UnitAnalysis, roles: Sequence[Role]) -> list[int]:
    """Which phrases only report a deed whose verb names its own doer: "Kelmaria says that guns fired"."""
    p, word = unit.parsed, draft.candidate.index
    # Where a long sentence was cut, a word may be its own head whatever its arc.
    chain = (verb for verb in (word, *p.ancestors(word)) if p.dep[verb] != "conj" or any(p.dep[c] == "nsubj" for c in p.children[verb]))
    verb = next(chain, word)
    subjects = [child for child in p.children[verb] if p.dep[child] == "nsubj" and p.pos[child] != "PRON"]
    if draft.action in _SPOKEN or not subjects:
        return []
    covering = (a for a in unit.attributions[p.sentence_of[word]] if word in a.covers and a.at != word)
    sources = {a.source for a in covering if a.kind in _BESIDE} - set(subjects)
    return [n for n, role in enumerate(roles) if role.unit is None and role.head in sources]


def _same(roles: Sequence[Role], joined: dict[int, set[int]], a: int, t: int) -> bool:
    """Whether two choices are one party: the same phrase, or two that are joined by "and"."""
    if a == t:
        return True
    if roles[a].unit is not None or roles[t].unit is not None:
        return False
    return roles[t].head in joined[a] or roles[a].head in joined[t] or roles[a].head == roles[t].head


def role_bags(
    analysis: ItemAnalysis, number: int, candidate: Candidate, action: str, roles: list[Role], sense: Sense | None
) -> list[list[int]]:
    """Hashed features of each phrase; the last bag is the empty slot's."""
    unit = analysis.units[number]
    bags = [
        feats.hashed(
            phrases.role_features(analysis, number, candidate, action, role, sense)
            if role.unit is None
            else phrases.absent_features(analysis, number, candidate, action, role)
        )
        for role in roles
    ]
    near = [role for role in roles if role.unit is None]
    bags.append(feats.hashed(phrases.none_features(unit, candidate, action, near, sense)))
    return bags


def _fillers(draft: Draft, analysis: ItemAnalysis, roles: Sequence[Role], chosen: int, other: int) -> list[Filler]:
    if chosen >= len(roles):
        return []
    role = roles[chosen]
    if role.unit is not None:
        return [Filler(role.unit, role.head)]
    unit = analysis.units[draft.unit]
    taken = roles[other].head if other < len(roles) and roles[other].unit is None else -1
    return [filler(draft.unit, unit, one) for one in conjuncts(unit.parsed, role.head) if one != taken]


def role_filler(number: int, unit: UnitAnalysis, role: Role) -> Filler:
    """A role's phrase as a slot's filler."""
    return filler(number, unit, role.head) if role.unit is None else Filler(role.unit, role.head)


def filler(number: int, unit: UnitAnalysis, head: int) -> Filler:
    """A phrase as a slot's filler; a pronoun is replaced by the name that it stands for."""
    if head in unit.antecedents:
        antecedent = unit.antecedents[head]
        return Filler(antecedent.unit, antecedent.head, head)
    return Filler(number, head)


def _teller(draft: Draft, unit: UnitAnalysis, covering: Sequence[Attribution], lexicons: Lexicons) -> Attribution | None:
    """Who tells of a deed that is the reported clause itself, with a doer of its own: "a minister says that Kelmaria accused Ruritania".

    The model knows accusing, meeting and the like as what an outlet itself reports, and overlooks that here somebody else reports them.
    Speech that is a deed ("others vow consequences") is no report of what stands beside it.
    """
    p, word = unit.parsed, draft.candidate.index
    light = p.pos[word] == "NOUN" and p.dep[word] == "dobj"
    verb = p.head[word] if light else word
    subjects = [child for child in p.children[verb] if p.dep[child] in ("nsubj", "nsubjpass")]
    parties = {(one.unit, one.head) for one in (draft.actors if light else [*draft.actors, *draft.targets])}
    if p.pos[verb] != "VERB" or len(subjects) != 1 or p.pos[subjects[0]] == "PRON" or (draft.unit, subjects[0]) not in parties:
        return None
    deeds = {one.index for one in unit.candidates if any(match.met for match in one.matches)}
    for one in covering:
        kinds = lexicons.cues.verb.get(one.cue_lemma, frozenset())
        reports = "speech" in kinds and "belief" not in kinds and one.at not in deeds
        clause = (p.dep[verb] == "ccomp" and p.head[verb] == one.at) or (p.dep[one.at] in ("parataxis", "ccomp") and p.head[one.at] == verb)
        if one.kind in _TOLD and one.source is not None and clause and reports:
            source = filler(draft.unit, unit, one.source)
            return None if one.source == subjects[0] or (source.unit, source.head) in parties else one
    return None


def _speaker(unit: UnitAnalysis, voice: str, covering: list[Attribution], lexicons: Lexicons) -> Attribution | None:
    """The innermost covering source whose kind is the chosen voice, else the innermost that is named."""
    for attribution in covering:
        if source_voice(unit.parsed, attribution, lexicons.cues, lexicons.media) == voice and (
            attribution.source is not None or voice == "unnamed_other"
        ):
            return attribution
    return next((a for a in covering if a.source is not None), covering[0] if covering else None)


def future(unit: UnitAnalysis, index: int, stand: Standing) -> bool:
    """Whether bare weekdays and months lie ahead: a planned deed whose verb is not in the past."""
    return stand.reality in FUTURE and unit.parsed.tag[index] != "VBD"


def dates_near(unit: UnitAnalysis, index: int, stand: Standing, today: date) -> list[DateSpan]:
    """The date expressions of a predicate's sentence."""
    first, last = unit.parsed.sentences[unit.parsed.sentence_of[index]]
    if unit.parsed.unit == "title":
        first, last = 0, len(unit.parsed.words)
    return find_dates(unit.parsed, first, last, today, future(unit, index, stand))


def date_bags(unit: UnitAnalysis, candidate: Candidate, action: str, spans: list[DateSpan], covering: list[Attribution]) -> list[list[int]]:
    """Hashed features of each date for a deed; the last bag is that of no date."""
    bags = [feats.hashed(slots.date_features(unit, candidate, action, span, covering)) for span in spans]
    bags.append(feats.hashed(slots.no_date_features(unit, candidate, action, spans)))
    return bags


def _date(draft: Draft, unit: UnitAnalysis, stand: Standing, covering: list[Attribution], weights: Weights, today: date) -> DateSpan | None:
    spans = dates_near(unit, draft.candidate.index, stand, today)
    if not spans:
        return None
    shares = weights.models["date"].rank(date_bags(unit, draft.candidate, draft.action, spans, covering))
    best = max(range(len(shares)), key=lambda k: shares[k])
    return spans[best] if best < len(spans) else None
