from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.core.errors import LexiconError
from pipelines.extraction import cue_lexicons, predicates

VERBS = '[light]\nactive = ["hold"]\npassive = []\n[classes]\nboat = ["ferry"]\n[verbs]\n'


def folder(path: Path, verbs: str, nouns: str = "[nouns]\n") -> Path:
    (path / "verbs.toml").write_text(VERBS + verbs, encoding="utf8")
    (path / "nouns.toml").write_text(nouns, encoding="utf8")
    return path


def test_reads_senses_by_first_word_of_verbs_and_last_of_nouns(tmp_path) -> None:
    found = predicates.load(
        folder(tmp_path, 'OFFICE = [{ lemma = "step down", target = [] }]', '[nouns]\nMOBILIZE = [{ lemma = "missile test" }]')
    )
    (step,), (test,) = found.verbs["step"], found.nouns["test"]
    assert (step.action, step.target, step.noun) == ("OFFICE", (), False)
    assert (test.action, test.target, test.noun) == ("MOBILIZE", ("on", "against"), True)


@pytest.mark.parametrize(
    ("verbs", "message"),
    [
        ('FLY = [{ lemma = "fly" }]', "no action type"),
        ('AID = [{ lemma = "Help" }]', "lower case"),
        ('AID = [{ lemma = "help", colour = "red" }]', "unknown field 'colour'"),
        ('AID = [{ lemma = "help", prior = 2 }]', "prior"),
        ('AID = [{ lemma = "help", object = ["@plane"] }]', "@plane is no class"),
        ('AID = [{ lemma = "help", complement = "maybe" }]', "complement"),
        ('AID = [{ lemma = "help", target = "object" }]', "list of words"),
        ("AID = [", "cannot be read"),
    ],
)
def test_a_mistake_is_named(tmp_path, verbs, message) -> None:
    with pytest.raises(LexiconError, match=message):
        predicates.load(folder(tmp_path, verbs))


def test_the_shipped_lexicons_hold_their_schema() -> None:
    assert predicates.default().senses >= 1500
    assert set(predicates.QUAD) == set(predicates.ACTIONS)
    assert cue_lexicons.default_cues().verb["say"]
    assert cue_lexicons.default_modality().auxiliary["will"] == "planned"


def test_a_wrong_section_of_the_cue_lexicons_is_named(tmp_path) -> None:
    (tmp_path / "modality.toml").write_text(
        '[complement]\nsomeday = ["x"]\n[auxiliary]\n[adverb]\n[polarity]\nnegators = []\n', encoding="utf8"
    )
    with pytest.raises(LexiconError, match="someday"):
        cue_lexicons.load_modality(tmp_path)
