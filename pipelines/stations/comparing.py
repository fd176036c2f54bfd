"""Reads the published database: stories, and what each outlet says in them, side by side.

Nothing is computed here that the tables do not hold; every line leads back to a mention.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.errors import UsageError
from pipelines.loading.load import connect


@dataclass(frozen=True, slots=True)
class Deed:
    """One mention as one outlet gives it: who does what to whom, who says so, and the sentence."""

    mention_id: str
    event_id: str | None
    unit: str
    action: str
    actors: list[str]
    actor_omitted: bool
    targets: list[str]
    voice: str
    speaker: str | None
    polarity: str
    reality: str
    place: str | None
    figures: list[str]
    sentence: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Side:
    """One outlet's article in a story."""

    outlet_id: str
    outlet: str
    article_id: str
    headline: str
    first_headline: str
    url: str | None
    first_seen: datetime
    appearance: str | None
    reuse: str
    wire: str | None
    deeds: list[Deed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One story with its outlets side by side; three counts, never one."""

    story_id: str
    title: str
    first_seen: datetime
    last_seen: datetime
    articles: int
    outlets: int
    origins: int
    sides: list[Side]
    not_found: list[str]
    not_eligible: list[str]


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One story in a list."""

    story_id: str
    title: str
    first_seen: datetime
    last_seen: datetime
    articles: int
    outlets: int
    origins: int


def find_stories(database: Path, query: str | None, *, limit: int, since: datetime | None = None) -> list[StoryLine]:
    """Return stories by independent origins; with a query, those with an article whose title or summary has all its words."""
    words = [w for w in (query or "").lower().split() if w]
    conditions, values = ["TRUE"], []
    if words:
        matches = " AND ".join("contains(lower(v.title || ' ' || v.summary), ?)" for _ in words)
        conditions.append(
            "s.story_id IN (SELECT sa.story_id FROM lake.story_article sa JOIN lake.article_version v USING (article_id) "
            f"WHERE starts_with(sa.story_id, ?) OR ({matches}))"
        )
        values.extend([query or "", *words])
    if since is not None:
        conditions.append("s.last_seen >= ?")
        values.append(since)  # type: ignore[arg-type]
    sql = (
        "SELECT s.story_id, s.title, s.first_seen, s.last_seen, s.articles, s.outlets, s.origins FROM lake.story s "
        f"WHERE {' AND '.join(conditions)} ORDER BY s.origins DESC, s.outlets DESC, s.articles DESC, s.story_id LIMIT ?"
    )
    with connect(database, read_only=True) as connection:
        return [StoryLine(*row) for row in connection.execute(sql, [*values, limit]).fetchall()]


def latest_time(database: Path) -> datetime | None:
    """Return when the newest article in the database was first seen."""
    with connect(database, read_only=True) as connection:
        row = connection.execute("SELECT max(first_seen) FROM lake.article_version").fetchone()
    return row[0] if row else None


def compare_story(database: Path, line: StoryLine) -> Comparison:
    """Return a story with one side per outlet (its article with the most mentions, ties: the earliest)."""
    with connect(database, read_only=True) as connection:
        sides = _sides(connection, line.story_id)
        deeds = _deeds(connection, [s.article_id for s in sides])
        for side in sides:
            side.deeds.extend(deeds[side.article_id])
        absent = connection.execute(
            "SELECT outlet_id, coverage, ineligible_reason FROM main.story_outlet "
            "WHERE story_id = ? AND coverage IS DISTINCT FROM 'covered' ORDER BY outlet_id",
            [line.story_id],
        ).fetchall()
    best: dict[str, Side] = {}
    for side in sides:
        kept = best.get(side.outlet_id)
        if kept is None or len(side.deeds) > len(kept.deeds):
            best[side.outlet_id] = side
    return Comparison(
        story_id=line.story_id,
        title=line.title,
        first_seen=line.first_seen,
        last_seen=line.last_seen,
        articles=line.articles,
        outlets=line.outlets,
        origins=line.origins,
        sides=sorted(best.values(), key=lambda s: (s.first_seen, s.outlet_id)),
        not_found=[outlet for outlet, coverage, _ in absent if coverage == "not_found"],
        not_eligible=[f"{outlet} ({reason})" for outlet, coverage, reason in absent if coverage != "not_found"],
    )


def run_sql(database: Path, statement: str, *, limit: int | None) -> tuple[list[str], list[tuple[Any, ...]], bool]:
    """Run one statement on the published database; return columns, rows, and whether rows were cut at ``limit``.

    It can neither write nor reach other files or the network. Columns of one name get a number behind it.

    Raises:
        UsageError: there is not exactly one statement, or DuckDB refuses it; its own words are in the message.
    """
    with connect(database, read_only=True) as connection:
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            _refuse_several(connection.extract_statements(statement))
            cursor = connection.execute(statement)
            rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit + 1)
        except duckdb.PermissionException as error:
            reason = "other files cannot be read or written here; use DuckDB itself for that."
            raise UsageError(f"{str(error).strip()} ({reason})") from error
        except duckdb.Error as error:
            raise UsageError(str(error).strip()) from error
        cut = limit is not None and len(rows) > limit
        return _distinct([c[0] for c in cursor.description or ()]), rows[:limit] if cut else rows, cut


