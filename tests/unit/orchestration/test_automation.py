"""When runs are asked for: after a poll that brought something, after an upgrade of the extractor, and else not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.core.clock import FixedClock
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.stations.workspace import Workspace

pytestmark = pytest.mark.skipif(not (PROJECT_ROOT / "dbt/target/manifest.json").exists(), reason="dbt is not parsed: run `make setup`")

DAYS = [date(2025, 3, 2), date(2025, 3, 1)]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def asked_for_by_new_articles(instance: dg.DagsterInstance, metadata: dict[str, object]) -> list[str | None]:
    from pipelines.definitions import build_defs
    from pipelines.orchestration import automation

    instance.report_runless_asset_event(dg.AssetMaterialization(["lake", "article_version"], metadata=metadata))
    context = dg.build_sensor_context(instance, repository_def=build_defs().get_repository_def())
    requests = automation.new_articles.evaluate_tick(context).run_requests or []
    return [request.partition_key for request in requests]


def asked_for_by_new_extractor(instance: dg.DagsterInstance, workspace: Workspace) -> list[dg.RunRequest]:
    from pipelines.orchestration import automation

    context = dg.build_sensor_context(instance)
    asked = automation.new_extractor(context, workspace=Opened(workspace))
    return [request for request in asked if isinstance(request, dg.RunRequest)]


class Opened:
    """A resource whose workspace is open already."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def open(self) -> Workspace:
        return self._workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A home in which two days are not coded."""
    from pipelines.orchestration import automation

    monkeypatch.setattr(automation, "uncoded_days", lambda workspace: DAYS)
    return Workspace(Settings(home=tmp_path), clock=FixedClock(datetime(2025, 3, 2, 12, tzinfo=UTC)))


def test_a_poll_that_brought_versions_asks_for_its_days(instance: dg.DagsterInstance) -> None:
    assert asked_for_by_new_articles(instance, {"new_versions": 3, "days": ["2025-03-01", "2025-03-02"]}) == ["2025-03-01", "2025-03-02"]


def test_a_poll_in_which_nothing_is_new_asks_for_nothing(instance: dg.DagsterInstance) -> None:
    assert asked_for_by_new_articles(instance, {"new_versions": 0, "days": []}) == []


def test_days_that_are_not_coded_are_asked_for(instance: dg.DagsterInstance, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.orchestration import automation

    asked = asked_for_by_new_extractor(instance, workspace)
    assert [(r.job_name, r.partition_key) for r in asked] == [("recode", "2025-03-02"), ("recode", "2025-03-01")]
    monkeypatch.setattr(automation, "uncoded_days", lambda workspace: [])
    assert asked_for_by_new_extractor(instance, workspace) == []


def test_a_day_is_asked_for_again_an_hour_later(instance: dg.DagsterInstance, workspace: Workspace) -> None:
    """Dagster starts a run key once: a day whose run failed, or that got another article since, needs another key."""
    keys = {r.run_key for r in asked_for_by_new_extractor(instance, workspace)}
    assert {r.run_key for r in asked_for_by_new_extractor(instance, workspace)} == keys
    later = replace(workspace, clock=FixedClock(datetime(2025, 3, 2, 13, tzinfo=UTC)))
    assert {r.run_key for r in asked_for_by_new_extractor(instance, later)}.isdisjoint(keys)


@pytest.mark.parametrize("job", ["code_and_build", "recode", "daily"])
def test_nothing_is_coded_twice_at_once(instance: dg.DagsterInstance, workspace: Workspace, job: str) -> None:
    """While a run that codes is waiting or running, its days still look uncoded."""
    instance.add_run(dg.DagsterRun(job_name=job, run_id="0f2d9d04-6f2c-4a4e-9f58-2d0c7c1f8a11", status=dg.DagsterRunStatus.STARTING))
    assert asked_for_by_new_extractor(instance, workspace) == []


def test_a_poll_that_runs_holds_nothing_up(instance: dg.DagsterInstance, workspace: Workspace) -> None:
    instance.add_run(dg.DagsterRun(job_name="poll", run_id="0f2d9d04-6f2c-4a4e-9f58-2d0c7c1f8a11", status=dg.DagsterRunStatus.STARTED))
    assert len(asked_for_by_new_extractor(instance, workspace)) == 2
