from __future__ import annotations

from pathlib import Path

from pipelines.outlets import registry as outlet_registry
from pipelines.outlets.records import OutletRow
from pipelines.settings import Settings
from pipelines.stations.polling import register
from pipelines.stations.workspace import Workspace


def test_an_outlet_taken_out_of_the_registry_keeps_its_facts_but_is_not_polled(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    register(Workspace(settings))
    registry = Workspace(settings).registry
    gone = registry.outlets[0]
    outlet_registry.save(outlet_registry.remove_outlet(registry, gone.id), settings.registry)
    register(Workspace(settings))
    (row,) = [r for r in Workspace(settings).lake.read(OutletRow) if r.outlet_id == gone.id]
    assert (row.publisher, row.enabled) == (gone.publisher, False)
