"""The archive's part of forgetting: bodies are cut or deleted, and every row that names one follows.

A body is named by its hash, so cutting it gives it another name. New bodies are written first, then the rows of fetches,
sightings, entries, versions and snapshots are made to name them, then the former ones are deleted. What a body is cut to is
parsed again and must give the same other items, or the whole body goes and the rows that were read from it stay.
"""

from __future__ import annotations

import gzip
import html
import logging
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipelines.articles.records import ArticleVersion, Page
from pipelines.feeds.entries import snapshot_id
from pipelines.feeds.parser_pool import ParseJob, ParseLimits, ParserPool
from pipelines.feeds.records import Entry, Fetch, Sighting, Snapshot
from pipelines.feeds.redact import redact
from pipelines.feeds.tombstones import Forgotten, Tombstone, entry_keys
from pipelines.stations.parsing import parse_context
from pipelines.stations.workspace import Workspace

log = logging.getLogger(__name__)

_SHORTEST_TITLE = 12


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be forgotten, as far as it is still there."""

    outlet: str | None
    keys: frozenset[str]
    versions: list[ArticleVersion]
    entries: list[Entry]
    pages: list[Page]

    @property
    def articles(self) -> frozenset[str]:
        """Ids of the articles."""
        return frozenset(v.article_id for v in self.versions) | {p.article_id for p in self.pages}

    @property
    def needles(self) -> list[bytes]:
        """Byte strings that give the texts away: titles and addresses, as they may stand in a body or a log."""
        texts = {t for v in self.versions for t in (v.title, v.url, v.canonical_url) if t and len(t) >= _SHORTEST_TITLE}
        texts |= {t for e in self.entries for t in (e.title, e.link) if t and len(t) >= _SHORTEST_TITLE}
        forms = {form for t in texts for form in (t, html.escape(t), html.escape(t, quote=False), html.unescape(t))}
        return sorted(form.encode("utf-8", "surrogatepass") for form in forms)


@dataclass(slots=True)
class Forgetting:
    """What a forgetting takes, or took, away; counts by what it is, and sentences for what it cannot do."""

    titles: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def count(self, what: str, by: int) -> None:
        """Add to a count."""
        if by:
            self.counts[what] = self.counts.get(what, 0) + by


def find_bodies(workspace: Workspace, found: Found) -> tuple[dict[str, bytes], set[str]]:
    """Return the archived bodies that must be cut, by hash with what they become, and those that must go whole."""
    log_rows = workspace.lake.read_columns(Fetch, ["outlet_id", "body_sha256"])
    feeds: dict[str, set[str]] = {}
    for row in log_rows:
        if row["body_sha256"]:
            feeds.setdefault(row["body_sha256"], set()).add(row["outlet_id"])
    own_pages = {p.body_sha256 for p in found.pages if p.body_sha256}
    other_pages = {row["body_sha256"] for row in workspace.lake.read_columns(Page, ["body_sha256", "page_id"])} - own_pages
    whole = own_pages - other_pages
    if found.outlet:
        return {}, whole | {sha for sha, outlets in feeds.items() if outlets == {found.outlet}}
    seen = {s.snapshot_id: s.body_sha256 for s in workspace.lake.read(Snapshot)}
    ids = {e.entry_id for e in found.entries}
    sighted = {seen[s["snapshot_id"]] for s in workspace.lake.read_columns(Sighting, ["snapshot_id", "entry_id"])
               if s["entry_id"] in ids and s["snapshot_id"] in seen}  # fmt: skip
    forgotten = Forgotten([Tombstone("", datetime.min, "", "", None, tuple(found.keys), (), False)])
    needles = found.needles
    cut: dict[str, bytes] = {}
    uncut: set[str] = set()
    for sha, body in _archived(workspace):
        if sha in whole or not (sha in sighted or any(needle in body for needle in needles)):
            continue
        if sha not in feeds:
            whole.add(sha)  # a page that names it, or a body that nothing refers to
            continue
        kept = redact(body, forgotten.holds)
        if kept != body:
            cut[sha] = kept
        else:
            uncut.add(sha)
    for (_, sha), (_, entries) in _parse(workspace, {sha: sha for sha in uncut}).items():
        if any(not found.keys.isdisjoint(entry_keys(e)) for e in entries):
            whole.add(sha)  # a parser reads the item where none can be cut out
    return cut, whole


def _archived(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    for path in sorted(workspace.settings.archive.glob("??/*.gz")):
        try:
            yield path.name.removesuffix(".gz"), gzip.decompress(path.read_bytes())
        except (gzip.BadGzipFile, EOFError, zlib.error):
            log.warning("%s is damaged and cannot be searched; delete it if it may hold what is to be forgotten", path)


def forget_bodies(workspace: Workspace, found: Found, told: Forgetting) -> None:
    """Cut or delete bodies. New bodies are written and named by the rows before old ones go."""
    cut, whole = find_bodies(workspace, found)
    moved: dict[str, str] = {}
    for sha, kept in cut.items():
        moved[sha] = workspace.archive.put(kept)
    parsed = _parse(workspace, moved)
    for (feed, sha), (_, entries) in _parse(workspace, {sha: sha for sha in moved}).items():
        others = {e.entry_id for e in entries if found.keys.isdisjoint(entry_keys(e))}
        if {e.entry_id for e in parsed[feed, sha][1]} != others:
            whole.add(sha)  # cutting it changes how the other items are read: their rows stay, the body goes
    good = {sha: new for sha, new in moved.items() if sha not in whole}
    _rename(workspace, good, {key: value for key, value in parsed.items() if key[1] in good}, whole)
    for sha in {*good, *whole}:
        workspace.archive.path(sha).unlink(missing_ok=True)
    for sha in set(moved) - set(good):
        workspace.archive.path(moved[sha]).unlink(missing_ok=True)
    told.count("archived feed bodies cut", len(good))
    told.count("archived bodies deleted", len(whole))


def _parse(workspace: Workspace, moved: Mapping[str, str]) -> dict[tuple[str, str], tuple[Snapshot, list[Entry]]]:
    """Parse what bodies became, in children; by feed and former hash."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    columns = ["fetch_id", "feed_id", "outlet_id", "requested_at", "final_url", "body_sha256", "body_bytes", "content_type"]
    for row in sorted(workspace.lake.read_columns(Fetch, columns), key=lambda r: (r["requested_at"], r["feed_id"])):
        if row["body_sha256"] in moved:
            first.setdefault((row["feed_id"], row["body_sha256"]), row)
    if not first:
        return {}
    s = workspace.settings
    jobs = [
        ParseJob(
            context=parse_context(workspace, row),
            path=workspace.archive.path(moved[sha]),
            body_sha256=moved[sha],
            body_bytes=len(workspace.archive.get(moved[sha])),
        )
        for (_, sha), row in first.items()
    ]
    with ParserPool(1, ParseLimits(timeout_s=s.parse_timeout_s, memory_bytes=s.parse_memory_bytes)) as pool:
        return dict(zip(first, pool.parse(jobs), strict=True))


