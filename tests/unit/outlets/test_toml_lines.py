"""The line scanner must agree with the TOML parser on what there is, and with the eye on where."""

from __future__ import annotations

import tomllib
from typing import Any

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.outlets.toml_lines import line_numbers, nearest_line

DOCUMENT = '''\
top = 1
"quoted key" = 'x # no comment'
dotted.key = [ # comment with ] and "
  1, [2,
  3], "a, ] \\" b",
]

[table.'sub part']
long = """
[[fake]]
x = 1 \\""" still
"""
date = 1979-05-27T07:32:00Z
inline = { a = 1, b = { c = "}" }, d = ["]", {e = 2}] }
[[list]]
[[list.inner]]
k = 1
[[list.inner]]
k = 2
[list.inner.deep]
z = 1
[[list]]
  [[list.inner]]
  k = 3
'''


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {path} if path else set()
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found |= paths_of(inner, (*path, key))
    return found


def test_each_key_is_on_its_line() -> None:
    lines = line_numbers(DOCUMENT)
    text = DOCUMENT.split("\n")
    assert lines["quoted key",] == 2
    assert lines["dotted", "key"] == 3
    assert lines["dotted", "key", 1, 1] == 5
    assert text[lines["table", "sub part", "date"] - 1].startswith("date")
    assert text[lines["table", "sub part", "inline", "d", 1, "e"] - 1].startswith("inline")
    assert text[lines["list", 0, "inner", 1, "k"] - 1] == "k = 2"
    assert text[lines["list", 0, "inner", 1, "deep", "z"] - 1] == "z = 1"
    assert text[lines["list", 1, "inner", 0, "k"] - 1] == "  k = 3"


def test_what_has_no_line_falls_back_to_what_is_around_it() -> None:
    lines = line_numbers(DOCUMENT)
    assert nearest_line(lines, ("list", 0, "inner", 0, "absent")) == lines["list", 0, "inner", 0]
    assert nearest_line(lines, ("absent",)) == 1


leaves = st.one_of(st.integers(), st.booleans(), st.text(max_size=12))
values = st.recursive(
    leaves,
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.from_regex(r"[a-z_-]{1,6}", fullmatch=True), v, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z_-]{1,6}", fullmatch=True), values, max_size=4))
def test_every_path_of_the_parser_has_a_line(document: dict[str, Any]) -> None:
    text = tomlkit.dumps(document)
    parsed = tomllib.loads(text)
    lines = line_numbers(text)
    assert all(nearest_line(lines, path) >= 1 for path in paths_of(parsed))
    scalars = {p for p in paths_of(parsed) if isinstance(p[-1], str)}
    implied = {p[:n] for p in scalars for n in range(1, len(p))}
    assert scalars - implied <= set(lines)
