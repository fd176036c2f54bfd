"""The one resource of our own: a workspace, which can be pointed at any home folder (tests, the demo's folder)."""

from pathlib import Path

import dagster as dg
from pydantic import Field

from pipelines.settings import Settings
from pipelines.stations.workspace import Workspace


class WorkspaceResource(dg.ConfigurableResource):
    """Opens the workspace of one home folder; all other settings come from ``pipelines.settings``."""

    home: str = Field(default="", description="Home folder; empty: the one of the settings (PARALLAX_HOME).")

    def open(self) -> Workspace:
        """Return a workspace; each run opens its own, so that an edited registry is seen."""
        settings = Settings(home=Path(self.home)) if self.home else Settings()
        return Workspace(settings)
