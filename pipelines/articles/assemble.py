"""Entries to article versions: clean texts, stratum, language, credit, identity, and what differs from the version before.

Full text in a feed: ``content`` is the body when it has at least 80 words and at least 1.5 times as many as the
summary; a description of 200 words or more is itself the body. Shorter content only fills an empty summary. A summary
that only repeats the title, or stands word for word in the body, is left out, so that no deed is told twice.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipelines.articles import boilerplate, wire
from pipelines.articles.clean import EMPTY, CleanText, clean
from pipelines.articles.identity import LINK_SHARED, ArticleIndex, ArticleState, Decision, fold, is_noise, usable_guid
from pipelines.articles.language import detect
from pipelines.articles.records import ArticleEntry, ArticleVersion, Page
from pipelines.core.ids import make_id
from pipelines.feeds.records import Entry

__all__ = [
    "ArticleIndex",
    "Assembly",
    "AssemblyLimits",
    "OutletFacts",
    "RawTexts",
    "assemble",
    "content_id",
    "count_words",
    "raw_texts",
    "with_body",
]

TITLE_REPEATED = "title_repeated"
SUMMARY_IN_BODY = "summary_in_body"
SUMMARY_FROM_CONTENT = "summary_from_content"
BODY_FROM_SUMMARY = "body_from_summary"
VERSIONS_CAPPED = "versions_capped"
DIGITS_ONLY = "digits_only"
TIME_ONLY = "time_only"
PUNCTUATION_ONLY = "punctuation_only"
FEED_VARIANT = "feed_variant"
WIRE_CONTRIBUTED = "wire_contributed"
NO_TITLE = "no_title"
NO_TEXT = "no_text"

_BODY_WORDS = 80
_BODY_RATIO = 1.5
_DESCRIPTION_IS_BODY_WORDS = 200
_LANGUAGE_CHARS = 600
_TRUNCATION = re.compile(r"[\s\[(]*(?:…|\.\.\.)[\])]*\s*\Z")
_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_TIMES = re.compile(
    r"\b(?:\d+|an?|one|two|few)\s+(?:second|minute|min|hour|hr|day|week|month)s?\s+ago\b|\bjust now\b"
    r"|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?\b(?:,?\s+\d{4})?"
    r"|\b\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?(?:,?\s+\d{4})?"
    r"|\b\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?z?)?\b|\b\d{1,2}[:.]\d\d(?::\d\d)?(?:\s*[ap]\.?m\b\.?)?|\b\d{1,2}\s*[ap]\.?m\b\.?"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:yesterday|today|tonight|tomorrow)\b"
    r"|\b(?:gmt|utc|bst|e[sd]t|c[es]st?|p[sd]t|a[ew]st|nz[sd]t)\b"
)
_PART_BREAK = "\x1f"


@dataclass(frozen=True, slots=True)
class OutletFacts:
    """What the registry knows of an outlet and its articles need; language is ISO 639-1, country ISO 3166-1 alpha-3."""

    outlet_id: str = ""
    language: str | None = None
    country: str | None = None
    timezone: str | None = None
    publisher: str = ""


@dataclass(frozen=True, slots=True)
class Assembly:
    """The new versions, in the order in which they were seen, and one link for every entry that was given."""

    versions: list[ArticleVersion]
    links: list[ArticleEntry]


@dataclass(frozen=True, slots=True)
class AssemblyLimits:
    """Characters kept of one text; versions of one article kept per UTC day, of which at most half differ only in digits or times."""

    max_text_chars: int = 200_000
    max_versions_per_day: int = 24


@dataclass(frozen=True, slots=True)
class RawTexts:
    """The raw texts that a version's three mappings lead to."""

    title: str
    summary: str
    body: str


@dataclass(frozen=True, slots=True)
class _Texts:
    title: CleanText
    summary: CleanText
    body: CleanText
    flags: tuple[str, ...]

    @property
    def all_flags(self) -> set[str]:
        return {*self.flags, *self.title.flags, *self.summary.flags, *self.body.flags}


