"""The files that say who is who: countries, leaders, organisations, institutions, sector nouns and offices, news media.

Here: their schema, their checks, and one loader that returns them as plain records. Not here: finding a name in a phrase (actors.py),
places (places.py), or words that name deeds (predicates.py). How to add a word: docs/guide/lexicons.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pipelines.core.errors import LexiconError

DATA = Path(__file__).parent / "data"
Sector = Literal[
    "GOV", "MIL", "REB", "COP", "JUD", "LEG", "OPP", "PTY", "CVL", "MED", "BUS", "EDU", "REL", "LAB", "HLH", "IGO", "NGO", "CRM", "SPY",
    "UNK",
]  # fmt: skip
_Name = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]
_Alpha3 = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Entry(BaseModel):
    """Base of all entries: no field that the schema does not know, and no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Country(Entry):
    """A country: words that name it, and a point near its middle as (latitude, longitude) in degrees.

    ``lacks`` are offices that the state has not: no prime minister whom a text leaves without a country is that of the United States.
    """

    names: tuple[_Name, ...] = Field(min_length=1)
    capitals: tuple[_Name, ...] = ()
    adjectives: tuple[_Name, ...] = ()
    people: tuple[_Name, ...] = ()
    point: tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]]
    ambiguous: tuple[_Name, ...] = ()
    lacks: tuple[_Name, ...] = ()


class Organisation(Entry):
    """An actor with a name of its own. ``roles`` (sector, country, from, to) stand in for sector and country where they changed."""

    names: tuple[_Name, ...] = Field(min_length=1)
    sector: Sector | None = None
    country: _Alpha3 | None = None
    roles: tuple[tuple[Sector, str, str, str], ...] = ()


class Medium(Entry):
    """A news medium; ``state`` where a state owns or runs it."""

    names: tuple[_Name, ...] = Field(min_length=1)
    country: _Alpha3
    state: bool = False


class Sectors(Entry):
    """Nouns, offices and modifiers by sector code, and the words that are skipped in front of a name."""

    noun: dict[Sector, tuple[_Name, ...]]
    office: dict[Sector, tuple[_Name, ...]]
    modifier: dict[Sector, tuple[_Name, ...]]
    title: dict[Literal["skip", "former"], tuple[_Name, ...]]


