"""How fast must it be? Every limit in one place, and whether a set of measurements meets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from benchmarks.measure import Run

Measured = Mapping[tuple[str, int], list[Run]]
"""Runs of each job at each number of records."""
GIGABYTE = 1e9
AT_MOST = {"library_simulate": 1.0}
"""Jobs that have a limit of their own, however fast others are [s]."""
ADDED = {"library_simulate": 0.5 * GIGABYTE}
"""What jobs may hold at once beyond the most that was held before them [bytes]."""
LINEAR = 1.25
"""Time per record may be this much of that at the next smaller number of records."""
ROW_WISE = ("duckdb_rows", "duckdb_links_apart", "polars_rows")
MEMORY = {"usual": 1.5 * GIGABYTE, "scale": 2 * GIGABYTE}
IN_MEMORY = ("library_frame", "library_bad_frame", "library_workbook")
"""Jobs whose data is in memory before they start: no limit is set on what they hold."""


@dataclass(frozen=True)
class Limit:
    """At most ``at_most`` times the fastest of some rivals."""

    job: str
    rivals: tuple[str, ...]
    at_most: float


@dataclass(frozen=True)
class Verdict:
    """A limit, what was measured against it, and whether it is met."""

    what: str
    measured: str
    limit: str
    met: bool


LIMITS = (
    Limit("library_value", ROW_WISE, 1 / 3),
    Limit("library_value", ("pandas_merge",), 1 / 60),
    Limit("library_value", ("pandas_coded",), 1 / 60),
    Limit("library_assess_csv", ("duckdb_scan_csv",), 2.5),
    Limit("library_assess_parquet", ("duckdb_repeated_ids",), 2.5),
    Limit("library_people_csv", ("duckdb_scan_csv_people",), 5),
    Limit("library_people_parquet", ("duckdb_repeated_ids_people",), 5),
    Limit("library_shares", ("library_value",), 4),
    Limit("library_frame", ("pandera_frame",), 1 / 3),
    Limit("library_bad_frame", ("pandera_bad_frame",), 1 / 3),
    Limit("library_workbook", ("calamine_workbook",), 1.3),
)


def seconds(runs: list[Run]) -> float:
    """Median time [s]."""
    return median(run.seconds for run in runs)


def verdicts(measured: Measured, records: int) -> list[Verdict]:
    """What was measured against each limit whose jobs were run.

    Parameters
    ----------
    measured : mapping
        Runs by job and number of records.
    records : int
        The usual number, at which ratios hold; others are of the scale.
    """
    found = [_ratio(limit, measured, records) for limit in LIMITS]
    found += [*_memory(measured, records), *_scale(measured), *_map_rows(measured, records)]
    found += [*_alone(measured, records)]
    return [each for each in found if each is not None]


def _ratio(limit: Limit, measured: Measured, records: int) -> Verdict | None:
    rivals = {r: seconds(measured[r, records]) for r in limit.rivals if (r, records) in measured}
    if (limit.job, records) not in measured or not rivals:
        return None
    best = min(rivals, key=lambda rival: rivals[rival])
    ratio = seconds(measured[limit.job, records]) / rivals[best]
    return Verdict(
        f"{limit.job} / {best}", _times(ratio), _times(limit.at_most), ratio <= limit.at_most
    )


def _times(ratio: float) -> str:
    return f"1/{1 / ratio:.1f}" if ratio < 1 else f"{ratio:.2f}"


def _alone(measured: Measured, records: int) -> list[Verdict]:
    """Time of jobs that are held to a second count, and memory that they add."""
    found = []
    for job, limit in AT_MOST.items():
        runs = measured.get((job, records))
        if runs:
            taken = seconds(runs)
            found.append(Verdict(f"time of {job}", f"{taken:.2f} s", f"{limit:g} s", taken < limit))
    for job, limit in ADDED.items():
        runs = measured.get((job, records))
        if runs:
            added = max(run.peak - run.before for run in runs)
            said = f"{added / GIGABYTE:.2f} GB", f"{limit / GIGABYTE:.1f} GB"
            found.append(Verdict(f"memory that {job} adds", *said, added < limit))
    return found


def _memory(measured: Measured, records: int) -> list[Verdict]:
    """Peak memory of the library's jobs; of the largest number of records beyond the usual one."""
    found = []
    for (job, number), runs in measured.items():
        if not job.startswith("library_") or job in IN_MEMORY:
            continue
        limit = MEMORY["scale" if number > records else "usual"]
        peak = max(run.peak for run in runs)
        words = f"peak memory of {job}, {number:,} records"
        gigabytes = f"{peak / GIGABYTE:.2f} GB"
        found.append(Verdict(words, gigabytes, f"{limit / GIGABYTE:.1f} GB", peak < limit))
    return found


def _scale(measured: Measured) -> list[Verdict]:
    """Time at each number of records beside the next smaller one: per record, or as it is."""
    found = []
    for job in dict.fromkeys(job for job, _ in measured if job.startswith("library_")):
        sizes = sorted(number for name, number in measured if name == job)
        for smaller, size in pairwise(sizes):
            ratio = seconds(measured[job, size]) / seconds(measured[job, smaller])
            per_record = job != "library_after_map"
            ratio = ratio / (size / smaller) if per_record else ratio
            kind = "time per record" if per_record else "time"
            words = f"{job}, {kind} at {size:,} / at {smaller:,}"
            found.append(Verdict(words, f"{ratio:.2f}", f"{LINEAR}", ratio <= LINEAR))
    return found


def _map_rows(measured: Measured, records: int) -> list[Verdict]:
    """Rows of the map of records that state shares, beside the cells they were made of."""
    runs = measured.get(("library_shares", records))
    plain = measured.get(("library_value", records))
    if not runs or not plain or "map" not in plain[0].tables:
        return []
    ratio = int(runs[0].tables["map"]["rows"][0]) / int(plain[0].tables["map"]["rows"][0])
    return [Verdict("rows of the map, with shares / without", f"{ratio:.2f}", "10", ratio <= 10)]
