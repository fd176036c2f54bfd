from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipelines.core.errors import UsageError
from pipelines.feeds.records import Fetch
from pipelines.outlets import registry as outlet_registry
from pipelines.outlets.schema import Registry
from pipelines.settings import Settings
from pipelines.stations.replaying import archive_registry, log_captures, read_index
from pipelines.stations.workspace import Workspace


def archive(folder: Path, *lines: str, header: str = "outlet,captured_at,file,bytes") -> Path:
    (folder / "a.xml.gz").write_bytes(gzip.compress(b"<rss/>"))
    (folder / "index.csv").write_text("\n".join([header, *lines]) + "\n")
    return folder


def test_captures_come_in_order_of_time(tmp_path: Path) -> None:
    folder = archive(tmp_path, "b,2025-03-02T00:00:00Z,a.xml.gz,6", "a,2025-03-01T00:00:00Z,a.xml.gz,6")
    assert [c.outlet_id for c in read_index(folder)] == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a,yesterday,a.xml.gz,6", "line 2: captured_at 'yesterday'"),
        ("a,2025-03-01T00:00:00Z,gone.xml,6", "no file 'gone.xml'"),
        ("a,2025-03-01T00:00:00Z,../../etc/passwd,6", "line 2"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_index(archive(tmp_path, line))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["A Paper,2025-03-01T00:00:00Z,a.xml.gz,6"], "line 2: outlet: .*a-paper"),
        ([",2025-03-01T00:00:00Z,a.xml.gz,6"], "line 2: outlet"),
        (["a,2025-03-01T00:00:00Z"], "line 2: there is no file"),
        (["a,,a.xml.gz,6"], "line 2: captured_at ''"),
        (["a,2025-03-01T00:00:00Z,,6"], "line 2: there is no file"),
        ([], "names no capture"),
        (
            ["a,2025-03-01T00:00:00Z,a.xml.gz,6", "b,2025-03-01T00:00:00Z,a.xml.gz,6", "a,2025-03-01T01:00:00+01:00,b.xml,6"],
            "lines 2 and 4",
        ),
    ],
)
def test_lines_that_cannot_be_are_named(tmp_path: Path, lines: list[str], says: str) -> None:
    (tmp_path / "b.xml").write_text("<rss/>")
    with pytest.raises(UsageError, match=says):
        read_index(archive(tmp_path, *lines))


def test_an_index_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "index.csv").write_bytes(b"outlet,captured_at,file,bytes\n\xff\xfe,x,y,1\n")
    with pytest.raises(UsageError, match="UTF-8"):
        read_index(tmp_path)


def test_a_byte_order_mark_and_lines_said_twice_do_no_harm(tmp_path: Path) -> None:
    line = "a,2025-03-01T00:00:00Z,a.xml.gz,6"
    folder = archive(tmp_path, line, line)
    (folder / "index.csv").write_bytes(b"\xef\xbb\xbf" + (folder / "index.csv").read_bytes())
    assert [c.line for c in read_index(folder)] == [2]


def logged(folder: Path, home: Path) -> dict[str, Fetch]:
    captures = read_index(folder)
    home.mkdir(exist_ok=True)
    outlet_registry.save(archive_registry(Registry(), captures), home / "outlets.toml")
    workspace = Workspace(Settings(home=home, max_body_bytes=1000))
    log_captures(workspace, captures)
    return {f.outlet_id: f for f in workspace.lake.read(Fetch)}


def test_files_that_cannot_be_unpacked_are_failed_responses_and_the_others_go_on(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    good = gzip.compress(b"<rss><channel/></rss>")
    bodies = {
        "cut": good[:-9],
        "flipped": good[:12] + b"\xff\xff" + good[14:],
        "bomb": gzip.compress(bytes(10_000)),
        "empty": b"",
        "good": good,
    }
    for name, body in bodies.items():
        (folder / f"{name}.xml.gz").write_bytes(body)
    archive(folder, *(f"{name},2025-03-01T00:00:00Z,{name}.xml.gz,6" for name in bodies))
    found = logged(folder, tmp_path / "home")
    assert {name: f.outcome for name, f in found.items()} == {
        "cut": "bad_encoding", "flipped": "bad_encoding", "bomb": "too_large", "empty": "new_body", "good": "new_body",
    }  # fmt: skip
    assert found["cut"].body_sha256 is None
    assert found["cut"].consecutive_failures == 1
    assert "cut.xml.gz" in str(found["cut"].detail)
    assert found["good"].body_bytes == 21


def test_a_missing_column_and_a_missing_index_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"index\.csv"):
        read_index(tmp_path)
    with pytest.raises(UsageError, match="captured_at is missing"):
        read_index(archive(tmp_path, header="outlet,when,file,bytes"))


def test_unknown_outlets_of_an_archive_are_written_as_unknown(tmp_path: Path) -> None:
    folder = archive(tmp_path, "nobody,2025-03-01T00:00:00Z,a.xml.gz,6")
    outlet = archive_registry(Registry(), read_index(folder)).outlet("nobody")
    assert (outlet.country, outlet.language, outlet.owner) == ("XXX", "und", "unknown")
