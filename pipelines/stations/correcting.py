"""Corrections at work: reading the home's file, finding what a person means, adding with checks, and what came of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.articles.records import ArticleVersion, CopyLink
from pipelines.core.errors import CorrectionError
from pipelines.corrections import fields, schema
from pipelines.corrections.links import correct_copies
from pipelines.corrections.mentions import Corrected, Outcome, correct_mentions, key_of
from pipelines.corrections.records import CorrectionRow, Kind
from pipelines.corrections.schema import BELONGS, BELONGS_NOT, NOT_A_MENTION, ArticleKey, Correction, MentionKey
from pipelines.extraction.records import Mention
from pipelines.stations.coding import active_version
from pipelines.stations.workspace import Workspace
from pipelines.stories.records import EventMention, Story, StoryArticle

SHORTEST_ID = 6


@dataclass(frozen=True, slots=True)
class Listed:
    """A correction of the file, and what came of it at the last matching (None: it was not matched yet)."""

    correction: Correction
    row: CorrectionRow | None


def fingerprint(corrections: Iterable[Correction]) -> str:
    """Name some corrections by their content, for telling that tables already stand on them."""
    return hashlib.sha256("\n".join(map(repr, sorted(corrections, key=lambda c: c.id))).encode()).hexdigest()[:12]


def corrected_mentions(workspace: Workspace, version: str, until: datetime | None = None) -> Corrected:
    """Return the mentions of the corrected articles as corrected; empty where no mention is."""
    own = [c for c in workspace.corrections if c.kind == "mention"]
    if not own:
        return Corrected([])
    articles = {c.subject.article for c in own}
    versions = _versions(workspace, articles, until)
    mentions = _mentions(workspace, versions, version)
    return correct_mentions(mentions, versions, own)


def _versions(workspace: Workspace, articles: set[str], until: datetime | None = None) -> dict[str, ArticleVersion]:
    return {
        v.version_id: v
        for v in workspace.lake.read(ArticleVersion)
        if v.article_id in articles and (until is None or v.first_seen <= until)
    }


def _mentions(workspace: Workspace, versions: Mapping[str, ArticleVersion], version: str) -> list[Mention]:
    days = {v.first_seen.date() for v in versions.values()}
    return [m for m in workspace.lake.read(Mention, days=days) if m.version_id in versions and m.extractor_version == version]


def listed(workspace: Workspace) -> list[Listed]:
    """Return the corrections of the file with what came of each."""
    known = {row.correction_id: row for row in workspace.lake.read(CorrectionRow)}
    return [Listed(c, known.get(c.id)) for c in workspace.corrections]


def trial(workspace: Workspace) -> list[Outcome]:
    """Say what the corrections of mentions and copies would do to the record as it stands, without matching.

    Links of stories and events are judged when the record is matched.
    """
    corrected = corrected_mentions(workspace, active_version(workspace))
    articles = {a for c in workspace.corrections if c.kind == "copy" for a in c.articles}
    links = [link for link in workspace.lake.read(CopyLink) if link.corrected_by is None]
    _, copies = correct_copies(links, list(_versions(workspace, articles).values()), workspace.corrections, {})
    return [*corrected.outcomes, *copies]


def correct_mention(workspace: Workspace, mention_id: str, field: str, value: str, *, who: str, why: str, when: datetime) -> Correction:
    """Add the correction of one field of a mention, or that it is none (field ``not_a_mention``).

    Raises:
        CorrectionError: no such mention, no such field, a value that the codebook or the text does not allow, or corrected already.
    """
    mention = find_mention(workspace, mention_id)
    before = mention.action if field == NOT_A_MENTION else _before(workspace, mention, field, value)
    return _add(workspace, "mention", field, "" if field == NOT_A_MENTION else value.strip(), before, who, why, when, key_of(mention), None)


def _before(workspace: Workspace, mention: Mention, field: str, value: str) -> str:
    """Try the value on the mention as other corrections leave it; return what the field says without this one."""
    version = _versions(workspace, {mention.article_id})[mention.version_id]
    now = corrected_mentions(workspace, mention.extractor_version).changed.get(mention.mention_id, mention)
    changed = fields.set_field(now, field, value, version)
    fields.check(changed)
    said = fields.get_field(mention, field)
    if changed == now:
        raise CorrectionError(f"{field} of mention {mention.mention_id} says {said!r} already.")
    return said


def correct_event(workspace: Workspace, mention_id: str, event_id: str, belongs: bool, *, who: str, why: str, when: datetime) -> Correction:
    """Add that a mention belongs, or does not belong, to an event.

    Raises:
        CorrectionError: no such mention or event, the event has no other mention to tell it by, or corrected already.
    """
    mention = find_mention(workspace, mention_id)
    links = workspace.lake.read(EventMention)
    event = _one({link.event_id for link in links}, event_id, "event")
    others = sorted((link for link in links if link.event_id == event and link.mention_id != mention.mention_id),
                    key=lambda link: (link.reason != "founder", -link.score, link.mention_id))  # fmt: skip
    if not others:
        raise CorrectionError(f"Event {event} has no mention but this one, so there is nothing that it could belong to or not.")
    stands = next((link.event_id for link in links if link.mention_id == mention.mention_id), "none")
    _refuse_same(belongs, stands == event, f"Mention {mention.mention_id}", f"event {event}")
    anchor = find_mention(workspace, others[0].mention_id)
    field = BELONGS if belongs else BELONGS_NOT
    return _add(workspace, "event", field, "", stands, who, why, when, key_of(mention), key_of(anchor))


def correct_story(workspace: Workspace, article_id: str, story_id: str, belongs: bool, *, who: str, why: str, when: datetime) -> Correction:
    """Add that an article belongs, or does not belong, to a story.

    Raises:
        CorrectionError: no such article or story, the story has no other article to tell it by, or corrected already.
    """
    links = workspace.lake.read(StoryArticle)
    article = _one({link.article_id for link in links}, article_id, "article")
    story = _one({link.story_id for link in links}, story_id, "story")
    central = {s.central_article_id for s in workspace.lake.read(Story) if s.story_id == story}
    others = sorted((link for link in links if link.story_id == story and link.article_id != article),
                    key=lambda link: (link.article_id not in central, -link.similarity, link.article_id))  # fmt: skip
    if not others:
        raise CorrectionError(f"Story {story} has no article but this one, so there is nothing that it could belong to or not.")
    stands = next(link.story_id for link in links if link.article_id == article)
    _refuse_same(belongs, stands == story, f"Article {article}", f"story {story}")
    ends = ArticleKey(article), ArticleKey(others[0].article_id)
    return _add(workspace, "story", BELONGS if belongs else BELONGS_NOT, "", stands, who, why, when, *ends)


def correct_copy(workspace: Workspace, one: str, two: str, belongs: bool, *, who: str, why: str, when: datetime) -> Correction:
    """Add that two articles share their text, or do not.

    Raises:
        CorrectionError: no such article, one article twice, or corrected already.
    """
    known = {link.article_id for link in workspace.lake.read(StoryArticle)}
    a, b = _one(known, one, "article"), _one(known, two, "article")
    if a == b:
        raise CorrectionError("A copy takes two articles; this is the same one twice.")
    pair = {a, b}
    there = next((link for link in workspace.lake.read(CopyLink) if {link.article_id, link.other_article_id} == pair), None)
    _refuse_same(belongs, there is not None, f"Article {a}", f"the copy group of article {b}")
    ends = ArticleKey(a), ArticleKey(b)
    return _add(workspace, "copy", BELONGS if belongs else BELONGS_NOT, "", there.kind if there else "none", who, why, when, *ends)


def find_mention(workspace: Workspace, mention_id: str) -> Mention:
    """Return the mention whose id begins so, of the active extractor.

    Raises:
        CorrectionError: there is none, or several.
    """
    version = active_version(workspace)
    ids = {m["mention_id"] for m in workspace.lake.read_columns(Mention, ["mention_id", "extractor_version"])
           if m["extractor_version"] == version}  # fmt: skip
    wanted = _one(ids, mention_id, "mention")
    return next(m for m in workspace.lake.read(Mention) if m.mention_id == wanted)


def _one(known: set[str], given: str, what: str) -> str:
    if len(given) < SHORTEST_ID:
        raise CorrectionError(f"{given!r} is too short for an id of a {what}; give at least its first {SHORTEST_ID} characters.")
    found = sorted(one for one in known if one.startswith(given))
    if not found:
        raise CorrectionError(f"There is no {what} {given!r} in this home; ids stand in the tables, and in `parallax compare --json`.")
    if len(found) > 1:
        raise CorrectionError(f"{len(found)} ids of a {what} begin with {given!r}; give more of it, such as {found[0]}.")
    return found[0]


def _refuse_same(belongs: bool, together: bool, what: str, where: str) -> None:
    if belongs == together:
        raise CorrectionError(f"{what} {'belongs' if together else 'does not belong'} to {where} already; there is nothing to correct.")


def _add(
    workspace: Workspace, kind: Kind, field: str, value: str, before: str, who: str, why: str, when: datetime,
    subject: MentionKey | ArticleKey, other: MentionKey | ArticleKey | None,
) -> Correction:  # fmt: skip
    if not who.strip() or not why.strip():
        raise CorrectionError("A correction says who made it (--who) and why (--why).")
    made = Correction(
        id=schema.thing_id(kind, field, subject, other), kind=kind, field=field, value=value, before=before, who=who.strip(),
        when=when.replace(microsecond=0), why=why.strip(), subject=subject, other=other,
    )  # fmt: skip
    with workspace.lock("corrections"):
        schema.add(workspace.settings.corrections, made)
    return made


def take_back(workspace: Workspace, ids: Sequence[str]) -> list[Correction]:
    """Take corrections out of the file; the tables say what they said before from the next matching on.

    Raises:
        CorrectionError: there is no such correction.
    """
    with workspace.lock("corrections"):
        return schema.remove(workspace.settings.corrections, ids)
