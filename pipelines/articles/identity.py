"""Which article an entry belongs to: guid, else link, else title and date.

The index is a function of the article versions alone, so a run that starts from the lake decides as a run that never
stopped would, and later data never changes an earlier choice. Within one outlet a guid or link leads to the article
that carried it last, so that a changed guid under one link, or a changed link under one guid, stays one article.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pipelines.articles.records import ArticleVersion
from pipelines.core.ids import make_id
from pipelines.feeds.records import Entry

GUID_CHANGED = "guid_changed"
GUID_REUSED = "guid_reused"
LINK_SHARED = "link_shared"
LINK_CHANGED = "link_changed"

_SAME_TITLE_SHARE = 0.2
_SAME_SUMMARY_SHARE = 0.4
_UNDATED_WINDOW = timedelta(days=3)
_REUSED_LINK_AFTER = timedelta(hours=36)
_WORD = re.compile(r"\w{3,}")
_LINK_ID = re.compile(r"[a-z]*\d[a-z0-9]{4,}")
_DATE_LIKE = re.compile(r"(?:19|20)\d{6}")
_FILLER_WORDS = "the and for with from has have had was were are its his her their that this after over into amid says say said not but who"
_FILLERS = frozenset(_FILLER_WORDS.split())

Order = tuple[datetime, str, str]


@dataclass(frozen=True, slots=True)
class Decision:
    """The article of an entry, what led to it, and the oddities of that choice. ``article_id`` is None for a new article."""

    article_id: str | None
    identity: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Claim:
    """The latest version that carried a guid, link or text."""

    order: Order
    version: ArticleVersion


_Claims = dict[tuple[str, ...], _Claim]


@dataclass(slots=True)
class ArticleState:
    """What is known of one article: its versions' ids, the latest version that came from a feed, and how many each day had."""

    version_ids: set[str] = field(default_factory=set)
    feeds: set[str] = field(default_factory=set)
    latest: ArticleVersion | None = None
    latest_order: Order | None = None
    per_day: dict[date, list[int]] = field(default_factory=dict)


