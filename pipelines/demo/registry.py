"""The outlet registry of the sample world, as the demo polls it.

Feed addresses carry the outlets' fictitious hosts, so that no row depends on the port of a run; the HTTP client is told
where to connect for them (``DemoServer.connect_to``).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pipelines.demo.schema import OutletSpec
from pipelines.demo.world import World
from pipelines.outlets import toml_edit
from pipelines.outlets.schema import Registry

LOOKED_UP = date(2025, 3, 1)


def registry(world: World, base_url: str | None = None) -> Registry:
    """Return the registry of all outlets; with ``base_url``, feeds are at the loopback server's own address instead."""
    return Registry.model_validate({"outlets": [_outlet(spec, base_url) for spec in world.outlets]})


def registry_toml(world: World, base_url: str | None = None) -> str:
    """Return the same as the text of a registry file."""
    return toml_edit.render(registry(world, base_url))


def _outlet(spec: OutletSpec, base_url: str | None) -> dict[str, Any]:
    origin = f"http://{spec.host}" if base_url is None else f"{base_url}/{spec.id}"
    claims = spec.owner != "unknown" or spec.state_control != "unknown"
    return {
        **spec.model_dump(include={"id", "name", "publisher", "country", "language", "timezone", "owner", "state_control"}),
        "ownership_citation": f"https://{spec.host}/about" if claims else None,
        "ownership_date": LOOKED_UP if claims else None,
        "allow_loopback": True,
        "homepage": f"https://{spec.host}/",
        "feeds": [{"name": feed.name, "url": f"{origin}{feed.path}", "section": feed.section} for feed in spec.feeds],
    }