_NO_OUTLET = OutletFacts()
_DEFAULT_LIMITS = AssemblyLimits()


def assemble(
    entries: Sequence[Entry], known: ArticleIndex, outlets: Mapping[str, OutletFacts], limits: AssemblyLimits = _DEFAULT_LIMITS
) -> Assembly:
    """Make the article versions that ``entries`` add to those in ``known``.

    Args:
        entries: entries of whole snapshots; they are taken in the order (seen_at, feed_id, position).
        known: the versions so far; it is brought up to date with the new ones.
        outlets: facts by outlet id; an outlet that is absent has none.
        limits: caps on text and versions.

    Returns:
        The versions of these entries and the links of all of them. The same entries in one call, in several, or again
        after a run that was killed half-way give the same rows; a version that was stored by then is among them again.
    """
    known.forget({e.entry_id for e in entries})
    ordered = sorted(entries, key=lambda e: (e.seen_at, e.feed_id, e.position, e.entry_id))
    assembly = Assembly([], [])
    for _, group in groupby(ordered, key=lambda e: (e.seen_at, e.feed_id, e.snapshot_id)):
        document = [(entry, _texts_of(entry, limits)) for entry in group]
        shared = _shared_links(document)
        for entry, texts in document:
            outlet = outlets.get(entry.outlet_id, _NO_OUTLET)
            link, version = _place(entry, texts, known, outlet, entry.canonical_link in shared, limits)
            assembly.links.append(link)
            if version is not None:
                known.add(version)
                assembly.versions.append(version)
    return assembly


def _shared_links(document: Sequence[tuple[Entry, _Texts]]) -> set[str]:
    """Return the links that entries with different titles have in one document, so that they identify none of them."""
    titles: defaultdict[str, set[str]] = defaultdict(set)
    for entry, texts in document:
        if entry.canonical_link:
            titles[entry.canonical_link].add(fold(texts.title.text))
    return {link for link, different in titles.items() if len(different) > 1}


def _place(
    entry: Entry, texts: _Texts, known: ArticleIndex, outlet: OutletFacts, link_is_shared: bool, limits: AssemblyLimits
) -> tuple[ArticleEntry, ArticleVersion | None]:
    """Find the article of one entry and make its version; no version when the article has it already, or enough for the day."""
    title, summary, body = texts.title.text, texts.summary.text, texts.body.text
    decision = known.decide(entry, title, summary, link_is_shared=link_is_shared)
    article_id = decision.article_id or known.found(entry, title, link_is_shared=LINK_SHARED in decision.flags)
    version_id = content_id(article_id, title, summary, body)
    state = known.state(article_id)
    version = None
    if version_id not in state.version_ids:
        differences = _differences(state, entry.feed_id, title, summary, body)
        capped = _cap(state, entry, differences, limits)
        if capped is not None:
            flags = {*texts.all_flags, *decision.flags, *differences, *capped}
            version = _build(entry, texts, outlet, decision, article_id, version_id, flags)
        elif state.latest is not None:
            version_id = state.latest.version_id
    link = ArticleEntry(
        entry_id=entry.entry_id, article_id=article_id, version_id=version_id, outlet_id=entry.outlet_id, seen_at=entry.seen_at
    )
    return link, version


def content_id(article_id: str, title: str, summary: str, body: str) -> str:
    """Return the id of a version: of its article and its clean texts, and of nothing else."""
    return make_id("version", article_id, title, summary, body)


