"""Bodies as received: every distinct one once, compressed, under its SHA-256.

What belongs here: ``<root>/ab/<sha256>.gz``. What does not: which feed gave a body and when; the fetch log says that.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable
from pathlib import Path

from pipelines.core.errors import LakeError
from pipelines.core.files import write_bytes
from pipelines.core.ids import body_hash

_SHA = re.compile(r"[0-9a-f]{64}")
_LEVEL = 6
_OS_BYTE = 9
_UNKNOWN_OS = b"\xff"


class Archive:
    """The archive under one folder; safe for any number of writers, since equal names have equal content."""

    def __init__(self, root: Path, redact: Callable[[bytes], bytes] | None = None) -> None:
        """``redact`` takes out of a body what must not be kept, before it gets its name."""
        self.root = root
        self._redact = redact

    def path(self, sha: str) -> Path:
        """Return where the body with this SHA-256 (64 lower-case hexadecimal digits) lies, or would lie.

        Raises:
            LakeError: ``sha`` is no such name.
        """
        if not _SHA.fullmatch(sha):
            raise LakeError(f"{sha[:80]!r} is no name of an archived body: it takes the 64 hexadecimal digits of a SHA-256.")
        return self.root / sha[:2] / f"{sha}.gz"

    def put(self, body: bytes) -> str:
        """Keep a body, if it is not kept already; return its SHA-256 (of what is kept, where something was taken out of it)."""
        if self._redact is not None:
            body = self._redact(body)
        sha = body_hash(body)
        target = self.path(sha)
        if not target.exists():
            write_bytes(target, _pack(body))
        return sha

    def get(self, sha: str) -> bytes:
        """Return a body, after checking that it still is what its name says.

        Raises:
            LakeError: it is not there, or the file is damaged.
        """
        target = self.path(sha)
        try:
            body = gzip.decompress(target.read_bytes())
        except FileNotFoundError:
            raise LakeError(
                f"{target}: this archived body is missing; restore it from a backup, or its entries cannot be parsed again."
            ) from None
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise _damaged(target, str(error)) from error
        if body_hash(body) != sha:
            raise _damaged(target, "its content does not have the hash that it is named by")
        return body

    def intact(self, sha: str) -> bool:
        """Whether a body is there and still is what its name says."""
        try:
            self.get(sha)
        except LakeError:
            return False
        return True

    def __contains__(self, sha: object) -> bool:
        return isinstance(sha, str) and bool(_SHA.fullmatch(sha)) and self.path(sha).exists()


def _pack(body: bytes) -> bytes:
    packed = zlib.compress(body, _LEVEL, wbits=16 + zlib.MAX_WBITS)
    # zlib leaves the time empty but names the operating system it was built on.
    return packed[:_OS_BYTE] + _UNKNOWN_OS + packed[_OS_BYTE + 1 :]


def _damaged(target: Path, why: str) -> LakeError:
    return LakeError(
        f"{target}: this archived body is damaged ({why}); restore it from a backup, or delete the file: "
        "it is written again when the feed next gives the same body."
    )
