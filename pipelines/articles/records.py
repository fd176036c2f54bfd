"""Lake tables of what outlets published: article versions, fetched pages, and who copied whom."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pipelines.core.records import column, table

PageOutcome = Literal["ok", "no_text", "robots_refused", "refused_address", "http_error", "failed"]


@table("article_version", grain="article x distinct content", key=("version_id",), day="first_seen")
class ArticleVersion:
    """One version of one article: clean text, with the way back to the raw entry kept."""

    version_id: str = column("Hash of article and content.")
    article_id: str = column("The article; stable over edits of title, guid or link.")
    outlet_id: str = column("The outlet.")
    feed_id: str = column("The feed of the first sighting.")
    entry_id: str = column("The entry that this version was made from.")
    snapshot_id: str = column("The snapshot of the first sighting.")
    first_seen: datetime = column("When this version was first seen by us.")
    identity: str = column("What joined the entry to its article: `guid`, `link`, `title_date` or `new`.")
    guid: str | None = column("guid that identifies the article, if a usable one was given.")
    url: str | None = column("Address as given.")
    canonical_url: str | None = column("Address without tracking parameters.")
    published_at: datetime | None = column("The outlet's claim of publication, in UTC.")
    published_raw: str | None = column("The publication date as given.")
    published_quality: str = column("Quality flag of the date, as in `entry`.")
    updated_at: datetime | None = column("The outlet's claim of the latest update.")
    title: str = column("Clean title.")
    summary: str = column("Clean summary; empty when it only repeats the title.")
    body: str = column("Clean body text; empty when the stratum is `title_summary`.")
    title_map: list[int] = column("Runs that lead from the clean title back to the raw one: flat triples (clean start, raw start, length).")
    summary_map: list[int] = column("The same for the summary.")
    body_map: list[int] = column("The same for the body (raw: the entry's content, or the page's extracted text).")
    stratum: str = column("`title_summary` or `full_text`; the two never share a rate.")
    body_source: str | None = column("`feed` (content in the feed), `page` (fetched with permission) or NULL.")
    page_id: str | None = column("The fetched page that the body came from.")
    words: int = column("Words in title, summary and body.")
    language: str = column("Detected language, ISO 639-1, or `und`.")
    language_confidence: float = column("Confidence of the detection in [0, 1].")
    author: str | None = column("Author as given.")
    categories: list[str] = column("Categories as given.")
    wire: str | None = column("Agency that the text or the feed credits, such as `reuters`; NULL when none.")
    wire_evidence: str | None = column("The words that credit it, as `where: words`.")
    source_url: str | None = column("`<source url>` of the entry: the original publisher.")
    source_title: str | None = column("Name of the original publisher, as given.")
    flags: list[str] = column("Oddities: `title_repeated`, `text_capped`, `hidden_characters`, `versions_capped`, `guid_changed` …")


@table("page", grain="article page fetch", key=("page_id",), day="fetched_at")
class Page:
    """One fetch of one article page; only for outlets whose registry entry allows full text."""

    page_id: str = column("Hash of article, address and time.")
    article_id: str = column("The article.")
    outlet_id: str = column("The outlet.")
    url: str = column("Address that was asked.")
    fetched_at: datetime = column("When.")
    outcome: PageOutcome = column("`ok` or why there is no text.")
    detail: str | None = column("One sentence for a person.")
    body_sha256: str | None = column("Hash of the page in the archive.")
    text: str = column("Text that was extracted from the page; empty when none.")
    duration_ms: int = column("How long the request took.", volatile=True)


@table("copy_link", grain="pair of articles that share text", key=("article_id", "other_article_id"), day="first_seen", derived=True)
class CopyLink:
    """Two articles that share text, with the measure and a direction only where it is clear."""

    article_id: str = column("The article that the other credits; else the one that was first seen earlier (ties: smaller id).")
    other_article_id: str = column("The other article.")
    kind: str = column("`exact`, `near` (frames or a few words differ) or `partial` (a shared passage).")
    similarity: float = column("Share of the smaller text's word 5-grams that the other has too, in [0, 1].")
    shared_words: int = column("Common words of the longest shared passage, which may go on over small gaps.")
    evidence: str = column("That passage, with an ellipsis for each gap.")
    direction: str = column(
        "`clear` when one credits the other, or when the lead exceeds both outlets' poll interval and no date objects; else `unclear`."
    )
    first_seen: datetime = column("When the pair was first complete.")
    relation: str = column("Whose two articles they are: `other_publisher`, `same_publisher` or `same_outlet`.", default="other_publisher")
    corrected_by: str | None = column("Id of the correction (table `correction`) that put it here; NULL otherwise.", default=None)


@table("article_origin", grain="article", key=("article_id",), day="first_seen", derived=True)
class ArticleOrigin:
    """Where an article's text comes from: one copy group is one origin."""

    article_id: str = column("The article.")
    outlet_id: str = column("The outlet.")
    origin_id: str = column("The origin: shared by all articles of one copy group, one credited wire report or one source.")
    copy_group_id: str | None = column("The copy group, NULL for an article that shares text with none.")
    reuse: str = column(
        "`own` (no shared text found, or clearly first with it, or the agency that the others credit), "
        "`copy` (whole text shared) or `partial` (a passage)."
    )
    basis: str = column("`own`, `shared_text`, `wire_credit` or `source_element`.")
    evidence: str | None = column("Words or link that the basis rests on.")
    wire: str | None = column("Credited agency, if any.")
    first_seen: datetime = column("When the article was first seen.")


@table("article_entry", grain="entry", key=("entry_id",), day="seen_at")
class ArticleEntry:
    """Which article and version an entry belongs to; written for every entry, also when it brought nothing new."""

    entry_id: str = column("The entry.")
    article_id: str = column("The article that it belongs to.")
    version_id: str = column("The version with its content (or the version that stands for it, where versions are capped).")
    outlet_id: str = column("The outlet.")
    seen_at: datetime = column("When the entry was first seen.")
