"""The registry file: every mistake is named with its line, and nothing that a person wrote is lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.core.errors import RegistryError
from pipelines.outlets import registry as reg

TEXT = """\
# my outlets

# --- Europe ---

# the one in the harbour
[[outlets]]
id = "harbour"   # short on purpose
name = "Harbour Post"
publisher = "Harbour Press"
country = "GBR"
language = "en"
timezone = "Europe/London"

[[outlets.feeds]]
name = "world"  # main
url = "https://harbour.example/world.xml"

# --- Africa ---

[[outlets]]
id = "lake"
name = "Lake Times"
publisher = "Lake Media"
country = "KEN"
language = "en"
timezone = "Africa/Nairobi"
feeds = [ {name = "a", url = "https://lake.example/a"},
  # keep me
  {name = "b", url = "https://lake.example/b"} ]
# the end
"""


def outlet_of(**changes: object) -> reg.Outlet:
    values: dict[str, object] = {
        "id": "new", "name": "New", "publisher": "New Press", "country": "NZL", "language": "en", "timezone": "Pacific/Auckland",
        "feeds": [{"name": "all", "url": "https://new.example/feed"}],
    }  # fmt: skip
    return reg.Outlet.model_validate(values | changes)


def complaint(text: str) -> str:
    with pytest.raises(RegistryError) as caught:
        reg.loads(text, "my.toml")
    return str(caught.value)


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), 1) if words in line)


def test_a_good_file_loads_in_its_order() -> None:
    registry = reg.loads(TEXT)
    assert [o.id for o in registry.outlets] == ["harbour", "lake"]
    assert [feed.id(outlet) for outlet, feed in registry.feeds()] == ["harbour/world", "lake/a", "lake/b"]
    assert registry.outlet("lake").owner == registry.outlet("lake").state_control == "unknown"
    with pytest.raises(KeyError):
        registry.outlet("sea")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('country = "KEN"', 'country = "KE"', "write 'KEN'"),
        ('country = "GBR"', 'country = "UK"', "write 'GBR'"),
        ('country = "GBR"', 'country = "United Kingdom"', "write 'GBR'"),
        ('country = "KEN"', 'country = "KEM"', "is no ISO 3166-1 alpha-3 code"),
        ('language = "en"\ntimezone = "Africa/Nairobi"', 'language = "english"\ntimezone = "Africa/Nairobi"', "write 'en'"),
        ('timezone = "Africa/Nairobi"', 'timezone = "Nairobi"', "did you mean 'Africa/Nairobi'"),
        ('timezone = "Europe/London"', 'timezone = "Europe/Londn"', "did you mean 'Europe/London'"),
        ('timezone = "Europe/London"', 'timezone = "+01:00"', "is no IANA time zone"),
        ('id = "lake"', 'id = "The Lake"', "such as 'the-lake'"),
        ('name = "a", url', 'name = "a/b", url', "feed 1, name"),
        ("https://lake.example/b", "ftp://lake.example/b", "does not start with http"),
        ("https://lake.example/b", "https://me:pw@lake.example/b", "user name or password"),
        ("https://lake.example/b", "https://lake.example/b c", "blank or control"),
        ("https://lake.example/b", "https:///b", "no host name"),
        ("https://lake.example/b", "https://lake.example:99999/b", "is no address"),
        ("https://harbour.example/world.xml", "http://127.0.0.1:8000/", "allow_loopback = true"),
        ("https://harbour.example/world.xml", "http://[::ffff:127.0.0.1]/", "allow_loopback = true"),
        ('publisher = "Lake Media"', 'publishr = "Lake Media"', "did you mean 'publisher'"),
        ('publisher = "Lake Media"\n', "", "publisher is missing: add it"),
        ('publisher = "Lake Media"', "publisher = 3", "publisher: input should be a valid string"),
        ('publisher = "Lake Media"', 'publisher = "Lake Media"\nowner = "A family"', "ownership_citation is missing"),
        ('publisher = "Lake Media"', 'publisher = "Lake Media"\nstate_control = "full"', "ownership_citation is missing"),
        ('publisher = "Lake Media"', 'publisher = "Lake Media"\nstate_control = "some"', "not one of 'none', 'public'"),
        ('publisher = "Lake Media"', 'publisher = "Lake Media"\nverified = "soon"', "neither 'never' nor a date"),
        ("https://lake.example/b", "http://LAKE.example:80/a#top", "is already a feed of 'lake'"),
        ("https://lake.example/b", "https://harbour.example/world.xml", "is already a feed of 'harbour'"),
        ('name = "b"', 'name = "a"', "two feeds named 'a'"),
        ('id = "lake"', 'id = "harbour"', "'harbour' stands twice"),
    ],
)
def test_each_mistake_is_named_with_file_line_and_remedy(old: str, new: str, said: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new)
    message = complaint(text)
    assert said in message
    line = int(message.split(":")[1])
    changed = [n for n, (a, b) in enumerate(zip(text.split("\n"), [*TEXT.split("\n"), "", ""], strict=False), 1) if a != b]
    # The line itself, or the head of the outlet where the mistake is that something is absent or does not fit together.
    outlet = "harbour" if line < line_of(text, "--- Africa") else "lake"
    heads = [n for n, words in enumerate(text.split("\n"), 1) if words == "[[outlets]]"]
    assert message.startswith("my.toml:")
    assert line in {changed[0], changed[0] + 1} or line in heads
    assert any(f"{name!r}" in message for name in (outlet, "The Lake", "harbour"))


def test_all_problems_are_told_at_once_in_line_order() -> None:
    message = complaint(TEXT.replace('"GBR"', '"GB"').replace('"KEN"', '"KE"').replace('name = "a"', 'name = "A!"'))
    lines = [int(part.split(":")[1]) for part in message.split("\n")]
    assert len(lines) == 3
    assert lines == sorted(lines)


def test_the_first_place_of_a_double_is_named() -> None:
    assert f"first at line {line_of(TEXT, 'lake.example/a')}" in complaint(TEXT.replace("lake.example/b", "lake.example/a"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[outlets]\n", "my.toml:1: this is no TOML"),
        ("\n\nx = [\n", "this is no TOML"),
        ("[[outlet]]\nid = 'x'\n", "my.toml:1: unknown key 'outlet'"),
        ("outlets = 3\n", "'outlets' is no list of tables"),
        ("[[outlets]]\nid = 'x'\n", "feeds is missing: add a [[outlets.feeds]] table"),
        (TEXT.replace("feeds = [ {", "feeds = []\nrest = [ {"), "feeds is empty"),
    ],
)
def test_what_is_no_registry_is_said_plainly(text: str, said: str) -> None:
    assert said in complaint(text)


def test_lines_are_right_after_multi_line_strings_and_arrays() -> None:
    text = TEXT.replace('publisher = "Harbour Press"', 'publisher = """\nHarbour\n[[outlets]] # "not a head"\nPress"""')
    bad = text.replace('"KEN"', '"KE"')
    head = line_of(bad, 'country = "KE"')
    assert f"my.toml:{head}:" in complaint(bad)
    bad = text.replace("https://lake.example/b", "gopher://lake.example/b")
    assert f"my.toml:{line_of(bad, 'gopher')}:" in complaint(bad)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="no outlet registry"):
        reg.load(tmp_path / "absent.toml")
    path = tmp_path / "latin.toml"
    path.write_bytes(TEXT.encode().replace(b"Lake Times", "Lac Léman".encode("latin-1")))
    with pytest.raises(RegistryError, match=rf"latin.toml:{line_of(TEXT, 'Lake Times')}: byte 0xe9 is not UTF-8"):
        reg.load(path)
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert len(reg.load(path).outlets) == 2


