"""Applying corrections of links: copies before stories are built, stories before events are, events last.

Rows that a person moved say so in ``corrected_by`` and in their reason. Whatever loses or gains a member is described anew, and
keeps being named after its first member. Not here: which mentions are meant (``mentions``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipelines.articles.records import ArticleOrigin, ArticleVersion, CopyLink
from pipelines.core.ids import make_id
from pipelines.corrections.mentions import Finder, Outcome
from pipelines.corrections.schema import BELONGS, Correction, MentionKey
from pipelines.extraction.records import Mention
from pipelines.stories.cluster import independent_accounts
from pipelines.stories.events import describe_event, in_time
from pipelines.stories.records import Event, EventMention, Story, StoryArticle

CORRECTED = "corrected"


def correct_copies(
    links: Sequence[CopyLink], versions: Sequence[ArticleVersion], corrections: Sequence[Correction], publishers: Mapping[str, str]
) -> tuple[list[CopyLink], list[Outcome]]:
    """Take out links that are none, and put in those that were missed (as full copies whose order is unclear)."""
    first: dict[str, ArticleVersion] = {}
    for version in sorted(versions, key=lambda v: (v.first_seen, v.version_id)):
        first.setdefault(version.article_id, version)
    known = {(link.article_id, link.other_article_id): link for link in links}
    outcomes = []
    for c in sorted((c for c in corrections if c.kind == "copy"), key=lambda c: c.id):
        assert c.other is not None
        ends = [first[a] for a in (c.subject.article, c.other.article) if a in first]
        if len(ends) < 2:
            outcomes.append(Outcome(c, "unmatched"))
            continue
        one, two = sorted(ends, key=lambda v: (v.first_seen, v.article_id))
        key = (one.article_id, two.article_id)
        if key[::-1] in known:  # a credit turned the order of first sightings round
            key = key[::-1]
        there = known.get(key)
        wanted = c.field == BELONGS
        if wanted and there is None:
            known[key] = CopyLink(
                article_id=key[0], other_article_id=key[1], kind="near", similarity=1.0, shared_words=0, evidence="", direction="unclear",
                first_seen=two.first_seen, relation=_relation(one.outlet_id, two.outlet_id, publishers), corrected_by=c.id,
            )  # fmt: skip
        elif not wanted:
            known.pop(key, None)
        outcomes.append(Outcome(c, "agrees" if wanted == (there is not None) else "applied", there.kind if there else "none"))
    return [known[key] for key in sorted(known)], outcomes


def _relation(one: str, two: str, publishers: Mapping[str, str]) -> str:
    if one == two:
        return "same_outlet"
    return "same_publisher" if publishers.get(one, one) == publishers.get(two, two) else "other_publisher"


def correct_stories(
    stories: Sequence[Story],
    links: Sequence[StoryArticle],
    corrections: Sequence[Correction],
    versions: Sequence[ArticleVersion],
    origins: Sequence[ArticleOrigin],
    publishers: Mapping[str, str],
) -> tuple[list[Story], list[StoryArticle], list[Outcome]]:
    """Move articles between stories; an article that does not belong where it stands becomes a story of its own."""
    own = sorted((c for c in corrections if c.kind == "story"), key=lambda c: (c.field == BELONGS, c.id))
    if not own:
        return list(stories), list(links), []
    groups: dict[str, dict[str, StoryArticle]] = defaultdict(dict)
    for link in links:
        groups[link.story_id][link.article_id] = link
    home = {link.article_id: link.story_id for link in links}
    touched: dict[str, set[str]] = {}
    outcomes = []
    for c in own:
        assert c.other is not None
        subject, other = c.subject.article, c.other.article
        if subject not in home or other not in home:
            outcomes.append(Outcome(c, "unmatched"))
            continue
        together = home[subject] == home[other]
        if together == (c.field == BELONGS):
            outcomes.append(Outcome(c, "agrees", home[subject]))
            continue
        before = home[subject]
        target = home[other] if c.field == BELONGS else f"own {subject}"
        link = groups[before].pop(subject)
        groups[target][subject] = replace(link, similarity=1.0, reason=CORRECTED, corrected_by=c.id)
        home[subject] = target
        touched[c.id] = {before, target}
        outcomes.append(Outcome(c, "applied", before))
    changed = {name for names in touched.values() for name in names}
    facts = _StoryFacts(versions, origins, publishers)
    old = {s.story_id: s for s in stories}
    named = {name: facts.describe(old.get(name), list(groups[name].values())) for name in changed if groups[name]}
    outcomes = [
        replace(o, stories=frozenset(named[n].story_id for n in touched[o.correction.id] if n in named)) if o.status == "applied" else o
        for o in outcomes
    ]
    kept = [s for s in stories if s.story_id not in changed] + list(named.values())
    rows = [
        replace(link, story_id=named[name].story_id if name in named else name) for name, group in groups.items() for link in group.values()
    ]
    return sorted(kept, key=lambda s: s.story_id), sorted(rows, key=lambda r: (r.story_id, r.article_id)), outcomes


class _StoryFacts:
    """What a story's counts are made from."""

    def __init__(self, versions: Sequence[ArticleVersion], origins: Sequence[ArticleOrigin], publishers: Mapping[str, str]) -> None:
        self.latest = {v.article_id: v for v in sorted(versions, key=lambda v: (v.first_seen, v.version_id))}
        self.newsroom = {a: publishers.get(v.outlet_id, v.outlet_id) for a, v in self.latest.items()}
        self.account = independent_accounts(origins, self.newsroom)

    def describe(self, before: Story | None, members: Sequence[StoryArticle]) -> Story:
        """Describe a story anew: its central article stays if it can, else it is the one nearest to the rest."""
        articles = {m.article_id for m in members}
        founder = min(members, key=lambda m: (m.first_seen, m.article_id))
        nearest = min(members, key=lambda m: (-m.similarity, m.article_id))
        central = before.central_article_id if before and before.central_article_id in articles else nearest.article_id
        outlets = len({self.newsroom[a] for a in articles})
        return Story(
            story_id=make_id("story", founder.article_id),
            title=self.latest[central].title,
            central_article_id=central,
            first_seen=founder.first_seen,
            last_seen=max(m.first_seen for m in members),
            articles=len(articles),
            outlets=outlets,
            origins=min(outlets, len({self.account.get(a, self.newsroom[a]) for a in articles})),
        )


