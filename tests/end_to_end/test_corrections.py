"""Corrections through the whole way: every table says so, and taking them back gives the former tables to the last row."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.extraction.records import Mention
from pipelines.stations.running import RunReport
from pipelines.stations.workspace import Workspace
from tests.support.checksums import checksums

runner = CliRunner()


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


def test_corrections_show_everywhere_and_can_be_taken_back(home: Path) -> None:
    database = home / "current" / "parallax.duckdb"
    before = checksums(database)
    lake = {p.name for p in (home / "lake" / "mention").rglob("*.parquet")}
    reported = "action = 'ASSAULT' AND polarity = 'positive' AND is_latest_version"
    (mention, actors), (other, _) = ask(home, f"SELECT mention_id, actor FROM fct_event_mention WHERE {reported} ORDER BY 1 LIMIT 2")
    # No founder: an event is named after it, so that the id would go with it.
    wanted = "WHERE reason <> 'founder' GROUP BY 1 HAVING count(*) > 2 ORDER BY 1 LIMIT 1"
    ((event, of_event),) = ask(home, f"SELECT event_id, max(mention_id) FROM lake.event_mention {wanted}")
    ((story, article),) = ask(home, f"SELECT story_id, max(article_id) FROM lake.story_article {wanted}")
    ((one, two),) = ask(home, "SELECT article_id, other_article_id FROM lake.copy_link ORDER BY 1 LIMIT 1")
    who = ("--who", "ana", "--why", "read again")
    call(home, "correct", "mention", mention, "--set", "action=COERCE", "--set", "polarity=denied", *who)
    call(home, "correct", "mention", other, "--not-a-mention", *who)
    call(home, "correct", "event", of_event, event, "--belongs-not", *who)
    call(home, "correct", "story", article, story, "--belongs-not", *who)
    call(home, "correct", "copy", one, two, "--belongs-not", *who)
    assert "corrected already, by ana" in call(home, "correct", "mention", mention, "--set", "action=AID", *who, code=3)
    call(home, "publish", "--quiet")

    assert {p.name for p in (home / "lake" / "mention").rglob("*.parquet")} == lake
    rows = ask(home, "SELECT action, polarity, len(string_split(corrected_by, ', ')) FROM fct_event_mention WHERE corrected_by IS NOT NULL")
    assert rows == [("COERCE", "denied", 2)]
    assert ask(home, f"SELECT count(*) FROM lake.mention WHERE mention_id = '{other}'") == [(0,)]
    assert ask(home, f"SELECT count(*) FROM lake.event_mention WHERE event_id = '{event}' AND mention_id = '{of_event}'") == [(0,)]
    assert ask(home, f"SELECT count(*) FROM lake.copy_link WHERE article_id = '{one}' AND other_article_id = '{two}'") == [(0,)]
    assert ask(home, "SELECT status, count(*) FROM correction GROUP BY 1") == [("applied", 6)]
    for table in ("story_outlet", "event_outlet", "corroboration"):
        assert ask(home, f"SELECT count(*) > 0 FROM {table} WHERE len(corrections) > 0") == [(True,)], table
    assert {before[t] == now for t, now in checksums(database).items() if t in ("main.event_outlet", "main.story_outlet")} == {False}

    listed = json.loads(call(home, "correct", "list", "--json"))
    assert {row["status"] for row in listed} == {"applied"}
    call(home, "correct", "check")
    call(home, "correct", "remove", *(row["correction"]["id"] for row in listed))
    call(home, "publish", "--quiet")
    after = checksums(database)
    # The history of stories tells of both: what was corrected, and that it was taken back.
    assert [t for t in after if after[t] != before[t] and t not in ("lake.story_change", "main.generation")] == []
    assert actors == ask(home, f"SELECT actor FROM fct_event_mention WHERE mention_id = '{mention}'")[0][0]


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
