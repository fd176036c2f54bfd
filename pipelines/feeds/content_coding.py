"""Content codings of HTTP bodies: gzip and deflate, decoded as they arrive, up to a cap on what comes out.

What belongs here: bytes to bytes. A body is judged by what it is rather than by what its header says: gzip that is not
labelled is decoded, plain text that is labelled gzip is kept. What does not: character encodings (``encoding``).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

GZIP_MAGIC = b"\x1f\x8b"
ACCEPT_ENCODING = "gzip, deflate"
_SUPPORTED = frozenset({"gzip", "x-gzip", "deflate"})
_NEUTRAL = frozenset({"", "identity", "none", "utf-8"})
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_HEAD = 64
_MAX_LAYERS = 3
_MAX_MEMBERS = 1000
_FEED = 64 * 1024


class TooLargeError(Exception):
    """The decoded body is larger than the cap."""


class BadEncodingError(Exception):
    """The body is not whole or not valid in its content coding; the message is a clause about it."""


class BodyDecoder:
    """Decodes one body piece by piece. ``note`` afterwards holds what was wrong with the label, if anything."""

    def __init__(self, content_encoding: str | None, cap: int) -> None:
        self._cap = cap
        self._labels = [c.strip().lower() for c in (content_encoding or "").split(",")]
        self._labels = [c for c in self._labels if c not in _NEUTRAL]
        self._head = b""
        self._out = bytearray()
        self._object: zlib._Decompress | None = None
        self._plain = False
        self._gzip = False
        self._ended = False
        self._tail = b""
        self._members = 1
        self.note: str | None = None

    @property
    def whole(self) -> bool:
        """Whether a compressed body has reached its own end."""
        return self._object is not None and self._ended

    def feed(self, data: bytes) -> None:
        """Take the next bytes as received.

        Raises:
            TooLargeError: more than the cap has come out; nothing further is decoded.
            BadEncodingError: the bytes are not valid in their coding.
        """
        if self._object is None and not self._plain:
            self._head += data
            if len(self._head) < _HEAD:
                return
            data = self._begin()
        self._decode(data)

    def finish(self) -> bytes:
        """Return the decoded body.

        Raises:
            TooLargeError, BadEncodingError: as for :meth:`feed`, or the compressed body was cut short.
        """
        body = self._flush()
        for _ in range(_MAX_LAYERS):
            if not body.startswith(GZIP_MAGIC):
                break
            inner = BodyDecoder("gzip", self._cap)
            for piece in _pieces(body):
                inner.feed(piece)
            body = inner._flush()
            self.note = "The body was compressed more than once; it was decoded."
        return body

    def so_far(self) -> bytes:
        """Return what has come out yet, such as the beginning of a body that is too large."""
        return bytes(self._out)

    def _flush(self) -> bytes:
        if self._object is None and not self._plain:
            self._decode(self._begin())
        if self._object is not None and not self._ended:
            raise BadEncodingError("the compressed body is cut short")
        return bytes(self._out)

    def _begin(self) -> bytes:
        """Choose the coding by the first bytes; return what is to be decoded first."""
        head, self._head = self._head, b""
        labelled = self._labels[-1] if self._labels else None
        if head.startswith(GZIP_MAGIC):
            self._gzip = True
            self._object = zlib.decompressobj(_GZIP_WINDOW)
            if labelled not in ("gzip", "x-gzip"):
                self.note = f"The body is gzip but labelled {labelled or 'as plain'}; it was decoded."
        elif labelled is None or not head:
            self._plain = True
        elif _is_text(head):
            self._plain = True
            self.note = f"The body is labelled {labelled} but is not compressed; it was taken as it is."
        elif labelled not in _SUPPORTED:
            raise BadEncodingError(f"the body is compressed as {labelled[:40]!r}, which was not asked for and cannot be decoded")
        else:
            zlib_header = len(head) > 1 and head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
            self._object = zlib.decompressobj(zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS)
        return head

    def _decode(self, data: bytes) -> None:
        if self._plain:
            self._add(data)
            return
        while data:
            if self._ended:
                data = self._next_member(data)
                continue
            assert self._object is not None
            try:
                self._add(self._object.decompress(data, self._cap + 1 - len(self._out)))
            except zlib.error as error:
                raise BadEncodingError(f"the compressed body is damaged ({str(error).partition(': ')[2] or error})") from error
            data = self._object.unconsumed_tail
            if self._object.eof:
                data, self._ended = self._object.unused_data, True

    def _next_member(self, data: bytes) -> bytes:
        """Begin the next member of a gzip body, if ``data`` does; anything else after an end is padding, ignored by browsers too."""
        if len(self._tail) >= len(GZIP_MAGIC) or not self._gzip:
            return b""
        self._tail += data
        if not self._tail.startswith(GZIP_MAGIC):
            return b""
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise BadEncodingError(f"the gzip body has more than {_MAX_MEMBERS} members")
        data, self._tail = self._tail, b""
        self._object, self._ended = zlib.decompressobj(_GZIP_WINDOW), False
        return data

    def _add(self, data: bytes) -> None:
        self._out += data
        if len(self._out) > self._cap:
            raise TooLargeError


def _is_text(head: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 32 for byte in head)


def _pieces(body: bytes) -> Iterator[bytes]:
    return (body[at : at + _FEED] for at in range(0, len(body), _FEED))
