"""The words and pairs of action types of ``data/deeds.toml``, read and checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, get_args

from pipelines.core.errors import LexiconError
from pipelines.extraction.records import Action
from pipelines.stories.similarity import stem


@dataclass(frozen=True, slots=True)
class DeedWords:
    """``kindred``: pairs of action types; ``series``, ``bounds``: words as written; ``anybody``: stems."""

    kindred: frozenset[frozenset[str]]
    series: frozenset[str]
    bounds: frozenset[str]
    anybody: frozenset[str]


@lru_cache(maxsize=1)
def default() -> DeedWords:
    """Return the shipped words."""
    return parse(resources.files("pipelines.stories").joinpath("data/deeds.toml").read_text(encoding="utf-8"), "deeds.toml")


def parse(data: str, source: str) -> DeedWords:
    """Read and check the words.

    Raises:
        LexiconError: a key is missing or unknown, a pair is not two different action types, or a word is not in lower case.
    """
    try:
        table = tomllib.loads(data)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{source} is no TOML file: {error}") from error
    if set(table) != {"kindred", "series", "bounds", "anybody"}:
        raise LexiconError(f"{source} must have the keys kindred, series, bounds and anybody, and no others.")
    for pair in table["kindred"]:
        if len(pair) != 2 or len({*pair} & {*get_args(Action)}) != 2:
            raise LexiconError(f"{source}: {pair!r} must be two different action types.")
    return DeedWords(
        kindred=frozenset(frozenset(pair) for pair in table["kindred"]),
        series=frozenset(_words(table["series"], source)),
        bounds=frozenset(_words(table["bounds"], source)),
        anybody=frozenset(stem(word) for word in _words(table["anybody"], source)),
    )


def _words(found: Any, source: str) -> list[str]:
    for word in found:
        if not isinstance(word, str) or word != word.lower().strip() or not word:
            raise LexiconError(f"{source}: {word!r} must be a word in lower case.")
    return list(found)
