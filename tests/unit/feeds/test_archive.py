"""Bodies as received: kept once, given back as they were, damage named."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.core.errors import LakeError
from pipelines.core.ids import body_hash
from pipelines.feeds.archive import Archive


@given(body=st.binary(max_size=3000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_any_body_comes_back_as_it_was(archive, body):
    sha = archive.put(body)
    assert sha == body_hash(body)
    assert sha in archive
    assert archive.get(sha) == body


def test_one_body_is_one_file_with_the_same_bytes_everywhere(tmp_path):
    first, second = Archive(tmp_path / "one"), Archive(tmp_path / "two")
    sha = first.put(b"<rss/>")
    before = first.path(sha).stat().st_mtime_ns
    assert first.put(b"<rss/>") == sha == second.put(b"<rss/>")
    assert first.path(sha).stat().st_mtime_ns == before
    assert first.path(sha) == tmp_path / "one" / sha[:2] / f"{sha}.gz"
    packed = first.path(sha).read_bytes()
    assert packed == second.path(sha).read_bytes()
    assert packed[4:10] == b"\0\0\0\0\0\xff"
    assert gzip.decompress(packed) == b"<rss/>"


def test_eight_writers_of_one_body_leave_one_file(archive):
    body = b"x" * 100_000
    with ThreadPoolExecutor(8) as pool:
        shas = set(pool.map(lambda _: archive.put(body), range(40)))
    assert len(shas) == 1
    assert [p.name for p in archive.root.rglob("*") if p.is_file()] == [f"{shas.pop()}.gz"]


def damage_cut(packed: bytes) -> bytes:
    return packed[:-5]


def damage_other(packed: bytes) -> bytes:
    return gzip.compress(b"another body")


def damage_plain(packed: bytes) -> bytes:
    return b"no gzip at all"


def damage_flip(packed: bytes) -> bytes:
    return packed[:15] + bytes([packed[15] ^ 255]) + packed[16:]


@pytest.mark.parametrize("damage", [damage_cut, damage_other, damage_plain, damage_flip, lambda _: b""])
def test_damage_is_named_with_what_to_do(archive, damage):
    sha = archive.put(b"the body " * 20)
    target = archive.path(sha)
    target.write_bytes(damage(target.read_bytes()))
    with pytest.raises(LakeError, match="damaged") as caught:
        archive.get(sha)
    assert str(target) in str(caught.value)
    assert "delete the file" in str(caught.value)
    target.unlink()
    assert archive.get(archive.put(b"the body " * 20)) == b"the body " * 20


def test_a_missing_body_and_a_name_that_is_none(archive):
    missing = "a" * 64
    assert missing not in archive
    with pytest.raises(LakeError, match="missing"):
        archive.get(missing)
    for name in ("../../etc/passwd", "A" * 64, "", "ab"):
        assert name not in archive
        with pytest.raises(LakeError, match="no name"):
            archive.get(name)
