"""The words of dates: names of months in the languages of feeds, and names of time zones; loaded from data files and checked."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from pipelines.core.errors import LexiconError

MONTHS = Path(__file__).parent / "data" / "months.toml"
ZONES = Path(__file__).parent / "data" / "zone_names.toml"
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


class ZoneNames(NamedTuple):
    """Offsets by zone name: the usual ones, and those that hold for outlets whose time zone begins with a prefix."""

    usual: dict[str, timedelta]
    local: dict[str, dict[str, timedelta]]

    def offset(self, name: str, outlet_timezone: str) -> timedelta | None:
        """Return what an upper-case name means to an outlet, or None when it is not known."""
        for prefix, names in self.local.items():
            if outlet_timezone.startswith(prefix) and name in names:
                return names[name]
        return self.usual.get(name)


@lru_cache(maxsize=8192)
def plain_word(word: str) -> str:
    """Return a word without case, accents and the Turkish dotless i, as month names are compared."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("ı", "i"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@cache
def load_months(path: Path = MONTHS) -> dict[str, int]:
    """Load the names of months as a mapping of plain words to 1-12.

    Raises:
        LexiconError: the file does not follow its schema, or a name stands for two months.
    """
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["months"]
        pairs = [(plain_word(name), int(number)) for number, names in rows.items() for name in names.split()]
    except (OSError, tomllib.TOMLDecodeError, KeyError, ValueError, AttributeError) as error:
        raise LexiconError(f"{path.name}: [months] needs the keys 1 to 12, each with a string of names ({error}).") from error
    months: dict[str, int] = {}
    for name, number in pairs:
        if not 1 <= number <= 12 or months.setdefault(name, number) != number:
            raise LexiconError(f"{path.name}: {name!r} stands for more than one month, or for none.")
    if set(months.values()) != set(range(1, 13)):
        raise LexiconError(f"{path.name}: some month has no name.")
    return months


@cache
def load_zones(path: Path = ZONES) -> ZoneNames:
    """Load the names of time zones.

    Raises:
        LexiconError: the file does not follow its schema.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        usual = {name: _offset(path, name, offset) for name, offset in data["zones"].items()}
        local = {zone: {n: _offset(path, n, o) for n, o in names.items()} for zone, names in data["local"].items()}
    except (OSError, tomllib.TOMLDecodeError, KeyError, AttributeError) as error:
        raise LexiconError(f"{path.name}: it needs the tables [zones] and [local] ({error}).") from error
    return ZoneNames(usual, local)


def _offset(path: Path, name: str, offset: object) -> timedelta:
    match = _OFFSET.fullmatch(offset) if isinstance(offset, str) else None
    if not match or name != name.upper():
        raise LexiconError(f"{path.name}: {name} needs an upper-case name and an offset such as +05:30.")
    size = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return size if match[1] == "+" else -size
