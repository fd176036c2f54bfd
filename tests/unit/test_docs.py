"""The documents tell the truth where a machine can tell: commands parse, paths and targets exist, every option is described."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from pipelines.cli.app import EXIT_INTERRUPTED, app
from pipelines.core.errors import ParallaxError

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guide"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "warehouse").glob("*.md")])
COMMON_OPTIONS = {"--home", "--quiet", "-q", "--json", "--help", "-h"}
# Named in documents and made by a run or by the set-up, so that a fresh clone has none of them.
MADE_LATER = re.compile(r"^(dbt/(target|logs)|warehouse/(current|demo|replay|lake|dagster|snapshots|build|archive|outlets\.toml))(/|$)")
TOP_LEVEL = ("pipelines/", "dbt/", "warehouse/", "tests/", "docs/", "benchmarks/", "requirements/", ".ci/")

ROOT_COMMAND: Any = typer.main.get_command(app)


class CodeText(NamedTuple):
    """A piece of code in a document: where it stands, and whether it is a block that a reader may copy whole."""

    document: Path
    line: int
    text: str
    whole: bool

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}: {self.text}"


def code_texts(document: Path) -> Iterator[CodeText]:
    fenced = False
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced:
            yield CodeText(document, number, line.strip().removeprefix("$ "), True)
        else:
            for piece in re.findall(r"`([^`]+)`", line):
                yield CodeText(document, number, piece.strip(), False)


CODE = [code for document in DOCUMENTS for code in code_texts(document)]
_CALL = re.compile(r"^(?:[A-Z_]+=\S+\s+)*(?:\.venv/bin/)?parallax\s")


def calls() -> list[CodeText]:
    return [code for code in CODE if _CALL.match(code.text + " ")]


def words_of(text: str) -> list[str]:
    """The arguments of one call: without what a shell takes for itself (pipes, redirections, comments)."""
    words = shlex.split(text.replace("\\|", "/"), comments=True)
    while words and not words[0].endswith("parallax"):
        words.pop(0)
    cut = next((i for i, word in enumerate(words) if word in ("|", "<", ">", ">>", "&&", ";")), len(words))
    return words[1:cut]


def parse(command: Any, arguments: list[str], parent: Any = None) -> None:
    """Parse a call as the command line would, down to its last option, without running it."""
    context = command.make_context(command.name, list(arguments), parent=parent)
    if hasattr(command, "commands"):
        _, below, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        parse(below, rest, context)


def resolve(words: list[str]) -> tuple[Any, list[str]]:
    """Follow command names as far as they go; return the command and the words after them."""
    command, rest = ROOT_COMMAND, list(words)
    while rest and hasattr(command, "commands") and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    return command, rest


def options_of(command: Any) -> set[str]:
    options = [p for p in command.params if p.param_type_name == "option"]
    own = {name for option in options for name in (*option.opts, *option.secondary_opts)}
    return own | {"--help", "-h"}


def leaves(command: Any = ROOT_COMMAND, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, below in getattr(command, "commands", {}).items():
        yield from leaves(below, (*path, name))
    if not hasattr(command, "commands"):
        yield " ".join(path), command


@pytest.mark.parametrize("call", [c for c in calls() if c.whole], ids=str)
def test_a_call_in_a_block_can_be_copied(call: CodeText) -> None:
    parse(ROOT_COMMAND, words_of(call.text))


@pytest.mark.parametrize("call", [c for c in calls() if not c.whole], ids=str)
def test_a_call_in_a_sentence_names_a_command_and_its_options(call: CodeText) -> None:
    words = words_of(call.text)
    command, rest = resolve(words)
    if hasattr(command, "commands"):
        assert not rest or rest[0].startswith("-") or rest[0] == "COMMAND", f"no command {rest[0]!r}"
    named = {word.split("=")[0] for word in rest if re.match(r"^--?[a-z]", word)}
    assert named <= options_of(command)


def test_a_wrong_call_is_found() -> None:
    with pytest.raises(Exception, match="No such option"):
        parse(ROOT_COMMAND, ["outlets", "list", "--bogus"])
    with pytest.raises(Exception, match="No such command"):
        parse(ROOT_COMMAND, ["outlets", "remove"])
    with pytest.raises(Exception, match="Missing parameter"):
        parse(ROOT_COMMAND, ["compare"])


def rows_of_cli_guide() -> dict[str, str]:
    rows: dict[str, str] = {}
    for line in (GUIDE / "cli.md").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\| `parallax ([a-z ]+)", line):
            rows[match.group(1).strip()] = line
    return rows


@pytest.mark.parametrize(("path", "command"), list(leaves()), ids=lambda value: value if isinstance(value, str) else "")
def test_the_guide_describes_each_command_with_its_own_options(path: str, command: Any) -> None:
    row = rows_of_cli_guide().get(path, "")
    assert row, f"docs/guide/cli.md has no row that begins with `parallax {path}`"
    own = options_of(command) - COMMON_OPTIONS
    missing = {name for name in own if f"`{name}" not in row and f" {name} " not in row}
    assert not missing, f"the row of `parallax {path}` does not name {missing}"


def test_the_guide_describes_no_command_or_option_that_is_gone() -> None:
    known = dict(leaves())
    for path, row in rows_of_cli_guide().items():
        assert path in known
        named = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", row))
        assert named <= options_of(known[path]), path


def test_the_guide_lists_all_exit_codes() -> None:
    text = (GUIDE / "cli.md").read_text(encoding="utf-8").split("## Exit codes")[1].split("\n## ")[0]
    listed = {int(n) for n in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    pending, codes = [ParallaxError], {0, EXIT_INTERRUPTED}
    while pending:
        kind = pending.pop()
        codes.add(kind.exit_code)
        pending.extend(kind.__subclasses__())
    assert listed == codes


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_relative_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = [t for t in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", t)]
    missing = [t for t in targets if not (document.parent / (t.split("#")[0] or document.name)).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_paths_that_are_named_exist(document: Path) -> None:
    missing = []
    for code in code_texts(document):
        for word in re.split(r"[\s:,;()\"'=<>]+", code.text):
            path = word.rstrip(".…")
            if not path.startswith(TOP_LEVEL) or MADE_LATER.match(path) or re.search(r"[<>{}]|NAME|…", path):
                continue
            if not (any(ROOT.glob(path)) if "*" in path else (ROOT / path).exists()):
                missing.append(str(code))
    assert not missing


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    wrong = [str(code) for code in CODE for name in re.findall(r"(?:^|\s)make ([a-z]+)\b", code.text) if name not in targets]
    assert not wrong


def test_every_file_of_decisions_and_guide_is_reachable() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert not [p.name for p in (ROOT / "docs" / "decisions").glob("*.md") if p.name != "README.md" and f"({p.name})" not in index]
    elsewhere = "".join(d.read_text(encoding="utf-8") for d in DOCUMENTS)
    assert not [p.name for p in GUIDE.glob("*.md") if not re.search(rf"\]\([^)]*{re.escape(p.name)}\)", elsewhere)]


def test_the_dagster_guide_names_what_dagster_has() -> None:
    path = ROOT / "tests" / "unit" / "orchestration" / "definitions_snapshot.json"
    if not path.exists():
        pytest.skip("tests/unit/orchestration has not written its snapshot yet")
    snapshot = json.loads(path.read_text(encoding="utf-8"))
    text = (GUIDE / "dagster.md").read_text(encoding="utf-8")
    jobs = [j for j in snapshot["jobs"] if not j.startswith("__")]
    lake = [a for a in snapshot["assets"] if a.startswith("lake/")]
    assert not [name for name in [*jobs, *lake, *snapshot["schedules"], *snapshot["sensors"]] if f"`{name}`" not in text]


def tracked_texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git clone")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (data := path.read_bytes())[:8192]:
            yield name, data.decode("utf-8", "replace")


def test_no_tracked_file_names_a_machine_path_or_a_package_host() -> None:
    """A lock or a document with an address of one machine or index works there only."""
    folders = "|".join(("work", "tmp", "root", "home/[a-z]+", "Users/[A-Za-z]+"))
    hosts = "|".join((r"pypi\.o" + "rg", r"pythonhosted\.o" + "rg", r"hub\.get" + r"dbt\.com", r"conda\.ana" + "conda"))
    forbidden = re.compile(rf"(?<![\w./-])/(?:{folders})/[\w.]|{hosts}|--(?:extra-)?index-u" + "rl ")
    found = [f"{name}: {match.group()}" for name, text in tracked_texts() for match in [forbidden.search(text)] if match]
    assert not found


def test_no_python_package_hides_dbt() -> None:
    """A file ``dbt/__init__.py`` would be imported in place of the installed package."""
    assert not (ROOT / "dbt" / "__init__.py").exists()
