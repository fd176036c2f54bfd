from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.ids import make_id


def test_none_and_empty_and_kind_keep_ids_apart() -> None:
    assert len({make_id("a", None), make_id("a", ""), make_id("b", ""), make_id("a", "", "")}) == 4


@given(st.text(), st.text())
def test_ids_are_short_hexadecimal_and_repeatable(a: str, b: str) -> None:
    assert make_id("k", a, b) == make_id("k", a, b)
    assert len(make_id("k", a, b)) == 20
    int(make_id("k", a, b), 16)
