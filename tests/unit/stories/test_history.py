"""What is told of stories from one matching to the next."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipelines.stories.history import story_changes

NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)


def told(before: dict[str, str], after: dict[str, str], known: tuple[str, ...] = ()) -> list[tuple[str, str, str | None, int]]:
    return [(c.story_id, c.change, c.other_id, c.articles) for c in story_changes(before, after, NOON, known)]


def test_new_stories_are_created_once() -> None:
    after = {"a": "s", "b": "s", "c": "t"}
    assert told({}, after) == [("s", "created", None, 2), ("t", "created", None, 1)]
    assert told(after, after) == []
    assert told({}, after, known=("s", "t")) == [], "the derived tables were lost, the history was not"
    assert told(after, {**after, "d": "s"}) == [], "a story that only grows is not told of"


def test_a_merge_names_the_story_that_is_left() -> None:
    before = {"a": "s", "b": "s", "c": "t", "d": "t"}
    assert told(before, dict.fromkeys("abcd", "s")) == [("t", "merged_into", "s", 2)]


def test_a_split_names_where_it_comes_from() -> None:
    before = dict.fromkeys("abcd", "s")
    assert told(before, {"a": "s", "b": "s", "c": "t", "d": "t"}) == [("t", "split_from", "s", 2)]


def test_an_article_that_moves_between_two_that_stay_is_told() -> None:
    assert told({"a": "s", "b": "s", "c": "t"}, {"a": "s", "b": "t", "c": "t"}) == [("t", "gained_from", "s", 1)]


def test_a_story_whose_first_article_leaves_is_renamed() -> None:
    before = {"a": "s", "b": "s", "c": "s", "x": "t"}
    after = {"a": "t", "b": "n", "c": "n", "x": "t"}
    assert told(before, after) == [("n", "split_from", "s", 2), ("s", "renamed", "n", 2), ("t", "gained_from", "s", 1)]


def test_a_story_without_articles_is_removed() -> None:
    assert told({"a": "s", "b": "t"}, {"b": "t"}) == [("s", "removed", None, 1)]


stories = st.dictionaries(st.sampled_from("abcdefghij"), st.sampled_from("stuvw"), max_size=10)


@given(stories, stories)
def test_every_beginning_and_end_is_told_once(before: dict[str, str], after: dict[str, str]) -> None:
    changes = story_changes(before, after, NOON)
    old, new = set(before.values()), set(after.values())
    assert sorted(c.story_id for c in changes if c.change in ("created", "split_from")) == sorted(new - old)
    assert sorted(c.story_id for c in changes if c.change in ("merged_into", "renamed", "removed")) == sorted(old - new)
    assert len({c.change_id for c in changes}) == len(changes)
    moved = {(before[a], s) for a, s in after.items() if a in before and before[a] != s}
    told_of = {(c.other_id, c.story_id) for c in changes if c.change in ("split_from", "gained_from")}
    assert moved == told_of | {(c.story_id, c.other_id) for c in changes if c.change == "merged_into"}