def _rename(
    workspace: Workspace, good: Mapping[str, str], parsed: Mapping[tuple[str, str], tuple[Snapshot, list[Entry]]], gone: Iterable[str]
) -> None:
    """Let every row name the bodies as they are now: fetches, snapshots, and what hangs on a snapshot's id."""
    lake, lost = workspace.lake, frozenset(gone)
    sizes = {snapshot.body_sha256: snapshot.body_bytes for snapshot, _ in parsed.values()}

    def fetch(row: Fetch) -> Fetch:
        sha, last = row.body_sha256, row.last_body_sha256
        now = None if sha in lost else good.get(sha or "", sha)
        return replace(row, body_sha256=now, body_bytes=sizes.get(now or "", row.body_bytes), last_body_sha256=good.get(last or "", last))

    snapshots, places = _snapshots(workspace, parsed)
    ids = frozenset(snapshots)

    def renamed(row: Any) -> Any:
        snapshot = snapshots[row.snapshot_id]
        place = places.get((snapshot.snapshot_id, row.entry_id), row.position)
        return replace(row, snapshot_id=snapshot.snapshot_id, position=place, seen_at=snapshot.fetched_at)

    def version(row: ArticleVersion) -> ArticleVersion:
        return replace(row, snapshot_id=snapshots[row.snapshot_id].snapshot_id)

    lake.rewrite(Sighting, {"snapshot_id": ids}, renamed)
    lake.rewrite(Entry, {"snapshot_id": ids}, renamed)
    lake.rewrite(ArticleVersion, {"snapshot_id": ids}, version)
    lake.rewrite(Snapshot, {"snapshot_id": ids}, lambda row: snapshots[row.snapshot_id])
    # Last: as long as a fetch names the former body, a run that goes on finds what still hangs on it.
    lake.rewrite(Fetch, {"body_sha256": {*good, *lost}, "last_body_sha256": {*good}}, fetch)


def _snapshots(
    workspace: Workspace, parsed: Mapping[tuple[str, str], tuple[Snapshot, list[Entry]]]
) -> tuple[dict[str, Snapshot], dict[tuple[str, str], int]]:
    """Return what each snapshot's row becomes, by former id, and the places of its entries.

    Two bodies that differed only in what was cut are one body now, as if it had been fetched when the earlier of them was.
    """
    ids = {snapshot.snapshot_id for snapshot, _ in parsed.values()}
    earliest: dict[str, Snapshot] = {}
    present = [s for s in workspace.lake.read(Snapshot) if s.snapshot_id in ids]
    for snapshot in [*present, *(s for s, _ in parsed.values())]:
        known = earliest.get(snapshot.snapshot_id)
        if known is None or snapshot.fetched_at < known.fetched_at:
            earliest[snapshot.snapshot_id] = snapshot
    becomes = {name: earliest[name] for name in ids}
    becomes |= {snapshot_id(feed, sha): earliest[snapshot.snapshot_id] for (feed, sha), (snapshot, _) in parsed.items()}
    places = {(snapshot.snapshot_id, e.entry_id): e.position for snapshot, entries in parsed.values() for e in entries}
    return becomes, places
