"""The shipped predicate lexicon: its size, and that no sense is double or out of reach."""

from __future__ import annotations

from collections import Counter

import pytest

from pipelines.core.errors import LexiconError
from pipelines.extraction import predicates
from pipelines.extraction.predicates import ACTIONS, Sense


@pytest.fixture(scope="module")
def senses() -> list[Sense]:
    lexicon = predicates.load()
    return [sense for index in (lexicon.verbs, lexicon.nouns) for group in index.values() for sense in group]


def test_lexicon_has_at_least_1500_senses_over_all_types(senses: list[Sense]) -> None:
    assert len(senses) >= 1500
    by_action = Counter(sense.action for sense in senses)
    assert set(by_action) == set(ACTIONS)
    assert min(by_action.values()) >= 40


def test_no_sense_stands_twice(senses: list[Sense]) -> None:
    frames = Counter((s.action, s.noun, s.lemma, s.needs, s.object, s.subject, s.not_object, s.not_subject) for s in senses)
    assert [key for key, n in frames.items() if n > 1] == []


def test_no_frame_is_hidden_behind_an_open_sense_of_the_same_type(senses: list[Sense]) -> None:
    """A sense without demands is always met, so a framed one of the same type and prior or less says nothing new."""
    demands = ("needs", "object", "subject", "not_object", "not_subject")
    open_senses = {(s.action, s.noun, s.lemma): s for s in senses if not any(getattr(s, demand) for demand in demands)}
    hidden = [
        (s.action, s.lemma)
        for s in senses
        if (shadow := open_senses.get((s.action, s.noun, s.lemma))) is not None
        and shadow is not s
        and s.prior <= shadow.prior
        and (s.mode, s.target, s.complement) == (shadow.mode, shadow.target, shadow.complement)
    ]
    assert hidden == []


def test_verb_lemmas_have_no_hyphen_since_the_tokenizer_splits_there(senses: list[Sense]) -> None:
    assert [s.lemma for s in senses if not s.noun and any("-" in word and len(word) > 1 for word in s.lemma.split())] == []


@pytest.mark.parametrize(
    ("lemma", "action", "forbidden"),
    [
        ("attack", "ASSAULT", "goal"),
        ("shoot", "ASSAULT", "film"),
        ("kill", "ASSAULT", "bill"),
        ("defend", "SUPPORT", "title"),
        ("meet", "CONSULT", "deadline"),
    ],
)
def test_everyday_readings_rule_the_deed_out(senses: list[Sense], lemma: str, action: str, forbidden: str) -> None:
    found = [s for s in senses if s.lemma == lemma and s.action == action and not s.noun and not s.object]
    assert found
    assert all(forbidden in s.not_object for s in found)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('HARM = [ { lemma = "kill" } ]', "HARM"),
        ('ASSAULT = [ { lemma = "kill", objects = ["x"] } ]', "objects"),
        ('ASSAULT = [ { lemma = "Kill" } ]', "lower case"),
        ('ASSAULT = [ { lemma = "kill", object = ["@wepon"] } ]', "@wepon"),
        ('ASSAULT = [ { lemma = "kill", prior = 2 } ]', "prior"),
    ],
)
def test_a_mistake_is_named_with_file_and_entry(tmp_path, line: str, words: str) -> None:
    (tmp_path / "nouns.toml").write_text("[nouns]\n")
    (tmp_path / "verbs.toml").write_text(f"[verbs]\n{line}\n")
    with pytest.raises(LexiconError, match=r"verbs\.toml") as caught:
        predicates.load(tmp_path)
    assert words in str(caught.value)
