"""Runs dbt over a lake in a process of its own, as the build does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.synthetic_lake import Truth, build

PROJECT = Path(__file__).resolve().parents[2] / "dbt"


@dataclass(frozen=True)
class SyntheticWarehouse:
    """A built warehouse of the synthetic world: its database, what is true of it, what dbt said, and dbt's own files."""

    database: Path
    truth: Truth
    returncode: int
    output: str
    manifest: dict[str, Any]
    results: dict[str, str]


def run_dbt(database: Path, target: Path, *arguments: str, timeout: int = 280) -> subprocess.CompletedProcess[str]:
    """Run dbt with this environment's interpreter; its files go to ``target``."""
    project = str(PROJECT)
    return subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *arguments, "--project-dir", project, "--profiles-dir", project,
         "--target-path", str(target), "--log-path", str(target / "logs")],
        env={**os.environ, "PARALLAX_BUILD_DATABASE": str(database), "PARALLAX_DBT_THREADS": "2"},
        cwd=project, capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip


def build_synthetic(folder: Path) -> SyntheticWarehouse:
    """Write the synthetic lake under ``folder`` and run ``dbt build``, unit tests included."""
    database = folder / "parallax.duckdb"
    truth = build(database)
    target = folder / "dbt"
    finished = run_dbt(database, target, "build")
    output = finished.stdout + finished.stderr
    results = json.loads((target / "run_results.json").read_text())["results"] if (target / "run_results.json").exists() else []
    manifest = json.loads((target / "manifest.json").read_text()) if (target / "manifest.json").exists() else {}
    return SyntheticWarehouse(database, truth, finished.returncode, output, manifest, {r["unique_id"]: r["status"] for r in results})
