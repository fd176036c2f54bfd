"""The marts, held against a world whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.support.dbt_warehouse import SyntheticWarehouse
from tests.support.synthetic_lake import Truth


@pytest.fixture(scope="module")
def warehouse(synthetic_warehouse: SyntheticWarehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(synthetic_warehouse.database), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def truth(synthetic_warehouse: SyntheticWarehouse) -> Truth:
    return synthetic_warehouse.truth


def _by(connection: duckdb.DuckDBPyConnection, sql: str, *values: Any) -> dict[Any, Any]:
    """Rows as a mapping: first column to the second, or to a tuple of the others."""
    return {row[0]: row[1] if len(row) == 2 else row[1:] for row in connection.execute(sql, list(values)).fetchall()}


def test_denominator_is_who_could_have_been_seen(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """An outlet that fell silent, one in another language, one with an error page and a tiny one are NULL, not `not_found`."""
    found = _by(warehouse, "SELECT outlet_id, coverage, ineligible_reason FROM story_outlet WHERE story_id = ?", truth.clash_story)
    assert found == {
        "alpha": ("covered", None), "alphasunday": ("covered", None), "beta": ("covered", None), "zeta": ("covered", None),
        "iota": ("not_found", None), "gamma": (None, "not_polled_before"), "delta": (None, "not_analysed"),
        "epsilon": (None, "too_few_articles"), "eta": (None, "not_polled_before"), "theta": (None, "not_polled_before"),
    }  # fmt: skip


def test_an_outlet_that_was_taken_out_of_the_registry_keeps_its_past(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Nothing is published at all if a table cannot bear an outlet without a row in the registry."""
    found = _by(warehouse, "SELECT outlet_id, publisher, owner, is_registered, enabled, articles FROM dim_outlet WHERE NOT is_registered")
    assert found == {"theta": ("theta", "unknown", False, False, 1)}
    assert warehouse.execute("SELECT DISTINCT publisher FROM fct_event_mention WHERE outlet_id = 'theta'").fetchall() == [("theta",)]
    assert warehouse.execute("SELECT coverage FROM story_outlet WHERE outlet_id = 'theta' AND articles > 0").fetchall() == [("covered",)]


