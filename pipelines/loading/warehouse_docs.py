"""The reference part of ``warehouse/README.md``, rendered from the marts' YAML and the declared records.

What belongs here: turning descriptions that already stand beside the tables into one page. What does not: the page's
introduction, which is written by hand above the marker, and any description of its own.

Run as ``python -m pipelines.loading.warehouse_docs`` to write the page anew after a table has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from pipelines.core.files import write_text
from pipelines.core.records import Table
from pipelines.loading.dbt_sources import duckdb_type
from pipelines.loading.load import GENERATION_COLUMNS
from pipelines.loading.tables import ALL_TABLES

ROOT = Path(__file__).resolve().parents[2]
MARTS = ROOT / "dbt" / "models" / "marts"
README = ROOT / "warehouse" / "README.md"
MARKER = "<!-- From here on rendered by pipelines/loading/warehouse_docs.py; do not edit. -->"

# In the reader's order: who, what was said, stories, deeds, voices, texts, machinery.
ORDER = (
    "dim_outlet", "dim_actor", "dim_place", "fct_article_version", "fct_event_mention", "story_outlet", "coverage", "headlines",
    "event_outlet", "corroboration", "event_facts", "claims", "not_found", "attribution", "speakers", "blame", "labels", "actor_roles",
    "dyads", "reuse", "edits", "health", "correction", "mentions_diff",
)  # fmt: skip


def render_reference() -> str:
    """Render the reference: every mart and every lake table with every column.

    Raises:
        KeyError: a mart is missing from the reader's order, or has no YAML.
    """
    marts = {model["name"]: model for path in sorted(MARTS.glob("*.yml")) for model in yaml.safe_load(path.read_text())["models"]}
    unplaced = sorted(set(marts) ^ set(ORDER))
    if unplaced:
        raise KeyError(f"marts without a place in warehouse_docs.ORDER, or the reverse: {', '.join(unplaced)}")
    lines = ["", "## The marts, column by column", ""]
    for name in ORDER:
        lines.extend(_mart(marts[name]))
    lines.extend(["### generation", "", "One row: what this database is and what it was made from. Cite its id with any number.", ""])
    lines.extend(_columns([(name, kind, meaning) for name, (kind, meaning) in GENERATION_COLUMNS.items()]))
    lines.extend(["## The lake's tables, column by column", ""])
    lines.extend(["In schema `lake`, as recorded; times there carry their zone (UTC).", ""])
    for table in ALL_TABLES:
        lines.extend(_lake_table(table))
    return "\n".join(lines).rstrip() + "\n"


def render_page(page: str) -> str:
    """Return ``page`` with everything below the marker rendered anew.

    Raises:
        ValueError: the page has no marker.
    """
    introduction, marker, _ = page.partition(MARKER)
    if not marker:
        raise ValueError(f"warehouse/README.md has lost its marker: {MARKER}")
    return introduction + marker + "\n" + render_reference()


def _mart(model: dict[str, Any]) -> Iterator[str]:
    yield f"### {model['name']}"
    yield ""
    yield model["description"]
    yield ""
    yield from _columns([(c["name"], c["data_type"], c["description"]) for c in model["columns"]])


def _lake_table(table: Table) -> Iterator[str]:
    yield f"### lake.{table.name}"
    yield ""
    yield f"{' '.join((table.row.__doc__ or '').split())} Grain: {table.grain}. Key: {', '.join(table.key)}."
    yield ""
    yield from _columns([(c.name, duckdb_type(c.arrow), c.description) for c in table.columns])


def _columns(columns: list[tuple[str, str, str]]) -> Iterator[str]:
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for name, kind, meaning in columns:
        yield f"| `{name}` | {_short(kind)} | {meaning.replace('|', '&#124;')} |"
    yield ""


def _short(kind: str) -> str:
    """Spell a STRUCT type so that it fits a table: its field names."""
    if not kind.startswith("STRUCT("):
        return kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")
    inner, _, tail = kind[len("STRUCT(") :].rpartition(")")
    names = [field.split()[0].strip('"') for field in inner.split(", ")]
    return f"{'list of ' if tail == '[]' else ''}record ({', '.join(names)})"


def main() -> None:
    """Write the page."""
    write_text(README, render_page(README.read_text()))


if __name__ == "__main__":
    main()
