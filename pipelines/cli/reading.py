"""Commands that read what is published: today, compare, sql."""

from __future__ import annotations

import csv
import sys
import webbrowser
from datetime import timedelta
from typing import Annotated, Any

import typer

from pipelines.cli import show
from pipelines.cli.common import HomeOption, JsonOption, out, print_json, readable, safe, settings_for
from pipelines.loading.publish import require_published
from pipelines.settings import Settings
from pipelines.stations.comparing import Comparison, Deed, compare_story, csv_safe, find_stories, latest_time, run_sql

CsvOption = Annotated[bool, typer.Option("--csv", help="Comma-separated values on standard output; cells cannot run as formulas.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=0, help="How many to show.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command()(today)
    app.command()(compare)
    app.command()(sql)


def today(
    home: HomeOption = None,
    hours: Annotated[int, typer.Option("--hours", min=1, help="How far back from the newest article.")] = 24,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """List the stories of the last day, by independent origins."""
    database = require_published(settings_for(home).current).database
    newest = latest_time(database)
    since = newest - timedelta(hours=hours) if newest else None
    lines = find_stories(database, None, limit=limit, since=since)
    if as_json:
        print_json({"until": newest, "hours": hours, "stories": lines})
        return
    if newest is None:
        out.print("There are no articles yet; `parallax run` polls the registry, `parallax doctor` says what hinders.", soft_wrap=True)
        return
    show.story_list(lines, f"Stories of the {hours} h before {newest:%d %b %Y %H:%M} UTC")


def compare(
    query: Annotated[str, typer.Argument(help="Words that an article of the story has, or a story id.")],
    home: HomeOption = None,
    limit: LimitOption = 1,
    deeds: Annotated[int, typer.Option("--deeds", min=1, help="Deeds shown per outlet.")] = 3,
    open_original: Annotated[bool, typer.Option("--open", help="Open the first side's article in the browser.")] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Show stories that match, their outlets side by side: who acts, on whom, who says so."""
    database = require_published(settings_for(home).current).database
    lines = find_stories(database, readable(query, "The query"), limit=max(1, limit))
    found = [compare_story(database, line) for line in lines]
    if as_json:
        print_json(found)
    elif as_csv:
        _write_csv(found)
    elif not found:
        out.print(f"No story has an article with the words {safe(repr(query))}; `parallax today` lists what there is.", soft_wrap=True)
        raise typer.Exit(1)
    else:
        for comparison in found:
            show.comparison(comparison, deeds_per_side=deeds)
    urls = [side.url for comparison in found for side in comparison.sides if side.url and side.url.startswith(("http://", "https://"))]
    if open_original and urls:
        webbrowser.open(urls[0])


def sql(
    statement: Annotated[str, typer.Argument(help="One SQL statement; `-` reads it from standard input.")],
    home: HomeOption = None,
    limit: LimitOption = 100,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Run SQL on the published database, read-only."""
    database = require_published(settings_for(home).current).database
    text = readable(sys.stdin.buffer.read() if statement == "-" else statement, "The statement")
    columns, rows, cut = run_sql(database, text, limit=None if as_json or as_csv or limit == 0 else limit)
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows([csv_safe(v) for v in row] for row in rows)
    else:
        show.rows(columns, rows, cut=cut)


def first_comparison(settings: Settings, story_id: str | None = None) -> None:
    """Print one story, or the one with the most independent origins; for the demo."""
    database = require_published(settings.current).database
    for line in find_stories(database, story_id, limit=1):
        show.comparison(compare_story(database, line), deeds_per_side=2)


def _write_csv(found: list[Comparison]) -> None:
    writer = csv.writer(sys.stdout)
    names = ("action", "voice", "speaker", "polarity", "reality", "place", "sentence", "mention_id")
    about = ("story_id", "story", "outlet", "headline", "first_seen", "appearance", "reuse", "url", "actors", "targets", "figures")
    writer.writerow([*about, *names])
    for comparison in found:
        for side in comparison.sides:
            deeds: list[Deed | None] = [*side.deeds] or [None]
            for deed in deeds:
                row: list[Any] = [comparison.story_id, comparison.title, side.outlet, side.headline, side.first_seen.isoformat()]
                row += [side.appearance, side.reuse, side.url]
                row += ["; ".join(deed.actors), "; ".join(deed.targets), "; ".join(deed.figures)] if deed else ["", "", ""]
                row += [getattr(deed, n) if deed else "" for n in names]
                writer.writerow([csv_safe(v) for v in row])
