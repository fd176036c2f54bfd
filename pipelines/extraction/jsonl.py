"""Items from JSON lines and mentions to them, in the format of codebook section 9.

Not here: extraction, scoring.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.core.errors import UsageError
from pipelines.core.ids import make_id
from pipelines.extraction.items import Coded, CodeItem
from pipelines.extraction.records import Mention, Party
from pipelines.outlets.schema import UNKNOWN_COUNTRY, Registry

_FIGURE_SLOTS = ("killed", "injured", "detained", "displaced", "troops")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_items(path: Path, registry: Registry | None = None) -> Iterator[CodeItem]:
    """Read items: ``item``, ``outlet``, ``published``, ``title``, ``summary`` and, where there is one, ``body``.

    With a ``registry``, an outlet that it knows gives the item its country and time zone; else the zone is UTC.

    Raises:
        UsageError: the file cannot be read, or a line is no such item; the message names the line.
    """
    known = {outlet.id: outlet for outlet in registry.outlets} if registry else {}
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _item(line, f"{path}:{number}", known)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as UTF-8 text: {error}") from error


def _item(line: str, where: str, known: Mapping[str, Any]) -> CodeItem:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"{where} is no JSON: {error}; each line must be one item as in codebook section 9.") from error
    if not isinstance(row, dict) or not isinstance(row.get("item"), str | int):
        raise UsageError(f'{where} has no "item"; each line must be one item as in codebook section 9.')
    for name in ("title", "summary", "body", "outlet"):
        if not isinstance(row.get(name) or "", str):
            raise UsageError(f'{where}: "{name}" must be text.')
    published = _moment(row.get("published"), where)
    outlet = known.get(row.get("outlet") or "")
    return CodeItem(
        version_id=str(row["item"]),
        article_id=make_id("jsonl", str(row["item"])),
        outlet_id=row.get("outlet") or "",
        seen_at=published or _EPOCH,
        published_at=published,
        country=outlet.country if outlet and outlet.country != UNKNOWN_COUNTRY else None,
        timezone=outlet.timezone if outlet else "UTC",
        language=row.get("language"),
        title=row.get("title") or "",
        summary=row.get("summary") or "",
        body=row.get("body") or "",
    )


def _moment(value: object, where: str) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        raise UsageError(f'{where}: "published" is {value!r}; write it as 2021-09-19T14:15:07Z.') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def to_gold_format(coded: Coded) -> dict[str, Any]:
    """One coded item as codebook section 9 has it, with each mention's ``span`` and ``confidence``."""
    item = coded.item
    row: dict[str, Any] = {
        "item": item.version_id,
        "outlet": item.outlet_id,
        "published": item.published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if item.published_at else None,
        "title": item.title,
        "summary": item.summary,
    }
    if item.body:
        row["body"] = item.body
    texts = dict(item.units())
    row["mentions"] = [_mention(mention, texts) for mention in coded.mentions]
    return row


def _mention(m: Mention, texts: Mapping[str, str]) -> dict[str, Any]:
    return {
        "unit": m.unit,
        "trigger": m.trigger,
        "span": [m.trigger_start, m.trigger_end],
        "action": m.action,
        "mode": m.mode,
        "actor": _phrase(m.actors, texts),
        "actor_country": m.actors[0].country if m.actors else None,
        "actor_id": m.actors[0].id if m.actors else None,
        "target": _phrase(m.targets, texts),
        "target_country": m.targets[0].country if m.targets else None,
        "target_id": m.targets[0].id if m.targets else None,
        "place": m.place,
        "place_country": m.place_country,
        "date": _date(m),
        "voice": m.voice,
        "speaker": m.speaker.text if m.speaker else None,
        "cue": m.cue,
        "polarity": m.polarity,
        "reality": m.reality,
        "figures": {f.slot: [_number(f.low), _number(f.high)] for f in m.figures if f.slot in _FIGURE_SLOTS},
        "confidence": m.confidence,
    }


def _phrase(parties: Sequence[Party], texts: Mapping[str, str]) -> str | None:
    """One string for coordinated parties: the text from the first to the last, where they stand together."""
    if not parties:
        return None
    first = parties[0]
    together = [p for p in parties if p.unit == first.unit and p.pronoun is None]
    if len(together) == len(parties) > 1:
        start, end = min(p.start for p in parties), max(p.end for p in parties)
        if end - start < 200:
            return texts[first.unit][start:end]
    return first.text


def _date(m: Mention) -> str | None:
    """The stated or relative date; weeks by their month, since the format has none."""
    if m.event_date_start is None or m.date_source == "publication":
        return None
    if m.date_precision == "day":
        return m.event_date_start.isoformat()
    if m.date_precision == "year":
        return f"{m.event_date_start.year:04d}"
    return f"{m.event_date_start.year:04d}-{m.event_date_start.month:02d}"


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
