"""`parallax forget`: take an article or an outlet out of everything that is kept here, for those who must."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from pipelines.cli.common import HomeOption, JsonOption, open_workspace, out, print_json, safe
from pipelines.core.clock import SystemClock
from pipelines.core.errors import UsageError
from pipelines.feeds.tombstones import Tombstone
from pipelines.stations import forgetting
from pipelines.stations.forgetting_bodies import Forgetting

SHOWN = 5


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(forget)


def forget(
    target: Annotated[str | None, typer.Argument(help="Address of an article, or id of an outlet.")] = None,
    why: Annotated[str, typer.Option("--why", help="Why; kept beside the hash of the address.")] = "",
    who: Annotated[str | None, typer.Option("--who", help="Who asks. Default: your name on this machine.", show_default=False)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what was cut off.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show what was forgotten: when, why, by whom.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an article or an outlet out of archive, lake, database and kept generations; it does not come back.

    What stays is a hash of its address, with when, why and who. This cannot be undone.
    """
    workspace = open_workspace(home)
    if list_:
        _list(workspace.forgotten.tombstones, as_json)
        return
    if resume:
        stones = forgetting.unfinished(workspace)
        told = [forgetting.resume(workspace, stone) for stone in stones]
        if as_json:
            print_json(told)
        else:
            out.print(f"{len(told)} forgettings were finished." if told else "Nothing was cut off.")
        return
    if target is None:
        raise UsageError("Name what is to be forgotten: the address of an article, or the id of an outlet.")
    found = forgetting.look(workspace, target)
    if dry_run:
        _told(forgetting.plan(workspace, found), "Would go", as_json)
        return
    if not why.strip():
        raise UsageError("A forgetting says why: --why TEXT.")
    if not yes:
        _told(forgetting.plan(workspace, found), "Will go", False)
        if not typer.confirm("This cannot be undone. Forget it?"):
            raise typer.Exit(1)
    done = forgetting.forget(workspace, found, who=who or getpass.getuser(), why=why, when=SystemClock().now())
    _told(done, "Gone", as_json)


def _told(told: Forgetting, how: str, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    for title in told.titles[:SHOWN]:
        out.print(safe(f"  {title}"), soft_wrap=True)
    if len(told.titles) > SHOWN:
        out.print(f"  and {len(told.titles) - SHOWN} more")
    listed = ", ".join(f"{n} {what}" for what, n in told.counts.items()) or "nothing that was not gone before"
    out.print(safe(f"{how}: {listed}."), soft_wrap=True)
    for note in told.notes:
        out.print(safe(note), soft_wrap=True)


def _list(stones: tuple[Tombstone, ...], as_json: bool) -> None:
    told = ("id", "when", "who", "why", "outlet", "done")
    rows = [{name: getattr(t, name) for name in told} | {"articles": len(t.articles)} for t in stones]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        what = f"outlet {row['outlet']}" if row["outlet"] else f"{row['articles']} articles"
        end = "" if row["done"] else "; it was cut off: `parallax forget --resume`"
        out.print(safe(f"{row['id']}  {row['when']:%Y-%m-%d}  {what}, by {row['who']}: {row['why']}{end}"), soft_wrap=True)
    if not rows:
        out.print("Nothing was forgotten yet.")