class ArticleIndex:
    """Finds the article of an entry among the versions known so far. Adding a version twice, or in another order, changes nothing."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._guids: _Claims = {}
        self._links: _Claims = {}
        self._texts: _Claims = {}
        self._dated_titles: _Claims = {}
        self._shared_links: set[tuple[str, str]] = set()
        self._versions: dict[str, ArticleVersion] = {}
        self._entries: set[str] = set()
        self._articles: defaultdict[str, ArticleState] = defaultdict(ArticleState)

    @classmethod
    def from_versions(cls, versions: Iterable[ArticleVersion]) -> ArticleIndex:
        """Build the index from versions in any order, such as the rows of the lake."""
        index = cls()
        for version in versions:
            index.add(version)
        return index

    def __contains__(self, article_id: str) -> bool:
        return article_id in self._articles

    def state(self, article_id: str) -> ArticleState:
        """Return what is known of an article; an empty state for an unknown one."""
        return self._articles.get(article_id) or ArticleState()

    def add(self, version: ArticleVersion) -> None:
        """Take up one version."""
        state = self._articles[version.article_id]
        if version.version_id in state.version_ids:
            return
        state.version_ids.add(version.version_id)
        self._versions[version.version_id] = version
        if version.body_source == "page":
            return
        self._entries.add(version.entry_id)
        order = (version.first_seen, version.feed_id, version.version_id)
        state.feeds.add(version.feed_id)
        counts = state.per_day.setdefault(version.first_seen.date(), [0, 0])
        counts[0] += 1
        counts[1] += is_noise(version.flags)
        if state.latest_order is None or order > state.latest_order:
            state.latest, state.latest_order = version, order
        self._claim(version, _Claim(order, version))

    def forget(self, entry_ids: Collection[str]) -> None:
        """Drop the versions that were made from these entries, so that they can be made again just as they were.

        A run that was killed between two writes leaves such versions; what they claim must not be known before its time.
        """
        if self._entries.isdisjoint(entry_ids):
            return
        kept = [v for v in self._versions.values() if v.body_source == "page" or v.entry_id not in entry_ids]
        self._clear()
        for version in kept:
            self.add(version)

    def _claim(self, version: ArticleVersion, claim: _Claim) -> None:
        outlet = version.outlet_id
        if version.guid:
            _put(self._guids, (outlet, version.guid), claim)
        if version.canonical_url:
            if LINK_SHARED in version.flags:
                self._shared_links.add((outlet, version.canonical_url))
            else:
                _put(self._links, (outlet, version.canonical_url), claim)
        title = fold(version.title)
        _put(self._texts, (outlet, _text_key(title, fold(version.summary))), claim)
        if when := _date_key(version.published_at, version.published_raw):
            _put(self._dated_titles, (outlet, title, when), claim)

    def decide(self, entry: Entry, title: str, summary: str, *, link_is_shared: bool) -> Decision:
        """Decide which article an entry belongs to.

        Args:
            entry: the entry.
            title: its clean title.
            summary: its clean summary, as the version would have it.
            link_is_shared: whether entries with other titles have the link in the same document.
        """
        outlet = entry.outlet_id
        guid, link = usable_guid(entry), entry.canonical_link
        shared = link is not None and (link_is_shared or (outlet, link) in self._shared_links)
        flags = [LINK_SHARED] if shared else []
        if guid and (claim := self._guids.get((outlet, guid))):
            if not _other_story(claim.version, link, title):
                changed = link is not None and claim.version.canonical_url not in {None, link}
                return Decision(claim.version.article_id, "guid", (*flags, *([LINK_CHANGED] if changed else [])))
            flags.append(GUID_REUSED)
        if link and not shared and (claim := self._links.get((outlet, link))):
            if not _other_item(claim.version, guid, entry, title, summary):
                changed = guid is not None and claim.version.guid not in {None, guid}
                return Decision(claim.version.article_id, "link", (*flags, *([GUID_CHANGED] if changed else [])))
            flags.append(LINK_SHARED)
        claim = self._by_text(entry, title, summary, identified=guid is not None or (link is not None and not shared))
        if claim is not None:
            return Decision(claim.version.article_id, "title_date", tuple(flags))
        return Decision(None, "new", tuple(flags))

    def _by_text(self, entry: Entry, title: str, summary: str, *, identified: bool) -> _Claim | None:
        """Find an article by its text: title and date for an entry that has nothing else, the whole text and date for one that has."""
        folded = fold(title)
        if not folded:
            return None
        outlet = entry.outlet_id
        when = _date_key(entry.published_at, entry.published_raw)
        if not identified and when:
            return self._dated_titles.get((outlet, folded, when))
        claim = self._texts.get((outlet, _text_key(folded, fold(summary))))
        if claim is None or (identified and len(folded.split()) + len(fold(summary).split()) < 8):
            return None
        if when != _date_key(claim.version.published_at, claim.version.published_raw):
            return None
        if when is None and abs(entry.seen_at - claim.version.first_seen) > _UNDATED_WINDOW:
            return None
        return claim

    def found(self, entry: Entry, title: str, *, link_is_shared: bool) -> str:
        """Return the id of a new article: of its outlet and the first key that identifies it and is not taken."""
        when = _date_key(entry.published_at, entry.published_raw) or ""
        link = None if link_is_shared else entry.canonical_link
        keys: list[tuple[str, ...]] = []
        if guid := usable_guid(entry):
            keys += [("guid", guid), ("guid", guid, entry.canonical_link or "", fold(title))]
        if link:
            keys += [("link", link), ("link", link, fold(title), when)]
        if fold(title):
            keys.append(("title_date", fold(title), when))
        keys.append(("entry", entry.entry_id))
        ids = (make_id("article", entry.outlet_id, *key) for key in keys)
        return next(i for i in ids if i not in self._articles)


def usable_guid(entry: Entry) -> str | None:
    """Return the guid if it can identify: given, not blank, and no other entry of the document has it."""
    return entry.guid if entry.guid and entry.guid.strip() and entry.guid_unique else None


def fold(text: str) -> str:
    """Return the words of a text in lower case, for comparing; punctuation and blanks go."""
    return " ".join(re.findall(r"\w+", text.lower()))


def shared_words(text: str, other: str) -> float:
    """Return the share of the smaller text's content words that the other has too, in [0, 1]; 1 when one has none."""
    a, b = (set(_WORD.findall(t.lower())) - _FILLERS for t in (text, other))
    return len(a & b) / min(len(a), len(b)) if a and b else 1.0


def is_noise(flags: Collection[str]) -> bool:
    """Tell whether a version differs from the one before only in digits or times."""
    return "digits_only" in flags or "time_only" in flags


def _put(claims: _Claims, key: tuple[str, ...], claim: _Claim) -> None:
    known = claims.get(key)
    if known is None or claim.order > known.order:
        claims[key] = claim


def _text_key(title: str, summary: str) -> str:
    return make_id("text", title, summary)


def _date_key(published_at: datetime | None, published_raw: str | None) -> str | None:
    return published_at.isoformat() if published_at else published_raw


def _other_story(known: ArticleVersion, link: str | None, title: str) -> bool:
    """Tell whether a guid came back on a wholly different story: another link, and hardly a word of the title is the same."""
    if link is None or known.canonical_url is None or link == known.canonical_url:
        return False
    if _link_ids(link) & _link_ids(known.canonical_url):
        return False
    return shared_words(title, known.title) < _SAME_TITLE_SHARE


def _other_item(known: ArticleVersion, guid: str | None, entry: Entry, title: str, summary: str) -> bool:
    """Tell whether a link came back on another item, such as a live page or a column's fixed address."""
    if shared_words(title, known.title) >= _SAME_TITLE_SHARE:
        return False
    if summary and known.summary and shared_words(summary, known.summary) >= _SAME_SUMMARY_SHARE:
        return False
    if guid and known.guid:
        return guid != known.guid
    if entry.published_at is None or known.published_at is None:
        return False
    return abs(entry.published_at - known.published_at) > _REUSED_LINK_AFTER


def _link_ids(link: str) -> set[str]:
    """Return the parts of an address that look like an article's number or code, dates left out."""
    path = link.lower().partition("://")[2].partition("/")[2]
    return {part for part in _LINK_ID.findall(path) if not _DATE_LIKE.fullmatch(part)}
