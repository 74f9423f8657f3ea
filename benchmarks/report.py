"""What came out? The machine, the medians and the limits, as plain text or Markdown."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.jobs import JOBS
from benchmarks.limits import Measured, Verdict, seconds

PACKAGES = ("socialvalue", "duckdb", "polars", "pandas", "pyarrow", "pandera", "narwhals", "numpy")
PACKAGES_OF_FILES = ("python-calamine",)
MEGABYTE = 1e6
Rows = Sequence[Sequence[str]]


def machine() -> list[tuple[str, str]]:
    """Date, cores, memory, system and versions, for the head of a report."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    return [
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("processor", f"{_processor()}, {len(usable)} cores"),
        ("memory", f"{memory:.0f} GB"),
        ("load of the machine before", " ".join(f"{load:.2f}" for load in os.getloadavg())),
        ("system", f"{platform.system()} {platform.release()}, Python {platform.python_version()}"),
        ("versions", ", ".join(_versions())),
    ]


def _processor() -> str:
    place = Path("/proc/cpuinfo")
    lines = place.read_text().splitlines() if place.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _versions() -> list[str]:
    found = []
    for name in (*PACKAGES, *PACKAGES_OF_FILES):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return found


def times(measured: Measured) -> Rows:
    """A heading and a row for each job: median, least and most time, and memory."""
    heading = ["job", "records", "median s", "least", "most", "peak MB", "MB before", "what"]
    rows = [heading]
    for (job, records), runs in measured.items():
        each = [run.seconds for run in runs]
        peak, before = max(r.peak for r in runs), max(r.before for r in runs)
        row = [job, f"{records:,}", f"{seconds(runs):.3f}", f"{min(each):.3f}", f"{max(each):.3f}"]
        row += [f"{peak / MEGABYTE:,.0f}", f"{before / MEGABYTE:,.0f}", JOBS[job].what]
        rows.append(row)
    return rows


def against_limits(verdicts: Sequence[Verdict]) -> Rows:
    """A heading and a row for each limit."""
    rows = [["compared", "measured", "limit", ""]]
    for each in verdicts:
        rows.append([each.what, each.measured, each.limit, "met" if each.met else "NOT MET"])
    return rows


def text(rows: Rows) -> str:
    """Rows as a table in columns."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(lines)


def markdown(rows: Rows) -> str:
    """Rows as a Markdown table."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    rule = f"|{'---|' * len(rows[0])}"
    return "\n".join([lines[0], rule, *lines[1:]])


def page(
    about: Sequence[tuple[str, str]],
    measured: Measured,
    verdicts: Sequence[Verdict],
    failed: Mapping[str, str],
) -> str:
    """The whole report as Markdown; ``about`` is the machine as it was before the first run."""
    parts = [
        "\n".join(f"- {name}: {said}" for name, said in about),
        markdown(against_limits(verdicts)),
        markdown(times(measured)),
    ]
    if failed:
        parts.append("\n".join(f"- not measured: {said}" for said in failed.values()))
    return "\n\n".join(parts) + "\n"
