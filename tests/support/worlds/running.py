"""Worlds from seeds to verdicts: written, built by dbt, read off the tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

from pipelines.core.clock import FixedClock
from pipelines.outlets import registry as outlet_registry
from pipelines.settings import Settings
from pipelines.stations.replaying import read_index, replay
from pipelines.stations.workspace import Workspace
from tests.support.dbt_warehouse import run_dbt
from tests.support.worlds.deed_texts import Text
from tests.support.worlds.feeds import write_archive
from tests.support.worlds.making import make_world
from tests.support.worlds.plan import World
from tests.support.worlds.rows import Written, key_of, write_worlds
from tests.support.worlds.truth import judge
from tests.support.worlds.verdicts import Tables, Verdict

AT_ONCE = 25
"""Worlds in one lake: every story stands beside every outlet, so that a lake of all worlds would ask for gigabytes."""
READ = ("corroboration", "story_outlet", "event_outlet", "event_facts", "claims", "edits", "headlines", "blame", "coverage")
"""The marts that are judged; what they are made of is built with them."""
_KINDRED = {"ASSAULT": ("INCIDENT",)}
"""A blast may be told without an actor that intends it."""


def run_worlds(seeds: Sequence[int], folder: Path, way: str) -> list[Verdict]:
    """Return the verdicts on the worlds of some seeds.

    ``way`` is `real` or `ideal` (mentions without faults, matched by our code or by the truth) or `feeds` (each
    world by itself as RSS, through the whole pipeline).
    """
    if way == "feeds":
        return [verdict for seed in seeds for verdict in run_feeds(make_world(seed), folder / str(seed))]
    verdicts = []
    for start in range(0, len(seeds), AT_ONCE):
        worlds = [make_world(seed, place) for place, seed in enumerate(seeds[start : start + AT_ONCE])]
        (folder / "parallax.duckdb").unlink(missing_ok=True)
        verdicts += build_worlds(worlds, folder, ideal=range(len(worlds)) if way == "ideal" else ())[0]
    return verdicts


def build_worlds(worlds: Sequence[World], folder: Path, ideal: Collection[int] = ()) -> tuple[list[Verdict], Path]:
    """Write worlds into one lake, run dbt, and return the verdicts in the order of the worlds, and the database."""
    database = folder / "parallax.duckdb"
    written = write_worlds(worlds, database, ideal)
    finished = run_dbt(database, folder / "dbt", "run", "--select", *(f"+{mart}" for mart in READ), timeout=3000)
    if finished.returncode != 0:
        raise RuntimeError(finished.stdout[-4000:] + finished.stderr[-2000:])
    return judge(written, Tables(database)), database


def run_feeds(world: World, folder: Path) -> list[Verdict]:
    """Replay one world's feeds in a home of its own and judge what was published."""
    registry = write_archive(world, folder / "archive")
    settings = Settings(home=folder / "home")
    settings.home.mkdir(parents=True)
    outlet_registry.save(registry, settings.registry)
    workspace = Workspace(settings, clock=FixedClock(world.start))
    replay(workspace, read_index(folder / "archive"))
    database = settings.published_database
    return judge([_read_back(world, database)], Tables(database))


def _read_back(world: World, database: Path) -> Written:
    """Find the world's articles, texts and deeds in the record that the pipeline made of its feeds."""
    written = Written(world)
    texts = {(a.outlet_id, a.key, s.text.title.text, s.text.summary_text()): (a, s.text) for a in world.articles() for s in a.states}
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        seen = connection.execute(
            "SELECT v.outlet_id, v.url, v.title, v.summary, v.article_id, v.version_id, s.seen_at FROM lake.article_version v "
            "JOIN lake.article_entry e USING (version_id) JOIN lake.sighting s ON e.entry_id = s.entry_id ORDER BY s.seen_at"
        ).fetchall()
        mentions = connection.execute(
            "SELECT mention_id, version_id, unit, sentence_start, sentence_end, action, trigger_start FROM lake.mention"
        ).fetchall()
    of_version: dict[str, Text] = {}
    for outlet, url, title, summary, article_id, version_id, at in seen:
        article, text = texts[outlet, url.rsplit("/", 1)[1], title, summary]
        of_version[version_id] = text
        written.article_ids[key_of(article)] = article_id
        known = written.seen.setdefault(key_of(article), [])
        if not known or known[-1][1] is not text:
            known.append((at, text, version_id))
    for mention_id, version_id, unit, start, end, action, trigger in mentions:
        for claim_unit, offset, sentence in of_version[version_id].claims():
            claim = sentence.claim
            if claim and claim.inner and claim_unit == unit and trigger == offset + claim.inner.start:
                written.inner.add(mention_id)
                break
            if (
                claim
                and claim_unit == unit
                and start <= offset + claim.trigger.start < end
                and action in {claim.action, *_KINDRED.get(claim.action, ())}
            ):
                written.mention_deeds.setdefault(mention_id, claim.deed)
    return written
