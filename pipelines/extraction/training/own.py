"""Labelled items of our own: invented texts with their labels, and labels of archived feed entries, kept as offsets without the texts.

``data/invented.jsonl`` holds items in the gold's format (codebook section 9); every sentence is made up. ``data/real.jsonl`` names an entry
of the archive of feeds (file, place in it, a hash of its texts) and keeps each labelled phrase as unit, start and end;
``data/bodies.jsonl`` does so for full articles of ``attribution.train.jsonl``. Not here: fitting.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.articles.assemble import ArticleIndex, AssemblyLimits, assemble
from pipelines.core.errors import LexiconError
from pipelines.core.ids import make_id
from pipelines.feeds.parse import ParseContext, parse_body

DATA = Path(__file__).parent / "data"
PHRASES = ("trigger", "actor", "target", "place", "speaker")
_FIELDS = ("action", "actor_country", "target_country", "place_country", "date", "voice", "polarity", "reality", "figures")


def invented(path: Path = DATA / "invented.jsonl") -> list[dict[str, Any]]:
    """The invented items with their labels."""
    with path.open(encoding="utf8") as lines:
        return [json.loads(line) for line in lines]


def real(archive: Path, path: Path = DATA / "real.jsonl") -> list[dict[str, Any]]:
    """The labelled entries of ``archive`` (the folder of archived feeds) in the gold's format, texts and phrases read from the archive.

    Raises:
        LexiconError: an entry is not in the archive, or its texts are not those that were labelled.
    """
    with path.open(encoding="utf8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = _texts(archive, {row["file"] for row in rows})
    found = []
    for row in rows:
        item = texts.get((row["file"], row["position"]))
        if item is None or fingerprint(item["title"], item["summary"]) != row["texts"]:
            raise LexiconError(f"{path.name}: entry {row['position']} of {row['file']} is not what was labelled; use the same archive.")
        found.append({"item": row["item"], **item, "mentions": [_spelled(mention, item) for mention in row["mentions"]]})
    return found


def bodies(articles: Path, path: Path = DATA / "bodies.jsonl") -> list[dict[str, Any]]:
    """The labelled articles of ``articles`` (the gold's attribution file) in the gold's format; an article's day is in its name.

    Raises:
        LexiconError: an article is not in the file, or its text is not the one that was labelled.
    """
    with articles.open(encoding="utf8") as lines:
        texts = {row["doc"]: row for row in map(json.loads, lines)}
    found = []
    with path.open(encoding="utf8") as lines:
        for row in map(json.loads, lines):
            article = texts.get(row["item"])
            if article is None or fingerprint("", article["text"]) != row["texts"]:
                raise LexiconError(f"{path.name}: article {row['item']} is not what was labelled; use the same {articles.name}.")
            item = {"outlet": article["outlet"], "published": f"{row['item'].split('_')[1]}T12:00:00Z"}
            item |= {"title": "", "summary": "", "body": article["text"]}
            found.append({"item": row["item"], **item, "mentions": [_spelled(mention, item) for mention in row["mentions"]]})
    return found


def fingerprint(title: str, summary: str) -> str:
    """A short hash of an item's texts; a body's is that of the text after an empty title."""
    return hashlib.sha256(f"{title}\n{summary}".encode()).hexdigest()[:16]


def _texts(archive: Path, files: set[str]) -> dict[tuple[str, int], dict[str, str]]:
    return {(name, position): item for name in sorted(files) for position, item in entries(archive, name)}


def entries(archive: Path, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The entries of one archived response as items without labels, with their places in it."""
    outlet = name.split("/", maxsplit=1)[0]
    at = datetime.strptime(Path(name).name[:17], "%Y-%m-%dT%H%M%S").replace(tzinfo=UTC)
    context = ParseContext(
        feed_id=f"{outlet}/archive", outlet_id=outlet, fetch_id=make_id("fetch", outlet, at), fetched_at=at,
        feed_url=f"https://{outlet}.invalid/archive", outlet_timezone="UTC", max_entries=1000,
    )  # fmt: skip
    for entry in parse_body(gzip.decompress((archive / name).read_bytes()), context)[1]:
        made = assemble([entry], ArticleIndex(), {}, AssemblyLimits()).versions
        if made:
            published = (entry.published_at or at).strftime("%Y-%m-%dT%H:%M:%SZ")
            yield entry.position, {"outlet": outlet, "published": published, "title": made[0].title, "summary": made[0].summary}


def _spelled(mention: dict[str, Any], item: dict[str, str]) -> dict[str, Any]:
    unit, start, end = mention["trigger"]
    words = {name: item[span[0]][span[1] : span[2]] if (span := mention.get(name)) else None for name in PHRASES}
    plain = {name: mention.get(name) for name in _FIELDS}
    return {"unit": unit, "span": [start, end], **plain, **words, "figures": mention.get("figures") or {}}
