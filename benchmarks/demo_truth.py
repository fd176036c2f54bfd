"""Holds the demo's known truth against its published tables: every planted thing, found or not.

Usage: demo_truth.py HOME [--all]     (HOME: the demo's home, such as warehouse/demo)

Prints one line per kind with what was planted and what was found, then what was not found (with --all: everything).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.demo.schema import versions
from pipelines.demo.truth import Claim, ExpectedMention, Truth, load_truth
from pipelines.demo.world import World
from pipelines.demo.world import load as load_world

CLAIM_VALUES = {
    "denial": "(polarity IN ('denied', 'negated') OR action = 'REJECT')",
    "threat": "(reality = 'threatened' OR action = 'THREATEN')",
    "plan": "reality = 'planned'",
    "insinuation": "(reality IN ('possible', 'question') OR voice <> 'outlet')",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One planted thing: its kind, what it is, and whether the tables have it."""

    kind: str
    what: str
    found: bool


class Tables:
    """The demo's published tables, asked by the truth's item names."""

    def __init__(self, database: Path, world: World) -> None:
        self.connection = duckdb.connect(str(database), read_only=True)
        self.connection.execute("SET TimeZone = 'UTC'")
        self.world = world

    def value(self, sql: str, *parameters: object) -> object:
        """Return the first value of a query's first row, or None."""
        row = self.connection.execute(sql, list(parameters)).fetchone()
        return row[0] if row else None

    def article(self, key: str) -> str | None:
        """Return the id of the article that an item became."""
        outlet, item = self.world.item(key)
        sql = "SELECT any_value(article_id) FROM lake.article_version WHERE outlet_id = ? AND contains(url, ?)"
        found = self.value(sql, outlet.id, f"/{item.at:%Y/%m/%d}/{item.id}")
        return str(found) if found else None

    def version(self, key: str, number: int) -> str | None:
        """Return the id of one version of an item, by its title and summary as planted."""
        _, item = self.world.item(key)
        title = versions(item)[number].title
        sql = "SELECT any_value(version_id) FROM lake.article_version WHERE article_id = ? AND title = ?"
        found = self.value(sql, self.article(key), title)
        return str(found) if found else None


def verdicts(tables: Tables, truth: Truth) -> Iterator[Verdict]:
    """Yield a verdict for everything planted."""
    yield from _copies(tables, truth)
    yield from _edits(tables, truth)
    for claim in truth.claims:
        yield Verdict(claim.kind, f"{claim.item}: {claim.words}", _claim(tables, claim))
    for claim_row in truth.single_origins:
        yield Verdict("single origin", claim_row.claim, _one_origin(tables, claim_row.items))
    yield from _faults(tables, truth)
    for expected in truth.mentions:
        yield from _mention(tables, expected)
    for key in truth.without_mentions:
        count = tables.value("SELECT count(*) FROM lake.mention WHERE article_id = ?", tables.article(key))
        yield Verdict("no mention", key, count == 0)


def _copies(tables: Tables, truth: Truth) -> Iterator[Verdict]:
    for copy in truth.copies:
        pair = sorted((tables.article(copy.original) or "", tables.article(copy.copy_item) or ""))
        ends = "least(article_id, other_article_id) = ? AND greatest(article_id, other_article_id) = ?"
        linked = f"SELECT count(*) FROM lake.copy_link WHERE {ends}"
        same_origin = "SELECT count(DISTINCT origin_id) FROM lake.article_origin WHERE article_id IN (?, ?)"
        found = bool(tables.value(linked, *pair)) or tables.value(same_origin, *pair) == 1
        yield Verdict(f"copy ({copy.kind})", f"{copy.original} and {copy.copy_item}", found)


