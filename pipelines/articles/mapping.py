"""Runs that lead from clean text back to the raw text it was made from.

A mapping is a flat list of triples ``clean start, raw start, length``: within a run the clean and the raw text are
the same, letter for letter. What lies between two runs (a decoded entity, a collapsed blank, a dropped tag) is a gap.
Nothing here knows of HTML.
"""

from __future__ import annotations

from bisect import bisect_right

Runs = list[int]


def identity(length: int) -> Runs:
    """Return the mapping of a text that was left as it is."""
    return [0, 0, length] if length else []


def append(runs: Runs, clean_start: int, raw_start: int, length: int) -> None:
    """Add a run at the end of ``runs``, joining it with the last one where both texts go on without a gap."""
    if length <= 0:
        return
    if runs and runs[-3] + runs[-1] == clean_start and runs[-2] + runs[-1] == raw_start:
        runs[-1] += length
    else:
        runs += (clean_start, raw_start, length)


def cut(runs: Runs, start: int, end: int) -> Runs:
    """Return the mapping of ``clean[start:end]``."""
    kept: Runs = []
    for i in range(0, len(runs), 3):
        clean, raw, length = runs[i : i + 3]
        low, high = max(clean, start), min(clean + length, end)
        if low < high:
            append(kept, low - start, raw + low - clean, high - low)
    return kept


def compose(outer: Runs, inner: Runs) -> Runs:
    """Return the mapping of two cleanings, one after the other: ``inner`` came first, and its clean text is the raw text of ``outer``."""
    joined: Runs = []
    j = 0
    for i in range(0, len(outer), 3):
        clean, middle, length = outer[i : i + 3]
        while j < len(inner) and inner[j] + inner[j + 2] <= middle:
            j += 3
        k = j
        while k < len(inner) and inner[k] < middle + length:
            low = max(middle, inner[k])
            high = min(middle + length, inner[k] + inner[k + 2])
            append(joined, clean + low - middle, inner[k + 1] + low - inner[k], high - low)
            k += 3
    return joined


def raw_offset(runs: Runs, offset: int) -> int:
    """Return the raw offset where the clean character at ``offset`` begins; in a gap, where the gap begins."""
    at = bisect_right(runs[0::3], offset) * 3 - 3
    if at < 0:
        return 0
    return runs[at + 1] + min(offset - runs[at], runs[at + 2])


def raw_span(runs: Runs, start: int, end: int, raw_length: int) -> tuple[int, int]:
    """Return the smallest raw span known to hold ``clean[start:end]``.

    Inside runs it is exact; a character from a gap (a decoded entity) widens the span to the whole gap.

    Raises:
        ValueError: ``start`` exceeds ``end`` or is negative.
    """
    if not 0 <= start <= end:
        raise ValueError(f"a span of clean text cannot go from {start} to {end}")
    first = raw_offset(runs, start)
    if start == end:
        return first, first
    starts = runs[0::3]
    after = bisect_right(starts, end - 1)
    at = after * 3 - 3
    if at >= 0 and end <= runs[at] + runs[at + 2]:
        return first, runs[at + 1] + end - runs[at]
    return first, runs[after * 3 + 1] if after < len(starts) else raw_length
