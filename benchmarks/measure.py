"""How long does one job take, and how much memory? Each run in a fresh process of its own.

A run loads what it imports by doing the job once on 1,000 records, reads the data file through so
that it lies in the file cache, makes ready what is not timed, and then does the job once, timed.
Peak memory is of the whole process to its end; what it had before the timed part is given beside.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.generate import proxy_folder
from benchmarks.jobs import JOBS, Setting

WARM_UP = 1_000
_CHUNK = 1 << 24


class JobFailed(Exception):
    """A job could not be run; the message is the job's own."""


@dataclass(frozen=True)
class Run:
    """One run of one job: its time [s], peak memory and memory before [bytes], and its tables."""

    seconds: float
    peak: int
    before: int
    tables: Mapping[str, pd.DataFrame]


def measured(job: str, setting: Setting) -> Run:
    """Run a job in a fresh process.

    Raises
    ------
    JobFailed
        With the last line that the job said.
    """
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.measure", job]
    command += ["--data", str(setting.folder), "--records", str(setting.records)]
    command += ["--cells", str(setting.cells), "--seed", str(setting.seed)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, capture_output=True, cwd=root)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        raise JobFailed(f"{job}: exit code {done.returncode}: {said[-1]}")
    return from_json(done.stdout.decode())


def make_data(job: str, setting: Setting) -> Path:
    """Write the data of a job, full and for the warm-up, if it is not there; returns its path."""
    proxy_folder(setting.folder, setting.seed)
    JOBS[job].data(_small(setting))
    return JOBS[job].data(setting)


def _small(setting: Setting) -> Setting:
    return replace(setting, records=min(setting.records, WARM_UP))


def peak_memory() -> int:
    """Most memory that this process has held at once [bytes].

    On Linux from ``VmHWM``: ``ru_maxrss`` of a new process starts at what its parent held.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found * 1024


def _warm(path: Path) -> None:
    with path.open("rb") as file:
        while file.read(_CHUNK):
            pass


def run_here(name: str, setting: Setting) -> Run:
    """Run a job in this process."""
    import socialvalue as sv

    job = JOBS[name]
    proxies = sv.load_proxies(proxy_folder(setting.folder, setting.seed))
    job.run(*job.ready(job.data(_small(setting)), proxies))
    path = job.data(setting)
    _warm(path)
    ready = job.ready(path, proxies)
    before = peak_memory()
    started = time.perf_counter()
    tables = job.run(*ready)
    seconds = time.perf_counter() - started
    return Run(seconds, peak_memory(), before, tables)


def as_json(run: Run) -> str:
    """A run as text; numbers come back as they were, to the last digit."""
    tables: dict[str, Any] = {
        name: {column: table[column].tolist() for column in table}
        for name, table in run.tables.items()
    }
    figures = {"seconds": run.seconds, "peak": run.peak, "before": run.before}
    return json.dumps({**figures, "tables": tables})


def from_json(text: str) -> Run:
    """A run from its text; columns without rows stay keys, not numbers."""
    said = json.loads(text)
    tables = {
        name: pd.DataFrame(columns, dtype=None if any(columns.values()) else object)
        for name, columns in said.pop("tables").items()
    }
    return Run(**said, tables=tables)


def main() -> None:
    """Run one job here; its figures and tables as JSON on the output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=JOBS)
    parser.add_argument("--data", type=Path, required=True)
    for name in ("records", "cells", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    asked = parser.parse_args()
    setting = Setting(asked.data, asked.records, asked.cells, asked.seed)
    warnings.simplefilter("ignore")
    print(as_json(run_here(asked.job, setting)))


if __name__ == "__main__":
    main()
