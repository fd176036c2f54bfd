"""Commands as their users call them: wrong calls, hostile text, scripts. Nothing here loads a model or runs dbt."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli import app as app_module
from pipelines.cli import show
from pipelines.cli.app import app
from pipelines.cli.common import out, plain, safe
from pipelines.core.errors import (
    BuildError,
    BusyError,
    LakeError,
    LexiconError,
    NothingPublishedError,
    ParallaxError,
    RegistryError,
    UsageError,
)
from pipelines.core.records import TABLES
from pipelines.lake.store import Lake
from pipelines.loading.load import load
from pipelines.loading.publish import publish
from pipelines.stations.comparing import StoryLine
from tests.support.fault_server import FaultServer, reply
from tests.support.lake_world import EXTRACTOR, LakeWorld, at

runner = CliRunner()
HOSTILE = ["=cmd()|' /C calc'!A0", "<script>alert(1)</script> [bold red]bridge[/] :x: falls", "جسر 🌉 bridge falls"]
PARALLAX = Path(sys.executable).with_name("parallax")


def call(*arguments: str, home: Path | None = None, **more: Any) -> Result:
    return runner.invoke(app, [*arguments, *(["--home", str(home)] if home else [])], **more)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one published story of three outlets, whose texts mean no good."""
    world = LakeWorld()
    versions = []
    for number, title in enumerate(HOSTILE):
        world.outlet(f"o{number}", f"P{number}", "GBR")
        version = world.article("fall", f"o{number}/main", at(f"2025-03-0{number + 1} 10:00"), title, f"{title} \x1b[31m\u202ebridge falls")
        world.origin(version)
        versions.append(version)
    story = world.story(*versions)
    world.event(story, *(world.mention(v, v.title, "INCIDENT", speaker=(v.title[:6], None), voice="named_person") for v in versions))
    root = tmp_path_factory.mktemp("home")
    lake = Lake(root / "lake")
    for name, rows in world.rows.items():
        if TABLES[name].derived:
            lake.replace(TABLES[name].row, rows, made_from="test")
        else:
            lake.append(TABLES[name].row, rows)
    database = root / "build" / "parallax.duckdb"
    now = datetime(2025, 3, 4, tzinfo=UTC)
    generation, _ = load(lake, database, code_version="1", extractor_version=EXTRACTOR, model="m", now=now)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "CREATE TABLE main.story_outlet AS SELECT story_id, 'o9' AS outlet_id, 'not_found' AS coverage, NULL AS ineligible_reason, "
            "'only' AS appearance FROM lake.story"
        )
    publish(database, root / "snapshots", root / "current", generation, fingerprint="f", keep=2)
    return root


WRONG_CALLS: list[tuple[list[str], str]] = [
    (["replay", "{tmp}/gone"], "is no folder"),
    (["replay", "{tmp}"], "index.csv"),
    (["extract", "--input", "{tmp}/gone.jsonl", "--output", "{tmp}/x"], "no file"),
    (["evaluate", "nonsense"], "no task"),
    (["evaluate", "mentions"], "--gold"),
    (["evaluate", "mentions", "--gold", "{tmp}/gone"], "gone"),
    (["evaluate", "mentions", "--half", "third"], "--half"),
    (["evaluate", "mentions", "--release"], "--release"),
    (["evaluate", "all", "--half", "odd", "--release"], "--release"),
    (["rebuild", "--from", "scratch"], "choose one of"),
    (["rebuild", "--generation", "zzz"], "zzz"),
    (["outlets", "check", "nobody"], "nobody"),
    (["outlets", "import", "{tmp}/gone.opml"], "no file"),
    (["outlets", "add", "harbour.example"], "http"),
    (["outlets", "add", "file:///etc/passwd"], "http"),
]