def test_last_poll_leaves_nobody_eligible(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """What is first seen at the very last poll can be held against nobody yet."""
    sql = "SELECT count(*) FILTER (WHERE is_eligible), count(*) FILTER (WHERE coverage = 'not_found') FROM story_outlet WHERE story_id = ?"
    assert warehouse.execute(sql, [truth.late_story]).fetchone() == (0, 0)


def test_first_only_when_clear(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Six hours of lead are clear, the same poll is not; editions of one publisher do not compete with each other."""
    sql = "SELECT outlet_id, appearance FROM story_outlet WHERE story_id = ? AND coverage = 'covered'"
    assert _by(warehouse, sql, truth.clash_story) == {"alpha": "first", "alphasunday": "first", "beta": "later", "zeta": "later"}
    assert _by(warehouse, sql, truth.talks_story) == {"alpha": "unclear", "beta": "unclear"}
    assert _by(warehouse, sql, truth.late_story) == {"beta": "only"}


def test_voices_are_counted_apart(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """One deed, four answers to who says so; an edit took alpha's own assertion back."""
    columns = "own_voice_n, attributed_n, denied_n, other_version_n, text_read"
    found = _by(warehouse, f"SELECT outlet_id, {columns} FROM event_outlet WHERE event_id = ?", truth.clash_event)
    assert found == {
        "alpha": (0, 1, 0, 1, "title_summary"), "alphasunday": (1, 0, 0, 0, "title_summary"),
        "beta": (0, 1, 1, 0, "title_summary"), "zeta": (2, 0, 0, 0, "full_text"),
    }  # fmt: skip


def test_every_shade_but_no_report(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """May, will, should and did not: four mentions and no reported deed."""
    columns = "mentions, own_voice_n + attributed_n, planned_own_voice_n, possible_own_voice_n, negated_n"
    found = _by(warehouse, f"SELECT outlet_id, {columns} FROM event_outlet WHERE event_id = ?", truth.plan_event)
    assert found == {"alpha": (4, 0, 2, 1, 1)}
    standing = warehouse.execute("SELECT standing FROM corroboration WHERE event_id = ?", [truth.plan_event]).fetchone()
    assert standing == ("not_reported",)


def test_counts_of_corroboration(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Three outlets with one wire are one origin; a denial contests; two editions are one outlet."""
    sql = "SELECT event_id, articles, outlets, origins, wire_articles, standing FROM corroboration WHERE event_id IN (?, ?)"
    assert _by(warehouse, sql, truth.wire_event, truth.clash_event) == {
        truth.wire_event: (3, 3, 1, 3, "single_origin"),
        truth.clash_event: (4, 3, 3, 0, "contested"),
    }


def test_tolls_at_one_cut_off(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """`At least 14` and `dozens` overlap; alpha's 9 of the noon before is shown and not compared."""
    sql = "SELECT agreement, compared_origins, by_outlet FROM event_facts WHERE event_id = ? AND slot = 'killed'"
    row = warehouse.execute(sql, [truth.clash_event]).fetchone()
    assert row is not None
    agreement, origins, by_outlet = row
    values = {o["outlet_id"]: (o["low"], o["high"], o["is_compared"]) for o in by_outlet}
    assert values["beta"] == (14, None, True)
    assert values["zeta"] == (24, 99, True)
    assert values["alpha"] == (9, 9, False)
    assert (agreement, origins) == ("overlap", 2)


def test_who_leaves_the_actor_out(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Alpha's edit took the actor out of the headline, and alpha alone now tells of nobody."""
    sql = "SELECT agreement, omitted_by FROM event_facts WHERE event_id = ? AND slot = 'actor'"
    assert warehouse.execute(sql, [truth.clash_event]).fetchone() == ("agree", ["alpha"])
    sql = "SELECT outlet_id, actor_named, actor_omitted, voice, text_differences FROM headlines WHERE story_id = ?"
    assert _by(warehouse, sql, truth.clash_story) == {
        "alpha": (False, True, "named_person", None), "alphasunday": (True, False, "outlet", None),
        "beta": (True, False, "named_org", ["status"]),
        "zeta": (False, True, "outlet", ["actor"]),
    }  # fmt: skip


def test_edit_is_taken_apart(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Headline changed, assertion became attribution, actor removed, number as it was."""
    sql = "SELECT article_id, changed, asserted_became_attributed, actor_removed, events_added, events_gone, numbers_changed FROM edits"
    event = truth.clash_event
    assert _by(warehouse, sql) == {
        truth.edited_article: (["title"], [event], [event], [], [], []),
        truth.reworded_article: (["title"], [], [], [], [], []),
    }


def test_another_feeds_wording_is_no_edit_and_a_taken_back_edit_is_not_the_latest(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    """The two feeds of one outlet word an article in two ways; its headline was edited and came back."""
    sql = "SELECT version_number, kind, is_latest, changed FROM fct_article_version WHERE article_id = ?"
    assert _by(warehouse, sql, truth.reworded_article) == {
        1: ("first", True, None), 2: ("variant", False, None), 3: ("edit", False, ["title"]),
    }  # fmt: skip
    headline = warehouse.execute("SELECT headline FROM headlines WHERE article_id = ?", [truth.reworded_article]).fetchone()
    assert headline == ("Fair opens in Amsel",)
    sql = "SELECT finding, mentions, other_version_n FROM event_outlet WHERE event_id = ? AND outlet_id = 'alpha'"
    assert warehouse.execute(sql, [truth.rewording_event]).fetchone() == ("other_version", 0, 1)


def test_claims_of_both_sides(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Sudria asserts in two outlets, Norland denies in one."""
    sql = "SELECT source_key, asserted_n, denied_n, asserted_in, denied_in FROM claims WHERE event_id = ?"
    assert _by(warehouse, sql, truth.clash_event) == {"SDR.GOV": (2, 0, ["alpha", "beta"], []), "NRL.GOV": (0, 1, [], ["beta"])}


def test_health_names_the_error_page(warehouse: duckdb.DuckDBPyConnection) -> None:
    """An outlet that always answers with a page in place of a feed is `not_read`, though every request went well."""
    sql = "SELECT DISTINCT outlet_id, status, polls_ok, polls_not_a_feed, polls_failed FROM health WHERE outlet_id = 'eta'"
    assert _by(warehouse, sql) == {"eta": ("not_read", 0, 24, 0)}
    silent = warehouse.execute("SELECT status, polls_ok FROM health WHERE outlet_id = 'gamma' AND day = DATE '2021-09-18'").fetchone()
    assert silent == ("not_read", 0)


def test_rates_need_support_and_one_stratum(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Zeta's few full texts get no rate while its titles and summaries do; every interval holds its share."""
    sql = "SELECT stratum, own_voice_share IS NOT NULL, rate_reason FROM attribution WHERE outlet_id = 'zeta'"
    assert _by(warehouse, sql) == {"title_summary": (True, None), "full_text": (False, "below_support")}


def test_topics_stand_beside_all(warehouse: duckdb.DuckDBPyConnection) -> None:
    """What counts under one topic is a part of all; a story of two topics counts under both."""
    per_topic = _by(warehouse, "SELECT topic, sum(mentions) FROM attribution WHERE outlet_id = 'alpha' GROUP BY topic")
    assert 0 < per_topic["conflict"] < per_topic["government"] < per_topic["all"]
    assert _by(warehouse, "SELECT DISTINCT topic, 1 FROM coverage").keys() <= {"all", "conflict", "government"}


def test_an_outlet_that_does_not_cover_the_field_is_no_denominator(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Everybody has twenty articles on government, nobody twenty on the pair of the talks."""
    sql = "SELECT DISTINCT ineligible_reason FROM story_outlet WHERE story_id = ? AND outlet_id IN ('iota', 'zeta')"
    assert warehouse.execute(sql, [truth.talks_story]).fetchall() == [("outside_field",)]
