from __future__ import annotations

import pytest

from pipelines.extraction.stages.candidates import find_candidates


@pytest.fixture
def senses(parse, pipeline):
    def run(text: str, word: str) -> set[str]:
        lexicons = pipeline[1]
        p = parse(text)
        found = find_candidates(p, 0, len(p.words), lexicons.predicates, lexicons.lemmas)
        return {m.sense.action for c in found if p.lower[c.index] == word for m in c.matches if m.met and m.fits_pos}

    return run


@pytest.mark.parametrize(
    ("text", "word", "action", "there"),
    [
        ("Police arrested six miners.", "arrested", "COERCE", True),
        ("The attack went on.", "attack", "ASSAULT", True),
        ("The minister stepped down.", "stepped", "OFFICE", True),
        ("The minister stepped outside.", "stepped", "OFFICE", False),
        ("Norland signed a treaty with its neighbour.", "signed", "AGREE", True),
        ("The singer signed an album.", "signed", "AGREE", False),
        ("The mayor called for a strike.", "called", "REQUEST", True),
        ("The mayor called his mother.", "called", "REQUEST", False),
    ],
)
def test_frames(senses, text, word, action, there) -> None:
    assert (action in senses(text, word)) is there


def test_a_particle_is_part_of_the_trigger(parse, pipeline) -> None:
    lexicons = pipeline[1]
    p = parse("The minister stepped down on Monday.")
    (found,) = [c for c in find_candidates(p, 0, len(p.words), lexicons.predicates, lexicons.lemmas) if c.verb == "step"]
    assert p.cut(found.first, found.last) == "stepped down"
