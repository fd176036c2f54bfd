"""Source and target tags of a tokenised sentence, from the actors and targets of its mentions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pipelines.extraction.records import Mention, Party

# Deeds that both sides do: the annotation tags either side as reciprocal.
RECIPROCAL = frozenset({"CONSULT", "COOPERATE", "AGREE"})


def sentence_of(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Join tokens with blanks; return the text and each token's characters in it."""
    spans, at = [], 0
    for token in tokens:
        spans.append((at, at + len(token)))
        at += len(token) + 1
    return " ".join(tokens), spans


def predict(row: Any, mentions: Sequence[Mention]) -> dict[str, Any]:
    """Return the prediction for one roles line; surer mentions are tagged first, a token keeps its first tag."""
    _, spans = sentence_of(row["tokens"])
    tags = ["O"] * len(spans)
    for mention in sorted(mentions, key=lambda m: (-m.confidence, m.trigger_start)):
        both = mention.action in RECIPROCAL and mention.actors and mention.targets
        for parties, kind in ((mention.actors, "S"), (mention.targets, "T")):
            _tag(tags, spans, (party for party in parties if party.pronoun is None), "R" if both and mention.action == "CONSULT" else kind)
    return {"tags": tags}


def _tag(tags: list[str], spans: Sequence[tuple[int, int]], parties: Iterable[Party], kind: str) -> None:
    for party in parties:
        words = [n for n, (begin, end) in enumerate(spans) if begin < party.end and party.start < end]
        if words and all(tags[n] == "O" for n in words):
            tags[words[0]] = f"B-{kind}"
            for n in words[1:]:
                tags[n] = f"I-{kind}"
