"""Forgetting: an article or an outlet is taken out of archive, lake, warehouse and kept generations, and cannot come back.

Each step finds by itself what is left to do, so a forgetting that was cut off is simply run again. The order matters: what
tells where the words are (the lake's rows) goes after the words elsewhere are gone, and a body is deleted after nothing names it.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.articles.records import ArticleEntry, ArticleVersion, CopyLink, Page
from pipelines.core.errors import ParallaxError, UsageError
from pipelines.core.ids import make_id
from pipelines.core.records import table_of
from pipelines.corrections import schema as corrections
from pipelines.extraction.records import Extraction, Mention
from pipelines.feeds import tombstones
from pipelines.feeds.records import Entry, Fetch, Sighting, Snapshot
from pipelines.feeds.tombstones import Tombstone, entry_keys, url_key
from pipelines.lake.store import QUARANTINE
from pipelines.loading.load import connect
from pipelines.loading.publish import DATABASE, published
from pipelines.stations.forgetting_bodies import Forgetting, Found, find_bodies, forget_bodies
from pipelines.stations.matching import MATCHED
from pipelines.stations.polling import recover_journal
from pipelines.stations.rebuilding import republish
from pipelines.stations.workspace import Workspace

log = logging.getLogger(__name__)

STATIONS = ("poll", "parse", "assemble", "pages", "code", "match", "build", "maintain")
REGENERATED, DAGSTER = "regenerated", "dagster"
_ROWS = (Mention, Extraction, Page, Sighting, ArticleEntry, Entry, ArticleVersion)


def look(workspace: Workspace, target: str) -> Found:
    """Find what an address or an outlet's id stands for.

    Raises:
        UsageError: nothing in this home has that address or id, and it was not forgotten before.
    """
    known = workspace.forgotten
    outlets = {o.id for o in workspace.registry.outlets}
    outlets |= {v["outlet_id"] for v in workspace.lake.read_columns(ArticleVersion, ["outlet_id"])}
    if target in outlets or target in known.outlets:
        versions = [v for v in workspace.lake.read(ArticleVersion) if v.outlet_id == target]
        entries = [e for e in workspace.lake.read(Entry) if e.outlet_id == target]
        pages = [p for p in workspace.lake.read(Page) if p.outlet_id == target]
        return Found(target, frozenset(), versions, entries, pages)
    if "//" not in target:
        remedy = "give an id of `parallax outlets list`, or a whole URL."
        raise UsageError(f"{target!r} is neither an outlet of this home nor an address; {remedy}")
    found = _of_address(workspace, url_key(target))
    if not found.versions and not found.entries and not known.holds(found.keys):
        raise UsageError(f"No article of this home has the address {target}; `parallax compare WORDS --json` shows addresses.")
    return found


def _of_address(workspace: Workspace, key: str) -> Found:
    """Collect an article with all its versions and entries, whatever other addresses these carry."""
    every = workspace.lake.read(ArticleVersion)
    links = {link.entry_id: link for link in workspace.lake.read(ArticleEntry)}
    articles = {v.article_id for v in every if key in {url_key(u) for u in (v.url, v.canonical_url) if u}}
    entries = []
    for entry in workspace.lake.read(Entry):
        link = links.get(entry.entry_id)
        if key in entry_keys(entry):
            articles |= {link.article_id} if link else set()
            entries.append(entry)
        elif link and link.article_id in articles:
            entries.append(entry)
    # An entry that named the article may have come before the one that has the address.
    have = {e.entry_id for e in entries}
    named = {entry for entry, link in links.items() if link.article_id in articles} - have
    entries += [e for e in workspace.lake.read(Entry) if e.entry_id in named]
    versions = [v for v in every if v.article_id in articles]
    pages = [p for p in workspace.lake.read(Page) if p.article_id in articles]
    keys = {key, *(k for e in entries for k in entry_keys(e))}
    return Found(None, frozenset(keys), versions, entries, pages)


def plan(workspace: Workspace, found: Found) -> Forgetting:
    """Say what would go, without changing anything."""
    told = Forgetting(titles=sorted({v.title for v in found.versions}))
    told.count("articles", len(found.articles))
    told.count("article versions", len(found.versions))
    told.count("feed entries", len(found.entries))
    told.count("fetched pages", len(found.pages))
    ids = {v.version_id for v in found.versions}
    told.count("mentions", sum(m["version_id"] in ids for m in workspace.lake.read_columns(Mention, ["version_id"])))
    cut, whole = find_bodies(workspace, found)
    told.count("archived feed bodies to be cut", len(cut))
    told.count("archived bodies to be deleted", len(whole))
    told.count("published generations to be deleted", len(_generations(workspace, found.articles)))
    told.count("corrections", len(_corrections(workspace, found.articles)))
    told.notes.extend(_copies(workspace, found))
    return told


def forget(workspace: Workspace, found: Found, *, who: str, why: str, when: datetime) -> Forgetting:
    """Forget it: tombstone first, then archive, side files, lake, databases; publish anew, delete older generations.

    Raises:
        UsageError: nobody, or no reason, is given.
    """
    if not who.strip() or not why.strip():
        raise UsageError("A forgetting says who asked for it (--who) and why (--why).")
    name = make_id("forgotten", found.outlet, *sorted(found.keys))[:10]
    again = next((t for t in workspace.forgotten.tombstones if _same(t, found)), None)
    stone = Tombstone(
        id=again.id if again else name, when=when, who=who.strip(), why=why.strip(), outlet=found.outlet, keys=tuple(sorted(found.keys)),
        articles=tuple(sorted(found.articles)), done=False,
    )  # fmt: skip
    told = Forgetting(titles=sorted({v.title for v in found.versions}), notes=_copies(workspace, found))
    with ExitStack() as stack:
        for station in STATIONS:
            stack.enter_context(workspace.lock(station))
        recover_journal(workspace)
        tombstones.keep(workspace.settings.forgotten, stone)
        everything = next(t for t in tombstones.read(workspace.settings.forgotten) if t.id == stone.id)
        fresh = Workspace(workspace.settings, clock=workspace.clock, progress=workspace.progress)
        with workspace.writing():
            forget_bodies(fresh, found, told)
            _forget_side_files(fresh, found, frozenset(everything.articles), told)
            _forget_rows(fresh, found, told)
            _forget_derived(fresh, told)
        shutil.rmtree(workspace.settings.build_database.parent, ignore_errors=True)
    republish(fresh)
    for folder in _generations(fresh, frozenset(everything.articles), newest_stays=True):
        shutil.rmtree(folder)
        told.count("published generations deleted", 1)
    tombstones.keep(workspace.settings.forgotten, replace(everything, done=True))
    return told


def _copies(workspace: Workspace, found: Found) -> list[str]:
    """Say which other articles carry the same text or headline: each is an article of its own, forgotten only if asked for."""
    linked = {
        other
        for link in workspace.lake.read(CopyLink)
        if link.kind in ("exact", "near")
        for one, other in ((link.article_id, link.other_article_id), (link.other_article_id, link.article_id))
        if one in found.articles
    }
    titles = {v.title for v in found.versions if v.title}
    same = {v.article_id: v for v in workspace.lake.read(ArticleVersion) if v.article_id in linked or v.title in titles}
    others = sorted((v.outlet_id, v.url or v.article_id) for a, v in same.items() if a not in found.articles)
    return [f"{outlet} has the same text or headline and stays unless you forget it too: {url}" for outlet, url in others]


def unfinished(workspace: Workspace) -> list[Tombstone]:
    """Return forgettings that were cut off."""
    return [t for t in workspace.forgotten.tombstones if not t.done]


def resume(workspace: Workspace, stone: Tombstone) -> Forgetting:
    """Go on with a forgetting that was cut off: find by its hashes what is left, and take it away."""
    if stone.outlet is not None:
        found = look(workspace, stone.outlet)
    else:
        parts = [_of_address(workspace, key) for key in stone.keys]
        found = Found(
            None,
            frozenset(stone.keys).union(*(p.keys for p in parts)),
            list({v.version_id: v for p in parts for v in p.versions}.values()),
            list({e.entry_id: e for p in parts for e in p.entries}.values()),
            list({g.page_id: g for p in parts for g in p.pages}.values()),
        )
    return forget(workspace, found, who=stone.who, why=stone.why, when=stone.when)


def _same(stone: Tombstone, found: Found) -> bool:
    return stone.outlet == found.outlet if found.outlet else bool(found.keys & set(stone.keys))


def _forget_rows(workspace: Workspace, found: Found, told: Forgetting) -> None:
    """Take the rows out of the record, those that tell what to look for last."""
    ids: dict[str, frozenset[str]] = {
        "article_id": found.articles,
        "version_id": frozenset(v.version_id for v in found.versions),
        "entry_id": frozenset(e.entry_id for e in found.entries),
        "outlet_id": frozenset({found.outlet}) if found.outlet else frozenset(),
    }
    for row_type in (*((Fetch, Snapshot) if found.outlet else ()), *_ROWS):
        columns = {c.name for c in table_of(row_type).columns}
        wanted = {name: values for name, values in ids.items() if name in columns and values}
        gone = workspace.lake.rewrite(row_type, wanted, lambda row: None)
        told.count(f"rows of {table_of(row_type).name}", gone)


def _forget_derived(workspace: Workspace, told: Forgetting) -> None:
    """Delete what is made from the record, and files that were set aside: they may hold the words, and nobody can look."""
    for row_type in MATCHED:
        workspace.lake.clear(row_type)
    aside = workspace.settings.lake / QUARANTINE
    if aside.exists():
        told.count("lake files that were set aside", len(list(aside.rglob("*.parquet"))))
        shutil.rmtree(aside)


def _forget_side_files(workspace: Workspace, found: Found, articles: frozenset[str], told: Forgetting) -> None:
    """Corrections of it, generations made again, and logs of Dagster and of commands that name it."""
    home = workspace.settings.home
    own = _corrections(workspace, articles)
    if own:
        corrections.remove(workspace.settings.corrections, own)
        told.count("corrections", len(own))
    if (home / REGENERATED).exists():
        shutil.rmtree(home / REGENERATED)
        told.count("generations made again", 1)
    needles = found.needles
    if needles:
        names = (home / name for name in ("alerts.jsonl", "evaluation", DAGSTER))
        for path in (p for root in names for p in _files(root)):
            if _contains(path, needles):
                path.unlink()
                told.count(f"files of {path.relative_to(home).parts[0]}", 1)


def _files(root: Path) -> list[Path]:
    return [root] if root.is_file() else [p for p in sorted(root.rglob("*")) if p.is_file()] if root.is_dir() else []


def _contains(path: Path, needles: Sequence[bytes]) -> bool:
    data = path.read_bytes()
    return any(needle in data for needle in needles)


def _corrections(workspace: Workspace, articles: frozenset[str]) -> list[str]:
    return [c.id for c in workspace.corrections if c.articles & articles]


def _generations(workspace: Workspace, articles: frozenset[str], *, newest_stays: bool = False) -> list[Path]:
    """Return the kept generations that hold one of these articles, and those that cannot be looked into."""
    settings = workspace.settings
    newest = published(settings.current) if newest_stays else None
    found = []
    for folder in sorted(f for f in settings.snapshots.glob("*") if f.is_dir()):
        if (newest is None or folder != newest.folder) and _holds(folder / DATABASE, articles):
            found.append(folder)
    return found


def _holds(database: Path, articles: frozenset[str]) -> bool:
    query = "SELECT count(*) FROM lake.article_version WHERE list_contains(?, article_id)"
    try:
        with connect(database, read_only=True) as connection:
            counted = connection.execute(query, [sorted(articles)]).fetchone()
    except (ParallaxError, duckdb.Error) as error:
        log.warning("generation %s cannot be looked into, so it goes too: %s", database.parent.name, error)
        return True
    return bool(counted and counted[0])
