from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.extraction.analysis import ItemAnalysis
from pipelines.extraction.decide import Draft, _reporters, best_pair, best_place
from pipelines.extraction.stages.roles import Role


@pytest.mark.timeout(20)
def test_a_conjunct_that_a_cut_left_without_a_head_ends_the_search(analyse_texts: Callable[..., ItemAnalysis]) -> None:
    (unit,) = analyse_texts(summary="Attacked soldiers near Goma.").units
    (candidate,) = [c for c in unit.candidates if unit.parsed.lower[c.index] == "attacked"]
    unit.parsed.dep[candidate.index], unit.parsed.head[candidate.index] = "conj", candidate.index
    assert _reporters(Draft(0, candidate, "ASSAULT", 0.9, None), unit, []) == []


def test_one_phrase_is_not_both_parties(analyse_texts: Callable[..., ItemAnalysis]) -> None:
    (unit,) = analyse_texts(summary="Rebels attacked soldiers near Goma.").units
    roles = [Role(0, "nsubj", "subject"), Role(2, "dobj", "object")]
    assert best_pair([0.6, 0.3, 0.1], [0.5, 0.4, 0.1], roles, unit.parsed, mutual=False) == (0, 1)


def test_a_person_who_is_a_party_is_no_place(analyse_texts: Callable[..., ItemAnalysis]) -> None:
    p = analyse_texts(summary="Police in Leeds arrested Michael Ewing.").units[0].parsed
    roles = [Role(p.lower.index(word), "x", "x") for word in ("police", "leeds", "ewing")]
    assert p.entity[roles[2].head] == "PERSON"
    assert best_place([0.1, 0.2, 0.6, 0.1], (0, 2), roles, p) == 1
    assert best_place([0.1, 0.2, 0.6, 0.1], (0, 3), roles, p) == 2
    assert best_place([0.1, 0.6, 0.2, 0.1], (0, 1), roles, p) == 1
