"""Forgetting in a small home of two outlets, without extraction and dbt; the whole way is in tests/end_to_end."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.articles.records import ArticleEntry, ArticleVersion
from pipelines.core.errors import UsageError
from pipelines.feeds.records import Entry, Fetch, Sighting, Snapshot
from pipelines.lake.store import Lake
from pipelines.outlets import registry as outlet_registry
from pipelines.settings import Settings
from pipelines.stations import forgetting, forgetting_bodies
from pipelines.stations.assembling import assemble_new
from pipelines.stations.parsing import parse
from pipelines.stations.replaying import archive_registry, log_captures, read_index
from pipelines.stations.workspace import Workspace

START = datetime(2025, 3, 4, 6, tzinfo=UTC)
WHO = {"who": "ana", "why": "asked", "when": datetime(2025, 4, 1, tzinfo=UTC)}
URL = "https://post.example/harbour-fire"
TITLE = "Fire in the old harbour warehouse"
RECORDED = (Fetch, Snapshot, Entry, Sighting, ArticleVersion, ArticleEntry)


def item(host: str, name: str, title: str) -> str:
    return f"<item><title>{title}</title><link>https://{host}.example/{name}</link><guid>https://{host}.example/{name}</guid></item>"


def feed(host: str, *items: str) -> str:
    head = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title><link>https://{host}.example/</link>'
    return f"{head}{''.join(items)}</channel></rss>"


def write_archive(folder: Path) -> None:
    fire, edited = item("post", "harbour-fire", TITLE), item("post", "harbour-fire", TITLE + " is out")
    market, boat = item("post", "market", "Market opens early this spring"), item("post", "boat", "New boat for the island doctor")
    echo = item("echo", "fire", "Warehouse burns at night in town")
    bodies = {
        "post": [feed("post", market), feed("post", fire, market), feed("post", edited, boat, market), feed("post", boat, market)],
        "echo": [feed("echo", echo), feed("echo", echo, item("echo", "sea", "Sea level rises, says the institute"))],
    }
    lines = ["outlet,captured_at,file,bytes"]
    for outlet, texts in bodies.items():
        for hour, text in enumerate(texts):
            (folder / f"{outlet}-{hour}.xml").write_text(text)
            lines.append(f"{outlet},{(START + timedelta(hours=hour)).isoformat()},{outlet}-{hour}.xml,{len(text)}")
    (folder / "index.csv").write_text("\n".join(lines) + "\n")


def replay(home: Path, source: Path) -> Workspace:
    workspace = Workspace(Settings(home=home))
    captures = read_index(source)
    if not workspace.settings.registry.exists():
        home.mkdir(parents=True, exist_ok=True)
        known = outlet_registry.loads(outlet_registry.starter())
        outlet_registry.save(archive_registry(known, captures), workspace.settings.registry)
    log_captures(workspace, captures)
    parse(workspace)
    assemble_new(workspace)
    return workspace


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    write_archive(tmp_path / "source")
    return tmp_path / "source"


@pytest.fixture
def home(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(forgetting, "republish", lambda workspace: None)
    replay(tmp_path / "home", source)
    return tmp_path / "home"


def again(home: Path) -> Workspace:
    return Workspace(Settings(home=home))


def forget(home: Path, target: str) -> forgetting_bodies.Forgetting:
    workspace = again(home)
    return forgetting.forget(workspace, forgetting.look(workspace, target), **WHO)  # type: ignore[arg-type]


def files_with(home: Path, *texts: str) -> list[Path]:
    """Files that hold one of the texts, packed or not."""
    found = []
    for path in (p for p in home.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if path.suffix == ".gz":
            data += gzip.decompress(data)
        if path.suffix == ".parquet":
            data += str(pq.read_table(path).to_pylist()).encode()
        if any(text.encode() in data for text in texts):
            found.append(path)
    return found


def rows(home: Path, *types: type) -> dict[str, list[str]]:
    return {t.__name__: [repr(row) for row in again(home).lake.read(t)] for t in types}


def test_nothing_of_it_is_left_and_all_else_is(home: Path) -> None:
    assert files_with(home, TITLE)
    before = again(home).lake.read(Entry)
    told = forget(home, URL + "?utm_source=mail")
    assert told.counts["archived feed bodies cut"] == 2
    assert told.counts["rows of article_version"] == 2
    assert files_with(home, TITLE, "harbour-fire") == []
    left = again(home)
    assert {e.title for e in before} - {e.title for e in left.lake.read(Entry)} == {TITLE, TITLE + " is out"}
    assert all(left.archive.intact(s.body_sha256) for s in left.lake.read(Snapshot))
    assert {f.body_sha256 for f in left.lake.read(Fetch)} == {s.body_sha256 for s in left.lake.read(Snapshot)}
    assert {s.snapshot_id for s in left.lake.read(Sighting)} == {s.snapshot_id for s in left.lake.read(Snapshot)}


def test_the_archive_gives_the_same_record_again(home: Path) -> None:
    forget(home, URL)
    before = rows(home, *RECORDED)
    again(home).lake.clear(*RECORDED[1:])
    parse(again(home))
    assemble_new(again(home))
    assert rows(home, *RECORDED) == before


def test_two_bodies_that_differed_only_in_it_are_one_now(home: Path) -> None:
    """The first body of `post` is the second without the fire, and the third the fourth."""
    assert len(again(home).lake.read(Snapshot)) == 6
    forget(home, URL)
    snapshots = [s for s in again(home).lake.read(Snapshot) if s.outlet_id == "post"]
    assert sorted(s.fetched_at.hour for s in snapshots) == [6, 8]


def test_it_does_not_come_back_with_the_next_poll(home: Path, source: Path) -> None:
    forget(home, URL)
    later = feed("post", item("post", "harbour-fire", TITLE), item("post", "news", "Something new at the mill"))
    (source / "post-9.xml").write_text(later)
    with (source / "index.csv").open("a") as index:
        index.write(f"post,{(START + timedelta(hours=9)).isoformat()},post-9.xml,1\n")
    replay(home, source)
    assert "Something new at the mill" in {e.title for e in again(home).lake.read(Entry)}
    assert files_with(home, TITLE, "harbour-fire") == []


def test_an_outlet_is_forgotten_whole_and_is_not_polled_again(home: Path, source: Path) -> None:
    forget(home, "post")
    assert {row.outlet_id for t in RECORDED for row in again(home).lake.read(t) if hasattr(row, "outlet_id")} == {"echo"}
    replay(home, source)
    assert {f.outlet_id for f in again(home).lake.read(Fetch)} == {"echo"}
    assert files_with(home, TITLE, "Market opens early", "New boat") == []


@pytest.mark.parametrize("after", range(12))
def test_cut_off_anywhere_it_can_go_on(home: Path, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0

    def failing(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps > after:
                raise KeyboardInterrupt
            return function(*arguments, **named)

        return step

    with monkeypatch.context() as patched:
        patched.setattr(Lake, "rewrite", failing(Lake.rewrite))
        patched.setattr(forgetting, "_forget_derived", failing(forgetting._forget_derived))
        patched.setattr(forgetting, "republish", failing(lambda workspace: None))
        with pytest.raises(KeyboardInterrupt):
            forget(home, URL)
    (stone,) = forgetting.unfinished(again(home))
    forgetting.resume(again(home), stone)
    assert forgetting.unfinished(again(home)) == []
    assert files_with(home, TITLE, "harbour-fire") == []
    before = rows(home, *RECORDED)
    again(home).lake.clear(*RECORDED[1:])
    parse(again(home))
    assemble_new(again(home))
    assert rows(home, *RECORDED) == before


def test_a_look_changes_nothing(home: Path) -> None:
    before = {p: p.read_bytes() for p in home.rglob("*") if p.is_file() and p.suffix != ".lock"}
    workspace = again(home)
    told = forgetting.plan(workspace, forgetting.look(workspace, URL))
    assert told.titles == [TITLE, TITLE + " is out"]
    assert told.counts["archived feed bodies to be cut"] == 2
    assert {p: p.read_bytes() for p in home.rglob("*") if p.is_file() and p.suffix != ".lock"} == before


@pytest.mark.parametrize(("target", "said"), [("https://post.example/nothing", "No article"), ("nobody", "neither an outlet")])
def test_what_is_not_there_is_told(home: Path, target: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        forgetting.look(again(home), target)


def test_another_outlet_with_the_same_headline_is_told_and_stays(home: Path, source: Path) -> None:
    later = feed("echo", item("echo", "their-fire", TITLE))
    (source / "echo-9.xml").write_text(later)
    with (source / "index.csv").open("a") as index:
        index.write(f"echo,{(START + timedelta(hours=9)).isoformat()},echo-9.xml,1\n")
    replay(home, source)
    assert [note.split()[0] for note in forget(home, URL).notes] == ["echo"]
    assert [e.outlet_id for e in again(home).lake.read(Entry) if e.title == TITLE] == ["echo"]


def test_files_beside_it_that_name_it_go(home: Path) -> None:
    folder = home / "dagster" / "storage"
    folder.mkdir(parents=True)
    (folder / "run.log").write_text(f"coded {TITLE}")
    (folder / "other.log").write_text("nothing")
    (home / "regenerated" / "x").mkdir(parents=True)
    forget(home, URL)
    assert [p.name for p in folder.iterdir()] == ["other.log"]
    assert not (home / "regenerated").exists()
