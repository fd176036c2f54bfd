"""Corrections through the whole way: every table says so, and taking them back gives the former tables to the last row."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml  # type: ignore[import-untyped]
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.extraction.records import Mention
from pipelines.stations.running import RunReport
from pipelines.stations.workspace import Workspace
from tests.support.checksums import checksums

runner = CliRunner()
MARTS = Path(__file__).resolve().parents[2] / "dbt" / "models" / "marts"


@pytest.fixture(scope="module")
def home(demo_run: tuple[Workspace, RunReport], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo's home."""
    target = tmp_path_factory.mktemp("corrected") / "home"
    shutil.copytree(demo_run[0].settings.home, target, symlinks=True)
    return target


def call(home: Path, *arguments: str, code: int = 0) -> str:
    got = runner.invoke(app, [*arguments, "--home", str(home)])
    assert got.exit_code == code, got.output
    return got.output


def ask(home: Path, sql: str) -> Any:
    with duckdb.connect(str(home / "current" / "parallax.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


# Kinds of corrections that each mart must show here. None: coverage (the demo is too short for anybody to be eligible; dbt unit tests
# hold it), dim_outlet and mentions_diff (nothing there rests on what people corrected), correction (their list).
SHOWN = {
    "fct_event_mention": {"mention", "event", "story", "copy"}, "fct_article_version": {"story", "copy"}, "dim_actor": {"mention"},
    "dim_place": {"mention"}, "story_outlet": {"mention", "event", "story", "copy"}, "health": {"story", "copy"},
    "event_outlet": {"mention", "event", "story", "copy"}, "corroboration": {"mention", "event", "story", "copy"},
    "event_facts": {"mention", "event", "story", "copy"}, "claims": {"mention", "event"}, "not_found": {"mention"},
    "attribution": {"mention", "story", "copy"}, "speakers": {"mention"}, "blame": {"mention"}, "labels": {"mention"},
    "actor_roles": {"mention"}, "dyads": {"mention"}, "reuse": {"copy"}, "edits": {"mention"}, "headlines": {"mention", "story", "copy"},
}  # fmt: skip
UNFLAGGED = {"coverage", "dim_outlet", "mentions_diff", "correction"}


def rows_of(home: Path) -> dict[str, dict[str, tuple[str, list[str]]]]:
    """Of each mart that names corrections, its rows by their key: all else that they say, and the corrections."""
    found = {}
    for path in sorted(MARTS.glob("*.yml")):
        (model,) = yaml.safe_load(path.read_text())["models"]
        grain = next(t["unique_combination"] for t in model["data_tests"] if "unique_combination" in t)["arguments"]["columns"]
        names = [c["name"] for c in model["columns"]]
        if "corrections" in names and model["name"] not in UNFLAGGED:
            key = f"struct_pack({', '.join(f'{c} := {c}' for c in grain)})"
            rest = f"struct_pack({', '.join(f'{c} := {c}' for c in names if c != 'corrections')})"
            sql = f"SELECT to_json({key})::VARCHAR, to_json({rest})::VARCHAR, corrections FROM {model['name']}"
            found[model["name"]] = {key: (rest, corrections) for key, rest, corrections in ask(home, sql)}
    return found


def wrong_mentions(home: Path) -> list[str]:
    """Mentions that between them stand in every table of mentions, in rows that outlive them."""
    sure = "m.is_latest_version AND m.polarity = 'positive' AND m.reality = 'happened'"
    queries = [
        f"JOIN edits AS e ON m.version_id = e.version_id WHERE {sure}",
        f"JOIN blame AS b ON list_contains(b.answer_mention_ids, m.mention_id) WHERE {sure} AND m.mention_id <> b.first_mention_id",
        f"JOIN speakers AS s ON m.source_key = s.speaker_key AND m.outlet_id = s.outlet_id WHERE {sure} AND s.statements > 1 "
        "AND m.reuse <> 'copy'",
        f"JOIN dyads AS d ON m.actor_id = d.actor_id AND m.target_id = d.target_id AND m.outlet_id = d.outlet_id WHERE {sure} "
        "AND m.reuse <> 'copy'",
        f"JOIN labels AS l ON m.actor_id = l.actor_id AND m.outlet_id = l.outlet_id WHERE {sure} AND m.voice = 'outlet' "
        "AND m.reuse <> 'copy' AND lower(m.actor) = l.label AND l.mentions > 1",
        f"WHERE {sure} AND m.place_id IS NOT NULL",
    ]
    picked: list[str] = []
    for query in queries:
        ids = [one for (one,) in ask(home, f"SELECT DISTINCT m.mention_id FROM fct_event_mention AS m {query} ORDER BY 1")]
        picked.append(next(one for one in ids if one not in picked))
    return picked


def test_corrections_show_everywhere_and_can_be_taken_back(home: Path) -> None:
    database = home / "current" / "parallax.duckdb"
    before, rows_before = checksums(database), rows_of(home)
    assert set(rows_before) == set(SHOWN)
    assert [t for t, rows in rows_before.items() if any(corrections for _, corrections in rows.values())] == []
    lake = {p.name for p in (home / "lake" / "mention").rglob("*.parquet")}
    reported = "action = 'ASSAULT' AND polarity = 'positive' AND is_latest_version"
    ((mention, actors),) = ask(home, f"SELECT mention_id, actor FROM fct_event_mention WHERE {reported} ORDER BY 1 LIMIT 1")
    # One of several that an element of a story stands on: its rows stay, and must say what went.
    ((other, element),) = ask(
        home,
        "SELECT m.mention_id, n.element FROM not_found AS n JOIN fct_event_mention AS m ON m.event_id = n.element WHERE n.element_type = "
        "'event' AND m.stratum = 'full_text' AND m.is_latest_version AND m.claim_status = 'reported' ORDER BY m.seen_at DESC, 1 LIMIT 1",
    )
    # No founder: an event is named after it, so that the id would go with it. It gives a number that outlets are compared by.
    wanted = "WHERE reason <> 'founder' GROUP BY 1 HAVING count(*) > 2 ORDER BY 1 LIMIT 1"
    told = "SELECT mention_id FROM fct_event_mention WHERE voice <> 'outlet' AND is_latest_version AND len(figures) > 0"
    compared = "SELECT event_id FROM event_facts WHERE slot IN ('killed', 'injured')"
    ((event, of_event),) = ask(
        home,
        f"SELECT event_id, max(mention_id) FROM lake.event_mention WHERE reason <> 'founder' AND mention_id IN ({told}) "
        f"AND event_id IN ({compared}) AND event_id <> '{element}' GROUP BY 1 ORDER BY 1 LIMIT 1",
    )
    ((story, article),) = ask(home, f"SELECT story_id, max(article_id) FROM lake.story_article {wanted}")
    # Between outlets of which one copied the other more than once.
    pair = "JOIN fct_article_version AS a ON l.article_id = a.article_id JOIN fct_article_version AS b ON l.other_article_id = b.article_id"
    ((one, two),) = ask(
        home,
        f"SELECT l.article_id, l.other_article_id FROM lake.copy_link AS l {pair} JOIN reuse AS r ON r.outlet_id = b.outlet_id "
        "AND r.source = a.outlet_id WHERE r.texts > 1 ORDER BY 1, 2 LIMIT 1",
    )
    who = ("--who", "ana", "--why", "read again")
    call(home, "correct", "mention", mention, "--set", "action=COERCE", "--set", "polarity=denied", *who)
    call(home, "correct", "mention", other, "--not-a-mention", *who)
    call(home, "correct", "event", of_event, event, "--belongs-not", *who)
    call(home, "correct", "story", article, story, "--belongs-not", *who)
    call(home, "correct", "copy", one, two, "--belongs-not", *who)
    more = [m for m in wrong_mentions(home) if m not in (mention, other, of_event)]
    for wrong in more:
        call(home, "correct", "mention", wrong, "--set", "reality=ongoing", *who)
    assert "corrected already, by ana" in call(home, "correct", "mention", mention, "--set", "action=AID", *who, code=3)
    call(home, "publish", "--quiet")

    assert {p.name for p in (home / "lake" / "mention").rglob("*.parquet")} == lake
    rows = ask(home, f"SELECT action, polarity, len(corrections) > 1 FROM fct_event_mention WHERE mention_id = '{mention}'")
    assert rows == [("COERCE", "denied", True)]
    assert ask(home, f"SELECT count(*) FROM lake.mention WHERE mention_id = '{other}'") == [(0,)]
    assert ask(home, f"SELECT count(*) FROM lake.event_mention WHERE event_id = '{event}' AND mention_id = '{of_event}'") == [(0,)]
    assert ask(home, f"SELECT count(*) FROM lake.copy_link WHERE article_id = '{one}' AND other_article_id = '{two}'") == [(0,)]
    assert ask(home, "SELECT status, count(*) FROM correction GROUP BY 1") == [("applied", 6 + len(more))]
    assert_shown(home, rows_before)
    # What is no mention any more still stands where it was taken from.
    ((taken,),) = ask(home, "SELECT correction_id FROM correction WHERE field = 'not_a_mention'")
    left = f"FROM not_found WHERE element = '{element}' AND list_contains(corrections, '{taken}')"
    assert ask(home, f"SELECT count(*) > 0 {left}") == [(True,)]
    assert ask(home, f"SELECT list_contains(corrections, '{taken}') FROM corroboration WHERE event_id = '{element}'") == [(True,)]

    listed = json.loads(call(home, "correct", "list", "--json"))
    assert {row["status"] for row in listed} == {"applied"}
    call(home, "correct", "check")
    call(home, "correct", "remove", *(row["correction"]["id"] for row in listed))
    call(home, "publish", "--quiet")
    assert rows_of(home) == rows_before
    after = checksums(database)
    # The history of stories tells of both: what was corrected, and that it was taken back.
    assert [t for t in after if after[t] != before[t] and t not in ("lake.story_change", "main.generation")] == []
    assert actors == ask(home, f"SELECT actor FROM fct_event_mention WHERE mention_id = '{mention}'")[0][0]


def assert_shown(home: Path, before: dict[str, dict[str, tuple[str, list[str]]]]) -> None:
    """Each mart shows the kinds that it must, and no row changed or came without saying why."""
    kind = dict(ask(home, "SELECT correction_id, kind FROM correction"))
    for table, rows in rows_of(home).items():
        shown = {kind[c] for _, corrections in rows.values() for c in corrections}
        assert SHOWN[table] <= shown, (table, shown)
        silent = [key for key, (rest, corrections) in rows.items() if not corrections and before[table].get(key, ("",))[0] != rest]
        assert silent == [], (table, silent[:3])


def test_a_correction_that_fits_nothing_any_more_is_told(home: Path) -> None:
    ((mention,),) = ask(home, "SELECT max(mention_id) FROM fct_event_mention WHERE action = 'ASSAULT'")
    path = home / "corrections.toml"
    path.unlink(missing_ok=True)
    call(home, "correct", "mention", mention, "--set", "reality=planned", "--why", "x")
    text = path.read_text()
    (row,) = [m for m in workspace_of(home).lake.read(Mention) if m.mention_id == mention]
    try:
        # As if the article had gone: ids are checked, so the id is written anew too.
        path.write_text(text.replace(row.article_id, "0" * 20))
        told = call(home, "correct", "check", code=3)
        assert "is not about what its id says" in told
        wanted = told.split("its id says (")[1].split(")")[0]
        path.write_text(path.read_text().replace(text.split('id = "')[1].split('"')[0], wanted))
        assert "is not found any more" in call(home, "correct", "check", code=1)
    finally:
        path.unlink()


def workspace_of(home: Path) -> Workspace:
    from pipelines.settings import Settings

    return Workspace(Settings(home=home))


WRONG = [
    (["mention", "zzzzzzzz", "--not-a-mention"], 3, "There is no mention 'zzzzzzzz'"),
    (["mention", "abc", "--not-a-mention"], 3, "too short"),
    (["mention", "zzzzzzzz"], 2, "either --set"),
    (["mention", "zzzzzzzz", "--set", "action"], 2, "FIELD=VALUE"),
    (["story", "zzzzzzzz", "zzzzzzzz"], 2, "--belongs or --belongs-not"),
    (["story", "zzzzzzzz", "zzzzzzzz", "--belongs"], 3, "There is no article"),
    (["remove", "zzzz"], 3, "has no correction 'zzzz'"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), WRONG)
def test_errors_are_sentences(home: Path, arguments: list[str], code: int, said: str) -> None:
    why = [] if arguments[0] == "remove" else ["--why", "x"]
    assert said in call(home, "correct", *arguments, *why, code=code)
