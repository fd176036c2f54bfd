from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.core.errors import LakeError
from pipelines.feeds.records import Sighting
from pipelines.lake.store import Lake
from pipelines.stories.records import EventMention


def sighting(n: int, day: int = 1) -> Sighting:
    return Sighting(snapshot_id="s", entry_id=f"e{n}", feed_id="o/f", position=n, seen_at=datetime(2025, 3, day, 12, tzinfo=UTC))


def link(n: int, day: int = 1) -> EventMention:
    at = datetime(2025, 3, day, tzinfo=UTC)
    return EventMention(event_id="e", mention_id=f"m{n}", first_seen=at, score=1.0, reason="founder")


def test_rows_come_back_as_written_in_key_order(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append(Sighting, [sighting(2), sighting(1, day=2)])
    assert lake.read(Sighting) == [sighting(1, day=2), sighting(2)]
    assert lake.days(Sighting) == [date(2025, 3, 1), date(2025, 3, 2)]
    assert lake.read(Sighting, since=date(2025, 3, 2)) == [sighting(1, day=2)]


def test_a_step_that_runs_twice_leaves_the_same_rows_and_files(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    first = lake.append(Sighting, [sighting(1), sighting(2)])
    assert lake.append(Sighting, [sighting(2), sighting(1)]) == first
    lake.append(Sighting, [sighting(2), sighting(3)])
    assert [row.entry_id for row in lake.read(Sighting)] == ["e1", "e2", "e3"]
    assert lake.keys(Sighting) == {("s", "e1"), ("s", "e2"), ("s", "e3")}


def test_a_truncated_file_is_set_aside_and_named_and_the_others_are_read(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    (bad,) = lake.append(Sighting, [sighting(1)])
    lake.append(Sighting, [sighting(2)])
    bad.write_bytes(bad.read_bytes()[:-20])
    assert [row.entry_id for row in lake.read(Sighting)] == ["e2"]
    assert [q.was for q in lake.quarantined] == [bad]
    assert lake.quarantined[0].now.exists()
    assert not bad.exists()


def test_a_derived_table_is_replaced_whole(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.replace(EventMention, [link(1), link(2, day=2)], made_from="a")
    lake.replace(EventMention, [link(3)], made_from="b")
    assert [row.mention_id for row in lake.read(EventMention)] == ["m3"]
    assert lake.made_from(EventMention) == "b"
    assert len(list(tmp_path.glob("event_mention/day=*/*.parquet"))) == 1


def test_files_that_a_killed_replacement_left_do_not_count(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.replace(EventMention, [link(1)], made_from="a")
    manifest = (tmp_path / "event_mention" / "_current.json").read_text()
    lake.replace(EventMention, [link(1), link(2)], made_from="b")
    (tmp_path / "event_mention" / "_current.json").write_text(manifest)
    lake.replace(EventMention, [link(1)], made_from="a")
    assert [row.mention_id for row in lake.read(EventMention)] == ["m1"]


def test_a_record_cannot_be_replaced_nor_a_derived_table_added_to(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with pytest.raises(LakeError, match="cannot be replaced"):
        lake.replace(Sighting, [], made_from="a")
    with pytest.raises(LakeError, match="derived"):
        lake.append(EventMention, [link(1)])


def test_null_in_a_column_that_must_be_filled_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="feed_id"):
        Lake(tmp_path).append(Sighting, [replace(sighting(1), feed_id=None)])  # type: ignore[arg-type]
    assert not list(tmp_path.rglob("*.parquet"))


def test_compaction_joins_closed_days_and_keeps_every_row(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for n in range(4):
        lake.append(Sighting, [sighting(n)])
    lake.append(Sighting, [sighting(9, day=2)])
    before = lake.read(Sighting)
    assert lake.compact(Sighting, before=date(2025, 3, 2)) == 4
    assert lake.read(Sighting) == before
    assert len(lake.files(Sighting)) == 2


def test_a_file_without_a_required_column_says_what_to_do(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    (path,) = lake.append(Sighting, [sighting(1)])
    pq.write_table(pq.read_table(path).drop_columns(["position"]), path)
    with pytest.raises(LakeError, match="rebuild"):
        lake.read(Sighting)


def test_the_fingerprint_changes_with_the_rows_only(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append(Sighting, [sighting(1)])
    before = lake.fingerprint(Sighting)
    lake.append(Sighting, [sighting(1)])
    assert lake.fingerprint(Sighting) == before
    lake.append(Sighting, [sighting(2)])
    assert lake.fingerprint(Sighting) != before


def test_every_registered_table_has_an_arrow_schema_with_descriptions() -> None:
    from pipelines.loading.tables import ALL_TABLES

    for table in ALL_TABLES:
        assert isinstance(table.schema, pa.Schema)
        assert all(len(c.description) >= 5 for c in table.columns)


def test_a_file_damaged_inside_is_set_aside_too(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    (bad,) = lake.append(Sighting, [sighting(n) for n in range(500)])
    data = bytearray(bad.read_bytes())
    data[len(data) // 3] ^= 0xFF
    bad.write_bytes(data)
    assert lake.check(Sighting) == []
    assert [q.was for q in lake.quarantined] == [bad]


def test_a_file_that_may_not_be_read_is_not_taken_for_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path)
    (good,) = lake.append(Sighting, [sighting(1)])

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(good))

    with monkeypatch.context() as patched:
        patched.setattr(pq, "ParquetFile", refuse)
        with pytest.raises(PermissionError):
            lake.read(Sighting)
    assert lake.files(Sighting) == [good]


def test_a_derived_table_with_a_damaged_file_counts_as_not_made(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.replace(EventMention, [link(1), link(2, day=2)], made_from="a")
    lake.files(EventMention)[0].write_bytes(b"PAR1")
    lake.check(EventMention, thorough=False)
    assert lake.made_from(EventMention) is None
    assert len(lake.quarantined) == 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": 3}', "\x00"])
def test_a_damaged_manifest_counts_as_none(tmp_path: Path, content: str) -> None:
    lake = Lake(tmp_path)
    lake.replace(EventMention, [link(1)], made_from="a")
    (tmp_path / "event_mention" / "_current.json").write_text(content)
    assert lake.made_from(EventMention) is None
    assert lake.read(EventMention) == []


def test_a_reader_beside_a_compaction_misses_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path)
    for n in range(4):
        lake.append(Sighting, [sighting(n)])
    listed = lake.files

    def compact_after_listing(row_type: type[object], **more: object) -> list[Path]:
        paths = listed(row_type, **more)  # type: ignore[arg-type]
        monkeypatch.setattr(lake, "files", listed)
        Lake(tmp_path).compact(Sighting, before=date(2025, 3, 2))
        return paths

    monkeypatch.setattr(lake, "files", compact_after_listing)
    assert [row.entry_id for row in lake.read(Sighting)] == ["e0", "e1", "e2", "e3"]


def test_a_folder_that_is_no_day_is_named(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    (path,) = lake.append(Sighting, [sighting(1)])
    path.parent.rename(path.parent.with_name("day=copy"))
    with pytest.raises(LakeError, match="day=copy"):
        lake.days(Sighting)


def test_clearing_a_day_leaves_the_others(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append(Sighting, [sighting(1), sighting(2, day=2)])
    lake.clear(Sighting, day=date(2025, 3, 1))
    assert [row.entry_id for row in lake.read(Sighting)] == ["e2"]
    lake.clear(Sighting)
    lake.clear(Sighting)
    assert lake.read(Sighting) == []


def test_two_different_rows_of_one_key_are_refused(tmp_path: Path) -> None:
    """Two mentions on one trigger once shared an id, and which of them was loaded depended on chance."""
    with pytest.raises(LakeError, match="e1"):
        Lake(tmp_path).append(Sighting, [sighting(1), replace(sighting(1), position=7)])
