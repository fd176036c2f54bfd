"""Commands about the extractor: extract, explain, evaluate."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from rich import box
from rich.table import Table

from pipelines.cli.common import HomeOption, JsonOption, QuietOption, out, print_json, safe, settings_for
from pipelines.cli.common import progress as bars
from pipelines.core.clock import SystemClock
from pipelines.core.errors import UsageError
from pipelines.core.files import atomic_path
from pipelines.evaluation.changes import Changes
from pipelines.evaluation.records import AccuracyRow
from pipelines.evaluation.releases import release as write_release
from pipelines.evaluation.results import Half, Task, TaskResult
from pipelines.evaluation.tasks import Evaluation, Tools
from pipelines.evaluation.tasks import evaluate as run_evaluation
from pipelines.extraction.extractor import Extractor
from pipelines.extraction.jsonl import read_items, to_gold_format
from pipelines.lake.store import Lake
from pipelines.outlets import registry as outlet_registry
from pipelines.settings import PROJECT_ROOT, Settings

ALL = "all"
STATE = "evaluation"
GOLD_FILES = ("{task}.dev*.jsonl", "{task}.bodies.dev*.jsonl", "{task}.lgl.jsonl")
DEFAULT_GOLD = PROJECT_ROOT.parent / "shared" / "gold"
RELEASES = PROJECT_ROOT / "docs" / "accuracy.csv"
_CURVE = ("reliability_", "confidence_")


def register(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command()(extract)
    app.command()(explain)
    app.command()(evaluate)


def extract(
    source: Annotated[Path, typer.Option("--input", help="JSON lines: item, outlet, published, title, summary, body.")],
    target: Annotated[Path, typer.Option("--output", help="Where the items with their mentions go, as JSON lines.")],
    home: HomeOption = None,
    quiet: QuietOption = False,
) -> None:
    """Extract event mentions from items in a file."""
    if not source.is_file():
        raise UsageError(f"There is no file {source}.")
    if target.is_dir():
        raise UsageError(f"{target} is a folder; give --output a file.")
    settings = settings_for(home)
    own = settings.registry
    known = outlet_registry.load(own) if own.exists() else outlet_registry.loads(outlet_registry.starter())
    items = list(read_items(source, known))
    extractor = Extractor.load(settings.model)
    mentions, apart = 0, list[str]()
    with ExitStack() as stack:
        temporary = stack.enter_context(atomic_path(target))
        # A lone surrogate, which JSON can say and UTF-8 cannot, goes out as the escape that it came in as.
        sink = stack.enter_context(temporary.open("w", encoding="utf-8", errors="backslashreplace"))
        step = stack.enter_context(bars(quiet).step("extract", len(items)))
        for coded in extractor.code(items):
            row = to_gold_format(coded)
            mentions += len(row["mentions"])
            sink.write(json.dumps(row, ensure_ascii=False) + "\n")
            mark = coded.extraction
            if mark is not None and mark.status != "coded":
                apart.append(f"{coded.item.version_id}: {mark.status}. {mark.detail}")
            step.advance()
    if not quiet:
        for told in apart:
            out.print(safe(told), soft_wrap=True)
        out.print(safe(f"{mentions} mentions in {len(items)} items: {target}"), soft_wrap=True)


def explain(
    text: Annotated[str, typer.Argument(help="A sentence or a short text.")], home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Show how one text is read, stage by stage."""
    from pipelines.cli.explaining import show_explanation
    from pipelines.extraction.explain import explain as run_explain

    found = run_explain(text, Extractor.load(settings_for(home).model), now=SystemClock().now())
    if as_json:
        print_json(found)
    else:
        show_explanation(found)


