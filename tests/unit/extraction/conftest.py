"""The pipeline is loaded once for this folder's tests; parsing and analysing own sentences is all that they need of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.extraction.analysis import ItemAnalysis, Lexicons, analyse
from pipelines.extraction.extractor import Extractor, load_lexicons, load_pipeline
from pipelines.extraction.items import CodeItem
from pipelines.extraction.stages.parse import Parsed, parse_all
from pipelines.extraction.stages.text import normalise
from pipelines.extraction.truecase import load_truecase


@pytest.fixture(scope="session")
def pipeline() -> tuple[Any, Lexicons]:
    nlp, lemmas = load_pipeline()
    return nlp, load_lexicons(lemmas)


@pytest.fixture(scope="session")
def parse(pipeline: tuple[Any, Lexicons]) -> Callable[..., Parsed]:
    nlp, lexicons = pipeline
    lowers = load_truecase(lexicons.lemmas.is_verb)

    def run(text: str, unit: str = "summary") -> Parsed:
        return parse_all(nlp, [(normalise(text, title=unit == "title", lowers=lowers), text, unit)], lexicons.lemmas, 8)[0]

    return run


@pytest.fixture(scope="session")
def analyse_texts(parse: Callable[..., Parsed], pipeline: tuple[Any, Lexicons]) -> Callable[..., ItemAnalysis]:
    def run(**texts: str) -> ItemAnalysis:
        return analyse([parse(text, unit) for unit, text in texts.items()], pipeline[1])

    return run


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return Extractor.load()


@pytest.fixture(scope="session")
def make_item() -> Callable[..., CodeItem]:
    def make(number: int = 1, **fields: Any) -> CodeItem:
        seen = datetime(2024, 3, 13, 9, 30, tzinfo=UTC)
        base: dict[str, Any] = {
            "version_id": f"v{number}", "article_id": f"a{number}", "outlet_id": "gazette",
            "seen_at": seen, "published_at": seen, "language": "en",
        }  # fmt: skip
        return CodeItem(**(base | fields))

    return make
