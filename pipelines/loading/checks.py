"""Our own checks of a loaded database, beside dbt's tests: what must hold before anything is published.

Each check is one SQL query over schema ``lake`` that returns the rows that break it. ERROR checks stop a publication,
WARN checks are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import duckdb

Severity = Literal["ERROR", "WARN"]

_UNIT = "CASE {unit} WHEN 'title' THEN v.title WHEN 'summary' THEN v.summary ELSE v.body END"


def _cut(unit: str, start: str, end: str) -> str:
    return f"substring({_UNIT.format(unit=unit)}, ({start} + 1)::BIGINT, ({end} - {start})::BIGINT)"


_JOIN = "FROM lake.mention m JOIN lake.article_version v USING (version_id)"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, the lake table that it is about, what must hold, and the query for the rows that break it."""

    name: str
    table: str
    severity: Severity
    description: str
    sql: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a check ended: rows that break it, and up to five of them in words."""

    check: Check
    broken: int
    examples: list[str]

    @property
    def passed(self) -> bool:
        """Whether no row breaks it."""
        return self.broken == 0


CHECKS: tuple[Check, ...] = (
    Check(
        "mention_words_stand_at_their_offsets",
        "mention",
        "ERROR",
        "Cutting the stored text at the stored offsets gives the stored words: sentence, trigger, place, date, cue.",
        f"SELECT m.mention_id {_JOIN} WHERE {_cut('m.unit', 'm.trigger_start', 'm.trigger_end')} <> m.trigger "
        f"OR {_cut('m.unit', 'm.sentence_start', 'm.sentence_end')} <> m.sentence "
        f"OR (m.place_start IS NOT NULL AND {_cut('m.place_unit', 'm.place_start', 'm.place_end')} <> m.place) "
        f"OR (m.date_start IS NOT NULL AND {_cut('m.unit', 'm.date_start', 'm.date_end')} <> m.date_text) "
        f"OR (m.cue_start IS NOT NULL AND {_cut('m.unit', 'm.cue_start', 'm.cue_end')} <> m.cue)",
    ),
    Check(
        "party_words_stand_at_their_offsets",
        "mention",
        "ERROR",
        "The words of every actor, target and speaker stand at their offsets.",
        "WITH parties AS (SELECT mention_id, version_id, unnest(list_concat(actors, targets)) AS p FROM lake.mention "
        "UNION ALL SELECT mention_id, version_id, speaker FROM lake.mention WHERE speaker IS NOT NULL) "
        "SELECT m.mention_id FROM parties m JOIN lake.article_version v USING (version_id) "
        f"WHERE {_cut('m.p.unit', 'm.p.start', 'm.p.end')} <> m.p.text",
    ),
    Check(
        "every_mention_leads_back_to_a_response",
        "mention",
        "ERROR",
        "A mention has a version, the version an entry and a snapshot, the snapshot a fetch.",
        "SELECT m.mention_id FROM lake.mention m LEFT JOIN lake.article_version v USING (version_id) "
        "LEFT JOIN lake.entry e USING (entry_id) LEFT JOIN lake.snapshot s ON s.snapshot_id = e.snapshot_id "
        "LEFT JOIN lake.fetch f ON f.fetch_id = s.fetch_id WHERE f.fetch_id IS NULL",
    ),
    Check(
        "every_article_stands_in_one_story",
        "story_article",
        "ERROR",
        "Each article is in exactly one story.",
        "SELECT a.article_id FROM (SELECT DISTINCT article_id FROM lake.article_version) a "
        "LEFT JOIN lake.story_article s USING (article_id) GROUP BY 1 HAVING count(s.story_id) <> 1",
    ),
    Check(
        "every_mention_stands_in_one_event",
        "event_mention",
        "ERROR",
        "Each mention is in exactly one event.",
        "SELECT m.mention_id FROM lake.mention m LEFT JOIN lake.event_mention e USING (mention_id) "
        "GROUP BY 1 HAVING count(e.event_id) <> 1",
    ),
    Check(
        "every_version_was_coded",
        "extraction",
        "WARN",
        "Each article version was coded by the present extractor.",
        "SELECT v.version_id FROM lake.article_version v LEFT JOIN lake.extraction x USING (version_id) WHERE x.version_id IS NULL",
    ),
    Check(
        "bodies_could_be_parsed",
        "snapshot",
        "WARN",
        "Each body that was fetched is a feed that could be parsed.",
        "SELECT feed_id || ' at ' || fetched_at || ': ' || outcome FROM lake.snapshot WHERE outcome NOT IN ('ok', 'partial')",
    ),
    Check(
        "dates_could_be_read",
        "article_version",
        "WARN",
        "Publication dates that were given could be read.",
        "SELECT outlet_id || ': ' || published_raw FROM lake.article_version WHERE published_quality = 'unreadable'",
    ),
    Check(
        "extraction_yields_mentions",
        "mention",
        "WARN",
        "An outlet with 100 coded versions or more has at least one mention.",
        "SELECT outlet_id FROM lake.extraction WHERE status = 'coded' GROUP BY 1 HAVING count(*) >= 100 AND sum(mentions) = 0",
    ),
)


def run_checks(connection: duckdb.DuckDBPyConnection, checks: tuple[Check, ...] = CHECKS) -> list[CheckResult]:
    """Run checks on an open database and return their results in order."""
    results = []
    for check in checks:
        rows = connection.execute(check.sql).fetchall()
        results.append(CheckResult(check, len(rows), [str(r[0]) for r in rows[:5]]))
    return results
