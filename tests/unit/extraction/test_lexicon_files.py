"""The files of names: size, coverage of the ISO list, and errors that say where and what to do."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pycountry
import pytest

from pipelines.core.errors import LexiconError
from pipelines.extraction.lexicon_files import DATA, ActorLexicon, load_actor_lexicon
from pipelines.extraction.regions import load_regions


@pytest.fixture(scope="module")
def names() -> ActorLexicon:
    return load_actor_lexicon()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for path in DATA.glob("*.toml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def _replace(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf8")


def test_at_least_3000_distinct_names_and_offices(names: ActorLexicon) -> None:
    assert len({name for name, _ in names.names()}) >= 3000


def test_every_iso_country_stands_in_the_lexicon(names: ActorLexicon) -> None:
    iso = {country.alpha_3 for country in pycountry.countries}
    assert iso <= set(names.countries)
    assert set(names.countries) - iso == {"XKX"}


def test_heads_of_state_or_government_of_80_countries(names: ActorLexicon) -> None:
    offices = ("president", "prime minister", "king", "chancellor", "premier", "emir", "leader")
    heads = {leader.country for leader in names.leaders if leader.office in offices}
    assert len(heads) >= 80


def test_holders_of_one_office_do_not_overlap_by_more_than_their_months(names: ActorLexicon) -> None:
    by_person: dict[tuple[str, str, str], list[tuple[object, object]]] = {}
    for leader in names.leaders:
        by_person.setdefault((leader.country, leader.office, leader.names[0]), []).append((leader.since, leader.until))
    for terms in by_person.values():
        ordered = sorted(terms, key=str)
        assert all(earlier[1] is not None and earlier[1] < later[0] for earlier, later in pairwise(ordered)), terms


def test_every_region_and_country_lies_on_earth_and_has_a_known_country(names: ActorLexicon) -> None:
    regions = load_regions()
    assert len(regions) > 300
    assert {region.country for region in regions if region.country} <= set(names.countries)
    assert len({region.id for region in regions}) == len(regions)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("countries.toml", 'AFG = { names = ["Afghanistan"', 'AFG = { nams = ["Afghanistan"', ("countries.toml, line", "AFG", "nams")),
        ("countries.toml", "point = [12.5, -70.0]", "point = [125.0, -70.0]", ("ABW", "point")),
        ("leaders.toml", '["USA", "president", "Barack Ob', '["USB", "president", "Barack Ob', ("leaders.toml, line", "USB", "alpha-3")),
        ("leaders.toml", 'Obama", "2009-01", "2017-01"', 'Obama", "2009-01", "2007-01"', ("leaders.toml", "before it begins")),
        ("leaders.toml", '"Barack Obama", "2009-01"', '"Barack Obama", "Jan 2009"', ("leaders.toml", "YYYY-MM")),
        ("organisations.toml", 'UNSC = { sector = "IGO"', 'UNSC = { sector = "XXX"', ("organisations.toml, line", "UNSC", "sector")),
        ("organisations.toml", '"2021-08-14"], ["GOV"', '"2021-09-14"], ["GOV"', ("TALIBAN", "overlap")),
        ("institutions.toml", '"USA.SPY" =', '"USA.SPIES" =', ("institutions.toml", "USA.SPIES", "sector code")),
        ("media.toml", 'names = ["Reuters"', 'names = ["Associated Press", "Reuters"', ("Associated Press", "REUTERS", "keep it in one")),
        ("sectors.toml", "\n[modifier]", "\n[modifiers]", ("sectors.toml", "modifier")),
    ],
)  # fmt: skip
def test_a_mistake_names_file_entry_and_remedy(copied: Path, file: str, old: str, new: str, words: tuple[str, ...]) -> None:
    _replace(copied, file, old, new)
    with pytest.raises(LexiconError) as caught:
        load_actor_lexicon(copied)
    for word in words:
        assert word in str(caught.value)


def test_broken_toml_and_a_missing_file_are_named(copied: Path) -> None:
    (copied / "media.toml").write_text("[media\n")
    with pytest.raises(LexiconError, match=r"media\.toml is not valid TOML: .*line 1"):
        load_actor_lexicon(copied)
    (copied / "media.toml").unlink()
    with pytest.raises(LexiconError, match=r"media\.toml cannot be read"):
        load_actor_lexicon(copied)
