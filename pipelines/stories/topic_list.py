"""The closed list of topics of ``data/topics.toml`` or of a user's own copy: its schema, its checks, and finding its words in a text.

Not here: what a match is worth and which topics a story gets (``topics``).
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any, get_args

from pipelines.core.errors import LexiconError
from pipelines.extraction.lexicon_files import Sector
from pipelines.extraction.records import Action

ALL = "all"
"""Stands for every story in the tables that have a topic column, so no topic may be called so."""

_LISTS = ("terms", "hints", "actions", "sections", "not")
_ID = re.compile(r"[a-z][a-z0-9_]{1,29}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PATTERN_WORD = re.compile(r"[^\W_*]+(?:['’][^\W_]+)*(?:\*[^\W_]*)?")
_ACTION = re.compile(r"(\*|[A-Z]+)(?:\.([a-z][a-z-]*))?(?:/([A-Z]{3}))?(:abroad)?")
_STEM = 3


@dataclass(frozen=True, slots=True)
class Deed:
    """A type of deed that speaks for a topic; None stands for any. ``abroad``: actor and target are of two countries."""

    written: str
    action: str | None
    mode: str | None
    sector: str | None
    abroad: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as the file describes it."""

    id: str
    name: str
    about: str
    terms: tuple[str, ...]
    hints: tuple[str, ...] = ()
    deeds: tuple[Deed, ...] = ()
    sections: frozenset[str] = frozenset()
    exclusions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A term (``strong``) or hint of a topic that a text has, as the file writes it."""

    topic: str
    written: str
    strong: bool


@dataclass(frozen=True, slots=True)
class _Phrase:
    found: Found
    words: tuple[re.Pattern[str], ...]
    cased: bool
    exclusion: bool


@dataclass(frozen=True)
class TopicList:
    """All topics, ready to be looked for. ``fingerprint`` changes with the file's content."""

    topics: tuple[Topic, ...]
    fingerprint: str
    _exact: dict[str, list[_Phrase]] = field(default_factory=dict, repr=False)
    _open: dict[str, list[_Phrase]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for topic in self.topics:
            for listed, strong, exclusion in ((topic.terms, True, False), (topic.hints, False, False), (topic.exclusions, False, True)):
                for written in listed:
                    self._add(_phrase(topic.id, written, strong=strong, exclusion=exclusion), written)

    def _add(self, phrase: _Phrase, written: str) -> None:
        first = _PATTERN_WORD.findall(written)[0]
        if "*" in first:
            self._open.setdefault(first[:_STEM].lower(), []).append(phrase)
            return
        # Every form that the first word may have, so that a text's word finds its phrases by one look-up.
        forms = {first.lower()} if len(_PATTERN_WORD.findall(written)) > 1 else set(_forms(first.lower()))
        for form in forms:
            self._exact.setdefault(_bare(form), []).append(phrase)

    def find(self, text: str) -> set[Found]:
        """Return the terms and hints that a text has, each once, without those that stand in an excluded phrase."""
        words = [_bare(word) for word in _WORD.findall(text)]
        shouting = text.isupper()
        hits: list[tuple[_Phrase, int]] = []
        for place, word in enumerate(words):
            lower = word.lower()
            for phrase in (*self._exact.get(lower, ()), *self._open.get(lower[:_STEM], ())):
                if not (phrase.cased and shouting) and _stands(phrase, words, place):
                    hits.append((phrase, place))
        barred: dict[str, set[int]] = {}
        for phrase, place in hits:
            if phrase.exclusion:
                barred.setdefault(phrase.found.topic, set()).update(range(place, place + len(phrase.words)))
        return {
            phrase.found
            for phrase, place in hits
            if not phrase.exclusion and barred.get(phrase.found.topic, set()).isdisjoint(range(place, place + len(phrase.words)))
        }


@lru_cache(maxsize=1)
def default() -> TopicList:
    """Return the shipped topics."""
    return parse(shipped(), "topics.toml")


def shipped() -> str:
    """Return the text of the shipped file, for a user's own copy."""
    return resources.files("pipelines.stories").joinpath("data/topics.toml").read_text(encoding="utf-8")


def parse(data: str, source: str) -> TopicList:
    """Read and check a file of topics.

    Raises:
        LexiconError: it does not follow its schema; the message tells every fault, one a line.
    """
    try:
        content = tomllib.loads(data)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{source} is no TOML file: {error}") from error
    tables = content.get("topics")
    if not isinstance(tables, dict) or not tables or set(content) != {"topics"}:
        raise LexiconError(f"{source} must hold tables named [topics.<id>], and nothing else.")
    faults: list[str] = []
    topics = [_topic(key, table, faults) for key, table in tables.items()]
    if faults:
        raise LexiconError("\n".join(f"{source}: {fault}" for fault in faults))
    return TopicList(tuple(topics), hashlib.sha256(data.encode()).hexdigest()[:12])


def _topic(key: str, table: Any, faults: list[str]) -> Topic:
    before = len(faults)
    where = f"topic {key!r}"
    if not _ID.fullmatch(key):
        faults.append(f"{where}: an id is 2 to 30 lower-case letters, digits and _, and begins with a letter.")
    if key == ALL:
        faults.append(f"{where}: this name stands for all stories; choose another.")
    if not isinstance(table, dict):
        faults.append(f"{where}: must be a table with name, about and terms.")
        return Topic(key, "", "", ())
    for name in sorted(set(table) - {"name", "about", *_LISTS}):
        faults.append(f"{where}: unknown field {name!r}; {_suggest(name, ('name', 'about', *_LISTS))}")
    for name in ("name", "about"):
        if not isinstance(table.get(name), str) or not table[name].strip():
            faults.append(f"{where}: {name} is missing; write a short text.")
    lists = {name: _strings(where, name, table.get(name, []), faults) for name in _LISTS}
    if not any(lists[name] for name in ("terms", "actions", "sections")):
        faults.append(f"{where}: without terms, actions or sections no story can have it.")
    _check_words(where, lists, faults)
    deeds = [_deed(where, written, faults) for written in lists["actions"]]
    if len(faults) > before:
        return Topic(key, "", "", ())
    return Topic(
        id=key,
        name=table["name"],
        about=table["about"],
        terms=lists["terms"],
        hints=lists["hints"],
        deeds=tuple(d for d in deeds if d),
        sections=frozenset(slug(name) for name in lists["sections"]),
        exclusions=lists["not"],
    )


def _strings(where: str, name: str, found: Any, faults: list[str]) -> tuple[str, ...]:
    if not isinstance(found, list) or not all(isinstance(one, str) and one.strip() for one in found):
        faults.append(f"{where}: {name} must be a list of texts.")
        return ()
    return tuple(found)


def _check_words(where: str, lists: dict[str, tuple[str, ...]], faults: list[str]) -> None:
    seen: dict[str, str] = {}
    for name in ("terms", "hints", "not"):
        for written in lists[name]:
            words = _PATTERN_WORD.findall(written)
            if not words:
                faults.append(f"{where}: {name}: {written!r} has no word in it.")
            for word in words:
                if "*" in word and len(word.partition("*")[0]) < _STEM:
                    short = f"at least {_STEM} letters must stand before *, or it would find almost anything."
                    faults.append(f"{where}: {name}: {written!r}: {short}")
            key = " ".join(words)
            if key in seen:
                places = f"twice in {name}" if seen[key] == name else f"in {seen[key]} and in {name}"
                faults.append(f"{where}: {written!r} stands {places}; keep one.")
            seen[key] = name


def _deed(where: str, written: str, faults: list[str]) -> Deed | None:
    match = _ACTION.fullmatch(written)
    if match is None:
        form = "ACTION.mode/SECTOR:abroad, such as PROTEST, COERCE.arrest or ASSAULT/MIL"
        faults.append(f"{where}: actions: {written!r} is not of the form {form}.")
        return None
    action, mode, sector, abroad = match.groups()
    if action != "*" and action not in get_args(Action):
        faults.append(f"{where}: actions: {action!r} is no action type; {_suggest(action, get_args(Action))}")
    if sector is not None and sector not in get_args(Sector):
        faults.append(f"{where}: actions: {sector!r} is no sector code; {_suggest(sector, get_args(Sector))}")
    if action == "*" and not (sector or abroad):
        faults.append(f"{where}: actions: {written!r} would be any deed at all; give an action type or a sector.")
    return Deed(written, None if action == "*" else action, mode, sector, bool(abroad))


def _suggest(given: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(given, known, 1)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}."


def slug(text: str) -> str:
    """Return a section's name as it is compared: lower case, words joined by hyphens."""
    return "-".join(word.lower() for word in _WORD.findall(text))


def _phrase(topic: str, written: str, *, strong: bool, exclusion: bool) -> _Phrase:
    words = _PATTERN_WORD.findall(written)
    patterns = tuple(_pattern(word, last=place == len(words) - 1) for place, word in enumerate(words))
    return _Phrase(Found(topic, written, strong), patterns, any(word != word.lower() for word in words), exclusion)


def _pattern(word: str, *, last: bool) -> re.Pattern[str]:
    flags = 0 if word != word.lower() else re.IGNORECASE
    if "*" in word:
        head, _, tail = word.partition("*")
        return re.compile(re.escape(head) + r"[^\W_]*" + re.escape(tail), flags)
    forms = _forms(word) if last else (word,)
    return re.compile("|".join(re.escape(_bare(form)) for form in forms), flags)


def _forms(word: str) -> Sequence[str]:
    if len(word) < _STEM or word.isdigit():
        return (word,)
    forms = [word, word + "s", word + "es"]
    return [*forms, word[:-1] + "ies"] if word.endswith("y") else forms


def _bare(word: str) -> str:
    word = word.replace("’", "'")
    return word[:-2] if word.lower().endswith("'s") else word


def _stands(phrase: _Phrase, words: Sequence[str], place: int) -> bool:
    if place + len(phrase.words) > len(words):
        return False
    return all(pattern.fullmatch(words[place + n]) for n, pattern in enumerate(phrase.words))
