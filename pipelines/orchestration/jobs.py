"""Jobs: poll (every ten minutes), code and build (when something is new), the daily run, and upkeep of Dagster's own logs."""

from datetime import timedelta
from typing import Any

import dagster as dg

from pipelines.core.clock import SystemClock
from pipelines.orchestration.coding import matched, mentions
from pipelines.orchestration.ingestion import articles, fetches, parsed_feeds, registry
from pipelines.orchestration.resources import WorkspaceResource
from pipelines.orchestration.warehouse import contracts, models, published_database
from pipelines.settings import Settings
from pipelines.stations.running import maintain

_INGESTED = dg.AssetSelection.assets(registry, fetches, parsed_feeds, articles).without_checks()
_DERIVED = dg.AssetSelection.assets(mentions, matched, models, published_database)
_CONTRACTS = dg.AssetSelection.checks(contracts)

poll_job = dg.define_asset_job(
    "poll",
    selection=_INGESTED,
    description="Poll the feeds that are due, parse and assemble what is new. Runs neither spaCy nor dbt.",
)
build_job = dg.define_asset_job(
    "code_and_build",
    selection=_DERIVED | _CONTRACTS,
    description="Code the versions of one ingestion day, match, run dbt, check and publish.",
)
recode_job = dg.define_asset_job(
    "recode",
    selection=dg.AssetSelection.assets(mentions).without_checks(),
    description="Code the versions of some ingestion days with the present extractor: a backfill after an upgrade.",
)
daily_job = dg.define_asset_job(
    "daily",
    selection=_INGESTED | _DERIVED | _CONTRACTS,
    description="The whole way once: poll to published database, whether or not something is new.",
)


@dg.op(description="Join the small lake files of closed days into one each.")
def compact_lake(context: dg.OpExecutionContext, workspace: WorkspaceResource) -> int:
    """Return how many files went."""
    gone = maintain(workspace.open())
    context.log.info(f"{gone} small lake files were joined into others")
    return gone


@dg.op(description="Delete Dagster's run and event logs older than the setting `keep_run_days`; they grow without bound otherwise.")
def prune_runs(context: dg.OpExecutionContext, files_gone: int) -> int:
    """Return how many runs went; ``files_gone`` only orders this after the compaction."""
    before = SystemClock().now() - timedelta(days=Settings().keep_run_days)
    finished = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    records = context.instance.get_run_records(dg.RunsFilter(statuses=finished, created_before=before), limit=5000)
    for record in records:
        context.instance.delete_run(record.dagster_run.run_id)
    context.log.info(f"{len(records)} runs older than {before:%Y-%m-%d} were deleted ({files_gone} lake files went before)")
    return len(records)


@dg.job(name="upkeep", description="Compaction of the lake and pruning of Dagster's run logs.")
def upkeep_job() -> None:
    """Compact, then prune."""
    prune_runs(compact_lake())


JOBS: list[Any] = [poll_job, build_job, recode_job, daily_job, upkeep_job]
