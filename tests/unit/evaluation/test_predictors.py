"""Adapters from the domain to the gold's formats: spans cut the right words, nothing depends on answer fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import numpy as np
import pytest

from pipelines.core.errors import UsageError
from pipelines.evaluation.gold import FORMATS, Gold, questions
from pipelines.evaluation.predictors import actions, attribution, factuality, items, matching, places, roles
from pipelines.evaluation.scoring import score
from pipelines.extraction.analysis import ItemAnalysis, Lexicons, analyse
from pipelines.extraction.decide import CLASSES
from pipelines.extraction.extractor import load_lexicons, load_pipeline
from pipelines.extraction.features import action_bag
from pipelines.extraction.stages.parse import parse_all
from pipelines.extraction.stages.text import normalise
from pipelines.extraction.weights import LinearModel, Weights, load_embeddings


@dataclass(frozen=True)
class Reader:
    lexicons: Lexicons
    read: Callable[[str], ItemAnalysis]


@pytest.fixture(scope="module")
def reader() -> Reader:
    nlp, lemmas = load_pipeline()
    lexicons = load_lexicons(lemmas)

    def read(text: str) -> ItemAnalysis:
        return analyse(parse_all(nlp, [(normalise(text), text, "body")], lemmas, 8), lexicons)

    return Reader(lexicons, read)


def cut(text: str, attributions: list[dict[str, list[list[int]]]]) -> list[dict[str, str]]:
    return [{part: text[spans[0][0] : spans[0][1]] for part, spans in one.items()} for one in attributions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The harbour master has said that the pier will stay closed until May.",
            {"source": "The harbour master", "cue": "has said", "content": "that the pier will stay closed until May"},
        ),
        (
            '"The pier is closed," said Anna Berg. She left.',
            {"source": "Anna Berg", "cue": "said", "content": '"The pier is closed,"'},
        ),
        (
            "According to the ministry, the bridge reopened on Monday.",
            {"source": "the ministry", "cue": "According to", "content": "the bridge reopened on Monday"},
        ),
    ],
)
def test_attributions_are_cut_from_the_text_as_it_stands(reader: Reader, text: str, expected: dict[str, str]) -> None:
    (unit,) = reader.read(text).units
    assert expected in cut(text, attribution.attributions_of(unit))


def test_speech_that_is_a_deed_is_an_attribution_too(reader: Reader) -> None:
    text = "The mayor strongly condemned the attack on the village."
    (found,) = cut(text, attribution.attributions_of(reader.read(text).units[0]))
    assert (found["source"], found["content"]) == ("The mayor", "the attack on the village")
    assert found["cue"].endswith("condemned")


@pytest.mark.parametrize(
    ("text", "word", "low", "high"),
    [
        ("The ferry sank on Monday .", "sank", 2.5, 3.0),
        ("The ferry did not sink on Monday .", "sink", -3.0, -1.0),
        ("The ferry may sink tonight .", "sink", 0.5, 2.0),
        ("The owners plan to sell the ferry .", "sell", 0.5, 2.4),
        ("The owners did not want to sell the ferry .", "sell", -3.0, 0.5),
    ],
)
def test_factuality_follows_polarity_and_reality(reader: Reader, text: str, word: str, low: float, high: float) -> None:
    at = text.split(" ").index(word)
    row = {"text": text, "targets": [{"span1": [at, at + 1]}]}
    (target,) = factuality.predict(row, reader.read(text).units[0], reader.lexicons)["targets"]
    assert target["span1"] == [at, at + 1]
    assert low <= target["label"] <= high


def test_a_text_without_words_still_gets_its_line() -> None:
    assert factuality.predict({"text": "", "targets": [{"span1": [0, 1]}]}, None, None)["targets"] == [{"span1": [0, 1], "label": 3.0}]  # type: ignore[arg-type]


def weights_for(reader: Reader, sentence: str, wanted: dict[str, str]) -> Weights:
    """Weights that know only the features of this sentence's candidates: each wanted word has its action."""
    analysis = reader.read(sentence)
    rows: dict[int, int] = {}
    table: list[list[float]] = []
    for unit in analysis.units:
        for candidate in unit.candidates:
            action = wanted.get(unit.parsed.words[candidate.index])
            for feature in action_bag(analysis, unit, candidate):
                if feature not in rows:
                    rows[feature] = len(table)
                    table.append([0.0] * len(CLASSES))
                table[rows[feature]][CLASSES.index(action or "NONE")] += 1.0
    size = load_embeddings().size
    width = len(_dense(reader, sentence)) if analysis.units else size
    model = LinearModel(CLASSES, rows, np.array(table, dtype=np.float32), np.zeros((width, len(CLASSES)), dtype=np.float32))
    return Weights({"action": model}, {}, {"": ((0.0, 1.0), (0.0, 1.0))})


