"""The truth fits the items, and a row that does not is named."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from pipelines.demo import truth as known
from pipelines.demo import world as sample
from pipelines.extraction.records import Action, Polarity, Reality, Voice


@pytest.fixture(scope="module")
def world() -> sample.World:
    return sample.load()


@pytest.fixture(scope="module")
def truth(world: sample.World) -> known.Truth:
    return known.load_truth(world)


def changed(truth: known.Truth, table: str, **values: Any) -> known.Truth:
    rows = getattr(truth, table)
    return truth.model_copy(update={table: (rows[0].model_copy(update=values), *rows[1:])})


def test_the_truth_fits_the_items(world: sample.World, truth: known.Truth) -> None:
    assert list(known.problems(world, truth)) == []


def test_what_the_demo_promises_is_planted(truth: known.Truth) -> None:
    assert {claim.kind for claim in truth.claims} == {"denial", "threat", "plan", "insinuation"}
    assert {copy.kind for copy in truth.copies} == {"exact", "near", "partial"}
    assert {copy.basis for copy in truth.copies} == {"wire_credit", "source_element", "none"}
    assert {"headline", "number", "attribution_added"} <= {kind for edit in truth.edits for kind in edit.kinds}
    assert len(truth.mentions) >= 60
    assert truth.single_origins
    assert truth.headlines


def test_every_edit_of_the_world_is_in_the_truth(world: sample.World, truth: known.Truth) -> None:
    planted = {(f"{outlet}/{item.id}", n) for outlet, items in world.items.items() for item in items for n in range(1, len(item.edits) + 1)}
    assert planted == {(edit.item, edit.version) for edit in truth.edits}


def test_tolls_rise_and_contradict(truth: known.Truth) -> None:
    bridge = [toll for toll in truth.tolls if (toll.story, toll.slot) == ("bridge-attack", "killed")]
    assert {toll.low for toll in bridge} >= {3, 7, 9, 20}
    ormel = [toll for toll in truth.tolls if (toll.story, toll.slot) == ("ormel-shelling", "injured")]
    assert {(toll.low, toll.high) for toll in ormel} >= {(4, 4), (6, 6), (11, 11), (4, None)}


def test_mentions_use_the_codebook_categories(truth: known.Truth) -> None:
    assert {mention.action for mention in truth.mentions} <= set(get_args(Action))
    assert {mention.voice for mention in truth.mentions} <= set(get_args(Voice))
    assert {mention.polarity for mention in truth.mentions} == set(get_args(Polarity))
    assert {mention.reality for mention in truth.mentions} <= set(get_args(Reality))
    assert len({mention.action for mention in truth.mentions}) >= 16


@pytest.mark.parametrize(
    ("table", "values", "words"),
    [
        ("copies", {"copy_item": "ledger/no-such-item"}, "there is no item 'ledger/no-such-item'"),
        ("copies", {"copy_item": "torvin-sun/pothole"}, "which is not near"),
        ("edits", {"after": "words that nobody wrote"}, "must stand in this version"),
        ("edits", {"version": 9}, "has no version 9"),
        ("edits", {"kinds": ("number",)}, "`headline` must be named"),
        ("claims", {"words": "words that nobody wrote"}, "does not have 'words that nobody wrote'"),
        ("tolls", {"story": "no-such-story"}, "there is no story 'no-such-story'"),
        ("mentions", {"actor": "Nobody at all"}, "does not have 'Nobody at all'"),
        ("mentions", {"version": 7}, "has no version 7"),
        ("faults", {"kind": "unavailable"}, "world and truth do not agree"),
    ],
)
def test_a_wrong_row_is_named(world: sample.World, truth: known.Truth, table: str, values: dict[str, Any], words: str) -> None:
    assert any(words in problem for problem in known.problems(world, changed(truth, table, **values)))


def test_a_wrong_count_is_named(world: sample.World, truth: known.Truth) -> None:
    counts = truth.counts.model_copy(update={"items": truth.counts.items + 1})
    assert f"counts.items: the items give {truth.counts.items}" in list(known.problems(world, truth.model_copy(update={"counts": counts})))


def test_shared_share_is_a_share_of_the_shorter_text() -> None:
    text = "the river rose over the wall before dawn and filled the cellars"
    assert known.shared_share(text, f"A reader writes: {text}. Nobody was hurt, and the sun came out at noon.") == 1.0
    assert known.shared_share(text, "a goat ate three thousand euros that a farmer kept in a bag") == 0.0
