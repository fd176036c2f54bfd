"""The command doctor: what is configured, reachable and broken, in plain words."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.common import HomeOption, JsonOption, open_workspace, out, print_json, safe
from pipelines.stations.doctor import examine

_STYLE = {"ok": "[green]ok[/]    ", "note": "[yellow]note[/]  ", "broken": "[red]broken[/]"}


def register(app: typer.Typer) -> None:
    """Add this command to the root."""
    app.command()(doctor)


def doctor(
    home: HomeOption = None,
    network: Annotated[bool, typer.Option("--network", help="Also fetch every feed once.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what is configured, what is reachable and what is broken. Ends with exit code 1 if something is broken."""
    findings = examine(open_workspace(home), network=network)
    if as_json:
        print_json(findings)
    else:
        for f in findings:
            out.print(f"{_STYLE[f.level]} [bold]{safe(f.about)}[/]: {safe(f.sentence)}", soft_wrap=True)
    if any(f.level == "broken" for f in findings):
        raise typer.Exit(1)
