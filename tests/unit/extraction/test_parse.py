"""The pipeline is narrowed without a change in what is read of it, and verbs of the news keep their own lemmas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import spacy

from pipelines.extraction.extractor import MODEL
from pipelines.extraction.stages.parse import Lemmas, Parsed, Parts

TEXTS = (
    "There's no deal, but the army doesn't say whether it has left; that's what they're afraid of.",
    "Two of the men who'd been held gotta leave, because those that did are gonna be charged.",
    "LIVE: What we know  about the strike – and what this minister won't do if the others don't.",
)


@pytest.fixture(scope="module")
def whole() -> Any:
    return spacy.load(MODEL)


def test_parts_of_speech_tags_and_arcs_are_those_of_the_whole_pipeline(whole: Any, parse: Callable[..., Parsed]) -> None:
    for text in TEXTS:
        found = parse(text)
        doc = whole(text)
        assert [word.text for word in doc] == found.words
        assert [(word.pos_, word.tag_, word.dep_) for word in doc] == list(zip(found.pos, found.tag, found.dep, strict=True))


@pytest.mark.parametrize(
    ("word", "lemma"), [("wound", "wound"), ("wounds", "wound"), ("lay", "lay"), ("ground", "ground"), ("found", "find"), ("left", "leave")]
)
def test_a_verb_of_the_news_is_not_the_past_of_a_rarer_one(whole: Any, word: str, lemma: str) -> None:
    assert Lemmas(whole.get_pipe("lemmatizer").lookups, Parts(whole))(word, "VERB") == lemma


def test_matrices_are_multiplied_by_the_library_of_numpy(pipeline) -> None:
    """The library that spaCy brings takes three times as long for the same products."""
    nlp = pipeline[0]
    layers = [layer for name in nlp.pipe_names for layer in nlp.get_pipe(name).model.walk()]
    assert layers
    assert not any(layer.ops.use_blis for layer in layers)
