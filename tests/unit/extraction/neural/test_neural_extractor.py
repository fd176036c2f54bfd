"""The whole extractor with each encoder, and without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pipelines.core.errors import UsageError
from pipelines.extraction.explain import explain
from pipelines.extraction.extractor import ENCODERS, MODEL, Extractor, extractor_version, model_version, split_model
from pipelines.extraction.items import CodeItem

NEURAL, LINEAR = ENCODERS


@pytest.fixture(scope="module", params=["", NEURAL])
def neural(request: pytest.FixtureRequest) -> Extractor:
    return Extractor.load(MODEL + request.param)


@pytest.fixture(autouse=True)
def _fresh_versions() -> Iterator[None]:
    yield
    extractor_version.cache_clear()


def test_each_is_another_extractor_with_another_version() -> None:
    versions = {extractor_version(MODEL + ending) for ending in ("", NEURAL, LINEAR)}
    assert len(versions) == 3
    assert " + small encoder " in model_version(MODEL)
    assert " + large encoder " in model_version(MODEL + NEURAL)
    assert "encoder" not in model_version(MODEL + LINEAR)


def test_a_model_names_its_pipeline_and_encoder() -> None:
    assert [split_model("x" + ending) for ending in ("", NEURAL, LINEAR)] == [("x", "small"), ("x", "large"), ("x", None)]


def test_deeds_parties_and_confidence(neural: Extractor, make_item: Callable[..., CodeItem]) -> None:
    text = "Police arrested two students in Lagos on Friday after a march against fuel prices."
    (coded,) = neural.code([make_item(title="Two students held in Lagos", summary=text)])
    arrest = next(m for m in coded.mentions if m.trigger == "arrested")
    assert (arrest.action, [p.text for p in arrest.actors], [p.text for p in arrest.targets]) == ("COERCE", ["Police"], ["two students"])
    assert text[arrest.trigger_start : arrest.trigger_end] == "arrested"
    assert 0.5 < arrest.confidence < 1
    assert arrest.model == neural.model


def test_results_do_not_depend_on_the_batch(neural: Extractor, make_item: Callable[..., CodeItem]) -> None:
    texts = ["Rebels seized the port.", "The minister denied that troops had shelled the town.", "Sales rose. " * 60, "", "Она уехала."]
    items = [make_item(number, summary=text, language=None) for number, text in enumerate(texts)]
    together = [coded.mentions for coded in neural.code(items)]
    apart = [coded.mentions for item in reversed(items) for coded in neural.code([item], batch_size=1)][::-1]
    assert together == apart
    assert together[0]


def test_explain_shows_the_mixed_probabilities(neural: Extractor) -> None:
    text = "Gunmen torched the depot near Goma."
    plain, mixed = ([c for s in explain(text, one).sentences for c in s.candidates] for one in (Extractor.load(MODEL + LINEAR), neural))
    assert [c.text for c in plain] == [c.text for c in mixed]
    assert [c.probabilities for c in plain] != [c.probabilities for c in mixed]


def test_an_unknown_pipeline_is_named() -> None:
    with pytest.raises(UsageError, match="pipeline 'nowhere' is not installed"):
        model_version("nowhere" + NEURAL)
    with pytest.raises(UsageError, match="pipeline 'nowhere' cannot be loaded"):
        Extractor.load("nowhere" + NEURAL)
