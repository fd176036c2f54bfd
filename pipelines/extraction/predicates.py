"""The predicate lexicon: which verbs and nouns name a deed, of which type, and where its actor and target stand.

Here: the schema of ``data/verbs.toml`` and ``data/nouns.toml``, its checks, and look-up by lemma. Not here: finding the words in a text
(stages/candidates.py) or filling the frame (stages/arguments.py).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.core.errors import LexiconError

DATA = Path(__file__).parent / "data"
ACTIONS = (
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST", "ACCUSE", "REJECT", "THREATEN",
    "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "OFFICE", "INCIDENT",
)  # fmt: skip
QUAD = {
    **dict.fromkeys(("AGREE", "CONSULT", "SUPPORT", "CONCEDE"), "verbal_cooperation"),
    **dict.fromkeys(("COOPERATE", "AID", "RETREAT"), "material_cooperation"),
    **dict.fromkeys(("REQUEST", "ACCUSE", "REJECT", "THREATEN"), "verbal_conflict"),
    **dict.fromkeys(("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"), "material_conflict"),
    **dict.fromkeys(("OFFICE", "INCIDENT"), "none"),
}
COMPLEMENTS = ("planned", "demanded", "threatened", "possible", "question", "happened", "denied", "negated")
ENTITY_CLASSES = ("person", "organisation", "place", "country", "money", "number")
_FILES = {
    "verbs.toml": {"light", "classes", "verbs"},
    "nouns.toml": {"nouns"},
}
_LISTS = ("target", "needs", "object", "not_object", "subject", "not_subject")
_WORDS = ("lemma", "mode", "actor", "complement", "of", "possessive", "compound", "pos")
_CHOICES = {
    "actor": ("subject", "none"),
    "complement": COMPLEMENTS,
    "of": ("target", "actor", "none"),
    "possessive": ("actor", "target", "none"),
    "compound": ("target", "actor", "place", "none"),
    "pos": ("noun", "adjective"),
}


@dataclass(frozen=True, slots=True)
class Sense:
    """One sense of a predicate word; the fields are explained at the head of the data files."""

    lemma: str
    action: str
    noun: bool
    mode: str | None = None
    actor: str = "subject"
    target: tuple[str, ...] = ("object",)
    needs: frozenset[str] = frozenset()
    object: frozenset[str] = frozenset()
    not_object: frozenset[str] = frozenset()
    subject: frozenset[str] = frozenset()
    not_subject: frozenset[str] = frozenset()
    symmetric: bool = False
    complement: str | None = None
    prior: float = 0.7
    of: str = "target"
    possessive: str = "actor"
    compound: str | None = None
    pos: str = "noun"


@dataclass(frozen=True, slots=True)
class Predicates:
    """All senses. ``verbs`` and ``nouns`` map the first word of the lemma (for nouns: the last) to its senses."""

    verbs: Mapping[str, tuple[Sense, ...]]
    nouns: Mapping[str, tuple[Sense, ...]]
    light_active: frozenset[str]
    light_passive: frozenset[str]
    classes: Mapping[str, frozenset[str]]

    @property
    def senses(self) -> int:
        """How many senses there are."""
        return sum(map(len, self.verbs.values())) + sum(map(len, self.nouns.values()))


def load(folder: Path = DATA) -> Predicates:
    """Read and check the predicate files of ``folder``.

    Raises:
        LexiconError: a file is not TOML or breaks the schema; the message names the file, the entry and the remedy.
    """
    verbs = _read(folder / "verbs.toml")
    nouns = _read(folder / "nouns.toml")
    classes = {name: frozenset(words) for name, words in verbs.get("classes", {}).items()}
    light = verbs.get("light", {})
    return Predicates(
        verbs=_index(verbs, "verbs", folder / "verbs.toml", classes),
        nouns=_index(nouns, "nouns", folder / "nouns.toml", classes),
        light_active=frozenset(light.get("active", ())),
        light_passive=frozenset(light.get("passive", ())),
        classes=classes,
    )


@lru_cache(maxsize=1)
def default() -> Predicates:
    """The shipped lexicon, read once per process."""
    return load()


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LexiconError(f"{path.name} cannot be read: {error}") from error
    unknown = set(content) - _FILES[path.name]
    if unknown:
        raise LexiconError(f"{path.name}: unknown section {sorted(unknown)[0]!r}; known are {sorted(_FILES[path.name])}")
    return content


def _index(content: Mapping[str, Any], section: str, path: Path, classes: Mapping[str, frozenset[str]]) -> dict[str, tuple[Sense, ...]]:
    found: dict[str, list[Sense]] = {}
    for action, entries in content.get(section, {}).items():
        if action not in ACTIONS:
            raise LexiconError(f"{path.name}: {action!r} is no action type; use one of {', '.join(ACTIONS)}")
        for entry in entries:
            sense = _sense(action, entry, section == "nouns", path, classes)
            words = sense.lemma.split()
            found.setdefault(words[-1] if sense.noun else words[0], []).append(sense)
    return {word: tuple(senses) for word, senses in found.items()}


def _sense(action: str, entry: Mapping[str, Any], noun: bool, path: Path, classes: Mapping[str, frozenset[str]]) -> Sense:
    where = f"{path.name}, {action}, {entry.get('lemma', entry)!r}"
    known = set(_LISTS) | set(_WORDS) | {"symmetric", "prior"}
    if set(entry) - known:
        raise LexiconError(f"{where}: unknown field {sorted(set(entry) - known)[0]!r}; known are {', '.join(sorted(known))}")
    lemma = entry.get("lemma")
    if not isinstance(lemma, str) or not lemma or lemma != lemma.lower().strip():
        raise LexiconError(f"{where}: a sense needs a lemma in lower case")
    for name, choices in _CHOICES.items():
        if name in entry and entry[name] not in choices:
            raise LexiconError(f"{where}: {name} = {entry[name]!r} is none of {', '.join(choices)}")
    prior = entry.get("prior", 0.7)
    if not isinstance(prior, int | float) or not 0 < prior <= 1:
        raise LexiconError(f"{where}: prior must be a number in (0, 1]")
    values: dict[str, Any] = {key: entry[key] for key in (*_WORDS, "symmetric") if key in entry}
    for name in _LISTS:
        if name in entry:
            _check_words(entry[name], name, where, classes)
            values[name] = tuple(entry[name]) if name == "target" else frozenset(entry[name])
    if noun:
        values.setdefault("target", ("on", "against"))
    return Sense(action=action, noun=noun, prior=float(prior), **values)


def _check_words(words: object, name: str, where: str, classes: Mapping[str, frozenset[str]]) -> None:
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
        raise LexiconError(f"{where}: {name} must be a list of words")
    for word in words:
        if word.startswith("@") and word[1:] not in classes and word[1:] not in ENTITY_CLASSES:
            raise LexiconError(f"{where}: {word} is no class; known are {', '.join(sorted({*classes, *ENTITY_CLASSES}))}")