def test_saving_what_was_loaded_changes_no_byte(tmp_path: Path) -> None:
    for text in (TEXT, TEXT.replace("\n", "\r\n"), reg.starter()):
        path = tmp_path / "outlets.toml"
        path.write_bytes(text.encode())
        reg.save(reg.load(path), path)
        assert path.read_bytes() == text.encode()


def test_a_change_touches_its_own_lines_only(tmp_path: Path) -> None:
    path = tmp_path / "outlets.toml"
    path.write_text(TEXT)
    registry = reg.load(path)
    harbour = registry.outlet("harbour")
    feeds = (*harbour.feeds, reg.FeedSource(name="uk", url="https://harbour.example/uk.xml", section="uk"))
    changed = harbour.model_copy(update={"verified": "2026-03-01", "homepage": "https://harbour.example/", "feeds": feeds})
    reg.save(reg.put_outlet(registry, changed), path)
    after = path.read_text()
    assert reg.load(path).outlet("harbour") == changed
    kept = set(TEXT.split("\n"))
    assert kept <= set(after.split("\n"))
    assert TEXT[TEXT.index("# --- Africa") :] in after


def test_removing_and_adding_outlets_keeps_the_comments_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "outlets.toml"
    path.write_text(TEXT)
    new = outlet_of(allow_loopback=True, feeds=[{"name": "all", "url": "http://127.0.0.1:9/feed"}], ownership_date=date(2026, 1, 2))
    reg.save(reg.add_outlet(reg.remove_outlet(reg.load(path), "harbour"), new), path)
    after = path.read_text()
    assert [o.id for o in reg.load(path).outlets] == ["lake", "new"]
    assert reg.load(path).outlet("new") == new
    for comment in ("# my outlets", "# --- Europe ---", "# --- Africa ---", "# keep me", "# the end"):
        assert comment in after
    assert "harbour" not in after


