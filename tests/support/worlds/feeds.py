"""Worlds as feeds: RSS bytes, poll by poll, as an archive that the pipeline replays.

What belongs here: writing a plan as files. What does not: reading what came of it (``truth``).
"""

from __future__ import annotations

import csv
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

from pipelines.outlets.schema import Outlet, Registry
from pipelines.stations.replaying import COLUMNS, FEED_NAME
from tests.support.worlds.deed_texts import Text
from tests.support.worlds.plan import Article, Newsroom, World

ERROR_PAGE = b"<!DOCTYPE html><html><head><title>503</title></head><body><h1>Service unavailable</h1></body></html>"


def write_archive(world: World, folder: Path) -> Registry:
    """Write every poll of every feed with an ``index.csv``; returns the registry of the world's outlets.

    A feed that is down answers with an error page, which is archived as any body is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as target:
        rows = csv.writer(target)
        rows.writerow(COLUMNS)
        for newsroom in world.newsrooms:
            articles = sorted((a for a in world.articles() if a.outlet_id == newsroom.outlet_id), key=lambda a: a.published, reverse=True)
            last: tuple[bytes, str] | None = None
            for turn, (when, answers) in enumerate(world.polls(newsroom)):
                body = render(newsroom, articles, when) if answers else ERROR_PAGE
                if last is None or last[0] != body:
                    last = body, f"{newsroom.outlet_id}-{turn:03}.xml"
                    (folder / last[1]).write_bytes(body)
                rows.writerow([newsroom.outlet_id, when.isoformat(), last[1], len(body)])
    return Registry(outlets=tuple(_outlet(newsroom) for newsroom in world.newsrooms))


def render(newsroom: Newsroom, articles: list[Article], when: datetime) -> bytes:
    """Return what the feed shows at a moment, latest first."""
    items = "".join(_item(newsroom, a, text) for a in articles if (text := a.at(when)) is not None)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{newsroom.outlet_id}</title>'
        f"<link>https://{newsroom.outlet_id}.example/</link><description>News</description><language>{newsroom.language}</language>\n"
        f"{items}</channel></rss>\n"
    ).encode()


def _item(newsroom: Newsroom, article: Article, text: Text) -> str:
    link = f"https://{newsroom.outlet_id}.example/{article.key}"
    sections = "".join(f"<category>{section}</category>" for section in article.sections)
    return (
        f"<item><title>{escape(text.title.text)}</title><description>{escape(text.summary_text())}</description><link>{link}</link>"
        f'<guid isPermaLink="true">{link}</guid><pubDate>{format_datetime(article.published)}</pubDate>{sections}</item>\n'
    )


def _outlet(newsroom: Newsroom) -> Outlet:
    return Outlet.model_validate({
        "id": newsroom.outlet_id, "name": newsroom.outlet_id, "publisher": newsroom.publisher, "country": "GBR",
        "language": newsroom.language, "timezone": "UTC", "owner": "unknown", "state_control": "unknown",
        "feeds": [{"name": FEED_NAME, "url": f"https://{newsroom.outlet_id}.invalid/{FEED_NAME}"}],
    })  # fmt: skip