@dataclass(frozen=True, slots=True)
class Leader:
    """A person in an office of a state between two days (inclusive); ``until`` is None while in office."""

    country: str
    office: str
    names: tuple[str, ...]
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Role:
    """What an organisation is between two days (inclusive); None is open."""

    sector: str
    country: str | None
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class ActorLexicon:
    """All actor files, checked."""

    countries: Mapping[str, Country]
    leaders: tuple[Leader, ...]
    organisations: Mapping[str, Organisation]
    roles: Mapping[str, tuple[Role, ...]]
    institutions: Mapping[str, tuple[str, ...]]
    generic: frozenset[str]
    sectors: Sectors
    media: Mapping[str, Medium]

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield every (name, actor id or section) that the files hold, once each as written."""
        for key, names in self._groups():
            for name in names:
                yield name, key

    def _groups(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield from ((code, (*c.names, *c.capitals, *c.adjectives, *c.people)) for code, c in self.countries.items())
        yield from ((f"{leader.country}.GOV", leader.names) for leader in self.leaders)
        yield from ((key, entry.names) for key, entry in self.organisations.items())
        yield from self.institutions.items()
        yield from ((key, medium.names) for key, medium in self.media.items())
        yield from self.sectors.noun.items()
        yield from self.sectors.office.items()


def load_actor_lexicon(folder: Path = DATA) -> ActorLexicon:
    """Read and check the actor files of ``folder``.

    Raises:
        LexiconError: a file is missing, is not TOML, or breaks the schema; the message names file, line or entry, and the remedy.
    """
    countries = load_countries(folder)
    organisations_file = LexiconFile(folder, "organisations.toml")
    institutions_file = LexiconFile(folder, "institutions.toml")
    organisations = read_entries(organisations_file, Organisation, tuple(organisations_file.content))
    media = read_entries(LexiconFile(folder, "media.toml"), Medium, ("media",))
    lexicon = ActorLexicon(
        countries=countries,
        leaders=_leaders(LexiconFile(folder, "leaders.toml"), countries),
        organisations=organisations,
        roles={key: _roles(organisations_file, key, entry) for key, entry in organisations.items()},
        institutions=_institutions(institutions_file, countries),
        generic=_generic(institutions_file),
        sectors=_sectors(LexiconFile(folder, "sectors.toml")),
        media=media,
    )
    _check_unique(lexicon)
    return lexicon


def load_countries(folder: Path = DATA) -> dict[str, Country]:
    """Read and check ``countries.toml``.

    Raises:
        LexiconError: the file is missing, is not TOML, or breaks the schema.
    """
    return read_entries(LexiconFile(folder, "countries.toml"), Country, ("country", "territory"))


class LexiconFile:
    """One file: its content, and where in it an entry stands."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        try:
            self.text = (folder / name).read_text(encoding="utf8")
            self.content: dict[str, Any] = tomllib.loads(self.text)
        except OSError as error:
            raise LexiconError(f"{name} cannot be read: {error.strerror}; restore it from the repository") from error
        except tomllib.TOMLDecodeError as error:
            raise LexiconError(f"{name} is not valid TOML: {error}") from error

    def where(self, key: str) -> str:
        """File, line and entry of a key, for a message."""
        found = re.search(rf'^"?{re.escape(key)}"?\s*=', self.text, re.MULTILINE)
        line = f", line {self.text.count(chr(10), 0, found.start()) + 1}" if found else ""
        return f"{self.name}{line}, entry {key}"

    def where_row(self, index: int) -> str:
        """File and line of the n-th row of an array, for a message."""
        rows = list(re.finditer(r"^\s*\[.*\],?\s*$", self.text, re.MULTILINE))
        line = f", line {self.text.count(chr(10), 0, rows[index].start()) + 1}" if index < len(rows) else ""
        return f"{self.name}{line}, entry {index + 1}"


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"])) or "entry"
    if first["type"] == "extra_forbidden":
        return f"unknown field {field!r}; take it out or correct its name"
    return f"{field}: {first['msg']}; got {first['input']!r}"


_E = TypeVar("_E", bound=Entry)


def read_entries(file: LexiconFile, model: type[_E], sections: tuple[str, ...], known: tuple[str, ...] = ()) -> dict[str, _E]:
    """Read the entries of some sections; ``known`` are all sections that the file may have.

    Raises:
        LexiconError: an entry breaks the schema, or a section is unknown.
    """
    found: dict[str, _E] = {}
    unknown = set(file.content) - set(known or sections)
    if unknown:
        raise LexiconError(f"{file.name}: unknown section {sorted(unknown)[0]!r}; known are {', '.join(known or sections)}")
    for section in sections:
        for key, values in file.content.get(section, {}).items():
            if key in found:
                raise LexiconError(f"{file.where(key)}: stands in two sections; keep one")
            try:
                found[key] = model.model_validate(values)
            except ValidationError as error:
                raise LexiconError(f"{file.where(key)}: {_explain(error)}") from error
    return found


def _month(text: str, end: bool) -> date | None:
    """Read YYYY-MM or YYYY-MM-DD; the first or the last day of a month; None for the empty string."""
    if not text:
        return None
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = parts
    if not end:
        return date(year, month, 1)
    return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)


def _period(where: str, since: str, until: str) -> tuple[date | None, date | None]:
    try:
        start, end = _month(since, end=False), _month(until, end=True)
    except (ValueError, TypeError) as error:
        raise LexiconError(f"{where}: {since!r} to {until!r} is no period; write YYYY-MM or YYYY-MM-DD") from error
    if start and end and end < start:
        raise LexiconError(f"{where}: ends ({until}) before it begins ({since}); correct the dates")
    return start, end


