"""Which of two texts was out first, and when nobody can tell."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest

from pipelines.articles.direction import Polls, gives_credit
from pipelines.articles.records import ArticleVersion

MakeVersion = Callable[..., ArticleVersion]
TEXT = "A ferry sank off Port Lune on Monday after its engine failed."


@pytest.mark.parametrize(
    ("earlier", "later", "clear"),
    [(None, None, True), (0, 20, True), (20, 0, False), (None, 5, False), (None, 15, True), (5, None, True), (25, None, False)],
)
def test_dates_may_object(version: MakeVersion, earlier: int | None, later: int | None, *, clear: bool) -> None:
    """The text was seen at poll 10 and at poll 20; the numbers are the polls at which it was published, as the outlets say."""
    a, b = version("lune", TEXT, poll=10), version("faro", TEXT, poll=20)
    polls = Polls([version(o, "A council met.", poll=p) for o in ("lune", "faro") for p in (18, 19)] + [a, b], {"lune": 600, "faro": 600})
    start = a.first_seen - timedelta(minutes=100)
    dates = [None if p is None else start + timedelta(minutes=10 * p) for p in (earlier, later)]
    a, b = (dataclasses.replace(v, published_at=date) for v, date in zip((a, b), dates, strict=True))
    assert polls.is_clear(a, b, a.first_seen, b.first_seen) is clear


def test_a_credit_names_the_others_outlet(version: MakeVersion) -> None:
    agency = version("ap", TEXT, link="https://apnews.com/article/1")
    paper = version("selo", TEXT, link="https://www.selo.example/1")
    assert gives_credit([version("lune", f"PORT LUNE (AP) — {TEXT}"), version("lune", TEXT)], [agency])
    assert not gives_credit([version("lune", f"PORT LUNE (Reuters) — {TEXT}")], [agency])
    assert not gives_credit([agency], [version("lune", f"PORT LUNE (AP) — {TEXT}")])
    fed = version("lune", TEXT, link="https://lune.example/1", source_url="https://selo.example/rss", source_title="Selo Post")
    assert gives_credit([fed], [paper])
    assert not gives_credit([paper], [fed])
    assert not gives_credit([fed], [version("lune", TEXT)])
