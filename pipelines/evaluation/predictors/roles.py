"""Source and target tags of a tokenised sentence, from the actors and targets of its mentions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.extraction.records import Mention, Party

# The deed that both sides do: the annotation tags either side as reciprocal.
RECIPROCAL = frozenset({"CONSULT"})
_ARTICLES = frozenset({"the", "a", "an"})
_JOINTS = frozenset({",", "and", "or", "&"})


DEEDS = 2
"""The annotation marks the sides of a sentence's main deed, seldom of a second one; the number was chosen on the development lines."""


def sentence_of(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Join tokens with blanks; return the text and each token's characters in it."""
    spans, at = [], 0
    for token in tokens:
        spans.append((at, at + len(token)))
        at += len(token) + 1
    return " ".join(tokens), spans


def predict(row: Any, mentions: Sequence[Mention]) -> dict[str, Any]:
    """Return the prediction for one roles line; mentions with both sides come first, then surer ones; a token keeps its first tag.

    The annotation's phrases keep their article and take "A and B" as one, which the extractor's do not.
    """
    tokens = row["tokens"]
    _, spans = sentence_of(tokens)
    tags = ["O"] * len(spans)
    for mention in sorted(mentions, key=_rank)[:DEEDS]:
        both = mention.action in RECIPROCAL and mention.actors and mention.targets
        for parties, kind in ((mention.actors, "S"), (mention.targets, "T")):
            for first, last in _phrases([party for party in parties if party.pronoun is None], tokens, spans):
                _tag(tags, first, last, "R" if both else kind)
    return {"tags": tags}


def _rank(mention: Mention) -> tuple[int, float, int]:
    return -bool(mention.actors) - bool(mention.targets), -mention.confidence, mention.trigger_start


def _phrases(parties: Sequence[Party], tokens: Sequence[str], spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for party in sorted(parties, key=lambda p: p.start):
        words = [n for n, (begin, end) in enumerate(spans) if begin < party.end and party.start < end]
        if not words:
            continue
        first, last = words[0], words[-1]
        if first and tokens[first - 1].lower() in _ARTICLES:
            first -= 1
        if found and set(map(str.lower, tokens[found[-1][1] + 1 : first])) <= _JOINTS:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _tag(tags: list[str], first: int, last: int, kind: str) -> None:
    if all(tag == "O" for tag in tags[first : last + 1]):
        tags[first] = f"B-{kind}"
        tags[first + 1 : last + 1] = [f"I-{kind}"] * (last - first)
