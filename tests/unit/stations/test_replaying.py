from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipelines.core.errors import UsageError
from pipelines.outlets.schema import Registry
from pipelines.stations.replaying import archive_registry, read_index


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


def test_a_missing_column_and_a_missing_index_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"index\.csv"):
        read_index(tmp_path)
    with pytest.raises(UsageError, match="captured_at is missing"):
        read_index(archive(tmp_path, header="outlet,when,file,bytes"))


def test_unknown_outlets_of_an_archive_are_written_as_unknown(tmp_path: Path) -> None:
    folder = archive(tmp_path, "nobody,2025-03-01T00:00:00Z,a.xml.gz,6")
    outlet = archive_registry(Registry(), read_index(folder)).outlet("nobody")
    assert (outlet.country, outlet.language, outlet.owner) == ("XXX", "und", "unknown")
