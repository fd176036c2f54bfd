"""Which article an entry belongs to, rule by rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pipelines.articles.assemble import ArticleIndex, Assembly, assemble
from pipelines.articles.identity import fold, shared_words
from pipelines.core.ids import make_id
from pipelines.feeds.records import Entry

MakeEntry = Callable[..., Entry]
A = "https://lune.example/ferry"
B = "https://lune.example/mayor"
MAYOR = {"title": "Mayor resigns over harbour contract", "summary": "The mayor left office after a vote of the council on Tuesday."}
DAY = datetime(2031, 3, 3, 5, tzinfo=UTC)


def run(*entries: Entry) -> Assembly:
    return assemble(entries, ArticleIndex.from_versions([]), {})


def articles(*entries: Entry) -> list[str]:
    """Return the article of each entry, in order, as letters: `aab` means that the first two are one article."""
    names: dict[str, str] = {}
    links = run(*entries).links
    return ["abcdefgh"[int(names.setdefault(x.article_id, str(len(names))))] for x in links]


def test_an_id_is_the_hash_of_the_outlet_and_the_founding_key(entry: MakeEntry) -> None:
    ids = [
        run(e).links[0].article_id
        for e in (entry(guid="g", link=A), entry(link=A), entry(published_raw="Mon", published_at=DAY), entry(outlet_id="faro", guid="g"))
    ]
    assert ids[0] == make_id("article", "lune", "guid", "g")
    assert ids[1] == make_id("article", "lune", "link", A)
    assert ids[2] == make_id("article", "lune", "title_date", "ferry sinks off port lune", DAY.isoformat())
    assert len(set(ids)) == 4


def test_an_edited_headline_under_one_guid_is_a_version(entry: MakeEntry) -> None:
    versions = run(entry(0, guid="g", link=A), entry(1, guid="g", link=A, title="Ferry with forty on board lost")).versions
    assert [v.identity for v in versions] == ["new", "guid"]
    assert versions[0].article_id == versions[1].article_id


def test_a_guid_that_changes_with_the_headline_is_found_by_its_link(entry: MakeEntry) -> None:
    versions = run(
        entry(0, guid="ferry-sinks", link=A),
        entry(1, guid="ferry-lost", link=A, title="Ferry lost off Port Lune"),
        entry(2, guid="ferry-found", link=A, title="Ferry found off Port Lune"),
    ).versions
    assert [v.identity for v in versions] == ["new", "link", "link"]
    assert [v.flags for v in versions] == [[], ["guid_changed"], ["guid_changed"]]
    assert len({v.article_id for v in versions}) == 1


def test_a_changed_link_under_one_guid_stays_one_article_and_both_links_lead_to_it(entry: MakeEntry) -> None:
    moved = entry(1, guid="g", link="https://lune.example/ferry-lost", title="Ferry lost off Port Lune")
    versions = run(
        entry(0, guid="g", link=A),
        moved,
        entry(2, guid="h", link=A, title="Ferry lost off Port Lune, say police"),
        entry(3, guid="i", link=moved.link, title="Ferry lost, say police"),
    ).versions
    assert len({v.article_id for v in versions}) == 1
    assert versions[1].flags == ["link_changed"]


def test_a_guid_reused_for_another_story_is_another_article(entry: MakeEntry) -> None:
    lost = entry(2, guid="1", link=A, title="Ferry lost off Port Lune")
    assembly = run(entry(0, guid="1", link=A), entry(1, guid="1", link=B, **MAYOR), lost)
    assert len({x.article_id for x in assembly.links}) == 2
    assert assembly.links[0].article_id == assembly.links[2].article_id
    assert "guid_reused" in assembly.versions[1].flags


def test_a_rewritten_headline_and_slug_with_one_number_is_no_other_story(entry: MakeEntry) -> None:
    old = entry(0, guid="g", link="https://lune.example/markets/set-to-open-lower-p58sdx.html", title="Shares set to open lower")
    new = entry(1, guid="g", link="https://lune.example/markets/mortgage-curbs-loom-p58sdx.html", title="Mortgage curbs loom, says bank")
    assert articles(old, new) == ["a", "a"]


def test_one_guid_on_all_items_cannot_identify(entry: MakeEntry) -> None:
    same = {"guid": "https://lune.example/", "guid_unique": False}
    assembly = run(entry(0, 0, link=A, **same), entry(0, 1, link=B, **MAYOR, **same))
    assert len({x.article_id for x in assembly.links}) == 2
    assert [v.guid for v in assembly.versions] == [None, None]


def test_empty_guids_and_no_guids_fall_to_the_link(entry: MakeEntry) -> None:
    entries = (entry(0, guid="", link=A), entry(1, guid=" ", link=A, title="Ferry lost"), entry(2, link=A, title="Ferry found"))
    assert articles(*entries) == ["a", "a", "a"]
    assert [v.identity for v in run(*entries).versions] == ["new", "link", "link"]


def test_a_link_that_several_items_of_a_document_have_cannot_identify(entry: MakeEntry) -> None:
    live = "https://lune.example/live"
    assembly = run(
        entry(0, 0, link=live, published_at=DAY, published_raw="x"),
        entry(0, 1, link=live, published_at=DAY, published_raw="x", **MAYOR),
        entry(1, 0, link=live, title="Storm closes the airport", summary="", published_at=DAY, published_raw="x"),
    )
    assert len({x.article_id for x in assembly.links}) == 3
    assert all("link_shared" in v.flags for v in assembly.versions)


def test_a_fixed_link_with_new_guids_and_stories_is_not_one_article(entry: MakeEntry) -> None:
    live = "https://lune.example/live"
    assert articles(entry(0, guid="g1", link=live), entry(1, guid="g2", link=live, **MAYOR)) == ["a", "b"]


def test_a_fixed_link_of_a_daily_column_without_guids_is_not_one_article(entry: MakeEntry) -> None:
    column = "https://lune.example/column"
    first = entry(0, link=column, published_at=DAY, published_raw="1")
    later = entry(9, link=column, published_at=DAY + timedelta(days=7), published_raw="2", **MAYOR)
    assert articles(first, later) == ["a", "b"]
    rewritten = entry(9, link=column, published_at=DAY + timedelta(hours=2), published_raw="2", **MAYOR)
    assert articles(first, rewritten) == ["a", "a"]


def test_duplicates_in_one_document_are_one_article(entry: MakeEntry) -> None:
    entries = (
        entry(0, 0, guid="g", guid_unique=False, link=A),
        entry(0, 1, guid="g", guid_unique=False, link=A, published_raw="again"),
        entry(1, 0, guid="g", link=A, title="Ferry lost off Port Lune"),
    )
    assert articles(*entries) == ["a", "a", "a"]


def test_several_feeds_of_one_outlet_share_an_article_and_two_outlets_do_not(entry: MakeEntry) -> None:
    assembly = run(
        entry(0, guid="g", link=A), entry(0, guid="g", link=A, feed="lune/world"), entry(0, guid="w-1", link=A, feed="lune/sea"),
        entry(0, guid="g", link=A, outlet_id="faro"),
    )  # fmt: skip
    assert len({x.article_id for x in assembly.links}) == 2
    assert sorted(v.outlet_id for v in assembly.versions) == ["faro", "lune"]


def test_one_text_under_a_new_guid_and_link_is_one_article_only_with_the_same_date(entry: MakeEntry) -> None:
    dated = {"published_at": DAY, "published_raw": "x"}
    assert articles(entry(0, guid="g", link=A, **dated), entry(1, guid="h", link=B, **dated)) == ["a", "a"]
    other_day = {"published_at": DAY + timedelta(days=1), "published_raw": "y"}
    assert articles(entry(0, guid="g", link=A, **dated), entry(1, guid="h", link=B, **other_day)) == ["a", "b"]


def test_without_any_date_one_text_is_one_article_for_three_days(entry: MakeEntry) -> None:
    assert articles(entry(0, link=A), entry(6, link=B)) == ["a", "a"]
    assert articles(entry(0, link=A), entry(6 * 24 * 4, link=B)) == ["a", "b"]


def test_title_and_date_identify_where_nothing_else_does(entry: MakeEntry) -> None:
    dated = {"published_at": DAY, "published_raw": "x"}
    other_day = entry(2, published_raw="y", published_at=DAY + timedelta(1))
    entries = (entry(0, **dated), entry(1, summary="Forty people are missing.", **dated), other_day)
    assert articles(*entries) == ["a", "a", "b"]
    assert [v.identity for v in run(*entries).versions] == ["new", "title_date", "new"]


def test_later_data_never_changes_an_earlier_article(entry: MakeEntry) -> None:
    entries = [entry(0, link=A), entry(1, guid="g", link=A, title="Ferry lost off Port Lune"), entry(2, guid="g", link=B, **MAYOR)]
    ids = [[x.article_id for x in run(*entries[:n]).links] for n in (1, 2, 3)]
    assert ids[2][:2] == ids[1]
    assert ids[1][:1] == ids[0]


def test_folding_and_shared_words() -> None:
    assert fold("“Ferry — sinks!”  Off\nPort") == "ferry sinks off port"
    assert shared_words("Ferry sinks off Port Lune", "Lune ferry lost") == 2 / 3
    assert shared_words("", "x") == 1.0