def _edits(tables: Tables, truth: Truth) -> Iterator[Verdict]:
    for edit in truth.edits:
        count = tables.value("SELECT count(*) FROM lake.article_version WHERE article_id = ?", tables.article(edit.item))
        # An edit that only bumps the date must give no version.
        wanted = 1 if set(edit.kinds) == {"date_only"} else edit.version + 1
        yield Verdict("edit", f"{edit.item}: {', '.join(edit.kinds)}", isinstance(count, int) and count >= wanted)


def _claim(tables: Tables, claim: Claim) -> bool:
    sql = (
        f"SELECT count(*) FROM lake.mention WHERE article_id = ? AND unit = ? AND (contains(sentence, ?) OR contains(?, sentence)) "
        f"AND {CLAIM_VALUES[claim.kind]}"
    )
    return bool(tables.value(sql, tables.article(claim.item), claim.unit, claim.words, claim.words))


def _one_origin(tables: Tables, items: Iterable[str]) -> bool:
    articles = [tables.article(i) for i in items]
    return tables.value("SELECT count(DISTINCT origin_id) FROM lake.article_origin WHERE list_contains(?, article_id)", articles) == 1


def _faults(tables: Tables, truth: Truth) -> Iterator[Verdict]:
    named = {
        "truncated": "s.outcome = 'partial'",
        "html_error": "s.outcome = 'not_a_feed'",
        "unavailable": "f.outcome = 'rate_limited'",
        "moved": "list_contains(list_transform(f.redirects, r -> left(r, 3)), '301')",
    }
    for fault in truth.faults:
        sql = (
            "SELECT count(*) FROM lake.fetch f LEFT JOIN lake.snapshot s ON s.feed_id = f.feed_id AND s.body_sha256 = f.body_sha256 "
            f"WHERE f.feed_id = ? AND f.requested_at = ? AND {named[fault.kind]}"
        )
        yield Verdict("fault", f"{fault.feed} {fault.kind}", bool(tables.value(sql, fault.feed, fault.at)))


def _mention(tables: Tables, expected: ExpectedMention) -> Iterator[Verdict]:
    what = f"{expected.item}: {expected.trigger} ({expected.action})"
    row = tables.connection.execute(
        "SELECT action, list_transform(actors, p -> p.text), list_transform(targets, p -> p.text), voice, polarity, reality "
        "FROM lake.mention "
        "WHERE version_id = ? AND unit = ? AND (contains(lower(?), lower(trigger)) OR contains(lower(trigger), lower(?))) "
        "ORDER BY action = ? DESC, mention_id LIMIT 1",
        [tables.version(expected.item, expected.version), expected.unit, expected.trigger, expected.trigger, expected.action],
    ).fetchone()
    checks: dict[str, Callable[[tuple[object, ...]], bool]] = {
        "action": lambda r: r[0] == expected.action,
        "actor": lambda r: _same(expected.actor, r[1]),
        "target": lambda r: _same(expected.target, r[2]),
        "voice": lambda r: r[3] == expected.voice,
        "polarity": lambda r: r[4] == expected.polarity,
        "reality": lambda r: r[5] == expected.reality,
    }
    for slot, check in checks.items():
        yield Verdict(f"mention {slot}", what, row is not None and check(row))


def _same(wanted: str, got: object) -> bool:
    text = " ".join(got) if isinstance(got, list) else ""
    words = {w.lower() for w in wanted.split() if w.lower() not in ("the", "a", "of")}
    return not (wanted or text) or bool(words & {w.lower() for w in text.split()})


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    world = load_world()
    found = list(verdicts(Tables(arguments.home / "current" / "parallax.duckdb", world), load_truth(world)))
    for kind in dict.fromkeys(v.kind for v in found):
        of_kind = [v for v in found if v.kind == kind]
        sys.stdout.write(f"{kind:18} planted {len(of_kind):3}  found {sum(v.found for v in of_kind):3}\n")
    for v in found:
        if arguments.all or not v.found:
            sys.stdout.write(f"{'found    ' if v.found else 'not found'} {v.kind:18} {v.what}\n")


if __name__ == "__main__":
    main()
