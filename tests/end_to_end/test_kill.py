"""SIGKILL at random moments of a demo run: after the rerun every table is that of the undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.checksums import checksums

KILLS = int(os.environ.get("PARALLAX_KILLS", "25"))


def command(home: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("parallax")), "demo", "--home", str(home), "--quiet"]


@pytest.mark.soak
@pytest.mark.timeout(5400)
def test_killed_and_run_again_leaves_the_tables_of_an_undisturbed_run(tmp_path: Path) -> None:
    started = time.monotonic()
    subprocess.run(command(tmp_path / "calm"), check=True)
    length = time.monotonic() - started
    wanted = checksums(tmp_path / "calm" / "current" / "parallax.duckdb")
    seed = random.randrange(10**6)
    rnd = random.Random(seed)
    different = {}
    for number in range(KILLS):
        home = tmp_path / f"kill{number}"
        moment = rnd.uniform(0.3, length)
        process = subprocess.Popen(command(home), start_new_session=True)
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        subprocess.run(command(home), check=True)
        got = checksums(home / "current" / "parallax.duckdb")
        wrong = sorted(t for t in wanted.keys() | got.keys() if wanted.get(t) != got.get(t))
        sys.stderr.write(f"kill {number + 1} at {moment:.1f} s of {length:.1f} s: {wrong or 'same'}\n")
        if wrong:
            different[moment] = wrong
    assert not different, f"seed {seed}: {different}"
