"""All Dagster specs at a glance: a change of keys, owners, tags or automation shows as a difference."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest

from pipelines.settings import PROJECT_ROOT

SNAPSHOT = Path(__file__).with_name("definitions_snapshot.json")

pytestmark = pytest.mark.skipif(not (PROJECT_ROOT / "dbt/target/manifest.json").exists(), reason="dbt is not parsed: run `make setup`")


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    from pipelines.definitions import build_defs

    return build_defs()


def described(defs: dg.Definitions) -> dict[str, object]:
    repository = defs.get_repository_def()
    assets = {}
    for spec in defs.resolve_all_asset_specs():
        assets[spec.key.to_user_string()] = {
            "deps": sorted(d.asset_key.to_user_string() for d in spec.deps),
            "group": spec.group_name,
            "owners": sorted(spec.owners),
            "kinds": sorted(spec.kinds),
            "partitioned": spec.partitions_def is not None,
            "fresh": spec.freshness_policy is not None,
        }
    return {
        "assets": dict(sorted(assets.items())),
        "checks": sorted(f"{k.asset_key.to_user_string()}:{k.name}" for k in defs.resolve_asset_graph().asset_check_keys),
        "jobs": sorted(j.name for j in repository.get_all_jobs()),
        "schedules": {s.name: s.cron_schedule for s in repository.schedule_defs},
        "sensors": sorted(s.name for s in repository.sensor_defs),
    }


def test_definitions_are_those_of_the_snapshot(defs: dg.Definitions) -> None:
    """Change it on purpose only: delete the file, run the test, read the difference, commit it."""
    got = json.dumps(described(defs), indent=1, sort_keys=True) + "\n"
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(got)
        pytest.fail(f"{SNAPSHOT.name} was written anew; read it and run again")
    assert json.loads(SNAPSHOT.read_text()) == json.loads(got)


def test_every_asset_has_an_owner_a_description_a_kind_and_a_group(defs: dg.Definitions) -> None:
    bare = [
        spec.key.to_user_string()
        for spec in defs.resolve_all_asset_specs()
        if not (spec.owners and spec.description and spec.kinds and spec.group_name)
    ]
    assert bare == []


def test_lake_and_marts_have_column_schemas(defs: dg.Definitions) -> None:
    missing = [
        spec.key.to_user_string()
        for spec in defs.resolve_all_asset_specs()
        if spec.group_name not in ("published",) and "dagster/column_schema" not in spec.metadata
    ]
    assert missing == []


def test_lineage_is_unbroken_from_feed_to_mart(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    ancestors = set(graph.get_ancestor_asset_keys(dg.AssetKey(["event_outlet"])))
    assert {dg.AssetKey(["lake", n]) for n in ("feed", "fetch", "entry", "article_version", "mention", "event_mention")} <= ancestors


def test_only_the_warehouse_assets_hold_the_pool(defs: dg.Definitions) -> None:
    from pipelines.orchestration import coding, ingestion, warehouse

    for asset in (warehouse.models, warehouse.published_database):
        assert asset.op.pool == warehouse.POOL
    for asset in (ingestion.fetches, ingestion.parsed_feeds, coding.mentions):
        assert asset.op.pool is None


def test_the_poll_job_runs_neither_spacy_nor_dbt(defs: dg.Definitions) -> None:
    keys = {k.to_user_string() for k in defs.resolve_job_def("poll").asset_layer.executable_asset_keys}
    assert keys
    assert not [k for k in keys if k in ("lake/mention", "event_outlet", "published_database")]
