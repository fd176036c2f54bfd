"""Station 4: code article versions that the present extractor has not coded yet.

Large amounts are spread over processes that each load the model once; a chunk is written when it is done, its marker
rows last.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date

from pipelines.articles.language import UNDETERMINED
from pipelines.articles.records import ArticleVersion
from pipelines.core.errors import UsageError
from pipelines.extraction.extractor import Coded, CodeItem, Extractor, extractor_version
from pipelines.extraction.records import Extraction, Mention
from pipelines.loading.recoding import Comparison
from pipelines.outlets.schema import UNKNOWN_COUNTRY
from pipelines.stations.assembling import outlet_facts
from pipelines.stations.workspace import Workspace

CHUNK = 256
POOL_FROM = 600

_loaded: dict[str, Extractor] = {}


@dataclass(slots=True)
class CodeReport:
    """What coding gave: versions by status, mentions by action, words, sentences, the extractor's version."""

    extractor_version: str
    statuses: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    words: int = 0
    sentences: int = 0
    errors: list[Exception] = field(default_factory=list)

    @property
    def versions(self) -> int:
        """Article versions coded."""
        return sum(self.statuses.values())

    @property
    def mentions(self) -> int:
        """Mentions found."""
        return sum(self.actions.values())


def code(workspace: Workspace, *, days: set[date] | None = None) -> CodeReport:
    """Code pending versions, of all ingestion days or of ``days`` only.

    Raises:
        ExceptionGroup: the extractor failed on some versions. They are marked as `failed` and not tried again by this
            version, so that one strange text stops one run and not all that follow.
    """
    model = workspace.settings.model
    version = extractor_version(model)
    report = CodeReport(version)
    with workspace.lock("code"):
        items = pending(workspace, version, days)
        if not items:
            return report
        chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
        workers = min(workspace.settings.workers, len(chunks)) if len(items) >= POOL_FROM else 1
        with workspace.progress.step("extract", len(items)) as step:
            for coded, errors in _code_chunks(chunks, model, workers):
                _write(workspace, coded, report)
                report.errors.extend(errors)
                step.advance(len(coded))
    if report.errors:
        raise ExceptionGroup(f"{len(report.errors)} article versions could not be coded; all others were", report.errors)
    return report


def active_version(workspace: Workspace) -> str:
    """Return the extractor version whose mentions count: the one that coded most versions, on ties the present one.

    So a new extractor takes over when its backfill has caught up, and a half-coded record never shows.
    """
    present = extractor_version(workspace.settings.model)
    coded = Counter(key[1] for key in workspace.lake.keys(Extraction))
    return max(coded, key=lambda version: (coded[version], version == present, version), default=present)


def compared_versions(workspace: Workspace, counted: str) -> Comparison | None:
    """Return the two extractor versions whose mentions are compared (table `mentions_diff`); None where the record knows only one.

    While a re-coding is under way, ``counted`` (whose mentions the tables show) with the present one; afterwards the version before
    it with ``counted``. The version before is the one that coded most article versions, since the record only grows. The setting
    ``compare_with`` names another one.

    Raises:
        UsageError: no article version was coded by the version that the setting names.
    """
    present = extractor_version(workspace.settings.model)
    coded = Counter(key[1] for key in workspace.lake.keys(Extraction))
    if counted not in coded:
        return None
    named = workspace.settings.compare_with
    if named:
        if named not in coded:
            known = ", ".join(sorted(coded))
            raise UsageError(f"PARALLAX_COMPARE_WITH: no article version was coded by extractor {named!r}; known are {known}.")
        return Comparison(named, counted)
    if present != counted and present in coded:
        return Comparison(counted, present)
    others = [version for version in coded if version != counted]
    before = max(others, key=lambda version: (coded[version], version), default=None)
    return Comparison(before, counted) if before is not None else None