def _build(
    entry: Entry, texts: _Texts, outlet: OutletFacts, decision: Decision, article_id: str, version_id: str, flags: set[str]
) -> ArticleVersion:
    title, summary, body = texts.title.text, texts.summary.text, texts.body.text
    language, confidence = detect("\n".join(filter(None, (title, summary or body[:_LANGUAGE_CHARS]))), _short_code(outlet.language))
    source_url, source_title = _foreign_source(entry, wire.host_of(entry.link or ""))
    credit = _credit(entry, texts, source_url, source_title)
    if credit is None and wire.default().contributes(body or summary):
        flags.add(WIRE_CONTRIBUTED)
    return ArticleVersion(
        version_id=version_id,
        article_id=article_id,
        outlet_id=entry.outlet_id,
        feed_id=entry.feed_id,
        entry_id=entry.entry_id,
        snapshot_id=entry.snapshot_id,
        first_seen=entry.seen_at,
        identity=decision.identity,
        guid=usable_guid(entry),
        url=entry.link,
        canonical_url=entry.canonical_link,
        published_at=entry.published_at,
        published_raw=entry.published_raw,
        published_quality=entry.published_quality,
        updated_at=entry.updated_at,
        title=title,
        summary=summary,
        body=body,
        title_map=texts.title.runs,
        summary_map=texts.summary.runs,
        body_map=texts.body.runs,
        stratum="full_text" if body else "title_summary",
        body_source="feed" if body else None,
        page_id=None,
        words=count_words(title) + count_words(summary) + count_words(body),
        language=language,
        language_confidence=confidence,
        author=entry.author,
        categories=list(entry.categories),
        wire=credit.wire if credit else None,
        wire_evidence=credit.evidence if credit else None,
        source_url=source_url,
        source_title=source_title,
        flags=sorted(flags),
    )


def _credit(entry: Entry, texts: _Texts, source_url: str | None, source_title: str | None) -> wire.Credit | None:
    return wire.detect(
        wire.default(),
        title=texts.title.text,
        summary=texts.summary.text,
        body=texts.body.text,
        author=entry.author,
        source_url=source_url,
        source_title=source_title,
        own_host=wire.host_of(entry.link or ""),
    )


def with_body(version: ArticleVersion, page: Page, limits: AssemblyLimits = _DEFAULT_LIMITS) -> ArticleVersion:
    """Return the full-text version that a fetched page makes of ``version``; ``version`` itself when the page gave no text.

    Raises:
        ValueError: the page is of another article.
    """
    if page.article_id != version.article_id:
        raise ValueError(f"page {page.page_id} is of article {page.article_id}, not of {version.article_id}")
    body = clean(page.text, max_chars=limits.max_text_chars, boilerplate=boilerplate.default(), plain=True)
    if not body.text:
        return version
    flags = {f for f in version.flags if f not in {BODY_FROM_SUMMARY, TITLE_REPEATED, WIRE_CONTRIBUTED}} | set(body.flags)
    summary, summary_map = version.summary, version.summary_map
    if summary and _stands_in(summary, body.text):
        summary, summary_map = "", []
        flags.add(SUMMARY_IN_BODY)
    credit = None
    if version.wire is None:
        credit = wire.default().in_text(body.text)
        if credit and wire.default().agency_of_host(wire.host_of(version.url or "")) == credit.wire:
            credit = None
        if credit is None and wire.default().contributes(body.text):
            flags.add(WIRE_CONTRIBUTED)
    return dataclasses.replace(
        version,
        version_id=content_id(version.article_id, version.title, summary, body.text),
        first_seen=page.fetched_at,
        summary=summary,
        summary_map=summary_map,
        body=body.text,
        body_map=body.runs,
        stratum="full_text",
        body_source="page",
        page_id=page.page_id,
        words=count_words(version.title) + count_words(summary) + count_words(body.text),
        wire=credit.wire if credit else version.wire,
        wire_evidence=credit.evidence if credit else version.wire_evidence,
        flags=sorted(flags),
    )


def raw_texts(version: ArticleVersion, entry: Entry, page: Page | None = None) -> RawTexts:
    """Return the raw texts that the version's mappings lead to, as its flags and body source say.

    Raises:
        ValueError: the body came from a page, and that page was not given.
    """
    summary = entry.content if SUMMARY_FROM_CONTENT in version.flags else entry.summary
    body = entry.summary if BODY_FROM_SUMMARY in version.flags else entry.content
    if version.body_source == "page":
        if page is None or page.page_id != version.page_id:
            raise ValueError(f"version {version.version_id} has its body from page {version.page_id}, which was not given")
        body = page.text
    return RawTexts(entry.title, summary, body if version.body else "")


