"""Content codings, byte by byte and in hostile shapes."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.feeds.content_coding import BadEncodingError, BodyDecoder, TooLargeError

CAP = 50_000


def decode_in_pieces(data, size, label=None, cap=CAP):
    decoder = BodyDecoder(label, cap)
    for at in range(0, len(data), size):
        decoder.feed(data[at : at + size])
    return decoder.finish()


@given(body=st.binary(max_size=2000).filter(lambda b: not b.startswith(b"\x1f\x8b")), size=st.integers(1, 700))
@settings(max_examples=40, deadline=None)
def test_pieces_of_any_size_give_the_same(body, size):
    assert decode_in_pieces(gzip.compress(body), size, "gzip") == body
    assert decode_in_pieces(body, size) == body


@given(data=st.binary(max_size=300), label=st.sampled_from([None, "gzip", "deflate", "br", "gzip, deflate", ",,", "x" * 99]))
@settings(deadline=None)
def test_any_bytes_give_a_body_or_a_named_fault(data, label):
    for body in (data, b"\x1f\x8b\x08\x00" + data):
        try:
            assert len(decode_in_pieces(body, 64, label)) <= CAP
        except (BadEncodingError, TooLargeError):
            continue


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_members_follow_each_other_and_padding_is_ignored(size):
    data = gzip.compress(b"<rss>" * 30) + gzip.compress(b"</rss>" * 30)
    assert decode_in_pieces(data, size) == b"<rss>" * 30 + b"</rss>" * 30
    assert decode_in_pieces(data + b"\0" * 500, size) == b"<rss>" * 30 + b"</rss>" * 30


def test_a_body_of_countless_members_is_refused_soon():
    started = time.monotonic()
    with pytest.raises(BadEncodingError, match="members"):
        decode_in_pieces(gzip.compress(b"") * 200_000, 65536)
    assert time.monotonic() - started < 2


def test_the_second_member_cut_short_is_a_fault():
    with pytest.raises(BadEncodingError, match="cut short"):
        decode_in_pieces(gzip.compress(b"a" * 100) + gzip.compress(b"b" * 100)[:-9], 1000)


def test_the_cap_holds_for_each_coding():
    packer = zlib.compressobj(wbits=-15)
    raw = packer.compress(b"\1" * (CAP + 1)) + packer.flush()
    for data, label in ((b"x" * (CAP + 1), None), (gzip.compress(b"x" * (CAP + 1)), "gzip"), (raw, "deflate")):
        with pytest.raises(TooLargeError):
            decode_in_pieces(data, 65536, label)
    assert len(decode_in_pieces(gzip.compress(b"x" * CAP), 65536)) == CAP


def test_twice_compressed_is_unpacked_and_said():
    decoder = BodyDecoder("gzip", CAP)
    decoder.feed(gzip.compress(gzip.compress(b"<rss/>")))
    assert decoder.finish() == b"<rss/>"
    assert "more than once" in decoder.note


def test_a_bomb_takes_no_more_memory_than_the_cap():
    packer = zlib.compressobj(1, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(12)) + packer.flush()
    assert len(bomb) < 65536
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError):
            decode_in_pieces(bomb, 65536)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