def _refuse_several(statements: Sequence[duckdb.Statement]) -> None:
    # PIVOT stands for two statements: one that makes the list of columns, and the query.
    if not statements:
        raise UsageError("There is no SQL statement; give one, such as 'SELECT * FROM dim_outlet'.")
    if any(s.type != duckdb.StatementType.CREATE for s in statements[:-1]):
        raise UsageError(f"There are {len(statements)} statements; give one at a time.")


def _distinct(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        number = 0
        while (told := f"{name}_{number}" if number else name) in found:
            number += 1
        found.append(told)
    return found


def csv_safe(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula (OWASP: cells starting with = + - @, tab or return)."""
    if isinstance(value, int | float):
        return str(value)
    text = "" if value is None else str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _sides(connection: duckdb.DuckDBPyConnection, story_id: str) -> list[Side]:
    rows = connection.execute(
        """
        SELECT v.outlet_id, coalesce(o.name, v.outlet_id), v.article_id, v.title, f.title, v.url, f.first_seen, so.appearance,
               coalesce(ao.reuse, 'own'), ao.wire
        FROM lake.story_article sa
        JOIN (SELECT * FROM lake.article_version QUALIFY row_number() OVER (
            PARTITION BY article_id ORDER BY first_seen DESC, version_id DESC) = 1) v USING (article_id)
        JOIN (SELECT * FROM lake.article_version QUALIFY row_number() OVER (
            PARTITION BY article_id ORDER BY first_seen, version_id) = 1) f USING (article_id)
        LEFT JOIN lake.outlet o ON o.outlet_id = v.outlet_id
        LEFT JOIN main.story_outlet so ON so.story_id = sa.story_id AND so.outlet_id = v.outlet_id
        LEFT JOIN lake.article_origin ao ON ao.article_id = v.article_id
        WHERE sa.story_id = ? ORDER BY f.first_seen, v.outlet_id, v.article_id
        """,
        [story_id],
    ).fetchall()
    return [Side(*row) for row in rows]


def _deeds(connection: duckdb.DuckDBPyConnection, articles: Sequence[str]) -> dict[str, list[Deed]]:
    rows = connection.execute(
        """
        SELECT m.article_id, m.mention_id, em.event_id, m.unit, m.action, list_transform(m.actors, lambda p: p.text), m.actor_omitted,
               list_transform(m.targets, lambda p: p.text), m.voice, m.speaker.text, m.polarity, m.reality, m.place,
               list_transform(m.figures, lambda f: f.slot || ' ' || f.text), m.sentence, m.confidence
        FROM lake.mention m LEFT JOIN lake.event_mention em USING (mention_id)
        JOIN (SELECT version_id FROM lake.article_version QUALIFY row_number() OVER (
            PARTITION BY article_id ORDER BY first_seen DESC, version_id DESC) = 1) USING (version_id)
        WHERE list_contains(?, m.article_id)
        ORDER BY m.article_id, CASE m.unit WHEN 'title' THEN 0 WHEN 'summary' THEN 1 ELSE 2 END, m.trigger_start
        """,
        [list(articles)],
    ).fetchall()
    found: dict[str, list[Deed]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(Deed(*row[1:]))
    return found
