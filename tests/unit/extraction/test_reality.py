from __future__ import annotations

import pytest

from pipelines.extraction import cue_lexicons, predicates
from pipelines.extraction.stages.reality import standing


@pytest.mark.parametrize(
    ("text", "trigger", "polarity", "reality"),
    [
        ("Norland attacked the port.", "attacked", "positive", "happened"),
        ("Norland did not attack the port.", "attack", "negated", "happened"),
        ("Norland will attack the port.", "attack", "positive", "planned"),
        ("Norland may attack the port.", "attack", "positive", "possible"),
        ("Norland is attacking the port.", "attacking", "positive", "ongoing"),
        ("The mayor urged Norland to attack the port.", "attack", "positive", "demanded"),
        ("Norland threatened to attack the port.", "attack", "positive", "threatened"),
        ("Norland plans to attack the port.", "attack", "positive", "planned"),
        ("Norland refused to attack the port.", "attack", "denied", "happened"),
        ("If Norland attacks the port, we leave.", "attacks", "positive", "possible"),
    ],
)
def test_standing_by_rule(parse, text, trigger, polarity, reality) -> None:
    p = parse(text)
    found = standing(p, p.lower.index(trigger), cue_lexicons.default_modality(), predicates.default())
    assert (found.polarity, found.reality) == (polarity, reality)


def test_bare_infinitive_of_a_headline_is_planned(parse) -> None:
    p = parse("Norland to visit Dunmore", "title")
    assert standing(p, p.lower.index("visit"), cue_lexicons.default_modality(), predicates.default()).reality == "planned"
