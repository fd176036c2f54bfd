"""Intervals hold what they promise: simulated where the truth is known, over the marts' own SQL."""

from __future__ import annotations

import math
import random
from pathlib import Path

import duckdb
import jinja2
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.dbt_warehouse import PROJECT, run_dbt

WEEKS, STORIES, PUBLISHERS, RATE = 100, 40, 5, 0.6
LOW_RATE = 0.25


def macro(name: str, *arguments: str) -> str:
    """The SQL of one of the project's macros."""
    sources = "".join((PROJECT / "macros" / file).read_text() for file in ("shares.sql", "significance.sql"))
    call = ", ".join(repr(argument) for argument in arguments)
    return jinja2.Environment().from_string(sources + "{{ " + f"{name}({call})" + " }}").render().strip()


@pytest.fixture(scope="module")
def wilson() -> dict[tuple[int, int], tuple[float, float]]:
    """The interval of every share that a test asks for, from the macros."""
    ends = macro("wilson_low", "k", "n"), macro("wilson_high", "k", "n")
    sql = f"SELECT k, n, {ends[0]}, {ends[1]} FROM range(121) t(k), range(1, 121) u(n) WHERE k <= n"
    return {(k, n): (low, high) for k, n, low, high in duckdb.sql(sql).fetchall()}


@given(n=st.integers(1, 120), data=st.data())
@settings(deadline=None, max_examples=60)
def test_wilson_interval_holds_its_share(wilson: dict[tuple[int, int], tuple[float, float]], n: int, data: st.DataObject) -> None:
    """Within 0 and 1, around the share, the same from both sides, and wider where less was seen."""
    k = data.draw(st.integers(0, n))
    low, high = wilson[k, n]
    mirrored = wilson[n - k, n]
    assert 0 <= low <= k / n <= high <= 1
    assert (low, high) == pytest.approx((1 - mirrored[1], 1 - mirrored[0]), abs=1e-6)
    if 2 * n <= 120:
        twice = wilson[2 * k, 2 * n]
        assert twice[1] - twice[0] < high - low


@pytest.mark.parametrize("n", [20, 50, 100])
def test_wilson_interval_covers_at_its_rate(wilson: dict[tuple[int, int], tuple[float, float]], n: int) -> None:
    """The exact coverage of a true rate, averaged over rates, is the nominal 95 %; for none it is far below."""
    covered = []
    for step in range(1, 100):
        p = step / 100
        covered.append(sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1) if wilson[k, n][0] <= p <= wilson[k, n][1]))
    assert sum(covered) / len(covered) == pytest.approx(0.95, abs=0.01)
    assert min(covered[4:-4]) > 0.90


def test_nothing_seen_has_no_interval() -> None:
    assert duckdb.sql(f"SELECT {macro('wilson_low', '0', '0')}, {macro('wilson_high', '0', '0')}").fetchone() == (None, None)


@given(z=st.floats(0, 8))
@settings(deadline=None, max_examples=30)
def test_normal_p_value(z: float) -> None:
    row = duckdb.execute(f"SELECT {macro('normal_p_value', 'z')} FROM (SELECT ?::double AS z)", [z]).fetchone()
    assert row is not None and row[0] == pytest.approx(math.erfc(z / math.sqrt(2)), abs=2e-7)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(deadline=None, max_examples=30)
def test_benjamini_hochberg(p_values: list[float]) -> None:
    """As the textbook has it: the smallest p times the number of tests over its rank, of all that are no smaller."""
    sql = macro("benjamini_hochberg", "p", "r", "m", "true")
    ranked = (
        "SELECT i, p, count(*) OVER (ORDER BY p) AS r, count(*) OVER () AS m FROM (SELECT unnest(range(len($1))) AS i, unnest($1) AS p)"
    )
    found = dict(duckdb.execute(f"SELECT i, {sql} FROM ({ranked})", [p_values]).fetchall())
    size = len(p_values)
    for place, p in enumerate(p_values):
        wanted = min(min(1.0, q * size / sum(other <= q for other in p_values)) for q in p_values if q >= p)
        assert found[place] == pytest.approx(wanted)


