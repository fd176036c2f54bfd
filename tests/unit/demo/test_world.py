"""The bundled world follows its schema, has what it promises, and shows its items as the schedule says."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.demo import world as sample
from pipelines.demo.registry import registry, registry_toml
from pipelines.demo.schema import versions
from pipelines.outlets import registry as outlet_registry


@pytest.fixture(scope="module")
def world() -> sample.World:
    return sample.load()


def small_world(folder: Path, items: str, faults: str = "") -> Path:
    (folder / "items").mkdir(parents=True)
    (folder / "world.toml").write_text(
        'title = "A small world"\n[schedule]\nstart = 2025-03-28\ndays = 1\nhours_utc = [06:00:00, 09:00:00, 12:00:00]\n'
        '[[stories]]\nid = "fair"\ntitle = "A fair"\nkind = "everyday"\n'
        '[[outlets]]\nid = "gazette"\nname = "Gazette"\ndescription = "News"\npublisher = "Gazette"\ncountry = "XTV"\n'
        'timezone = "UTC"\nowner = "unknown"\nstate_control = "unknown"\nhost = "gazette.example"\nformat = "rss20"\n'
        'guid = "none"\ndates = "offset"\nwindow_hours = 5\nfeeds = [{ name = "all", path = "/rss" }]\n' + faults,
        encoding="utf-8",
    )
    (folder / "items" / "gazette.toml").write_text(items, encoding="utf-8")
    return folder


FAIR = '[[items]]\nid = "fair-opens"\nstory = "fair"\nat = 2025-03-28T07:00:00Z\ntitle = "Fair opens"\n'


def test_the_world_has_what_the_demo_promises(world: sample.World) -> None:
    assert len(world.outlets) >= 8
    assert len(world.item_keys()) >= 250
    assert len({item.story for items in world.items.values() for item in items} - {"local-notes"}) >= 25
    times = world.poll_times()
    assert {at.date() for at in times} == {datetime(2025, 3, day).date() for day in (28, 29, 30, 31)}
    assert times == sorted(set(times))
    assert all(at.tzinfo is UTC for at in times)


def test_every_story_has_items(world: sample.World) -> None:
    told = {item.story for items in world.items.values() for item in items}
    assert [story.id for story in world.stories if story.id not in told] == []


def test_most_stories_are_told_by_several_outlets(world: sample.World) -> None:
    outlets = {
        story.id: {outlet_id for outlet_id, items in world.items.items() if any(item.story == story.id for item in items)}
        for story in world.stories
    }
    assert [story for story, tellers in outlets.items() if len(tellers) < 3] == []


def test_every_kind_of_feed_and_fault_is_there(world: sample.World) -> None:
    outlets = world.outlets
    assert {outlet.format for outlet in outlets} == {"rss20", "atom10", "rdf10", "json1"}
    assert {outlet.guid for outlet in outlets} == {"permalink", "opaque", "none", "per_edit", "shared"}
    assert {outlet.dates for outlet in outlets} == {"offset", "named_zone", "no_zone", "none"}
    assert {fault.kind for outlet in outlets for fault in outlet.faults} == {"truncated", "html_error", "unavailable", "moved"}
    assert any(outlet.etag for outlet in outlets)
    assert any(outlet.last_modified and not outlet.etag for outlet in outlets)
    assert any(outlet.gzip for outlet in outlets)


def test_some_bodies_are_whole_articles(world: sample.World) -> None:
    lengths = [len(item.content.split()) for items in world.items.values() for item in items if item.content]
    assert len(lengths) >= 10
    assert all(100 <= length <= 250 for length in lengths)


def test_two_outlets_share_a_publisher(world: sample.World) -> None:
    assert Counter(outlet.publisher for outlet in world.outlets).most_common(1)[0][1] == 2


def test_texts_of_one_outlet_repeat_only_where_planted(world: sample.World) -> None:
    titles = Counter((outlet_id, item.title) for outlet_id, items in world.items.items() for item in items)
    assert [key for key, count in titles.items() if count > 1] == []


def test_the_registry_is_valid_and_names_no_port(world: sample.World, tmp_path: Path) -> None:
    path = tmp_path / "outlets.toml"
    path.write_text(registry_toml(world), encoding="utf-8")
    loaded = outlet_registry.load(path)
    assert loaded == registry(world)
    assert [feed.url for _, feed in loaded.feeds()] == [f"http://{o.host}{f.path}" for o in world.outlets for f in o.feeds]
    assert all(outlet.allow_loopback for outlet in loaded.outlets)


def test_feed_ids_do_not_depend_on_the_base_address(world: sample.World) -> None:
    def ids(base: str | None) -> list[str]:
        return [feed.id(outlet) for outlet, feed in registry(world, base).feeds()]

    assert ids(None) == ids("http://127.0.0.1:4711")


def test_an_item_shows_its_latest_version_and_leaves_after_its_window(tmp_path: Path) -> None:
    edit = '[[items.edits]]\nat = 2025-03-28T10:00:00Z\ntitle = "Fair opens late"\n'
    world = sample.load(small_world(tmp_path / "w", FAIR + edit))
    first, second, third = world.poll_times()
    assert world.shown("gazette", "all", first) == []
    assert [shown.version.title for shown in world.shown("gazette", "all", second)] == ["Fair opens"]
    assert [shown.version.title for shown in world.shown("gazette", "all", third)] == ["Fair opens late"]
    assert world.shown("gazette", "all", datetime(2025, 3, 28, 15, tzinfo=UTC)) == []


def test_an_edit_keeps_the_texts_that_it_does_not_name(world: sample.World) -> None:
    _, item = world.item("ledger/attack-unsettles-istren-border")
    first, second = versions(item)
    assert first.title == second.title
    assert first.summary != second.summary
    assert first.content == second.content != ""


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (FAIR.replace('"fair"', '"circus"'), "there is no story 'circus'"),
        (FAIR + FAIR, "two items of gazette are called 'fair-opens'"),
        (FAIR.replace("07:00", "12:30"), "fair-opens: version 0 is shown whole at no poll"),
        (FAIR + '[[items.edits]]\nat = 2025-03-28T06:30:00Z\ntitle = "Earlier"\n', "one after the other"),
        (FAIR.replace("Z\n", "\n"), "items.0.at"),
        (FAIR + 'colour = "red"\n', "items.0.colour"),
        ("[[items]\n", "is not TOML"),
    ],
)
def test_a_wrong_item_is_named(tmp_path: Path, items: str, words: str) -> None:
    with pytest.raises(sample.WorldError) as caught:
        sample.load(small_world(tmp_path / "w", items))
    assert words in str(caught.value)


def test_a_version_that_only_a_broken_poll_would_show_is_refused(tmp_path: Path) -> None:
    fault = (
        '[[outlets.faults]]\nkind = "html_error"\nfeed = "all"\nstart = 2025-03-28T08:00:00Z\n'
        'end = 2025-03-28T13:00:00Z\nnote = "down all morning"\n'
    )
    with pytest.raises(sample.WorldError, match="shown whole at no poll"):
        sample.load(small_world(tmp_path / "w", FAIR, fault))


def test_a_host_that_somebody_could_own_is_refused(tmp_path: Path) -> None:
    folder = small_world(tmp_path / "w", FAIR)
    text = (folder / "world.toml").read_text(encoding="utf-8")
    (folder / "world.toml").write_text(text.replace("gazette.example", "gazette.com"), encoding="utf-8")
    with pytest.raises(sample.WorldError, match=r"must end in \.example"):
        sample.load(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(sample.WorldError, match=r"world\.toml cannot be read"):
        sample.load(tmp_path)


def test_the_clocks_go_forward_inside_the_world(world: sample.World) -> None:
    times = world.poll_times()
    change = datetime(2025, 3, 30, 1, tzinfo=UTC)
    assert times[0] < change < times[-1]
    assert times[-1] - times[0] > timedelta(days=3)
