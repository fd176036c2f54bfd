from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.articles.records import ArticleVersion, CopyLink
from pipelines.core.errors import CorrectionError
from pipelines.corrections import fields, schema
from pipelines.corrections.links import correct_copies, correct_events, correct_stories
from pipelines.corrections.mentions import correct_mentions, key_of
from pipelines.corrections.schema import BELONGS, BELONGS_NOT, ArticleKey, Correction, thing_id
from pipelines.extraction.records import Mention
from pipelines.stories.events import build_events
from pipelines.stories.records import StoryArticle
from tests.support.lake_world import LakeWorld, at

WHEN = datetime(2025, 3, 4, 12, tzinfo=UTC)
TITLE = "Norland troops kill nine at Lenk bridge"


@pytest.fixture
def world() -> LakeWorld:
    made = LakeWorld()
    made.outlet("alpha", "Alpha", "GBR")
    made.outlet("beta", "Beta", "USA")
    return made


def deed(world: LakeWorld, name: str = "clash", outlet: str = "alpha") -> tuple[ArticleVersion, Mention]:
    summary = "The regime sent soldiers."
    version = world.article(name, f"{outlet}/main", at("2021-09-18 09:00"), TITLE, summary)
    nine = ("killed", 9, 9, "exactly", "nine")
    mention = world.mention(version, "kill", "ASSAULT", actors=[("Norland troops", "NRL.MIL")], figures=[nine])
    return version, mention


def correction(mention: Mention, field: str, value: str = "", **more: Any) -> Correction:
    key = key_of(mention)
    made = Correction(
        id=thing_id("mention", field, key, None), kind="mention", field=field, value=value, before="", who="ana", when=WHEN, why="test",
        subject=key,
    )  # fmt: skip
    return replace(made, **more)


def link(kind: str, field: str, subject: Any, other: Any) -> Correction:
    return Correction(
        id=thing_id(kind, field, subject, other), kind=kind, field=field, value="", before="x", who="ana", when=WHEN, why="test",
        subject=subject, other=other,
    )  # fmt: skip


def applied(mention: Mention, version: ArticleVersion, *corrections: Correction) -> tuple[list[Mention], list[str]]:
    done = correct_mentions([mention], {version.version_id: version}, corrections)
    return done.mentions, [o.status for o in done.outcomes]


def test_several_fields_of_one_mention_are_put_in_place_and_marked(world: LakeWorld) -> None:
    version, mention = deed(world)
    two = [correction(mention, "action", "COERCE"), correction(mention, "target", "nine")]
    (row,), statuses = applied(mention, version, *two)
    assert (row.action, row.quad_class, [p.text for p in row.targets]) == ("COERCE", "material_conflict", ["nine"])
    assert version.title[row.targets[0].start : row.targets[0].end] == "nine"
    assert row.corrected_by == ", ".join(c.id for c in two)
    assert statuses == ["applied", "applied"]


def test_a_mention_that_is_none_goes(world: LakeWorld) -> None:
    version, mention = deed(world)
    assert applied(mention, version, correction(mention, "not_a_mention")) == ([], ["applied"])


def test_it_is_found_again_under_another_extractor_and_after_an_edit_of_other_sentences(world: LakeWorld) -> None:
    version, mention = deed(world)
    kept = correction(mention, "polarity", "denied")
    start = mention.trigger_start - 7
    recoded = replace(mention, mention_id="other", extractor_version="test-2", trigger="troops kill", trigger_start=start)
    (row,), _ = applied(recoded, version, kept)
    assert row.polarity == "denied"
    edited = world.article("clash", "alpha/main", at("2021-09-18 12:00"), TITLE, "Another summary.")
    later = world.mention(edited, "kill", "ASSAULT", actors=[("Norland troops", "NRL.MIL")])
    (row,), _ = applied(later, edited, kept)
    assert row.polarity == "denied"


def test_another_word_of_the_sentence_is_another_deed_and_the_correction_says_unmatched(world: LakeWorld) -> None:
    version, mention = deed(world)
    kept = correction(mention, "polarity", "denied")
    other = replace(mention, mention_id="o", trigger="bridge", trigger_start=33, trigger_end=39)
    rows, statuses = applied(other, version, kept)
    assert rows == [other]
    assert statuses == ["unmatched"]


def test_what_the_extractor_says_by_itself_by_now_agrees(world: LakeWorld) -> None:
    version, mention = deed(world)
    kept = correction(mention, "action", "COERCE")
    assert applied(replace(mention, action="COERCE"), version, kept)[1] == ["agrees"]
    done = correct_mentions([], {version.version_id: version}, [correction(mention, "not_a_mention")])
    assert [o.status for o in done.outcomes] == ["agrees"]