def evaluate(
    task: Annotated[str, typer.Argument(help=f"One of {', '.join(get_args(Task))}, or all.")],
    gold: Annotated[list[Path] | None, typer.Option("--gold", help="Gold file (several: pooled); for `all` their folder.")] = None,
    predictions: Annotated[Path | None, typer.Option("--predictions", help="Where to write one prediction per gold line.")] = None,
    half: Annotated[str, typer.Option("--half", help="all, even or odd lines of the gold.")] = ALL,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changed since the last run.")] = False,
    release: Annotated[bool, typer.Option("--release", help="With `all`: write the figures into docs/accuracy.csv.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the extractor or the matching against gold data."""
    if task != ALL and task not in get_args(Task):
        raise UsageError(f"{task!r} is no task; choose one of {', '.join(get_args(Task))}, or all.")
    if half not in get_args(Half):
        raise UsageError(f"--half {half}: choose one of {', '.join(get_args(Half))}.")
    if release and (task != ALL or half != ALL):
        raise UsageError("--release goes with `evaluate all` over all lines: a release is measured whole.")
    if release and not RELEASES.parent.is_dir():
        raise UsageError(f"--release writes {RELEASES}, and there is no such folder: run it in a checkout of the repository.")
    settings = settings_for(home)
    tools = Tools(settings.model)
    done = [
        run_evaluation(
            one,
            files,
            tools,
            measured_at=SystemClock().now(),
            half=cast(Half, half),
            predictions_out=predictions if task != ALL else None,
            state=settings.home / STATE,
            diff=diff,
        )
        for one, files in _what(task, gold)
    ]
    _keep(settings, done)
    if release:
        write_release(RELEASES, [row for e in done for row in e.rows], SystemClock().now().date())
    if as_json:
        print_json([{"task": e.result.task, "measures": e.result.measures, "changes": e.changes} for e in done])
        return
    for evaluation in done:
        _show(evaluation.result)
        if evaluation.changes is not None:
            _show_changes(evaluation.changes)


def _what(task: str, gold: list[Path] | None) -> list[tuple[Task, list[Path]]]:
    if not gold and task == ALL and DEFAULT_GOLD.is_dir():
        gold = [DEFAULT_GOLD]
    if not gold:
        raise UsageError("--gold is missing: give the gold file of the task, or for `all` the folder that holds the gold files.")
    if task != ALL:
        return [(cast(Task, task), gold)]
    folder = gold[0]
    if not folder.is_dir():
        raise UsageError(f"`evaluate all` needs the folder of the gold files; {folder} is none.")
    found: list[tuple[Task, list[Path]]] = []
    for one in get_args(Task):
        paths = {path for pattern in GOLD_FILES for path in folder.glob(pattern.format(task=one))}
        found.extend((one, [path]) for path in sorted(paths))
    if not found:
        raise UsageError(f"No gold file was found in {folder}; they are named <task>.dev.jsonl and the like.")
    return found


def _keep(settings: Settings, done: list[Evaluation]) -> None:
    Lake(settings.lake).append(AccuracyRow, [row for e in done for row in e.rows])


def _show(result: TaskResult) -> None:
    table = Table(box=box.SIMPLE, title=f"{result.task} ({result.half} lines)", title_justify="left")
    for name in ("slot", "stratum"):
        table.add_column(name)
    for name in ("n", "value", "95 % interval"):
        table.add_column(name, justify="right")
    for m in result.measures:
        if m.slot.startswith(_CURVE):
            continue
        value = "" if m.value is None else f"{m.value:.3f}"
        interval = f"{m.low:.3f} to {m.high:.3f}" if m.low is not None and m.high is not None else ""
        table.add_row(m.slot, m.stratum, str(m.n), value, interval)
    out.print(table)
    if any(m.slot.startswith(_CURVE) for m in result.measures):
        out.print(_reliability(result))


def _reliability(result: TaskResult) -> Table:
    """The reliability curve: is a mention at confidence .7 right in 70 of 100 cases?"""
    table = Table(box=box.SIMPLE, title="reliability of the confidence (all items)", title_justify="left")
    for name in ("confidence", "n", "mean", "share right", "95 % interval"):
        table.add_column(name, justify="right")
    found = {m.slot: m for m in result.measures if m.stratum == ALL}
    for slot, m in found.items():
        if slot.startswith("reliability_") and m.value is not None:
            lower = float(slot.removeprefix("reliability_"))
            mean = found[slot.replace("reliability_", "confidence_")].value
            interval = f"{m.low:.2f} to {m.high:.2f}" if m.low is not None and m.high is not None else ""
            table.add_row(f"{lower:.1f} to {lower + 0.1:.1f}", str(m.n), "" if mean is None else f"{mean:.2f}", f"{m.value:.2f}", interval)
    return table


def _show_changes(changes: Changes) -> None:
    if changes.since is None:
        out.print("There was no earlier run to compare with; this one is kept for the next.")
        return
    out.print(f"Since the run with {changes.since}:")
    for moved in changes.moved:
        out.print(safe(f"  {moved.slot} ({moved.stratum}): {moved.before} → {moved.after}"))
    for name, listed in (("gained", changes.gained), ("lost", changes.lost)):
        out.print(f"  {len(listed)} {name}")
        for change in listed[:20]:
            out.print(safe(f"    {change.key}: {change.text}"), soft_wrap=True)