def _leaders(file: LexiconFile, countries: Mapping[str, Country]) -> tuple[Leader, ...]:
    rows = TypeAdapter(list[list[str]])
    try:
        kept = rows.validate_python(file.content.get("leader", []))
    except ValidationError as error:
        where = error.errors()[0]["loc"]
        raise LexiconError(f"{file.where_row(int(where[0]) if where else 0)}: a leader is a list of strings") from error
    found = []
    for number, row in enumerate(kept):
        line = file.where_row(number) if len(row) < 5 or row[0] not in countries or not row[3] else f"{file.name}, entry {number + 1}"
        if len(row) < 5:
            raise LexiconError(f"{line}: a leader needs country, office, name, from, to; found {len(row)} values")
        country, office, name, since, until, *more = row
        if country not in countries:
            raise LexiconError(f"{line}: {country!r} is no country of countries.toml; use its ISO alpha-3 code")
        start, end = _period(line, since, until)
        if start is None:
            raise LexiconError(f"{line}: {name} has no month of taking office; write YYYY-MM")
        found.append(Leader(country, office, (name, *more), start, end))
    return tuple(found)


def _roles(file: LexiconFile, key: str, entry: Organisation) -> tuple[Role, ...]:
    if entry.sector and not entry.roles:
        return (Role(entry.sector, entry.country, None, None),)
    if entry.sector or not entry.roles:
        raise LexiconError(f"{file.where(key)}: give either a sector or a list of dated roles")
    roles = []
    for sector, country, since, until in entry.roles:
        start, end = _period(file.where(key), since, until)
        roles.append(Role(sector, country or None, start, end))
    for earlier, later in pairwise(roles):
        if earlier.until is None or later.since is None or later.since <= earlier.until:
            raise LexiconError(f"{file.where(key)}: roles overlap; end each before the next begins")
    return tuple(roles)


def _institutions(file: LexiconFile, countries: Mapping[str, Country]) -> dict[str, tuple[str, ...]]:
    sectors = frozenset(Sector.__args__)  # type: ignore[attr-defined]
    names = TypeAdapter(tuple[_Name, ...])
    found = {}
    for key, values in file.content.get("institution", {}).items():
        country, _, sector = key.partition(".")
        if country not in countries or sector not in sectors:
            raise LexiconError(f"{file.where(key)}: the key must be an ISO alpha-3 code, a dot and a sector code, as in USA.MIL")
        try:
            found[key] = names.validate_python(values)
        except ValidationError as error:
            raise LexiconError(f"{file.where(key)}: {_explain(error)}") from error
    return found


def _generic(file: LexiconFile) -> frozenset[str]:
    try:
        return frozenset(TypeAdapter(tuple[_Name, ...]).validate_python(file.content.get("generic", {}).get("names", [])))
    except ValidationError as error:
        raise LexiconError(f"{file.where('names')}: {_explain(error)}") from error


def _sectors(file: LexiconFile) -> Sectors:
    try:
        return Sectors.model_validate(file.content)
    except ValidationError as error:
        raise LexiconError(f"{file.name}: {_explain(error)}") from error


def _check_unique(lexicon: ActorLexicon) -> None:
    """A proper name may name one actor only; the ones that truly name several are settled by rule in actors.py."""
    seen: dict[str, tuple[str, str]] = {}
    groups: tuple[tuple[str, dict[str, tuple[str, ...]]], ...] = (
        ("organisations.toml", {key: entry.names for key, entry in lexicon.organisations.items()}),
        ("institutions.toml", dict(lexicon.institutions)),
        ("media.toml", {key: entry.names for key, entry in lexicon.media.items()}),
    )
    for file, entries in groups:
        for key, names in entries.items():
            for name in names:
                if name in seen and seen[name] != (file, key):
                    other_file, other = seen[name]
                    raise LexiconError(f"{file}, entry {key}: {name!r} also names {other} ({other_file}); keep it in one of them")
                if name in seen:
                    raise LexiconError(f"{file}, entry {key}: {name!r} stands twice; keep one")
                seen[name] = (file, key)