@pytest.fixture(scope="module")
def coverage(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, float, float, float, float, float]]:
    """Many weeks of stories in which outlets differ at known rates, through the model `coverage`: outlet, ratio, ends, p, q."""
    folder = tmp_path_factory.mktemp("coverage")
    database = folder / "parallax.duckdb"
    _write_stories(database)
    finished = run_dbt(database, folder / "dbt", "run", "--select", "coverage")
    assert finished.returncode == 0, finished.stdout[-3000:]
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(
            "SELECT outlet_id, ratio, ratio_low, ratio_high, p_value, q_value FROM coverage WHERE topic = 'all'"
        ).fetchall()


def _write_stories(database: Path) -> None:
    """Publisher 0 covers at a low rate, the others at one and the same; the relations that `coverage` reads, as tables."""
    rng = random.Random(7)
    rows = [
        (f"{week}-{story}", f"o{k}", f"P{k}", week, "covered" if rng.random() < (RATE if k else LOW_RATE) else "not_found")
        for week in range(WEEKS) for story in range(STORIES) for k in range(PUBLISHERS)
    ]  # fmt: skip
    with duckdb.connect(str(database)) as connection:
        names = ("story_id", "outlet_id", "publisher", "week", "coverage")
        connection.register("rows_of", pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))
        connection.execute(
            "CREATE TABLE main.story_outlet AS SELECT *, TIMESTAMP '2001-01-01 12:00:00' + to_days(7 * week) AS story_first_seen, "
            "true AS is_eligible FROM rows_of"
        )
        connection.execute("CREATE SCHEMA staging; CREATE SCHEMA intermediate")
        connection.execute("CREATE TABLE staging.stg_story_topic (story_id VARCHAR, topic VARCHAR)")
        connection.execute("CREATE TABLE staging.stg_correction (correction_id VARCHAR, kind VARCHAR, stories VARCHAR[], topics VARCHAR[])")
        connection.execute(
            "CREATE TABLE intermediate.int_matching_accuracy AS SELECT 0.9::double AS event_precision, 0.9::double AS event_recall, "
            "0.9::double AS story_precision, 0.9::double AS story_recall"
        )


def _true_ratio(k: int) -> float:
    """Own rate over the peers' rate on stories that two publishers have, from the rates alone."""
    rates = [RATE if other else LOW_RATE for other in range(PUBLISHERS)]
    own = peers = 0.0
    for picked in range(2**PUBLISHERS):
        has = [bool(picked >> bit & 1) for bit in range(PUBLISHERS)]
        if sum(has) >= 2:
            chance = math.prod(rate if there else 1 - rate for rate, there in zip(rates, has, strict=True))
            own += chance * has[k]
            peers += chance * (sum(has) - has[k]) / (PUBLISHERS - 1)
    return own / peers


def test_bootstrap_interval_covers_at_its_rate(coverage: list[tuple[str, float, float, float, float, float]]) -> None:
    """Of 500 intervals of 95 %, about 95 % hold the true ratio: within three binomial standard errors and what a bootstrap of 40 lacks."""
    assert len(coverage) == WEEKS * PUBLISHERS
    covered = sum(low <= _true_ratio(int(outlet[1:])) <= high for outlet, _, low, high, _, _ in coverage)
    error = math.sqrt(0.95 * 0.05 / len(coverage))
    assert 0.95 - 0.03 - 3 * error <= covered / len(coverage) <= 0.95 + 3 * error


def test_false_alarms_stay_rare_among_many_outlets(coverage: list[tuple[str, float, float, float, float, float]]) -> None:
    """The outlet that truly differs is found at q below .05 in most weeks; of all rows so marked few are of the others."""
    marked = [outlet for outlet, *_, q in coverage if q < 0.05]
    assert marked.count("o0") >= 0.8 * WEEKS
    raw = sum(p < 0.05 for outlet, _, _, _, p, _ in coverage if outlet != "o0")
    assert len(marked) - marked.count("o0") <= raw


def test_no_false_alarms_where_all_are_alike() -> None:
    """With outlets that are all alike, p below .05 stands at no more than its rate, in the exact null of the test."""
    rng = random.Random(3)
    alarms = trials = 0
    for _ in range(2000):
        expected = variance = own = 0.0
        for _ in range(30):
            has = [rng.random() < 0.5 for _ in range(6)]
            if sum(has) >= 2:
                chance = sum(has) / 6
                own, expected, variance = own + has[0], expected + chance, variance + chance * (1 - chance)
        trials += 1
        alarms += math.erfc(max(0.0, abs(own - expected) - 0.5) / math.sqrt(variance) / math.sqrt(2)) < 0.05
    assert alarms / trials <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / trials)
    assert alarms / trials >= 0.015
