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


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Country(_Entry):
    """A country: words that name it, and a point near its middle as (latitude, longitude) in degrees."""

    names: tuple[_Name, ...] = Field(min_length=1)
    capitals: tuple[_Name, ...] = ()
    adjectives: tuple[_Name, ...] = ()
    people: tuple[_Name, ...] = ()
    point: tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]]
    ambiguous: tuple[_Name, ...] = ()


class Organisation(_Entry):
    """An actor with a name of its own. ``roles`` (sector, country, from, to) stand in for sector and country where they changed."""

    names: tuple[_Name, ...] = Field(min_length=1)
    sector: Sector | None = None
    country: _Alpha3 | None = None
    roles: tuple[tuple[Sector, str, str, str], ...] = ()


class Medium(_Entry):
    """A news medium; ``state`` where a state owns or runs it."""

    names: tuple[_Name, ...] = Field(min_length=1)
    country: _Alpha3
    state: bool = False


class Sectors(_Entry):
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
    sectors: Sectors
    media: Mapping[str, Medium]

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield every (name, actor id or section) that the files hold, once each as written."""
        for code, country in self.countries.items():
            for name in (*country.names, *country.capitals, *country.adjectives, *country.people):
                yield name, code
        for leader in self.leaders:
            for name in leader.names:
                yield name, f"{leader.country}.GOV"
        for key, organisation in self.organisations.items():
            for name in organisation.names:
                yield name, key
        for key, names in self.institutions.items():
            for name in names:
                yield name, key
        for key, medium in self.media.items():
            for name in medium.names:
                yield name, key
        for section in (self.sectors.noun, self.sectors.office):
            for sector, words in section.items():
                for word in words:
                    yield word, sector


def load_actor_lexicon(folder: Path = DATA) -> ActorLexicon:
    """Read and check the actor files of ``folder``.

    Raises:
        LexiconError: a file is missing, is not TOML, or breaks the schema; the message names file, line or entry, and the remedy.
    """
    countries = _entries(_File(folder, "countries.toml"), Country, ("country", "territory"))
    organisations_file = _File(folder, "organisations.toml")
    organisations = _entries(organisations_file, Organisation, tuple(organisations_file.content))
    media = _entries(_File(folder, "media.toml"), Medium, ("media",))
    lexicon = ActorLexicon(
        countries=countries,
        leaders=_leaders(_File(folder, "leaders.toml"), countries),
        organisations=organisations,
        roles={key: _roles(organisations_file, key, entry) for key, entry in organisations.items()},
        institutions=_institutions(_File(folder, "institutions.toml"), countries),
        sectors=_sectors(_File(folder, "sectors.toml")),
        media=media,
    )
    _check_unique(lexicon)
    return lexicon


class _File:
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


_E = TypeVar("_E", bound=_Entry)


def _entries(file: _File, model: type[_E], sections: tuple[str, ...]) -> dict[str, _E]:
    found: dict[str, _E] = {}
    unknown = set(file.content) - set(sections)
    if unknown:
        raise LexiconError(f"{file.name}: unknown section {sorted(unknown)[0]!r}; known are {', '.join(sections)}")
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


def _leaders(file: _File, countries: Mapping[str, Country]) -> tuple[Leader, ...]:
    rows = TypeAdapter(list[list[str]])
    try:
        kept = rows.validate_python(file.content.get("leader", []))
    except ValidationError as error:
        index = error.errors()[0]["loc"]
        raise LexiconError(f"{file.where_row(int(index[0]) if index else 0)}: a leader is a list of strings") from error
    found = []
    for index, row in enumerate(kept):
        where = file.where_row(index)
        if len(row) < 5:
            raise LexiconError(f"{where}: a leader needs country, office, name, from, to; found {len(row)} values")
        country, office, name, since, until, *more = row
        if country not in countries:
            raise LexiconError(f"{where}: {country!r} is no country of countries.toml; use its ISO alpha-3 code")
        start, end = _period(where, since, until)
        if start is None:
            raise LexiconError(f"{where}: {name} has no month of taking office; write YYYY-MM")
        found.append(Leader(country, office, (name, *more), start, end))
    return tuple(found)


def _roles(file: _File, key: str, entry: Organisation) -> tuple[Role, ...]:
    if entry.sector and not entry.roles:
        return (Role(entry.sector, entry.country, None, None),)
    if entry.sector or not entry.roles:
        raise LexiconError(f"{file.where(key)}: give either a sector or a list of dated roles")
    roles = []
    for sector, country, since, until in entry.roles:
        start, end = _period(file.where(key), since, until)
        roles.append(Role(sector, country or None, start, end))
    for earlier, later in zip(roles, roles[1:], strict=False):
        if earlier.until is None or later.since is None or later.since <= earlier.until:
            raise LexiconError(f"{file.where(key)}: roles overlap; end each before the next begins")
    return tuple(roles)


def _institutions(file: _File, countries: Mapping[str, Country]) -> dict[str, tuple[str, ...]]:
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


def _sectors(file: _File) -> Sectors:
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
