"""The lexicons of reality (``data/modality.toml``) and of reported speech (``data/cues.toml``): schema, checks, look-up.

Not here: how they apply to a parsed sentence (stages/reality.py, stages/sources.py).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipelines.core.errors import LexiconError

DATA = Path(__file__).parent / "data"
_REALITIES = ("planned", "demanded", "threatened", "possible", "question", "happened", "denied", "negated", "ongoing")
_SCHEMA: dict[str, dict[str, tuple[str, ...]]] = {
    "modality.toml": {
        "complement": _REALITIES,
        "auxiliary": _REALITIES,
        "adverb": (*_REALITIES, "unnamed_source"),
        "polarity": ("negators",),
    },
    "cues.toml": {
        "verb": ("speech", "finding", "belief"),
        "phrase": ("before_source",),
        "noun": ("unnamed_official", "unnamed_other", "document", "other_media", "named_org", "role"),
        "adverb": ("unnamed_other", "unnamed_official"),
    },
}


@dataclass(frozen=True, slots=True)
class Modality:
    """Words to the reality (or polarity) that they give a deed."""

    complement: Mapping[str, str]
    auxiliary: Mapping[str, str]
    adverb: Mapping[str, str]
    negators: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cues:
    """Words of reported speech. ``verb`` maps a lemma to its kinds; ``noun`` a head noun to the voice that it implies."""

    verb: Mapping[str, frozenset[str]]
    before_source: tuple[tuple[str, ...], ...]
    noun: Mapping[str, str]
    adverb: Mapping[str, str]


def load_modality(folder: Path = DATA) -> Modality:
    """Read and check ``modality.toml``.

    Raises:
        LexiconError: the file is not TOML or breaks the schema.
    """
    content = _read(folder / "modality.toml")
    return Modality(
        complement=_invert(content["complement"]),
        auxiliary=_invert(content["auxiliary"]),
        adverb=_invert(content["adverb"]),
        negators=frozenset(content["polarity"]["negators"]),
    )


def load_cues(folder: Path = DATA) -> Cues:
    """Read and check ``cues.toml``.

    Raises:
        LexiconError: the file is not TOML or breaks the schema.
    """
    content = _read(folder / "cues.toml")
    kinds: dict[str, set[str]] = {}
    for kind, words in content["verb"].items():
        for word in words:
            kinds.setdefault(word, set()).add(kind)
    return Cues(
        verb={word: frozenset(found) for word, found in kinds.items()},
        before_source=tuple(tuple(phrase.split()) for phrase in content["phrase"]["before_source"]),
        noun=_invert(content["noun"]),
        adverb=_invert(content["adverb"]),
    )


@lru_cache(maxsize=1)
def default_modality() -> Modality:
    """The shipped modality lexicon, read once per process."""
    return load_modality()


@lru_cache(maxsize=1)
def default_cues() -> Cues:
    """The shipped cue lexicon, read once per process."""
    return load_cues()


def _read(path: Path) -> dict[str, dict[str, list[str]]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LexiconError(f"{path.name} cannot be read: {error}") from error
    schema = _SCHEMA[path.name]
    if set(content) != set(schema):
        raise LexiconError(f"{path.name}: sections must be {', '.join(schema)}; found {', '.join(content)}")
    for section, groups in content.items():
        for group, words in groups.items():
            if group not in schema[section]:
                raise LexiconError(f"{path.name}, [{section}]: unknown group {group!r}; known are {', '.join(schema[section])}")
            if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
                raise LexiconError(f"{path.name}, [{section}] {group}: must be a list of words")
    return content


def _invert(groups: Mapping[str, list[str]]) -> dict[str, str]:
    """Map each word to its group; a word in two groups keeps the first."""
    found: dict[str, str] = {}
    for group, words in groups.items():
        for word in words:
            found.setdefault(word, group)
    return found
