"""Finding the mentions that corrections mean, whatever extractor coded them, and changing them.

A deed is found by its article, unit, sentence and the place of its trigger in it, which last over edits of other sentences; or
else by version and span, which last over another cutting into sentences. It is never found by its id, which names the extractor.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.articles.records import ArticleVersion
from pipelines.core.errors import CorrectionError
from pipelines.corrections import fields
from pipelines.corrections.schema import NOT_A_MENTION, Correction, MentionKey
from pipelines.extraction.records import Mention

JOIN = ", "


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one correction: its status, what stood there without it, and the ids that it is about or changed."""

    correction: Correction
    status: str
    found: str | None = None
    mentions: tuple[str, ...] = ()
    events: frozenset[str] = frozenset()
    stories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Corrected:
    """All mentions as corrected, what changed or went by the id of the mention, and what came of each correction."""

    mentions: list[Mention]
    changed: dict[str, Mention] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    outcomes: list[Outcome] = field(default_factory=list)


def key_of(mention: Mention) -> MentionKey:
    """Return what finds this deed again."""
    return MentionKey(
        id=mention.mention_id,
        article=mention.article_id,
        version=mention.version_id,
        unit=mention.unit,
        start=mention.trigger_start,
        end=mention.trigger_end,
        trigger=mention.trigger,
        sentence=sentence_hash(mention.sentence),
        at=mention.trigger_start - mention.sentence_start,
    )


def sentence_hash(sentence: str) -> str:
    """Return a short hash of a sentence: the file need not repeat what an outlet wrote."""
    return hashlib.sha256(sentence.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Finder:
    """Finds mentions by key among those of the corrected articles."""

    def __init__(self, mentions: Iterable[Mention], articles: Iterable[str]) -> None:
        wanted = frozenset(articles)
        self._of: dict[tuple[str, str], list[Mention]] = defaultdict(list)
        for mention in mentions:
            if mention.article_id in wanted:
                self._of[mention.article_id, mention.unit].append(mention)

    def find(self, key: MentionKey) -> list[Mention]:
        """Return the mention that is meant in each version of the article that has it, in order of id."""
        best: dict[str, tuple[int, Mention]] = {}
        for mention in self._of.get((key.article, key.unit), ()):
            distance = _distance(key, mention)
            known = best.get(mention.version_id)
            if distance is not None and (known is None or (distance, mention.mention_id) < (known[0], known[1].mention_id)):
                best[mention.version_id] = (distance, mention)
        return sorted((m for _, m in best.values()), key=lambda m: m.mention_id)


def _distance(key: MentionKey, mention: Mention) -> int | None:
    """How far the trigger's ends are from where they were; None where it is another word."""
    length = key.end - key.start
    spans = []
    if mention.version_id == key.version:
        spans.append((mention.trigger_start - key.start, mention.trigger_end - key.end))
    if sentence_hash(mention.sentence) == key.sentence:
        start = mention.trigger_start - mention.sentence_start
        spans.append((start - key.at, start + len(mention.trigger) - key.at - length))
    near = [abs(a) + abs(b) for a, b in spans if a < length and b > -length]
    return min(near, default=None)


def correct_mentions(mentions: Sequence[Mention], versions: Mapping[str, ArticleVersion], corrections: Sequence[Correction]) -> Corrected:
    """Apply the corrections of mentions. Those that fit nothing any more change nothing and say so; nothing raises.

    ``versions`` holds the article versions by id.
    """
    own = [c for c in corrections if c.kind == "mention"]
    finder = Finder(mentions, {c.subject.article for c in own})
    changed: dict[str, Mention] = {}
    gone: set[str] = set()
    outcomes = []
    order = {name: n for n, name in enumerate(fields.SETTERS)}
    for correction in sorted(own, key=lambda c: (order.get(c.field, -1), c.id)):
        assert isinstance(correction.subject, MentionKey)
        found = finder.find(correction.subject)
        if correction.field == NOT_A_MENTION:
            gone.update(m.mention_id for m in found)
            outcomes.append(_gone(correction, found, versions))
        else:
            outcomes.append(_set(correction, found, versions, changed))
    kept = [changed.get(m.mention_id, m) for m in mentions if m.mention_id not in gone]
    return Corrected(kept, {k: m for k, m in changed.items() if k not in gone}, frozenset(gone), outcomes)


def _gone(correction: Correction, found: Sequence[Mention], versions: Mapping[str, ArticleVersion]) -> Outcome:
    if found:
        return Outcome(correction, "applied", found[0].action, tuple(m.mention_id for m in found))
    subject = correction.subject
    # The text is there and has no such mention: what was asked for holds by itself.
    holds = isinstance(subject, MentionKey) and subject.version in versions
    return Outcome(correction, "agrees" if holds else "unmatched")


def _set(correction: Correction, found: Sequence[Mention], versions: Mapping[str, ArticleVersion], changed: dict[str, Mention]) -> Outcome:
    said = None
    met: list[str] = []
    differs = False
    for mention in found:
        before = changed.get(mention.mention_id, mention)
        try:
            after = fields.set_field(before, correction.field, correction.value, versions[mention.version_id])
            fields.check(after)
        except CorrectionError:
            continue  # the text of this version, or another correction, no longer allows it; told as unmatched
        said = fields.get_field(mention, correction.field) if said is None else said
        met.append(mention.mention_id)
        differs = differs or after != before
        marks = [*filter(None, (before.corrected_by or "").split(JOIN)), correction.id]
        changed[mention.mention_id] = replace(after, corrected_by=JOIN.join(dict.fromkeys(marks)))
    if not met:
        return Outcome(correction, "unmatched")
    return Outcome(correction, "applied" if differs else "agrees", said, tuple(met))
