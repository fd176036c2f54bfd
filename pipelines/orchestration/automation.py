"""When things run: schedules, and sensors for news, failed runs and feeds that went stale."""

from collections.abc import Iterator

import dagster as dg

from pipelines.articles.records import ArticleVersion
from pipelines.extraction.extractor import extractor_version
from pipelines.loading.publish import published
from pipelines.orchestration.coding import INGESTION_DAYS
from pipelines.orchestration.jobs import build_job, daily_job, poll_job, recode_job, upkeep_job
from pipelines.orchestration.resources import WorkspaceResource
from pipelines.orchestration.specs import lake_key
from pipelines.stations.alerts import raise_alert, stale_feeds
from pipelines.stations.coding import active_version, uncoded_days

RECODED_AT_ONCE = 20
CODING_JOBS = frozenset({build_job.name, daily_job.name, recode_job.name})
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
# Sensors only answer to what happens, so they are on from the start; the schedules ask other people's servers, so the user turns them on.
RUNNING = dg.DefaultSensorStatus.RUNNING

poll_schedule = dg.ScheduleDefinition(
    name="poll_every_ten_minutes",
    job=poll_job,
    cron_schedule="*/10 * * * *",
    execution_timezone="UTC",
    description="Ask which feeds are due. Each feed has an interval of its own between 10 minutes and 6 hours.",
)


@dg.schedule(
    job=daily_job,
    cron_schedule="30 4 * * *",
    execution_timezone="UTC",
    description="The whole way once a day, so that health and coverage are fresh on quiet days too.",
)
def daily_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Request the daily run for today's ingestion day."""
    day = context.scheduled_execution_time.strftime("%Y-%m-%d")
    return dg.RunRequest(run_key=day, partition_key=day)


upkeep_schedule = dg.ScheduleDefinition(
    name="upkeep_every_night",
    job=upkeep_job,
    cron_schedule="15 3 * * *",
    execution_timezone="UTC",
    description="Compact the lake and prune Dagster's logs.",
)


@dg.asset_sensor(asset_key=lake_key(ArticleVersion), job=build_job, minimum_interval_seconds=60, default_status=RUNNING)
def new_articles(context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Code and build when a poll brought new article versions; a poll without any asks for nothing."""
    run = context.instance.get_run_by_id(asset_event.run_id)
    if run is not None and run.job_name != poll_job.name:
        yield dg.SkipReason(f"The job {run.job_name} codes and builds by itself.")
        return
    materialization = asset_event.asset_materialization
    numbers = {name: value.value for name, value in materialization.metadata.items()} if materialization else {}
    days = numbers.get("days") or []
    if not numbers.get("new_versions") or not isinstance(days, list):
        yield dg.SkipReason("The last poll brought no new article version.")
        return
    known = set(INGESTION_DAYS.get_partition_keys())
    for day in (str(d) for d in days if str(d) in known):
        yield dg.RunRequest(run_key=f"{asset_event.run_id}:{day}", partition_key=day)


@dg.run_failure_sensor(minimum_interval_seconds=30, default_status=RUNNING)
def failed_runs(context: dg.RunFailureSensorContext, workspace: WorkspaceResource) -> None:
    """Write an alert for each failed run, which `parallax doctor` shows."""
    run = context.dagster_run
    raise_alert(workspace.open(), "run_failed", f"Dagster run {run.run_id} of job {run.job_name} failed: {context.failure_event.message}")


@dg.sensor(minimum_interval_seconds=900, default_status=RUNNING)
def silent_feeds(workspace: WorkspaceResource) -> dg.SkipReason:
    """Write an alert for each feed that has not answered for three of its intervals, once a day per feed."""
    opened = workspace.open()
    stale = stale_feeds(opened)
    for feed in stale:
        raise_alert(opened, "stale_feed", feed.sentence, key=feed.feed_id)
    return dg.SkipReason("; ".join(f.sentence for f in stale) or "All feeds answer.")


@dg.sensor(jobs=[recode_job, build_job], minimum_interval_seconds=600, default_status=RUNNING)
def new_extractor(context: dg.SensorEvaluationContext, workspace: WorkspaceResource) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Backfill after an upgrade of the extractor, newest days first; publish once the new version has caught up.

    Until then the published tables stay with the version that coded the whole record. Days of which a run failed, or
    was never asked for, are found here too.
    """
    opened = workspace.open()
    if any(run.job_name in CODING_JOBS for run in context.instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))):
        yield dg.SkipReason("A run that codes is waiting or running.")
        return
    version = extractor_version(opened.settings.model)
    known = set(INGESTION_DAYS.get_partition_keys())
    days = [d.isoformat() for d in uncoded_days(opened) if d.isoformat() in known]
    shown = published(opened.settings.current)
    # Dagster starts a run key once and never again, so an hour later a day that is still not coded has another one.
    hour = opened.clock.now().strftime("%Y-%m-%dT%H")
    if days:
        for day in days[:RECODED_AT_ONCE]:
            yield dg.RunRequest(run_key=f"{version}:{day}:{hour}", partition_key=day, job_name=recode_job.name)
    elif shown is not None and shown.generation.extractor_version != active_version(opened):
        yield dg.RunRequest(run_key=f"publish:{version}:{hour}", partition_key=max(known), job_name=build_job.name)
    else:
        yield dg.SkipReason(f"Everything is coded with extractor {version}.")


SCHEDULES = [poll_schedule, daily_schedule, upkeep_schedule]
SENSORS = [new_articles, new_extractor, failed_runs, silent_feeds]