def _dense(reader: Reader, sentence: str) -> Any:
    from pipelines.extraction.features import action_dense

    unit = reader.read(sentence).units[0]
    return action_dense(unit, unit.candidates[0], load_embeddings())


def test_the_action_is_the_one_between_source_and_target(reader: Reader) -> None:
    sentence = "Northland sanctioned Southland after Eastland praised Westland."
    weights = weights_for(reader, sentence, {"sanctioned": "SANCTION", "praised": "SUPPORT"})
    analysis = reader.read(sentence)
    first = {"sentence": sentence, "source": "Northland", "target": "Southland"}
    second = {"sentence": sentence, "source": "Eastland", "target": "Westland"}
    got = [actions.predict(row, analysis, weights, load_embeddings()) for row in (first, second)]
    assert [(one["action"], one["quad"]) for one in got] == [("SANCTION", 4), ("SUPPORT", 1)]
    assert all(0 < one["score"] <= 1 for one in got)
    missing = actions.predict({"sentence": sentence, "source": "Nobody", "target": ""}, analysis, weights, load_embeddings())
    assert missing["action"] in ("SANCTION", "SUPPORT")


def test_every_action_of_the_annotation_has_a_quad() -> None:
    assert set(actions.QUAD) == set(CLASSES) - {"NONE", "OFFICE", "INCIDENT"}


@dataclass(frozen=True)
class Spot:
    id: str
    name: str
    country: str | None
    lat: float
    lon: float
    admin1: str | None = None
    precision: str = "city"


class Gazetteer:
    known: ClassVar[dict[str, Spot]] = {
        "Paris": Spot("1", "Paris", "FRA", 48.9, 2.3),
        "Paris, Texas": Spot("2", "Paris", "USA", 33.7, -95.6),
        "Texas": Spot("3", "Texas", "USA", 31.0, -100.0, precision="admin1"),
        "Houston": Spot("5", "Houston", "USA", 29.8, -95.4),
        "French": Spot("6", "France", "FRA", 46.0, 2.0, precision="country"),
    }

    def resolve(self, phrase: str, context_country: str | None = None) -> Spot | None:
        return self.known.get(phrase)

    def resolve_document(self, phrases: Sequence[str], context_country: str | None = None) -> list[Spot | None]:
        return [self.known.get(phrase) for phrase in phrases]


def test_toponyms_are_entities_nations_and_what_repeats_them(reader: Reader) -> None:
    text = "Officials in Paris, Texas and in Houston met French envoys on Monday. The Houston Chronicle Trophy was in Atlantis."
    found = places.predict({"text": text}, reader.read(text).units, Gazetteer())["toponyms"]
    assert [(t["phrase"], t["geonameid"]) for t in found] == [
        ("Paris", "2"),
        ("Texas", "3"),
        ("Houston", "5"),
        ("French", "6"),
        ("Houston", "5"),
    ]
    assert all(t["phrase"] == text[t["start"] : t["end"]] for t in found)