def test_a_value_that_an_edit_took_away_changes_nothing(world: LakeWorld) -> None:
    _, mention = deed(world)
    kept = correction(mention, "target", "soldiers")
    edited = world.article("clash", "alpha/main", at("2021-09-18 12:00"), TITLE, "Nothing more.")
    later = world.mention(edited, "kill", "ASSAULT")
    assert applied(later, edited, kept) == ([later], ["unmatched"])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("action", "BOMB", "codebook has AGREE"),
        ("voice", "somebody", "codebook has outlet"),
        ("actr", "x", "no coded field"),
        ("actor", "Sudria", "does not say 'Sudria'"),
        ("actor_id", "nrl", "no actor id"),
        ("actor_id", "NRL.ARMY", "no actor id"),
        ("actor_id", "FRA.XYZ", "no sector code"),
        ("target_id", "FRA", "needs a target"),
        ("actor_country", "FRANCE", "alpha-3"),
        ("actor_country", "FRA; DEU", "1 actors, but 2 values"),
        ("date", "2021-13-40", "write YYYY-MM-DD"),
        ("killed", "many", "write a number"),
        ("killed", "5-3", "ends below"),
        ("killed", "dozens=24-99", "does not say 'dozens'"),
        ("actor_omitted", "yes", "true or false"),
        ("place_country", "FRA", "needs a place"),
        ("mode", "Two Words", "one word"),
    ],
)
def test_a_value_that_codebook_or_text_do_not_allow_is_refused_in_a_sentence(world: LakeWorld, field: str, value: str, said: str) -> None:
    version, mention = deed(world)
    with pytest.raises(CorrectionError, match=said):
        fields.set_field(mention, field, value, version)


@pytest.mark.parametrize(
    ("field", "value", "again"),
    [
        ("killed", "nine=9+", "9+"), ("killed", "none", ""), ("date", "2021-09", "2021-09-01"), ("actor", "none", ""),
        ("place", "Lenk", "Lenk"),
        ("actor_id", "FRA.MIL", "FRA.MIL"), ("actor_sector", "REB", "REB"), ("mode", "aerial", "aerial"), ("reality", "planned", "planned"),
        ("in_quotes", "true", "true"),
    ],
)  # fmt: skip
def test_what_is_set_can_be_read(world: LakeWorld, field: str, value: str, again: str) -> None:
    version, mention = deed(world)
    assert fields.get_field(fields.set_field(mention, field, value, version), field) == again


def test_fields_that_contradict_each_other_are_refused(world: LakeWorld) -> None:
    version, mention = deed(world)
    with pytest.raises(CorrectionError, match="no actor"):
        fields.check(fields.set_field(mention, "action", "INCIDENT", version))
    with pytest.raises(CorrectionError, match="own voice"):
        fields.check(fields.set_field(mention, "speaker", "Norland", version))


def test_the_file_keeps_what_was_added_with_its_comments_and_gives_it_back(world: LakeWorld, tmp_path: Path) -> None:
    path = tmp_path / "corrections.toml"
    _, mention = deed(world)
    one, two = correction(mention, "action", "COERCE"), correction(mention, "polarity", "denied")
    schema.add(path, one)
    path.write_text(path.read_text() + "# seen by the desk\n")
    schema.add(path, two)
    assert schema.read(path) == [one, two]
    with pytest.raises(CorrectionError, match=f"corrected already, by ana on 04 Mar 2025 .id {one.id}"):
        schema.add(path, replace(one, value="AID"))
    with pytest.raises(CorrectionError, match="said to be none"):
        schema.add(path, correction(mention, "not_a_mention"))
    assert schema.remove(path, [two.id]) == [two]
    assert schema.read(path) == [one]
    assert "seen by the desk" in path.read_text()
    with pytest.raises(CorrectionError, match="has no correction 'zzz'"):
        schema.remove(path, ["zzz"])
    schema.remove(path, [one.id])
    assert schema.read(path) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[[corrections]]", "[[correction]]"), r"\[\[corrections\]\]"),
        (("who = \"ana\"", "who = \" \""), "who is empty"),
        (("why = ", "wy = "), "did you mean 'why'"),
        (("when = 2025-03-04T12:00:00Z", "when = \"today\""), "when is missing or no time"),
        (("kind = \"mention\"", "kind = \"word\""), "none of mention, event"),
        (("at = 15", "at = \"15\""), "subject must be a table"),
        (("field = \"action\"", "field = \"mode\""), "is not about what its id says"),
        (("subject = {", "subject = "), "no TOML file"),
    ],
)  # fmt: skip
def test_a_malformed_file_is_told_in_a_sentence(world: LakeWorld, tmp_path: Path, change: tuple[str, str], said: str) -> None:
    path = tmp_path / "corrections.toml"
    _, mention = deed(world)
    schema.add(path, correction(mention, "action", "COERCE"))
    assert change[0] in path.read_text()
    with pytest.raises(CorrectionError, match=said):
        schema.parse(path.read_text().replace(*change), str(path))


