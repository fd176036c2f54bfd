"""The process that parses untrusted bodies for ``parser_pool``: reads jobs from a pipe, answers each, and ends when the pipe ends.

Imports the reading of documents only (no lake records, so no pyarrow): a child starts in a quarter of a second and is cheap to kill.
"""

from __future__ import annotations

import gc
import gzip
import os
import resource
import signal
import sys
import traceback
import zlib
from multiprocessing.connection import Connection
from pathlib import Path

from pipelines.feeds.document import Document, ParseContext
from pipelines.feeds.reading import read_document

# Answers: READY once; then one of the others for each job, with its value.
READY, DOCUMENT, UNREADABLE, MEMORY, DEFECT = "ready", "document", "unreadable", "memory", "defect"
_GZIP = b"\x1f\x8b"
# The parent kills at the limit itself; this is for a child whose parent is gone.
_ORPHAN_GRACE_S = 5.0


def main(arguments: list[str]) -> None:
    """Serve jobs on the connection whose file descriptor is the first argument; the others are the limits of memory and time."""
    # Ctrl-C is the parent's matter: it closes the pipe or kills.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(int(arguments[0]))
    timeout_s = float(arguments[2])
    gc.freeze()
    _limit_memory(int(arguments[1]))
    connection.send((READY, None))
    while True:
        try:
            context, body = connection.recv()
        except (EOFError, ConnectionError):
            return
        except MemoryError:
            connection.send((MEMORY, None))
            return
        signal.setitimer(signal.ITIMER_REAL, timeout_s + _ORPHAN_GRACE_S)
        answer = _answer(context, body)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            connection.send(answer)
        except ConnectionError:
            return
        if answer[0] == MEMORY:
            return


def _answer(context: ParseContext, body: bytes | str) -> tuple[str, Document | str | None]:
    try:
        data = read_body(Path(body)) if isinstance(body, str) else body
    except (OSError, EOFError, zlib.error) as error:
        return UNREADABLE, str(error)
    except MemoryError:
        return MEMORY, None
    try:
        return DOCUMENT, read_document(data, context)
    except MemoryError:
        return MEMORY, None
    except Exception:
        # A defect of ours: sent whole to the parent, which raises it.
        return DEFECT, traceback.format_exc()


def read_body(path: Path) -> bytes:
    """Return an archived body, decompressed if it is gzip."""
    data = path.read_bytes()
    return gzip.decompress(data) if data.startswith(_GZIP) else data


def _limit_memory(extra_bytes: int) -> None:
    """Cap the address space at what the process has now plus ``extra_bytes``.

    macOS accepts the limit but does not enforce it, and has no /proc: there only the time limit protects.
    """
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return
    limit = pages * os.sysconf("SC_PAGE_SIZE") + extra_bytes
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


if __name__ == "__main__":
    main(sys.argv[1:])