def uncoded_days(workspace: Workspace) -> list[date]:
    """Return the ingestion days that have a version which the present extractor has not coded, newest first."""
    present = extractor_version(workspace.settings.model)
    done = {key[0] for key in workspace.lake.keys(Extraction) if key[1] == present}
    rows = workspace.lake.read_columns(ArticleVersion, ["version_id", "first_seen"])
    return sorted({r["first_seen"].date() for r in rows if r["version_id"] not in done}, reverse=True)


def pending(workspace: Workspace, version: str, days: set[date] | None) -> list[CodeItem]:
    """Return the versions that extractor ``version`` has not coded, oldest first."""
    done = {key[0] for key in workspace.lake.keys(Extraction) if key[1] == version}
    facts = outlet_facts(workspace)
    items = []
    for v in sorted(workspace.lake.read(ArticleVersion, days=days), key=lambda v: (v.first_seen, v.version_id)):
        if v.version_id in done:
            continue
        outlet = facts.get(v.outlet_id)
        items.append(
            CodeItem(
                version_id=v.version_id,
                article_id=v.article_id,
                outlet_id=v.outlet_id,
                seen_at=v.first_seen,
                published_at=v.published_at,
                country=outlet.country if outlet and outlet.country != UNKNOWN_COUNTRY else None,
                timezone=(outlet.timezone if outlet else None) or "UTC",
                language=None if v.language == UNDETERMINED else v.language,
                title=v.title,
                summary=v.summary,
                body=v.body,
            )
        )
    return items


def _code_chunks(chunks: Sequence[list[CodeItem]], model: str, workers: int) -> Iterator[tuple[list[Coded], list[Exception]]]:
    if workers == 1:
        extractor = _load(model)
        for chunk in chunks:
            yield code_chunk(extractor, chunk)
        return
    with ExitStack() as stack:
        context = multiprocessing.get_context("spawn")
        pool = stack.enter_context(ProcessPoolExecutor(workers, mp_context=context, initializer=_load, initargs=(model,)))
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        yield from pool.map(_code_in_child, chunks)


def _load(model: str) -> Extractor:
    """Return this process's extractor; reloading would cost a second."""
    if model not in _loaded:
        _loaded.clear()
        _loaded[model] = Extractor.load(model)
    return _loaded[model]


def _code_in_child(chunk: list[CodeItem]) -> tuple[list[Coded], list[Exception]]:
    (extractor,) = _loaded.values()
    return code_chunk(extractor, chunk)


def code_chunk(extractor: Extractor, chunk: Sequence[CodeItem]) -> tuple[list[Coded], list[Exception]]:
    """Code a chunk; if that fails, code its items one by one, so that the failing ones are known by name."""
    try:
        return list(extractor.code(chunk)), []
    except Exception:  # whatever it is, it comes again for its own item below, and is reported there
        coded: list[Coded] = []
        errors: list[Exception] = []
        for item in chunk:
            try:
                coded.extend(extractor.code([item]))
            except Exception as error:
                error.add_note(f"while coding article version {item.version_id} of {item.outlet_id}")
                errors.append(error)
                coded.append(Coded(item, [], _failed(item, extractor.version, error)))
        return coded, errors


def _failed(item: CodeItem, version: str, error: Exception) -> Extraction:
    return Extraction(
        version_id=item.version_id,
        outlet_id=item.outlet_id,
        extractor_version=version,
        seen_at=item.seen_at,
        status="failed",
        detail=f"{type(error).__name__}: {error}",
        sentences=0,
        words=0,
        mentions=0,
        quoted_words=0,
    )


def _write(workspace: Workspace, coded: Sequence[Coded], report: CodeReport) -> None:
    with workspace.writing():
        workspace.lake.append(Mention, [m for c in coded for m in c.mentions])
        workspace.lake.append(Extraction, [c.extraction for c in coded if c.extraction])
    for c in coded:
        assert c.extraction is not None
        report.statuses[c.extraction.status] += 1
        report.words += c.extraction.words
        report.sentences += c.extraction.sentences
        report.actions.update(m.action for m in c.mentions)
