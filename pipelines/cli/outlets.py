"""Commands about who is read: outlets add, list, check, import, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from pipelines.cli.common import HomeOption, JsonOption, QuietOption, open_workspace, out, print_json, safe
from pipelines.core.errors import RegistryError, UsageError
from pipelines.core.files import write_bytes
from pipelines.outlets import opml
from pipelines.outlets import registry as outlet_registry
from pipelines.outlets.importing import import_outlines
from pipelines.stations.outlets import add_site, check_outlets

app = typer.Typer(help="Who is read: add, list, check, import and export outlets.", no_args_is_help=True)


@app.command("list")
def list_outlets(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the outlets of the registry."""
    workspace = open_workspace(home)
    outlets = workspace.registry.outlets
    if as_json:
        print_json([o.model_dump(mode="json") for o in outlets])
        return
    table = Table(box=box.SIMPLE, title=safe(str(workspace.settings.registry)), title_justify="left")
    for name in ("id", "name", "country", "language", "owner", "state control", "feeds", "verified", "polled", "full text"):
        table.add_column(name)
    for o in outlets:
        facts = (o.id, o.name, o.country, o.language, o.owner, o.state_control, str(len(o.feeds)), o.verified)
        table.add_row(*(safe(f) for f in facts), "yes" if o.enabled else "no", "yes" if o.full_text else "no")
    out.print(table)


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Address of the outlet's site, or of a feed.")],
    home: HomeOption = None,
    outlet_id: Annotated[str | None, typer.Option("--id", help="Short name. Default: from the host.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="The outlet's name. Default: the feed's title.")] = None,
    country: Annotated[str | None, typer.Option("--country", help="ISO 3166-1 alpha-3, such as GBR. Default: unknown.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Discover a site's feeds and add it to the registry."""
    workspace = open_workspace(home)
    outlet = add_site(workspace, url, outlet_id=outlet_id, name=name, country=country)
    if as_json:
        print_json(outlet.model_dump(mode="json"))
        return
    feeds = "\n".join(f"  {f.id(outlet)}  {f.url}" for f in outlet.feeds)
    facts = "Country, language, time zone and owner stay unknown until you write them there."
    out.print(safe(f"Added {outlet.id} ({outlet.name}) to {workspace.settings.registry}:\n{feeds}\n{facts}"), soft_wrap=True)


@app.command()
def check(
    outlets: Annotated[list[str] | None, typer.Argument(help="Ids of outlets. Default: all.")] = None,
    home: HomeOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch and parse each feed once and say whether it works."""
    workspace = open_workspace(home, quiet=quiet or as_json)
    checks = check_outlets(workspace, outlets or ())
    if as_json:
        print_json(checks)
    elif not quiet:
        for c in checks:
            out.print(f"{'[green]works[/]' if c.works else '[red]fails[/]'}  {safe(c.feed_id)}: {safe(c.sentence)}", soft_wrap=True)
    if not any(c.works for c in checks):
        raise typer.Exit(1)


@app.command("import")
def import_opml(
    file: Annotated[Path, typer.Argument(help="An OPML file; what is ill-formed in it is recovered and reported.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import outlets from an OPML file."""
    if not file.is_file():
        raise UsageError(f"There is no file {file}.")
    workspace = open_workspace(home)
    read = opml.read(file.read_bytes())
    if not read.outlines:
        raise RegistryError("\n".join(f"{file}: {problem}" for problem in read.problems) or f"{file}: it names no feed.")
    result = import_outlines(read, workspace.registry)
    outlet_registry.save(result.registry, workspace.settings.registry)
    problems = result.problems
    if as_json:
        print_json({"added": [*result.added, *result.extended], "problems": [str(p) for p in problems]})
        return
    for problem in problems:
        out.print(safe(f"{file}: {problem}"), soft_wrap=True)
    added = f"{len(result.added)} outlets were added, and {len(result.extended)} feeds to outlets that were there"
    out.print(safe(f"{added}: {workspace.settings.registry}"), soft_wrap=True)


@app.command("export")
def export_opml(
    file: Annotated[Path | None, typer.Argument(help="Where to write. Default: standard output.")] = None, home: HomeOption = None
) -> None:
    """Export the registry as OPML."""
    data = opml.write(open_workspace(home).registry)
    if file is None:
        typer.echo(data.decode(), nl=False)
    else:
        write_bytes(file, data)
