"""One feed body -> its snapshot row and its entries, in this process. For untrusted bodies in numbers use ``parser_pool``.

The steps are in ``encoding``, ``sniff``, ``grammar``, ``repair``, ``json_feed``, ``items`` and ``entries``; ``reading`` joins them.
"""

from __future__ import annotations

from pipelines.core.ids import body_hash
from pipelines.feeds.document import ParseContext
from pipelines.feeds.entries import to_records
from pipelines.feeds.reading import read_document
from pipelines.feeds.records import Entry, Snapshot

__all__ = ["ParseContext", "parse_body"]


def parse_body(body: bytes, context: ParseContext) -> tuple[Snapshot, list[Entry]]:
    """Parse a body; pure: the same body and context give the same rows.

    Never fails on what a body holds: the snapshot's ``outcome`` and ``detail`` say what it was. There is no limit on time or
    memory here.
    """
    return to_records(read_document(body, context), context, body_sha256=body_hash(body), body_bytes=len(body))
