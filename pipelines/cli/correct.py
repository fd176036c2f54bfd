"""`parallax correct`: set a mention, an event link, a story link or a copy link right; list, check, take back."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from pipelines.cli.common import HomeOption, JsonOption, open_workspace, out, print_json, safe
from pipelines.core.clock import SystemClock
from pipelines.core.errors import UsageError
from pipelines.corrections.fields import SETTERS
from pipelines.corrections.schema import NOT_A_MENTION, Correction
from pipelines.stations import correcting
from pipelines.stations.correcting import Listed

app = typer.Typer(help="Set right what the machine read wrongly; every table says so, and it can be taken back.", no_args_is_help=True)

WhoOption = Annotated[str | None, typer.Option("--who", help="Who corrects. Default: your name on this machine.", show_default=False)]
WhyOption = Annotated[str, typer.Option("--why", help="Why; people will read it beside the table.")]
BelongsOption = Annotated[bool | None, typer.Option("--belongs/--belongs-not", help="Whether it does.", show_default=False)]
NEXT = "It shows in the tables after the next `parallax run` or `parallax publish`."


def _context(who: str | None, why: str) -> dict[str, Any]:
    return {"who": who or getpass.getuser(), "why": why, "when": SystemClock().now()}


def _told(made: Correction, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    what = f"{made.field} was {made.before!r} and is {made.value!r}" if made.value else f"{made.field} (before: {made.before})"
    out.print(safe(f"Correction {made.id}: {what}. {NEXT}"), soft_wrap=True)


def _decided(belongs: bool | None) -> bool:
    if belongs is None:
        raise UsageError("Say --belongs or --belongs-not.")
    return belongs


@app.command("mention")
def correct_mention(
    mention: Annotated[str, typer.Argument(help="Id of the mention, or how it begins.")],
    why: WhyOption,
    sets: Annotated[list[str] | None, typer.Option("--set", help=f"FIELD=VALUE; several allowed. Fields: {', '.join(SETTERS)}.")] = None,
    not_a_mention: Annotated[bool, typer.Option("--not-a-mention", help="The text tells of no such deed.")] = False,
    who: WhoOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Correct coded fields of a mention, or say that it is none."""
    if bool(sets) == not_a_mention:
        raise UsageError("Say what is to be corrected: either --set FIELD=VALUE or --not-a-mention.")
    pairs = [(NOT_A_MENTION, "")] if not_a_mention else [_pair(one) for one in sets or ()]
    workspace = open_workspace(home)
    for field, value in pairs:
        _told(correcting.correct_mention(workspace, mention, field, value, **_context(who, why)), as_json)


def _pair(given: str) -> tuple[str, str]:
    field, equals, value = given.partition("=")
    if not equals:
        raise UsageError(f"--set {given}: write FIELD=VALUE, such as action=COERCE; FIELD=none empties it.")
    return field.strip(), value


@app.command("event")
def correct_event(
    mention: Annotated[str, typer.Argument(help="Id of the mention.")],
    event: Annotated[str, typer.Argument(help="Id of the event.")],
    why: WhyOption,
    belongs: BelongsOption = None,
    who: WhoOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a mention tells of an event, or does not."""
    _told(correcting.correct_event(open_workspace(home), mention, event, _decided(belongs), **_context(who, why)), as_json)


@app.command("story")
def correct_story(
    article: Annotated[str, typer.Argument(help="Id of the article.")],
    story: Annotated[str, typer.Argument(help="Id of the story.")],
    why: WhyOption,
    belongs: BelongsOption = None,
    who: WhoOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that an article belongs to a story, or does not."""
    _told(correcting.correct_story(open_workspace(home), article, story, _decided(belongs), **_context(who, why)), as_json)


@app.command("copy")
def correct_copy(
    article: Annotated[str, typer.Argument(help="Id of an article.")],
    other: Annotated[str, typer.Argument(help="Id of another article.")],
    why: WhyOption,
    belongs: BelongsOption = None,
    who: WhoOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that two articles share their text, or do not."""
    _told(correcting.correct_copy(open_workspace(home), article, other, _decided(belongs), **_context(who, why)), as_json)


@app.command("list")
def list_corrections(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show all corrections and what came of each at the last matching."""
    found = correcting.listed(open_workspace(home))
    if as_json:
        print_json([{"correction": one.correction, "status": one.row.status if one.row else None} for one in found])
        return
    if not found:
        out.print("Nothing was corrected yet.")
        return
    table = Table(box=box.SIMPLE)
    for name in ("id", "kind", "field", "before", "value", "who", "when", "status", "why"):
        table.add_column(name, overflow="fold")
    for one in found:
        c = one.correction
        table.add_row(*map(safe, (c.id, c.kind, c.field, c.before, c.value, c.who, f"{c.when:%Y-%m-%d}", _status(one), c.why)))
    out.print(table)


def _status(one: Listed) -> str:
    return one.row.status if one.row else "not matched yet"


@app.command("check")
def check_corrections(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check the file, and say which corrections fit nothing any more. Ends with 1 if one does."""
    workspace = open_workspace(home)
    rows = correcting.listed(workspace)
    tried = {o.correction.id: o.status for o in correcting.trial(workspace)}
    statuses = {one.correction.id: tried.get(one.correction.id) or _status(one) for one in rows}
    unmatched = sorted(name for name, status in statuses.items() if status == "unmatched")
    if as_json:
        print_json({"statuses": statuses, "unmatched": unmatched})
    else:
        out.print(safe(f"{workspace.settings.corrections}: {len(rows)} corrections; the file is well-formed."), soft_wrap=True)
        for one in rows:
            if one.correction.id in unmatched:
                sentence = f"{one.correction.id} ({one.correction.kind}, {one.correction.field}): what it corrects is not found any more."
                out.print(safe(f"{sentence} It changes nothing; look at it, or take it back."), soft_wrap=True)
    if unmatched:
        raise typer.Exit(1)


@app.command("remove")
def remove_corrections(
    ids: Annotated[list[str], typer.Argument(help="Ids of corrections.")], home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Take corrections back; the tables say again what they said before."""
    gone = correcting.take_back(open_workspace(home), ids)
    if as_json:
        print_json(gone)
        return
    for c in gone:
        out.print(safe(f"Correction {c.id} ({c.kind}, {c.field}) is taken back. {NEXT}"), soft_wrap=True)