def test_two_corrections_of_one_thing_are_refused(world: LakeWorld) -> None:
    _, mention = deed(world)
    one = correction(mention, "action", "COERCE")
    with pytest.raises(CorrectionError, match="corrected twice, by ana and by ben"):
        schema.refuse_conflicts([one, replace(one, value="AID", who="ben")], "f")


def test_copies_are_taken_out_and_put_in(world: LakeWorld) -> None:
    one, two = deed(world)[0], deed(world, "other", outlet="beta")[0]
    world.copy(one, two)
    links: list[CopyLink] = world.rows["copy_link"]
    not_one = link("copy", BELONGS_NOT, ArticleKey(two.article_id), ArticleKey(one.article_id))
    kept, (outcome,) = correct_copies(links, [one, two], [not_one], {})
    assert (kept, outcome.status, outcome.found) == ([], "applied", "exact")
    turned = [replace(row, article_id=row.other_article_id, other_article_id=row.article_id) for row in links]
    assert correct_copies(turned, [one, two], [not_one], {})[0] == []
    put = link("copy", BELONGS, ArticleKey(two.article_id), ArticleKey(one.article_id))
    assert put.id == not_one.id
    (made,), (outcome,) = correct_copies([], [one, two], [put], {"alpha": "X", "beta": "X"})
    assert (made.corrected_by, made.relation, outcome.status) == (put.id, "same_publisher", "applied")
    assert correct_copies(links, [one, two], [put], {})[1][0].status == "agrees"
    assert correct_copies(links, [one], [put], {})[1][0].status == "unmatched"


def test_an_article_moves_between_stories_and_both_are_named_and_counted_anew(world: LakeWorld) -> None:
    first = world.article("a", "alpha/main", at("2021-09-18 09:00"), "First")
    second = world.article("b", "beta/main", at("2021-09-18 10:00"), "Second")
    third = world.article("c", "beta/main", at("2021-09-18 11:00"), "Third")
    world.story(first, second)
    world.story(third)
    versions, stories, links = [first, second, third], world.rows["story"], world.rows["story_article"]

    def run(c: Correction) -> tuple[dict[str, set[str]], str, list[StoryArticle]]:
        rows, members, (outcome,) = correct_stories(stories, links, [c], versions, [], {})
        assert {s.story_id: s.articles for s in rows} == {s.story_id: len([m for m in members if m.story_id == s.story_id]) for s in rows}
        return {s.title: {m.article_id for m in members if m.story_id == s.story_id} for s in rows}, outcome.status, members

    a, b, c = (ArticleKey(v.article_id) for v in versions)
    apart, status, members = run(link("story", BELONGS_NOT, a, b))
    assert apart == {"First": {a.article}, "Second": {b.article}, "Third": {c.article}}
    assert status == "applied"
    assert [m.reason for m in members if m.corrected_by] == ["corrected"]
    together, _, _ = run(link("story", BELONGS, c, a))
    assert together == {"First": {a.article, b.article, c.article}}
    assert run(link("story", BELONGS, b, a))[1] == "agrees"
    assert run(link("story", BELONGS, b, ArticleKey("gone")))[1] == "unmatched"


def test_a_mention_moves_between_events(world: LakeWorld) -> None:
    one, m1 = deed(world)
    two, m2 = deed(world, "other", outlet="beta")
    world.story(one, two)
    mentions = [m1, m2]
    events, links = build_events(mentions, world.rows["story_article"])
    (event,) = events
    apart = link("event", BELONGS_NOT, key_of(m2), key_of(m1))
    rows, members, (outcome,) = correct_events(events, links, [apart], mentions)
    assert {e.mentions for e in rows} == {1}
    assert len({m.event_id for m in members}) == 2
    assert {m.mention_id: m.corrected_by for m in members} == {m1.mention_id: None, m2.mention_id: apart.id}
    assert (outcome.status, outcome.found) == ("applied", event.event_id)
    back = link("event", BELONGS, key_of(m2), key_of(m1))
    joined, again, _ = correct_events(rows, members, [back], mentions)
    assert joined == events
    assert {m.event_id for m in again} == {event.event_id}
    gone = link("event", BELONGS, key_of(m2), replace(key_of(m1), article="gone"))
    assert correct_events(rows, members, [gone], mentions)[2][0].status == "unmatched"
