from __future__ import annotations

import pytest

from pipelines.extraction import cue_lexicons
from pipelines.extraction.features import phrase_text
from pipelines.extraction.stages.sources import source_voice


def covering(analyse_texts, trigger: str, **texts: str):
    """(kind of voice, source's words) of the narrowest attribution over ``trigger`` in the last unit."""
    unit = analyse_texts(**texts).units[-1]
    p = unit.parsed
    index = p.lower.index(trigger)
    over = [a for a in unit.attributions[p.sentence_of[index]] if index in a.covers]
    if not over:
        return None
    nearest = min(over, key=lambda a: len(a.covers))
    return (
        source_voice(p, nearest, cue_lexicons.default_cues(), frozenset()),
        phrase_text(p, nearest.source) if nearest.source is not None else None,
    )


@pytest.mark.parametrize(
    ("text", "trigger", "voice", "source"),
    [
        ("The police said that rebels attacked the port.", "attacked", "unnamed_official", "police"),
        ("Rebels attacked the port, police said on Monday.", "attacked", "unnamed_official", "police"),
        ("Rebels attacked the port on Sunday, said Maria Oduya.", "attacked", "named_person", "Maria Oduya"),
        ("According to a report, rebels attacked the port.", "attacked", "document", "report"),
        ("Rebels attacked the port, according to witnesses.", "attacked", "unnamed_other", "witnesses"),
        ("Rebels reportedly attacked the port.", "attacked", "unnamed_other", None),
    ],
)
def test_source_of_a_sentence(analyse_texts, text, trigger, voice, source) -> None:
    assert covering(analyse_texts, trigger, summary=text) == (voice, source)


def test_no_source_no_attribution(analyse_texts) -> None:
    assert covering(analyse_texts, "attacked", summary="Rebels attacked the port on Sunday.") is None


def test_headline_with_its_speaker_behind_a_dash(analyse_texts) -> None:
    assert covering(analyse_texts, "killed", title="Eight killed in campus fire --investigators")[1] == "investigators"


def test_a_quotation_carries_its_speaker_over_sentences(analyse_texts) -> None:
    found = covering(analyse_texts, "attacked", summary='"We are tired," said Maria Oduya. "They attacked our port."')
    assert found == ("named_person", "Maria Oduya")


def test_an_ended_sentence_ends_the_scope(analyse_texts) -> None:
    assert covering(analyse_texts, "attacked", summary="The police said that it was over. Rebels attacked the port.") is None