def test_feeds_can_be_removed_reordered_and_changed(tmp_path: Path) -> None:
    path = tmp_path / "outlets.toml"
    path.write_text(TEXT)
    registry = reg.load(path)
    lake = registry.outlet("lake")
    a, b = lake.feeds
    c = reg.FeedSource(name="c", url="https://lake.example/c")
    for feeds in ((b,), (b, c), (c, b, a), (a.model_copy(update={"url": "https://lake.example/new", "section": "x"}), c)):
        reg.save(reg.put_outlet(reg.load(path), lake.model_copy(update={"feeds": feeds})), path)
        assert reg.load(path).outlet("lake").feeds == feeds
        assert reg.load(path).outlet("harbour") == registry.outlet("harbour")


def test_a_layout_that_cannot_be_edited_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "outlets.toml"
    inline = 'outlets = [{id="x", name="X", publisher="X", country="GBR", language="en", timezone="UTC", feeds=[{name="a", url="https://x.example/"}]}]\n'
    path.write_text(inline)
    with pytest.raises(RegistryError, match="edit the file by hand"):
        reg.save(reg.add_outlet(reg.load(path), outlet_of()), path)
    assert path.read_text() == inline


def test_saving_over_a_broken_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "outlets.toml"
    path.write_text("[[outlets]]\nid = 1\n")
    with pytest.raises(RegistryError):
        reg.save(reg.Registry(outlets=(outlet_of(),)), path)
    assert path.read_text() == "[[outlets]]\nid = 1\n"


def test_a_new_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "outlets.toml"
    registry = reg.Registry(outlets=(outlet_of(), outlet_of(id="other", feeds=[{"name": "x", "url": "https://o.example/"}])))
    reg.save(registry, path)
    assert reg.load(path) == registry
    assert [p.name for p in path.parent.iterdir()] == ["outlets.toml"]


@pytest.mark.parametrize("text", ["", "# only my notes\n", "outlets = []\n"])
def test_the_first_outlet_of_an_emptied_registry(tmp_path: Path, text: str) -> None:
    path = tmp_path / "outlets.toml"
    path.write_text(text)
    if text.startswith("outlets"):
        with pytest.raises(RegistryError, match="by hand"):
            reg.save(reg.Registry(outlets=(outlet_of(),)), path)
        assert path.read_text() == text
        return
    reg.save(reg.Registry(outlets=(outlet_of(),)), path)
    assert reg.load(path).outlets == (outlet_of(),)
    assert path.read_text().startswith(text)


def test_add_put_remove_say_what_is_wrong() -> None:
    registry = reg.loads(TEXT)
    with pytest.raises(RegistryError, match="stands twice"):
        reg.add_outlet(registry, outlet_of(id="lake"))
    with pytest.raises(RegistryError, match="already a feed of 'lake'"):
        reg.add_outlet(registry, outlet_of(feeds=[{"name": "x", "url": "http://lake.example/a"}]))
    with pytest.raises(RegistryError, match="did you mean 'lake'"):
        reg.remove_outlet(registry, "lak")
    with pytest.raises(RegistryError, match="no outlet 'new'"):
        reg.put_outlet(registry, outlet_of())


def test_ensure_writes_the_starter_once(tmp_path: Path) -> None:
    path = reg.ensure(tmp_path / "home" / "outlets.toml")
    assert path.read_text() == reg.starter()
    path.write_text(TEXT)
    assert reg.ensure(path).read_text() == TEXT


def test_disabled_outlets_are_rows_but_not_polled() -> None:
    registry = reg.loads(TEXT.replace('id = "lake"', 'id = "lake"\nenabled = false'))
    assert [o.id for o, _ in registry.feeds()] == ["harbour"]
    outlets, feeds = reg.to_rows(registry)
    assert [(o.outlet_id, o.enabled) for o in outlets] == [("harbour", True), ("lake", False)]
    assert [f.feed_id for f in feeds] == ["harbour/world", "lake/a", "lake/b"]
    assert {o.registered_at.isoformat() for o in outlets} == {"1970-01-01T00:00:00+00:00"}
    assert {f.outlet_id for f in feeds} <= {o.outlet_id for o in outlets}


def test_the_starter_registry_is_honest() -> None:
    registry = reg.loads(reg.starter(), "starter.toml")
    assert len(registry.outlets) >= 40
    assert len({o.country for o in registry.outlets}) >= 30
    for outlet in registry.outlets:
        assert outlet.verified == "never"
        assert not outlet.full_text
        assert not outlet.allow_loopback
        assert (outlet.ownership_citation is None) == (outlet.owner == "unknown")
        # No page was looked up on a recorded day, so no day may be claimed.
        assert outlet.ownership_date is None
