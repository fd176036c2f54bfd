from __future__ import annotations

import pytest

from pipelines.extraction.stages.figures import find_quantities, slot_figures


def figures(parse, text: str, trigger: str, action: str, targets: tuple[str, ...] = ()):
    p = parse(text)
    heads = [p.lower.index(word) for word in targets]
    found = slot_figures(p, p.lower.index(trigger), action, heads, find_quantities(p, 0, len(p.words)))
    return {one.slot: (one.quantity.low, one.quantity.high, one.quantity.qualifier) for one in found}


@pytest.mark.parametrize(
    ("text", "trigger", "action", "targets", "expected"),
    [
        ("The blast killed 14 miners.", "killed", "ASSAULT", ("miners",), {"killed": (14, 14, "exactly")}),
        ("At least three people died in the fire.", "died", "INCIDENT", ("people",), {"killed": (3, None, "at_least")}),
        ("Police arrested dozens of protesters.", "arrested", "COERCE", ("protesters",), {"detained": (24, 99, "about")}),
        ("The army deployed 2,500 soldiers.", "deployed", "MOBILIZE", (), {"troops": (2500, 2500, "exactly")}),
        ("The flood displaced tens of thousands of people.", "displaced", "INCIDENT", ("people",), {"displaced": (20000, 99999, "about")}),
    ],
)
def test_slots(parse, text, trigger, action, targets, expected) -> None:
    assert figures(parse, text, trigger, action, targets) == expected


@pytest.mark.parametrize("word", ["Every", "Each"])
def test_every_one_is_not_one(parse, word) -> None:
    p = parse(f"{word} one of those deaths was avoidable.")
    assert find_quantities(p, 0, len(p.words)) == []


def test_amounts_carry_their_currency(parse) -> None:
    p = parse("Norland gave $5 million to the town.")
    (found,) = slot_figures(p, p.lower.index("gave"), "AID", [], find_quantities(p, 0, len(p.words)))
    assert (found.slot, found.quantity.low, found.quantity.currency) == ("amount", 5_000_000, "USD")


@pytest.mark.parametrize("text", ["He was jailed for 12 years.", "He was killed at 9 o'clock."])
def test_terms_and_hours_are_no_figures(parse, text) -> None:
    p = parse(text)
    trigger = next(i for i, lemma in enumerate(p.lemma) if lemma in ("jail", "kill"))
    assert slot_figures(p, trigger, "ASSAULT", [], find_quantities(p, 0, len(p.words))) == []
