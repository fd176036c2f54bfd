"""How reports and comparisons look in the terminal. Text from feeds is escaped: it must not be able to style or script."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from pipelines.cli.common import out, safe
from pipelines.stations.comparing import Comparison, Deed, Side, StoryLine
from pipelines.stations.running import RunReport

_VOICES = {
    "outlet": "the outlet itself",
    "named_person": "a named person",
    "named_org": "an organisation",
    "other_media": "other media",
    "document": "a document",
    "unnamed_official": "unnamed officials",
    "unnamed_other": "unnamed others",
}
LEGEND = (
    "Capitals name the type of the deed (ASSAULT: harms by force; COERCE: restricts, arrests, seizes; ACCUSE, REJECT, AID …: docs/guide). "
    "Independent means that no shared text or credit was found, not that anything was verified."
)
LONGEST_TITLE = 200
_APPEARANCE = {"first": "clearly first", "later": "later", "unclear": "order unclear", "only": "only outlet"}


def stage_times(report: RunReport, total: float) -> None:
    """Print how long each stage took."""
    out.print("\nHow long each stage took")
    table = Table(box=box.SIMPLE)
    table.add_column("stage")
    table.add_column("seconds", justify="right")
    for name, seconds in report.seconds.items():
        table.add_row(name, f"{seconds:.1f}")
    table.add_row("whole", f"{total:.1f}", style="bold")
    out.print(table)


def report(done: RunReport) -> None:
    """Print the numbers of a run in a few lines."""
    for name, facts in _lines(done):
        out.print(f"[bold]{name:<9}[/] {safe(facts)}", soft_wrap=True)


def _lines(done: RunReport) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    if done.poll:
        outcomes = ", ".join(f"{n} {name}" for name, n in sorted(done.poll.outcomes.items()))
        asked = f"{done.poll.polled} requests to {done.poll.feeds} feeds"
        lines.append(("poll", f"{asked}: {outcomes}" if outcomes else f"{asked}, none due"))
        if done.poll.polled and len(done.poll.failures) == done.poll.polled:
            lines.append(("", "none of them answered well; `parallax doctor` says why"))
    if done.parse and done.parse.snapshots:
        outcomes = ", ".join(f"{n} {name}" for name, n in done.parse.outcomes.most_common())
        lines.append(("parse", f"{done.parse.snapshots} bodies ({outcomes}), {done.parse.new_entries} new entries"))
    if done.assemble and done.assemble.entries:
        lines.append(("articles", f"{done.assemble.new_articles} new articles, {done.assemble.edits} edits"))
    if done.pages and done.pages.fetched:
        lines.append(("pages", ", ".join(f"{n} {name}" for name, n in done.pages.outcomes.items())))
    if done.code and done.code.versions:
        lines.append(("extract", f"{done.code.mentions} mentions in {done.code.versions} article versions"))
    if done.match and done.match.computed:
        m = done.match
        stories = f"{m.stories} stories ({m.stories_of_several_outlets} in several outlets)"
        lines.append(("match", f"{stories}, {m.events} events, {m.copy_groups} copy groups"))
    if done.build:
        lines.append(("build", _build_line(done)))
    return lines


def _build_line(done: RunReport) -> str:
    assert done.build is not None
    if done.build.published is None:
        return "nothing new, so nothing was built; the published database stays as it is (--force builds all the same)"
    warnings = [r for r in done.build.checks if not r.passed]
    said = "; ".join(f"{r.check.name}: {r.broken}" for r in warnings)
    generation = done.build.published.generation.generation_id
    return f"generation {generation} published" + (f"; to look at: {said}" if said else "; all checks passed")


def report_facts(done: RunReport, database: Path) -> dict[str, Any]:
    """Return the numbers of a run for JSON."""
    published = done.build.published if done.build else None
    return {
        "poll": done.poll and {"feeds": done.poll.feeds, "polled": done.poll.polled, "outcomes": done.poll.outcomes},
        "parse": done.parse and {"outcomes": dict(done.parse.outcomes), "new_entries": done.parse.new_entries},
        "articles": done.assemble and {"new": done.assemble.new_articles, "edits": done.assemble.edits},
        "pages": done.pages and done.pages.outcomes,
        "extract": done.code and {"versions": done.code.versions, "mentions": done.code.mentions, "statuses": dict(done.code.statuses)},
        "match": done.match,
        "published": published and published.generation,
        "checks": done.build and {r.check.name: r.broken for r in done.build.checks},
        "seconds": {name: round(s, 3) for name, s in done.seconds.items()},
        "database": database if database.exists() else None,
    }


def database(path: Path) -> None:
    """Print where the published database is."""
    if path.exists():
        out.print(f"\nDatabase: [bold]{safe(str(path))}[/]", soft_wrap=True)


def next_steps(home: Path) -> None:
    """Print three things to try after the demo."""
    option = f"--home {home}"
    program = Path(sys.argv[0])
    called = program.name if shutil.which(program.name) == str(program.absolute()) else os.path.relpath(program)
    out.print("\nThree things to try next:")
    for line in (
        f'{called} compare "bridge" {option}',
        f'{called} sql "SELECT outlet_id, voice, count(*) AS mentions FROM fct_event_mention GROUP BY ALL ORDER BY ALL" {option}',
        f"PARALLAX_HOME={home} make ui",
    ):
        out.print(f"  {safe(line)}", soft_wrap=True)


def story_list(lines: list[StoryLine], title: str) -> None:
    """Print stories with their three counts."""
    table = Table(box=box.SIMPLE, title=title, title_justify="left")
    for name in ("origins", "outlets", "articles"):
        table.add_column(name, justify="right")
    table.add_column("first seen (UTC)")
    table.add_column("story", overflow="fold")
    table.add_column("id")
    for s in lines:
        table.add_row(str(s.origins), str(s.outlets), str(s.articles), f"{s.first_seen:%d %b %H:%M}", _title(s.title), s.story_id[:8])
    out.print(table)


def comparison(found: Comparison, *, deeds_per_side: int = 3) -> None:
    """Print a story with its outlets side by side: who acts, on whom, who says so, figures, and in which order."""
    counts = f"{_n(found.articles, 'article')}, {_n(found.outlets, 'outlet')}, {_n(found.origins, 'independent origin')}"
    out.print(f"\n[bold]{_title(found.title)}[/]\n{counts}; {found.first_seen:%d %b %Y %H:%M} to {found.last_seen:%d %b %H:%M} UTC")
    table = Table(box=box.SIMPLE_HEAD, show_lines=True, expand=True)
    table.add_column("outlet", ratio=2, overflow="fold")
    table.add_column("headline", ratio=4, overflow="fold")
    table.add_column("who does what to whom", ratio=5, overflow="fold")
    table.add_column("who says so", ratio=3, overflow="fold")
    for side in found.sides:
        deeds = list({(deed_words(d), source_words(d)): d for d in side.deeds}.values())[:deeds_per_side]
        table.add_row(
            _outlet_cell(side),
            _headline_cell(side),
            "\n".join(safe(deed_words(d)) for d in deeds) or "[dim]no deed found[/]",
            "\n".join(safe(source_words(d)) for d in deeds),
        )
    out.print(table)
    if found.not_found:
        out.print(f"Not found in (polled around it, and with enough articles): {', '.join(found.not_found)}", soft_wrap=True)
    if found.not_eligible:
        out.print(f"[dim]No statement about (not eligible): {', '.join(found.not_eligible)}[/]", soft_wrap=True)
    out.print(f"[dim]{LEGEND}[/]", soft_wrap=True)


def _outlet_cell(side: Side) -> str:
    order = _APPEARANCE.get(side.appearance or "", "")
    copied = {"own": "own text", "copy": "copy", "partial": "partly shared text"}.get(side.reuse, side.reuse)
    wire = f", credits {safe(side.wire)}" if side.wire else ""
    return f"[bold]{safe(side.outlet)}[/]\n{side.first_seen:%d %b %H:%M}\n[dim]{order}{', ' if order else ''}{copied}{wire}[/]"


def _headline_cell(side: Side) -> str:
    now = _title(side.headline)
    return now if side.headline == side.first_headline else f"{now}\n[dim]first: {_title(side.first_headline)}[/]"


def _title(text: str) -> str:
    """Return a headline for the terminal; the longest that outlets mean as one have some 150 characters."""
    return safe(textwrap.shorten(text, LONGEST_TITLE, placeholder=" …")) if text.strip() else "[dim](no title)[/]"


def _n(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def deed_words(deed: Deed) -> str:
    """Return one deed in a line: actor, action, target, what is not simply asserted as done, figures."""
    actor = " and ".join(deed.actors) or ("(nobody named)" if deed.actor_omitted else "(no actor)")
    target = " → " + ", ".join(deed.targets) if deed.targets else ""
    status = [s for s in (deed.polarity, deed.reality) if s not in ("positive", "happened")]
    figures = f" [{'; '.join(deed.figures)}]" if deed.figures else ""
    return f"{actor} {deed.action}{target}{' (' + ', '.join(status) + ')' if status else ''}{figures}"


def source_words(deed: Deed) -> str:
    """Return who says so: the speaker's words if there are any, and the kind of source."""
    kind = _VOICES.get(deed.voice, deed.voice)
    return f"{deed.speaker} ({kind})" if deed.speaker else kind


def rows(columns: list[str], values: list[tuple[Any, ...]], *, cut: bool) -> None:
    """Print a query's result as a table."""
    table = Table(box=box.SIMPLE)
    for name in columns:
        table.add_column(safe(name), overflow="fold")
    for row in values:
        table.add_row(*("" if v is None else safe(str(v)) for v in row))
    out.print(table)
    if cut:
        out.print(f"[dim]The first {len(values)} rows; --limit 0 shows all.[/]")