@dataclass(frozen=True)
class Side:
    start: int
    end: int
    pronoun: str | None = None


@dataclass(frozen=True)
class Said:
    action: str
    actors: list[Side]
    targets: list[Side]
    confidence: float
    trigger_start: int = 0


def test_roles_are_tags_and_the_surer_mention_comes_first() -> None:
    row = {"tokens": ["Old", "foes", "met", "friends", "and", "hit", "them", "."]}
    met = Said("CONSULT", [Side(0, 8)], [Side(13, 20)], 0.9)
    hit = Said("ASSAULT", [Side(4, 8)], [Side(29, 33, "them")], 0.5)
    assert roles.predict(row, [hit, met])["tags"] == ["B-R", "I-R", "O", "B-R", "O", "O", "O", "O"]  # type: ignore[list-item]
    assert roles.predict(row, [Said("AID", [Side(4, 8)], [], 0.5)])["tags"] == ["O", "B-S", "O", "O", "O", "O", "O", "O"]  # type: ignore[list-item]


def pair(number: int, one: str, other: str) -> dict[str, Any]:
    sides = (
        {"item": f"{number}{side}", "published": "2021-09-19T14:15:07Z", "title": title, "summary": ""}
        for side, title in (("a", one), ("b", other))
    )
    a, b = sides
    return {"pair": f"{number}", "a": a, "b": b}


def test_pairs_and_stories_come_from_the_stories_room() -> None:
    rows = [
        pair(1, "Ferry sinks off Tarn island", "Ferry sinks near Tarn island, dozens missing"),
        pair(2, "Parliament passes grain tax", "Striker joins Tarn United"),
    ]
    close, far = matching.predict_pairs(rows)
    assert close["score"] > far["score"]
    assert (close["pair"], far["label"]) == ("1", "different")
    texts = [
        ("1", "Ferry sinks off Tarn island", "A ferry sank off Tarn island."),
        ("2", "Tarn island ferry sinks", "The ferry that sank off Tarn island carried 90."),
    ]
    articles = [
        {"id": i, "title": t, "text": x, "date": "2021-09-19"}
        for i, t, x in [*texts, ("3", "Grain tax passes", "Parliament passed a tax on grain.")]
    ]
    stories = {row["id"]: row["story"] for row in matching.predict_stories(articles)}
    assert stories["1"] == stories["2"] != stories["3"]


def test_items_know_their_outlets_zone() -> None:
    row = {"item": "1", "outlet": "rnz", "published": "2021-09-19T14:15:07Z", "title": "t", "summary": "s"}
    item = items.item_of(row)
    assert (item.country, item.timezone, item.published_at) == ("NZL", "Pacific/Auckland", datetime(2021, 9, 19, 14, 15, 7, tzinfo=UTC))
    other = items.item_of(row | {"outlet": "elsewhere", "published": None})
    assert (other.country, other.timezone, other.published_at) == (None, "UTC", None)
    with pytest.raises(UsageError, match="no ISO time"):
        items.item_of(row | {"published": "yesterday"})


def test_answers_can_be_anything_and_predictions_stay() -> None:
    rows = [pair(1, "A b c", "A b d") | {"label": label} for label in ("same_event", "different")]
    got = [matching.predict_pairs(questions(Gold("pairs", "all", (row,), "x@y"))) for row in rows]
    assert got[0] == got[1]
    assert score(Gold("pairs", "all", (rows[0],), "x@y"), got[0]).lines == 1
    assert set(FORMATS) == {"mentions", "pairs", "stories", "attribution", "actions", "roles", "places", "factuality"}


def test_a_text_without_places_has_no_toponyms(reader: Reader) -> None:
    assert places.predict({"text": "It rained."}, reader.read("It rained.").units, Gazetteer()) == {"toponyms": []}
    assert places.predict({"text": ""}, [], Gazetteer()) == {"toponyms": []}