@pytest.mark.parametrize(("arguments", "says"), WRONG_CALLS)
def test_a_wrong_call_gets_one_sentence_and_code_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    got = call(*(a.replace("{tmp}", str(tmp_path)) for a in arguments), home=tmp_path / "home")
    assert got.exit_code == 2
    assert says in got.stderr
    assert len(got.stderr.strip().splitlines()) == 1
    assert got.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [["run"], ["publish"], ["rebuild"], ["today"], ["doctor"], ["outlets", "list"], ["compare", "x"], ["demo"], ["sql", "SELECT 1"]],
)
def test_a_home_that_is_a_file_is_refused_by_every_command(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "home").write_text("")
    got = call(*arguments, home=tmp_path / "home")
    assert got.exit_code == 2
    assert "is a file" in got.stderr


@pytest.mark.parametrize("arguments", [["today"], ["compare", "bridge"], ["sql", "SELECT 1"]])
def test_before_anything_is_published_reading_says_so(tmp_path: Path, arguments: list[str]) -> None:
    got = call(*arguments, home=tmp_path)
    assert got.exit_code == 7
    assert "parallax run" in got.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("WORKERS", "many"), ("WORKERS", "0"), ("FIRST_DAY", "soon"), ("ALLOW_LOOPBACK", "perhaps"), ("FETCH_DEADLINE_S", "-1")],
)
def test_a_setting_that_cannot_be_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PARALLAX_{name}", value)
    got = call("today", home=tmp_path)
    assert got.exit_code == 2
    assert f"PARALLAX_{name}" in got.stderr


def test_an_empty_variable_counts_as_not_set_and_a_relative_home_is_made_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.settings import PROJECT_ROOT, Settings

    monkeypatch.setenv("PARALLAX_HOME", "")
    assert Settings().home == PROJECT_ROOT / "warehouse"
    monkeypatch.setenv("PARALLAX_HOME", "~/elsewhere")
    assert Settings().home == Path.home() / "elsewhere"
    assert Settings(home=Path("here")).home.is_absolute()


