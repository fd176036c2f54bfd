from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import cast

from pipelines.extraction.extractor import Coded, CodeItem, Extractor
from pipelines.stations.coding import code_chunk


class Fragile:
    """An extractor that breaks on one text."""

    version = "x"

    def code(self, items: Iterable[CodeItem]) -> Iterator[Coded]:
        for item in items:
            if "break" in item.title:
                raise ZeroDivisionError("strange text")
            yield Coded(item, [], None)


def item(name: str) -> CodeItem:
    return CodeItem(version_id=name, article_id=name, outlet_id="o", seen_at=datetime(2025, 3, 1, tzinfo=UTC), title=name)


def test_one_strange_text_is_marked_and_named_and_the_others_are_coded() -> None:
    coded, errors = code_chunk(cast(Extractor, Fragile()), [item("a"), item("break"), item("c")])
    assert [c.item.version_id for c in coded] == ["a", "break", "c"]
    failed = coded[1].extraction
    assert failed is not None
    assert (failed.status, failed.detail) == ("failed", "ZeroDivisionError: strange text")
    assert [e.__notes__ for e in errors] == [["while coding article version break of o"]]