def count_words(text: str) -> int:
    """Count the blank-separated parts of a text that hold a letter or a digit."""
    return sum(1 for part in text.split() if any(map(str.isalnum, part)))


def _texts_of(entry: Entry, limits: AssemblyLimits) -> _Texts:
    phrases, chars = boilerplate.default(), limits.max_text_chars
    title = clean(entry.title, max_chars=chars, single_line=True)
    summary = clean(entry.summary, max_chars=chars, boilerplate=phrases)
    content, body = EMPTY, EMPTY
    flags: list[str] = []
    if entry.content and entry.content != entry.summary:
        content = clean(entry.content, max_chars=chars, boilerplate=phrases)
    if summary.text and title.text and fold(summary.text) == fold(title.text):
        summary = EMPTY
        flags.append(TITLE_REPEATED)
    summary_words, content_words = count_words(summary.text), count_words(content.text)
    if content_words >= _BODY_WORDS and content_words >= _BODY_RATIO * summary_words:
        body = content
    elif not summary.text and content.text and fold(content.text) != fold(title.text):
        summary = content
        flags.append(SUMMARY_FROM_CONTENT)
    elif summary_words >= _DESCRIPTION_IS_BODY_WORDS:
        summary, body = EMPTY, summary
        flags.append(BODY_FROM_SUMMARY)
    if summary.text and body.text and _stands_in(summary.text, body.text):
        summary = CleanText("", [], summary.flags)
        flags.append(SUMMARY_IN_BODY)
    if not title.text:
        flags.append(NO_TITLE if summary.text or body.text else NO_TEXT)
    return _Texts(title, summary, body, tuple(flags))


def _stands_in(summary: str, body: str) -> bool:
    """Tell whether a summary, or what is left of it before its truncation mark, stands word for word in the body."""
    return fold(_TRUNCATION.sub("", summary)) in fold(body)


def _foreign_source(entry: Entry, own_host: str) -> tuple[str | None, str | None]:
    """Return the ``<source>`` of the entry unless it is the outlet itself, as some feeds have it."""
    if not entry.source_url and not entry.source_title:
        return None, None
    if entry.source_url and wire.same_site(wire.host_of(entry.source_url), own_host):
        return None, None
    return entry.source_url, entry.source_title


def _short_code(language: str | None) -> str | None:
    return language.replace("_", "-").split("-")[0].lower() if language else None


def _differences(state: ArticleState, feed_id: str, title: str, summary: str, body: str) -> list[str]:
    """Return the flags that say how little a version differs from the article's latest one; none for an edit of words."""
    latest = state.latest
    if latest is None:
        return []
    flags = [FEED_VARIANT] if latest.feed_id != feed_id and feed_id not in state.feeds else []
    before = _PART_BREAK.join((latest.title, latest.summary, latest.body)).lower()
    after = _PART_BREAK.join((title, summary, body)).lower()
    for flag, old, new in zip((PUNCTUATION_ONLY, TIME_ONLY, DIGITS_ONLY), _skeletons(before), _skeletons(after), strict=True):
        if old == new:
            return [*flags, flag]
    return flags


def _skeletons(text: str) -> Iterator[list[str]]:
    """Yield the words of a text; then without its times; then with every number the same."""
    yield re.findall(r"\w+", text)
    yield re.findall(r"\w+", _TIMES.sub(" ", text))
    yield re.findall(r"\w+", _DIGITS.sub("0", text))


def _cap(state: ArticleState, entry: Entry, differences: Sequence[str], limits: AssemblyLimits) -> list[str] | None:
    """Return None when the article may have no further version that day, else the flag of the last one it may have."""
    total, noise = state.per_day.get(entry.seen_at.date(), [0, 0])
    noisy = is_noise(differences)
    noise_limit = max(1, limits.max_versions_per_day // 2)
    if total >= limits.max_versions_per_day or (noisy and noise >= noise_limit):
        return None
    last = total + 1 == limits.max_versions_per_day or (noisy and noise + 1 == noise_limit)
    return [VERSIONS_CAPPED] if last else []
