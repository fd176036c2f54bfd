from __future__ import annotations

import pytest

from pipelines.extraction.stages.datelines import dateline


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("DUNMORE, Oct 4 – Two men were held.", "DUNMORE"),
        ("PORT ELEN (Agency) - Two men were held.", "PORT ELEN"),
        ("DUNMORE, Norland — Two men were held.", "DUNMORE, Norland"),
        ("WATCH: Two men were held.", None),
        ("Two men were held in Dunmore - again.", None),
        ("", None),
    ],
)
def test_dateline(text: str, place: str | None) -> None:
    span = dateline(text)
    assert (text[slice(*span)] if span else None) == place
