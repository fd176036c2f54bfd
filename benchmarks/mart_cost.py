"""Times each table of the warehouse by itself: what its SQL takes and how much memory, over the tables below it.

Usage: mart_cost.py HOME [--threads 2] [--json]

HOME has been built (`parallax run --home HOME` or a replay). Each table's compiled SQL is run once into a temporary table, in a process of
its own that opens the home's build read-only; views count with the tables that read them. Printed, slowest first: seconds (wall), peak
of the process and of an idle one beside it, rows; last the sum and the largest. Nothing is written.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_CHILD = """
import json, resource, sys, time
import duckdb
database, threads, source = sys.argv[1:]
sql = open(source, encoding="utf8").read() if source else "SELECT 1"
connection = duckdb.connect(database, read_only=True, config={"threads": int(threads)})
start = time.perf_counter()
connection.execute(f"CREATE TEMP TABLE measured AS {sql}")
seconds = time.perf_counter() - start
rows = connection.execute("SELECT count(*) FROM measured").fetchone()[0]
print(json.dumps({"seconds": seconds, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "rows": rows}))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    build = arguments.home / "build"
    manifest = build / "dbt" / "manifest.json"
    if not manifest.is_file():
        sys.exit(f"{arguments.home} holds no build of the warehouse; make one with `parallax run --home {arguments.home}`.")
    idle = run(build, arguments.threads, None)["mib"]
    costs = {name: run(build, arguments.threads, source) for name, source in tables(build, manifest)}
    if arguments.json:
        sys.stdout.write(json.dumps({"idle_mib": idle, "tables": costs}, indent=1) + "\n")
        return
    for name, cost in sorted(costs.items(), key=lambda one: -one[1]["seconds"]):
        sys.stdout.write(f"{name:32} {cost['seconds']:8.2f} s {cost['mib']:8.0f} MiB {cost['rows']:9} rows\n")
    total, largest = sum(cost["seconds"] for cost in costs.values()), max(cost["mib"] for cost in costs.values())
    sys.stdout.write(f"{len(costs)} tables: {total:.1f} s, at most {largest:.0f} MiB in a process (idle: {idle:.0f} MiB)\n")


def tables(build: Path, manifest: Path) -> list[tuple[str, Path]]:
    """Names of the models that are stored as tables, with the files of their compiled SQL."""
    nodes: dict[str, Any] = json.loads(manifest.read_text("utf8"))["nodes"]
    stored = (node for node in nodes.values() if node["resource_type"] == "model" and node["config"]["materialized"] != "view")
    compiled = build / "dbt" / "compiled"
    found = [(node["name"], compiled / node["package_name"] / node["original_file_path"]) for node in stored]
    return sorted((name, path) for name, path in found if path.is_file())


def run(build: Path, threads: int, source: Path | None) -> dict[str, float]:
    """Run one table's SQL in a process of its own."""
    database = next(build.glob("*.duckdb"))
    command = [sys.executable, "-c", _CHILD, str(database), str(threads), str(source or "")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{source}: {done.stderr.strip().splitlines()[-1]}")
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    main()
