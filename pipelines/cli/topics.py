"""Commands about topics: list, check, copy, evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from rich import box
from rich.table import Table

from pipelines.cli.common import HomeOption, JsonOption, open_workspace, out, print_json, safe
from pipelines.core.clock import SystemClock
from pipelines.core.errors import UsageError
from pipelines.core.files import write_text
from pipelines.evaluation.records import AccuracyRow
from pipelines.evaluation.results import Half
from pipelines.evaluation.topic_scores import TopicResult, read_labels, score_topics
from pipelines.stations.matching import topics_by_article
from pipelines.stories import topic_list

app = typer.Typer(help="Topics: what there are, and your own list.", no_args_is_help=True)


@app.command("list")
def list_topics(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the topics in force."""
    workspace = open_workspace(home)
    rows = [{"topic": t.id, "name": t.name, "about": t.about} for t in workspace.topics.topics]
    if as_json:
        print_json(rows)
        return
    table = Table(box=box.SIMPLE)
    for name in ("topic", "name", "about"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*map(safe, row.values()))
    out.print(table)
    own = workspace.settings.topics
    where = f"Your own list counts: {own}" if own.exists() else "The shipped list counts; `parallax topics copy` gives you one of your own."
    out.print(safe(where), soft_wrap=True)


@app.command("check")
def check_topics(home: HomeOption = None) -> None:
    """Say what is wrong with your own list, if anything is."""
    workspace = open_workspace(home)
    topics = workspace.topics.topics
    words = sum(len(t.terms) + len(t.hints) for t in topics)
    where = workspace.settings.topics if workspace.settings.topics.exists() else "the shipped list"
    out.print(safe(f"{where}: {len(topics)} topics with {words} words; nothing is wrong with it."), soft_wrap=True)


@app.command("copy")
def copy_topics(home: HomeOption = None) -> None:
    """Put the shipped list into the home folder, for you to change."""
    target = open_workspace(home).settings.topics
    if target.exists():
        raise UsageError(f"{target} is there already; delete it first if you want the shipped list again.")
    write_text(target, topic_list.shipped())
    out.print(safe(f"{target}: change it as you like; the next matching (`parallax run` or `publish`) uses it."), soft_wrap=True)


@app.command("evaluate")
def evaluate_topics(
    gold: Annotated[Path, typer.Option("--gold", help="Labels as JSON lines: article (id), topics, also.")],
    half: Annotated[str, typer.Option("--half", help="all, even or odd lines.")] = "all",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the topics of a home's stories against labels, and keep the figures in the table accuracy."""
    if half not in get_args(Half):
        raise UsageError(f"--half {half}: choose one of {', '.join(get_args(Half))}.")
    workspace = open_workspace(home)
    labels, data = read_labels(gold, [t.id for t in workspace.topics.topics], cast(Half, half))
    result = score_topics(labels, topics_by_article(workspace), cast(Half, half), data)
    # Which list was measured belongs to the figure as the extractor does: both decide the topics.
    with workspace.writing():
        workspace.lake.append(AccuracyRow, result.to_rows(f"topics-{workspace.topics.fingerprint}", SystemClock().now()))
    if as_json:
        print_json({"data": result.data, "missing": result.missing, "measures": result.measures})
        return
    _show(result)


def _show(result: TopicResult) -> None:
    table = Table(box=box.SIMPLE, title=f"topics ({result.half} lines, {result.data})", title_justify="left")
    table.add_column("topic")
    for name in ("n", "precision", "95 % interval", "n", "recall", "95 % interval"):
        table.add_column(name, justify="right")
    by = {(m.stratum, m.slot): m for m in result.measures}
    for stratum in dict.fromkeys(m.stratum for m in result.measures):
        cells = []
        for slot in ("precision", "recall"):
            m = by[stratum, slot]
            span = f"{m.low:.2f} to {m.high:.2f}" if m.low is not None and m.high is not None else ""
            cells += [str(m.n), "" if m.value is None else f"{m.value:.3f}", span]
        table.add_row(stratum, *cells)
    out.print(table)
    if result.missing:
        out.print(f"{result.missing} labelled articles are not in this home.")
