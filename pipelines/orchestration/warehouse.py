"""Assets of the warehouse: dbt models over the loaded lake, our own checks, and the published database.

One writer at a time: all of them hold the single slot of the pool ``warehouse``, and a file lock holds against the
command line.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from pipelines.loading.checks import CHECKS, Check, run_checks
from pipelines.loading.load import connect
from pipelines.orchestration.resources import WorkspaceResource
from pipelines.orchestration.specs import OWNERS
from pipelines.settings import PROJECT_ROOT
from pipelines.stations import building

POOL = "warehouse"
BUILT_DAILY = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))
PROJECT = DbtProject(project_dir=PROJECT_ROOT / "dbt", profiles_dir=PROJECT_ROOT / "dbt")


class Translator(DagsterDbtTranslator):
    """Names dbt's assets as dbt names the tables, and gives each an owner, a group by layer and its kinds; marts must be fresh."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """Return the spec of one model; marts go stale when no build has made them for a day."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        return spec.replace_attributes(freshness_policy=BUILT_DAILY) if spec.group_name == "marts" else spec

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return ``lake/<table>`` for sources and the plain table name for models."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([str(dbt_resource_props["source_name"]), str(dbt_resource_props["name"])])
        return dg.AssetKey([str(dbt_resource_props["name"])])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the layer: staging, intermediate or marts."""
        parts = dbt_resource_props.get("fqn") or ["", "marts"]
        return str(parts[1])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Return the owners of all assets."""
        return list(OWNERS)


TRANSLATOR = Translator(settings=DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))


@dbt_assets(manifest=PROJECT.manifest_path, project=PROJECT, dagster_dbt_translator=TRANSLATOR, pool=POOL, name="models")
def models(context: dg.AssetExecutionContext, dbt: DbtCliResource, workspace: WorkspaceResource) -> Iterator[Any]:
    """Load the lake into the build database and run dbt over it, once."""
    opened = workspace.open()
    with opened.lock("build"):
        building.load_lake(opened)
        os.environ.update(building.dbt_environment(opened.settings))
        events: list[Any] = []
        failure = None
        try:
            for event in dbt.cli(["build", *building.NO_UNIT_TESTS], context=context).stream():
                events.append(event)
        except DagsterDbtCliRuntimeError as error:
            failure = error
        yield from _with_row_counts(events, context, opened.settings.build_database)
        if failure is not None:
            raise failure
        building.mark_transformed(opened.settings)


def _with_row_counts(events: Sequence[Any], context: dg.AssetExecutionContext, database: Path) -> Iterator[Any]:
    """Add to each model's event how many rows it has; dbt holds the database until it ends, so they are counted after it."""
    with connect(database, read_only=True) as connection:
        connection.execute("SET search_path = 'main,intermediate,staging'")
        for event in events:
            if isinstance(event, dg.Output):
                name = context.asset_key_for_output(event.output_name).path[-1]
                counted = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
                yield event.with_metadata({**event.metadata, "dagster/row_count": counted[0] if counted else 0})
            else:
                yield event


def _mart_keys() -> list[dg.AssetKey]:
    return sorted((k for k, spec in models.specs_by_key.items() if spec.group_name == "marts"), key=lambda k: k.to_user_string())


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            c.name,
            asset=dg.AssetKey(["lake", c.table]),
            description=c.description,
            additional_deps=_mart_keys(),
        )
        for c in CHECKS
    ],
    pool=POOL,
    can_subset=True,
)
def contracts(context: dg.AssetCheckExecutionContext, workspace: WorkspaceResource) -> Iterator[dg.AssetCheckResult]:
    """Check what must hold before anything is published: ERROR for contracts, WARN for volume and yield.

    They cannot block by themselves (they read the loaded tables, which come after the lake's); publishing checks again.
    """
    opened = workspace.open()
    chosen = tuple(c for c in CHECKS if _check_key(c) in context.selected_asset_check_keys)
    with opened.lock("build"), connect(opened.settings.build_database, read_only=True) as connection:
        for result in run_checks(connection, chosen):
            key = _check_key(result.check)
            yield dg.AssetCheckResult(
                check_name=key.name,
                asset_key=key.asset_key,
                passed=result.passed,
                severity=dg.AssetCheckSeverity[result.check.severity],
                metadata={"broken_rows": result.broken, "examples": dg.MetadataValue.json(result.examples)},
            )


def _check_key(check: Check) -> dg.AssetCheckKey:
    return dg.AssetCheckKey(dg.AssetKey(["lake", check.table]), check.name)


@dg.asset(
    deps=_mart_keys(),
    group_name="published",
    owners=list(OWNERS),
    kinds={"duckdb"},
    pool=POOL,
    description="The read-only database that analysts open: `warehouse/current/parallax.duckdb`.",
    freshness_policy=BUILT_DAILY,
)
def published_database(workspace: WorkspaceResource) -> dg.MaterializeResult:
    """Copy the checked build database into a folder of its own and swap the symlink `current` to it."""
    opened = workspace.open()
    with opened.lock("build"):
        published = building.publish_transformed(opened)
    generation = published.generation
    return dg.MaterializeResult(
        metadata={
            "generation": generation.generation_id,
            "path": dg.MetadataValue.path(str(opened.settings.published_database)),
            "lake_until": str(generation.lake_until),
            "lake_hash": generation.lake_hash,
            "extractor_version": generation.extractor_version,
            "bytes": published.database.stat().st_size,
        }
    )
