"""What Dagster loads."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource

from pipelines.evaluation.records import AccuracyRow
from pipelines.extraction.records import Extraction, Mention
from pipelines.loading.records import RecodedMention, RecodedVersion, ReplacedMention
from pipelines.orchestration import automation, coding, ingestion, jobs, warehouse
from pipelines.orchestration.resources import WorkspaceResource
from pipelines.orchestration.specs import lake_spec


def build_defs(*, resources: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Return fresh definitions; ``resources`` replaces ours by name, for tests."""
    # Beside this interpreter: PATH need not hold the environment's commands.
    dbt = DbtCliResource(project_dir=warehouse.PROJECT, dbt_executable=str(Path(sys.executable).with_name("dbt")))
    own = {"workspace": WorkspaceResource(), "dbt": dbt}
    return dg.Definitions(
        assets=[
            lake_spec(AccuracyRow, "evaluation", kinds=["python"]),
            lake_spec(ReplacedMention, "extraction", deps=[Mention], kinds=["duckdb"]),
            lake_spec(RecodedVersion, "extraction", deps=[Extraction], kinds=["duckdb"]),
            lake_spec(RecodedMention, "extraction", deps=[Mention], kinds=["duckdb"]),
            ingestion.registry,
            ingestion.fetches,
            ingestion.parsed_feeds,
            ingestion.articles,
            coding.mentions,
            coding.matched,
            warehouse.models,
            warehouse.published_database,
        ],
        asset_checks=[warehouse.contracts],
        jobs=jobs.JOBS,
        schedules=automation.SCHEDULES,
        sensors=automation.SENSORS,
        resources={**own, **(resources or {})},
        # One process per run: the multiprocess executor imports spaCy anew in every step.
        executor=dg.in_process_executor,
    )


defs = build_defs()