def correct_events(
    events: Sequence[Event], links: Sequence[EventMention], corrections: Sequence[Correction], mentions: Sequence[Mention]
) -> tuple[list[Event], list[EventMention], list[Outcome]]:
    """Move mentions between events; a mention that does not belong where it stands becomes an event of its own."""
    own = sorted((c for c in corrections if c.kind == "event"), key=lambda c: (c.field == BELONGS, c.id))
    if not own:
        return list(events), list(links), []
    finder = Finder(mentions, {a for c in own for a in c.articles})
    by_id = {m.mention_id: m for m in mentions}
    groups: dict[str, dict[str, EventMention]] = defaultdict(dict)
    for link in links:
        groups[link.event_id][link.mention_id] = link
    home = {link.mention_id: link.event_id for link in links}
    story = {e.event_id: e.story_id for e in events}
    touched: dict[str, set[str]] = {}
    outcomes = []
    for c in own:
        assert isinstance(c.subject, MentionKey) and isinstance(c.other, MentionKey)
        subjects = [m.mention_id for m in finder.find(c.subject) if m.mention_id in home]
        others = [m.mention_id for m in finder.find(c.other) if m.mention_id in home]
        if not subjects or not others:
            outcomes.append(Outcome(c, "unmatched", None, tuple(subjects)))
            continue
        found = home[subjects[0]]
        there = {home[m] for m in others}
        moving = [m for m in subjects if (home[m] in there) != (c.field == BELONGS)]
        for mention in moving:
            before = home[mention]
            target = home[others[0]] if c.field == BELONGS else f"own {c.id}"
            story.setdefault(target, story[before])
            link = groups[before].pop(mention)
            groups[target][mention] = replace(link, score=1.0, reason=CORRECTED, corrected_by=c.id)
            home[mention] = target
            touched.setdefault(c.id, set()).update((before, target))
        outcomes.append(Outcome(c, "applied" if moving else "agrees", found, tuple(subjects)))
    changed = {name for names in touched.values() for name in names}
    named = {name: describe_event(story[name], sorted((by_id[m] for m in groups[name]), key=in_time)) for name in changed if groups[name]}
    outcomes = [replace(o, events=frozenset(named[n].event_id for n in touched.get(o.correction.id, ()) if n in named)) for o in outcomes]
    kept = [e for e in events if e.event_id not in changed] + list(named.values())
    rows = [
        replace(link, event_id=named[name].event_id if name in named else name) for name, group in groups.items() for link in group.values()
    ]
    return sorted(kept, key=lambda e: e.event_id), sorted(rows, key=lambda r: (r.event_id, r.mention_id)), outcomes