CODES: list[tuple[ParallaxError, int]] = [
    (ParallaxError("x"), 1),
    (UsageError("x"), 2),
    (RegistryError("x"), 3),
    (LexiconError("x"), 3),
    (LakeError("x"), 4),
    (BuildError("x"), 5),
    (BusyError("x"), 6),
    (NothingPublishedError("x"), 7),
]


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make `parallax doctor` raise."""

    def arrange(error: BaseException) -> None:
        def fail(*_: object, **__: object) -> NoReturn:
            raise error

        monkeypatch.setattr("pipelines.cli.doctor.examine", fail)

    return arrange


@pytest.mark.parametrize(("error", "code"), CODES)
def test_each_error_has_its_exit_code(tmp_path: Path, raising: Callable[[BaseException], None], error: ParallaxError, code: int) -> None:
    raising(error)
    got = call("doctor", home=tmp_path)
    assert (got.exit_code, got.stderr) == (code, "parallax: x\n")


def test_ctrl_c_is_told_and_ends_with_130(tmp_path: Path, raising: Callable[[BaseException], None]) -> None:
    raising(KeyboardInterrupt())
    got = call("doctor", home=tmp_path)
    assert got.exit_code == 130
    assert "stopped" in got.stderr


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(28, "No space left on device", "/data/x"), "/data/x: the disk is full"),
        (OSError(28, "Error writing bytes to file"), "disk is full"),
        (PermissionError(13, "Permission denied", "/data/x"), "/data/x: access is not permitted"),
        (OSError(30, "Read-only file system", "/data/x"), "only be read"),
        (ExceptionGroup("polling", [OSError(28, "No space left on device", "/data/y")]), "/data/y: the disk is full"),
    ],
)
def test_what_the_machine_refuses_is_one_sentence(
    tmp_path: Path, raising: Callable[[BaseException], None], error: Exception, says: str
) -> None:
    raising(error)
    got = call("doctor", home=tmp_path)
    assert got.exit_code == 1
    assert says in got.stderr
    assert "Traceback" not in got.stderr


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("x"), FileNotFoundError(2, "No such file"), ExceptionGroup("g", [OSError(28, "x"), ValueError()])]
)
def test_a_defect_is_never_dressed_up(tmp_path: Path, raising: Callable[[BaseException], None], error: Exception) -> None:
    raising(error)
    assert call("doctor", home=tmp_path).exception is error


def test_a_registry_with_mistakes_is_told_line_by_line(tmp_path: Path) -> None:
    assert call("outlets", "list", home=tmp_path).exit_code == 0
    registry = tmp_path / "outlets.toml"
    registry.write_text(registry.read_text().replace('country = "GBR"', 'country = "Britain"', 1))
    got = call("outlets", "list", home=tmp_path)
    assert got.exit_code == 3
    assert re.search(r"outlets\.toml:\d+: outlet .*Britain", got.stderr)
    registry.write_bytes(b"\xff\xfe")
    assert call("outlets", "list", home=tmp_path).exit_code == 3


def test_an_export_imported_elsewhere_gives_the_same_outlets(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert call("outlets", "export", str(tmp_path / "list.opml"), home=one).exit_code == 0
    two.mkdir()
    (two / "outlets.toml").write_text("")
    assert call("outlets", "import", str(tmp_path / "list.opml"), home=two).exit_code == 0
    listed = [json.loads(call("outlets", "list", "--json", home=h).stdout) for h in (one, two)]
    assert listed[0]
    assert listed[0] == listed[1]


def test_a_list_without_any_feed_ends_with_code_3(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html>no list</html>")
    got = call("outlets", "import", str(tmp_path / "page.html"), home=tmp_path / "home")
    assert got.exit_code == 3
    assert "page.html" in got.stderr


WRITES = [
    "CREATE TABLE x (a INT)",
    "INSERT INTO lake.outlet SELECT * FROM lake.outlet",
    "DELETE FROM lake.outlet",
    "DROP TABLE lake.outlet",
    "COPY (SELECT 1) TO '{tmp}/out.csv'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{tmp}/out.csv'",
    "EXPORT DATABASE '{tmp}/out'",
    "ATTACH '{tmp}/out.duckdb' AS other",
    "SELECT * FROM read_csv('/etc/passwd')",
    "INSTALL httpfs",
    "SET enable_external_access = true",
]


@pytest.mark.parametrize("statement", WRITES)
def test_sql_neither_writes_nor_leaves_the_database(home: Path, tmp_path: Path, statement: str) -> None:
    got = call("sql", statement.replace("{tmp}", str(tmp_path)), home=home)
    assert got.exit_code == 2
    assert got.stderr.startswith("parallax: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("statement", ["", "-- nothing", "SELECT 1; SELECT 2", "SELEC", "SELECT gone FROM lake.outlet"])
def test_sql_that_is_no_single_statement_is_told(home: Path, statement: str) -> None:
    got = call("sql", statement, home=home)
    assert got.exit_code == 2
    assert "Traceback" not in got.stderr


def test_sql_from_standard_input(home: Path) -> None:
    assert json.loads(call("sql", "-", "--json", home=home, input="SELECT count(*) AS n FROM lake.outlet").stdout) == [{"n": 3}]
    assert call("sql", "-", home=home, input=b"\xff\xfe").exit_code == 2


def test_sql_knows_pivot_and_columns_of_one_name(home: Path) -> None:
    assert call("sql", "PIVOT (SELECT 1 AS a, 2 AS b) ON a USING sum(b)", home=home).exit_code == 0
    assert json.loads(call("sql", "SELECT 1 AS a, 2 AS a, 3 AS a", "--json", home=home).stdout) == [{"a": 1, "a_1": 2, "a_2": 3}]


def test_json_is_json_whatever_the_values(home: Path) -> None:
    values = "SELECT 'nan'::DOUBLE n, 'inf'::DOUBLE i, 1.5 d, 'ab'::BLOB b, DATE '2025-03-01' t, [1, NULL] l, {'k': 1} s"

    def refuse(name: str) -> NoReturn:
        raise AssertionError(f"{name} is not JSON")

    got = json.loads(call("sql", values, "--json", home=home).stdout, parse_constant=refuse)
    assert got == [{"n": None, "i": None, "d": 1.5, "b": "6162", "t": "2025-03-01", "l": [1, None], "s": {"k": 1}}]


@pytest.mark.parametrize(
    "arguments", [["today"], ["compare", "falls"], ["compare", "no such words"], ["sql", "SELECT 1 AS n"], ["outlets", "list"]]
)
def test_every_json_output_parses(home: Path, arguments: list[str]) -> None:
    got = call(*arguments, "--json", home=home)
    assert got.exit_code == 0
    json.loads(got.stdout)


def test_text_from_feeds_cannot_style_the_terminal(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Rich reads COLUMNS once, when the console is made; a narrow one would break the title over lines.
    monkeypatch.setattr(out, "_width", 300)
    for arguments in (["compare", "falls"], ["today"], ["sql", "SELECT title, summary FROM lake.article_version"]):
        got = call(*arguments, home=home, color=True)
        assert got.exit_code == 0
        flat = " ".join(got.stdout.split())
        assert "[bold red]bridge[/] :x:" in flat or arguments == ["today"]
        assert "\x1b[31m" not in got.stdout
        assert "\u202e" not in got.stdout


@pytest.mark.parametrize(("title", "printed"), [("word " * 500, "…"), (" ", "(no title)"), ("Lenk is shelled", "Lenk is")])
def test_headlines_that_are_none_stay_short(capsys: pytest.CaptureFixture[str], title: str, printed: str) -> None:
    when = at("2025-03-01 10:00")
    show.story_list([StoryLine("0123456789", title, when, when, 1, 1, 1)], "Stories")
    told = capsys.readouterr().out
    assert " ".join(printed.split()) in " ".join(told.split())
    assert len(told) < 3000


def test_a_query_of_markup_is_only_a_query(home: Path) -> None:
    got = call("compare", "[/bold] [red]x", home=home)
    assert got.exit_code == 1
    assert "'[/bold] [red]x'" in got.stdout


def test_csv_cannot_run_as_a_formula_and_keeps_every_letter(home: Path) -> None:
    for arguments in (["compare", "falls", "--csv"], ["sql", "SELECT title AS headline FROM lake.article_version", "--csv"]):
        rows = list(csv.DictReader(io.StringIO(call(*arguments, home=home).stdout)))
        headlines = {row["headline"] for row in rows}
        assert headlines == {"'" + HOSTILE[0], *HOSTILE[1:]}
        assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@\t\r" and cell]


def test_what_is_shown_has_no_control_characters() -> None:
    assert safe("a\x1b]0;title\x07b\x9b31m\u202ec\ud800 [red]d") == "a]0;titleb31mc \\[red]d"


def test_plain_values_know_records_and_sets() -> None:
    assert plain({"a": {3, 1}, "b": (Path("/x"), None, True), 1: float("nan")}) == {"a": [1, 3], "b": ["/x", None, True], "1": None}


def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    command = f'set -o pipefail; "{PARALLAX}" sql "SELECT * FROM range(2000000)" --csv --home "{home}" | head -n 1'
    got = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (got.returncode, got.stdout, got.stderr) == (0, "range\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_one_sentence(home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [str(PARALLAX), "today", "--home", str(home)]
        got = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert got.returncode == 1
    assert got.stderr.strip().splitlines() == [got.stderr.strip()]
    assert "disk is full" in got.stderr


def test_a_terminal_without_unicode_gets_question_marks(home: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [str(PARALLAX), "compare", "falls", "--home", str(home)]
    got = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert got.returncode == 0
    assert "?" in got.stdout


def test_help_and_version() -> None:
    assert call("--version").stdout.startswith("parallax ")
    assert call("nonsense").exit_code == 2
    for command in app_module.app.registered_commands:
        assert command.callback is not None
        assert call(command.callback.__name__, "--help").exit_code == 0


def test_extract_writes_what_utf8_cannot_as_it_came(tmp_path: Path) -> None:
    """A lone surrogate is legal in JSON; it must neither stop the run nor be lost. (The only test here that loads the model.)"""
    item = {"item": "1", "outlet": "x", "published": "2025-03-01", "title": "Norland shelled Lenk", "summary": "\ud800 \u202e=cmd()"}
    (tmp_path / "in.jsonl").write_text(json.dumps(item) + "\n\n")
    got = call("extract", "--input", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "out.jsonl"), "--quiet", home=tmp_path)
    assert (got.exit_code, got.output) == (0, "")
    (line,) = (tmp_path / "out.jsonl").read_text().splitlines()
    assert json.loads(line)["summary"] == item["summary"]


def test_extract_says_what_it_did_not_read(tmp_path: Path) -> None:
    texts = {
        "french": "Le gouvernement a annoncé hier que la police avait arrêté deux étudiants.",
        "long": "Rain fell. " * 6000,
        "none": "!",
    }
    lines = [json.dumps({"item": name, "outlet": "o", "summary": text}) for name, text in texts.items()]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    got = call("extract", "--input", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "out.jsonl"), home=tmp_path)
    assert [line.split(". ")[0] for line in got.output.splitlines()[:3]] == ["french: other_language", "long: capped", "none: empty"]


def test_extract_into_a_folder_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("{}\n")
    got = call("extract", "--input", str(tmp_path / "in.jsonl"), "--output", str(tmp_path), home=tmp_path)
    assert got.exit_code == 2
    assert "is a folder" in got.stderr


FEED = b"<rss version='2.0'><channel><title>Lake</title><item><guid>1</guid><title>=cmd() [red]x[/]</title></item></channel></rss>"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """A news site on this machine, with what it may answer."""
    monkeypatch.setenv("PARALLAX_ALLOW_LOOPBACK", "true")
    monkeypatch.setenv("PARALLAX_FETCH_DEADLINE_S", "5")
    page = b"<html><head><link rel='alternate' type='application/rss+xml' href='/feed' title='[red]x'></head></html>"
    with FaultServer() as server:
        server.on("/", reply(body=page, headers={"Content-Type": "text/html"}))
        server.on("/feed", reply(body=FEED))
        server.on("/page", reply(body=b"<html>no feed</html>", headers={"Content-Type": "text/html"}))
        yield server


def test_a_site_is_added_checked_and_listed(tmp_path: Path, site: FaultServer) -> None:
    added = call("outlets", "add", site.url("/"), "--id", "lake", "--country", "GBR", home=tmp_path)
    assert added.exit_code == 0, added.output
    assert "Added lake ([red]x)" in added.stdout
    checked = call("outlets", "check", "lake", home=tmp_path)
    assert (checked.exit_code, "works" in checked.stdout, "1 entries" in checked.stdout) == (0, True, True)
    listed = {o["id"]: o for o in json.loads(call("outlets", "list", "--json", home=tmp_path).stdout)}
    assert listed["lake"]["country"] == "GBR"
    assert listed["lake"]["verified"] != "never"
    assert call("outlets", "check", "lake", "--quiet", home=tmp_path).output == ""
    again = call("outlets", "add", site.url("/"), "--id", "lake", home=tmp_path)
    assert again.exit_code == 3
    site.on("/feed", reply(503))
    failing = call("outlets", "check", "lake", home=tmp_path)
    assert (failing.exit_code, "503" in failing.stdout) == (1, True)


@pytest.mark.parametrize(("options", "says"), [(["--id", "Bad Id!"], "no short name"), (["--country", "Britain"], "ISO 3166")])
def test_what_cannot_become_an_outlet_is_told(tmp_path: Path, site: FaultServer, options: list[str], says: str) -> None:
    got = call("outlets", "add", site.url("/"), *options, home=tmp_path)
    assert got.exit_code == 2
    assert says in got.stderr
    assert len(got.stderr.strip().splitlines()) == 1


def test_without_leave_this_machine_is_not_asked(tmp_path: Path, site: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARALLAX_ALLOW_LOOPBACK")
    got = call("outlets", "add", site.url("/"), home=tmp_path)
    assert got.exit_code == 2
    assert site.asked == []
