"""Weighted terms and rolling weights."""

import math

import pytest

from pipelines.stories.similarity import Idf, cosine, rolling_vectors, stem, terms


def test_inflected_words_meet_and_short_ones_stay() -> None:
    assert stem("clashes") == stem("clashed") == stem("clashing")
    assert stem("parties") == stem("party")
    assert stem("bus") == "bus"
    assert stem("minister’s") == stem("minister")


def test_titles_and_names_weigh_more() -> None:
    counts = terms("Marren floods", "The mayor of Marren spoke")
    assert counts["marren"] > counts[stem("floods")] > counts["mayor"]
    assert "the" not in counts


def test_a_shouting_title_has_no_names() -> None:
    assert terms("DAM BURSTS IN MARREN", "")["marren"] == terms("DAM BURSTS IN MARREN", "")["dam"]


def test_a_vector_has_length_one_and_rare_terms_weigh_more() -> None:
    idf = Idf([{"a": 1.0, "b": 1.0}, {"a": 1.0}, {"a": 1.0, "c": 1.0}])
    vector = idf.vector({"a": 1.0, "b": 1.0})
    assert math.isclose(cosine(vector, vector), 1.0)
    assert vector["b"] > vector["a"]
    assert idf.vector({}) == {}


def test_a_document_that_is_taken_back_leaves_no_trace() -> None:
    idf = Idf([{"a": 1.0}])
    before = idf.weight("a")
    idf.add({"a": 1.0, "b": 1.0})
    idf.remove({"a": 1.0, "b": 1.0})
    assert idf.weight("a") == before


def test_weights_rest_on_the_documents_around_only() -> None:
    old = [{"storm": 1.0, "a": 1.0}] * 4
    new = [{"storm": 1.0, "b": 1.0}, {"calm": 1.0, "b": 1.0}, {"calm": 1.0, "b": 1.0}]
    assert rolling_vectors(old + new, background=2)[-1] == pytest.approx(rolling_vectors(new, background=2)[-1])
    assert rolling_vectors(old + new, background=100)[-1] != pytest.approx(rolling_vectors(new, background=100)[-1])


def test_with_a_wide_background_weights_are_those_of_all_documents() -> None:
    documents = [{"a": 1.0, str(n): 1.0} for n in range(5)]
    idf = Idf(documents)
    assert rolling_vectors(documents) == [idf.vector(d) for d in documents]
