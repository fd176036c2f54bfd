"""First-level divisions and regions that news names (``data/regions.toml``): schema, checks, loader.

Not here: how a phrase is resolved to one of them (places.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from pipelines.extraction.lexicon_files import DATA, Entry, LexiconFile, read_entries

_Point = tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]]


class _State(Entry):
    name: str = Field(min_length=1)
    abbreviations: tuple[str, ...] = ()
    point: _Point


class _Region(Entry):
    names: tuple[str, ...] = Field(min_length=1)
    country: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    code: str | None = None
    point: _Point


@dataclass(frozen=True, slots=True)
class Region:
    """A division or region; ``code`` is its GeoNames first-level code where it is one division, ``point`` is in degrees."""

    id: str
    names: tuple[str, ...]
    country: str | None
    code: str | None
    point: tuple[float, float]
    state: bool


def load_regions(folder: Path = DATA) -> tuple[Region, ...]:
    """Read and check ``regions.toml``.

    Raises:
        LexiconError: the file is missing, is not TOML, or breaks the schema.
    """
    file = LexiconFile(folder, "regions.toml")
    sections = ("us_state", "region")
    states = read_entries(file, _State, ("us_state",), sections)
    regions = read_entries(file, _Region, ("region",), sections)
    return (
        *(Region(code, (s.name, *s.abbreviations), "USA", code, s.point, state=True) for code, s in states.items()),
        *(Region(f"region-{key}", r.names, r.country, r.code, r.point, state=False) for key, r in regions.items()),
    )
