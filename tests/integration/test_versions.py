"""Two extractor versions over one record: which one shows, and what is left to code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.core.errors import UsageError
from pipelines.extraction.records import Extraction
from pipelines.loading.recoding import Comparison
from pipelines.settings import Settings
from pipelines.stations import coding
from pipelines.stations.coding import active_version
from pipelines.stations.workspace import Workspace

SEEN = datetime(2025, 3, 1, tzinfo=UTC)


def marker(version_id: str, extractor: str, day: int = 0) -> Extraction:
    return Extraction(
        version_id=version_id,
        outlet_id="o",
        extractor_version=extractor,
        seen_at=SEEN + timedelta(days=day),
        status="coded",
        detail=None,
        sentences=1,
        words=1,
        mentions=0,
        quoted_words=0,
    )


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(coding, "extractor_version", lambda model: "new")
    return Workspace(Settings(home=tmp_path))


def test_with_nothing_coded_the_present_version_counts(workspace: Workspace) -> None:
    assert active_version(workspace) == "new"


def test_a_half_coded_record_stays_with_the_version_that_coded_all_of_it(workspace: Workspace) -> None:
    old = [marker(v, "old") for v in ("a", "b", "c")]
    workspace.lake.append(Extraction, old)
    workspace.lake.append(Extraction, [replace(old[0], extractor_version="new")])
    assert active_version(workspace) == "old"
    workspace.lake.append(Extraction, [replace(m, extractor_version="new") for m in old])
    assert active_version(workspace) == "new"


def test_days_left_to_code_are_named_newest_first(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"version_id": v, "first_seen": SEEN + timedelta(days=d)} for v, d in (("a", 0), ("b", 1), ("c", 1))]
    monkeypatch.setattr(workspace.lake, "read_columns", lambda row_type, columns: rows)
    workspace.lake.append(Extraction, [marker("b", "new", 1), marker("a", "old")])
    assert coding.uncoded_days(workspace) == [date(2025, 3, 2), date(2025, 3, 1)]
    workspace.lake.append(Extraction, [marker("c", "new", 1)])
    assert coding.uncoded_days(workspace) == [date(2025, 3, 1)]


def test_the_version_that_catches_up_is_compared_with_the_one_in_use_and_then_the_one_before(workspace: Workspace) -> None:
    old = [marker(v, "old") for v in ("a", "b", "c")]
    workspace.lake.append(Extraction, [*old, marker("a", "older")])
    assert coding.compared_versions(workspace, "old") == Comparison("older", "old")
    workspace.lake.append(Extraction, [marker("a", "new")])
    assert coding.compared_versions(workspace, active_version(workspace)) == Comparison("old", "new")
    workspace.lake.append(Extraction, [marker("b", "new"), marker("c", "new")])
    assert coding.compared_versions(workspace, active_version(workspace)) == Comparison("old", "new")


def test_with_one_version_there_is_nothing_to_compare_and_a_setting_names_another(workspace: Workspace) -> None:
    assert coding.compared_versions(workspace, "new") is None
    workspace.lake.append(Extraction, [marker("a", "new")])
    assert coding.compared_versions(workspace, "new") is None
    workspace.lake.append(Extraction, [marker("a", "old"), marker("b", "old"), marker("a", "older")])
    named = Workspace(workspace.settings.model_copy(update={"compare_with": "older"}))
    assert coding.compared_versions(named, "old") == Comparison("older", "old")
    unknown = Workspace(workspace.settings.model_copy(update={"compare_with": "oldest"}))
    with pytest.raises(UsageError, match="oldest"):
        coding.compared_versions(unknown, "old")
