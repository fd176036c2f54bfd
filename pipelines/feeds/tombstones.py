"""What must not come back: articles and outlets that were forgotten, known by hashes only.

What belongs here: the file ``forgotten.json``, and the keys by which an item of a feed is known again without its words being kept.
What does not: cutting an item out of a body (``redact``), and the forgetting itself (the station).
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.core.errors import LakeError
from pipelines.core.files import write_text
from pipelines.feeds.links import absolute, canonical
from pipelines.feeds.records import Entry

_TELLING_GUID = 12
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One forgetting: when, why, by whom, and the hashes of what was forgotten. ``done`` False: it was cut off and must go on."""

    id: str
    when: datetime
    who: str
    why: str
    outlet: str | None
    keys: tuple[str, ...]
    articles: tuple[str, ...]
    done: bool


class Forgotten:
    """All tombstones of a home, asked by key."""

    def __init__(self, tombstones: Sequence[Tombstone] = ()) -> None:
        self.tombstones = tuple(tombstones)
        self.keys = frozenset(key for t in tombstones for key in t.keys)
        self.outlets = frozenset(t.outlet for t in tombstones if t.outlet)

    def __bool__(self) -> bool:
        return bool(self.tombstones)

    def holds(self, keys: Iterable[str]) -> bool:
        """Whether one of the keys is of something that was forgotten."""
        return not self.keys.isdisjoint(keys)


def read(path: Path) -> list[Tombstone]:
    """Read the tombstones of a home; none where there is no file.

    Raises:
        LakeError: the file is damaged. It must be mended, or what was forgotten could come back.
    """
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["forgotten"]
        return [_tombstone(row) for row in rows]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError) as error:
        remedy = "restore it from a backup, or what was forgotten comes back at the next poll"
        raise LakeError(f"{path} is damaged ({error}); {remedy}.") from error


def _tombstone(row: dict[str, Any]) -> Tombstone:
    when = datetime.fromisoformat(row["when"])
    return Tombstone(**{**row, "when": when, "keys": tuple(row["keys"]), "articles": tuple(row["articles"])})


def write(path: Path, tombstones: Sequence[Tombstone]) -> None:
    """Write all tombstones, atomically."""
    rows = [{**asdict(t), "when": t.when.isoformat()} for t in tombstones]
    write_text(path, json.dumps({"forgotten": rows}, indent=1) + "\n")


def keep(path: Path, tombstone: Tombstone) -> None:
    """Add a tombstone, or put it in the place of the one with its id; what the two know of is joined."""
    known = {t.id: t for t in read(path)}
    before = known.get(tombstone.id)
    if before is not None:
        keys, articles = {*before.keys, *tombstone.keys}, {*before.articles, *tombstone.articles}
        tombstone = replace(before, keys=tuple(sorted(keys)), articles=tuple(sorted(articles)), done=tombstone.done)
    known[tombstone.id] = tombstone
    write(path, list(known.values()))


def url_key(url: str) -> str:
    """Return the key of an address, whatever tracking parameters it carries."""
    whole = absolute(url, "") or url.strip()
    return _hash("url", canonical(whole) or whole)


def item_keys(*, links: Iterable[str], guid: str | None, title: str) -> frozenset[str]:
    """Return the keys of one item: its addresses, a guid that tells (an address, or long enough to be nobody else's).

    Only an item that has neither is known by its title.
    """
    keys = {url_key(link) for link in links if link.strip()}
    if guid and guid.strip():
        text = guid.strip()
        if absolute(text, "") and "//" in text:
            keys.add(url_key(text))
        elif len(text) >= _TELLING_GUID:
            keys.add(_hash("guid", text))
    return frozenset(keys or {_hash("title", plain_title(title))})


def entry_keys(entry: Entry) -> frozenset[str]:
    """Return the keys of a parsed entry."""
    return item_keys(links=[link for link in (entry.link, entry.canonical_link) if link], guid=entry.guid, title=entry.title)


def plain_title(text: str) -> str:
    """Return a title without markup and entities, in lower case, for comparing."""
    return _SPACE.sub(" ", _TAG.sub(" ", html.unescape(html.unescape(text)))).strip().lower()


def _hash(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
