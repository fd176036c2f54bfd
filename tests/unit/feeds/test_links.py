"""Links made absolute and canonical."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.core.errors import LexiconError
from pipelines.feeds.links import absolute, canonical, load_tracking

BASE = "https://harbour.example/feeds/news.xml"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://harbour.example/a", "https://harbour.example/a"),
        ("/a/b?c=1", "https://harbour.example/a/b?c=1"),
        ("b.html", "https://harbour.example/feeds/b.html"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("www.other.example/x", "https://www.other.example/x"),
        ("  https://harbour.example/a\n", "https://harbour.example/a"),
        ("https://harbour.example/a\n  b", "https://harbour.example/a%20%20b"),
        ("<https://harbour.example/a>", "https://harbour.example/a"),
        ("?p=12", "https://harbour.example/feeds/news.xml?p=12"),
        ("", None),
        ("   ", None),
        ("javascript:alert(1)", None),
        ("mailto:desk@harbour.example", None),
        ("file:///etc/passwd", None),
        ("tag:harbour.example,2024:1", None),
        ("http://", None),
        ("http://[broken/", None),
    ],
)
def test_absolute(link: str, expected: str | None) -> None:
    assert absolute(link, BASE) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://harbour.example/a?utm_source=rss&utm_medium=feed", "https://harbour.example/a"),
        ("https://harbour.example/a?id=5&UTM_Campaign=x&page=2", "https://harbour.example/a?id=5&page=2"),
        ("https://harbour.example/a?fbclid=zz&at_medium=RSS&id=5", "https://harbour.example/a?id=5"),
        ("https://harbour.example/a?id=5&amp;ns_mchannel=rss", "https://harbour.example/a?id=5"),
        ("https://harbour.example/a?ref=rss", "https://harbour.example/a?ref=rss"),
        ("https://www.smh.com.au/a?ref=rss", "https://www.smh.com.au/a"),
        ("https://harbour.example/a#comments", "https://harbour.example/a"),
        ("https://harbour.example/#!/story/7", "https://harbour.example/#!/story/7"),
        ("HTTPS://Harbour.Example:443/A", "https://harbour.example/A"),
        ("http://harbour.example:80/a", "http://harbour.example/a"),
        ("http://harbour.example:8080/a", "http://harbour.example:8080/a"),
        ("https://desk:pw@harbour.example/a", "https://harbour.example/a"),
        ("https://harbour.example./a?", "https://harbour.example/a"),
        ("https://harbour.example/?p=123", "https://harbour.example/?p=123"),
        ("https://harbour.example/a/amp", "https://harbour.example/a/amp"),
        ("https://[2001:db8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://harbour.example/", None),
        ("https://harbour.example", None),
        ("https://harbour.example/?utm_source=rss", None),
        ("https://harbour.example:99999/a", None),
        ("https://harbour.example/" + "x" * 2100, None),
        (None, None),
    ],
)
def test_canonical(link: str | None, expected: str | None) -> None:
    assert canonical(link) == expected


def test_the_feeds_own_home_is_no_article() -> None:
    home = "https://harbour.example/news/"
    assert canonical("https://harbour.example/news/?utm_source=rss#top", home) is None
    assert canonical("https://harbour.example/news/1", home) == "https://harbour.example/news/1"


def test_canonical_is_its_own_canonical_form() -> None:
    once = canonical("HTTPS://www.Harbour.example:443/a?b=1&utm_id=3&&c=#x")
    assert once == "https://www.harbour.example/a?b=1&c="
    assert canonical(once) == once


def test_the_data_file_is_checked(tmp_path: Path) -> None:
    assert "fbclid" in load_tracking().names
    bad = tmp_path / "tracking.toml"
    bad.write_text('names = ["Upper"]\nprefixes = []\n[site]\n', encoding="utf-8")
    with pytest.raises(LexiconError, match="names"):
        load_tracking(bad)
    bad.write_text("names = []", encoding="utf-8")
    with pytest.raises(LexiconError, match="prefixes"):
        load_tracking(bad)
