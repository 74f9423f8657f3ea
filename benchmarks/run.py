"""How fast is it here and now? Runs jobs in turn, checks that they agree, prints ratios and limits.

    python -m benchmarks.run --records 10_000_000 --rounds 5
    python -m benchmarks.run --jobs duckdb_rows library_value --markdown results.md
    python -m benchmarks.run --scale 1_000_000 10_000_000 100_000_000 --rounds 3

A time counts only if the job's results equal those of the job it must agree with, to 1e-9. Exit
code 1: results differ; 2: a job could not be run; 3: with --strict, a limit is not met.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import report
from benchmarks.compare import ResultsDiffer, same
from benchmarks.generate import default_folder
from benchmarks.jobs import JOBS, Setting
from benchmarks.limits import verdicts
from benchmarks.measure import JobFailed, Run, make_data, measured

Key = tuple[str, int]
SCALE_JOBS = ("library_value", "library_after_map")
"""Jobs that are measured at every number of records of the scale, unless jobs are named."""


def with_references(jobs: Sequence[str]) -> list[str]:
    """Jobs with those that they must agree with, each before the jobs that need it."""
    found: list[str] = []
    for job in jobs:
        reference = JOBS[job].agrees_with
        found += [each for each in (reference, job) if each and each not in found]
    return found


def rounds_of(
    keys: Sequence[Key], setting: Setting, rounds: int
) -> tuple[dict[Key, list[Run]], dict[str, str]]:
    """Run every job once in each round, in turn; what fails is left out of further rounds.

    Parameters
    ----------
    keys : sequence of (job, number of records)
    setting : Setting
    rounds : int

    Returns
    -------
    runs : dict
        Runs by key.
    failed : dict
        What the jobs that failed said.

    Raises
    ------
    ResultsDiffer
        If a job found something else than the job it must agree with.
    """
    runs: dict[Key, list[Run]] = {}
    failed: dict[str, str] = {}
    for number in range(rounds):
        for job, records in keys:
            label = f"{job} ({records:,} records)"
            if label in failed:
                continue
            _said(f"round {number + 1} of {rounds}: {label}")
            try:
                run = measured(job, replace(setting, records=records))
            except JobFailed as error:
                failed[label] = str(error)
                runs.pop((job, records), None)
                continue
            _check(job, records, run, runs)
            runs.setdefault((job, records), []).append(run)
    return runs, failed


def _check(job: str, records: int, run: Run, runs: dict[Key, list[Run]]) -> None:
    reference = JOBS[job].agrees_with
    if (reference, records) in runs:
        expected = runs[reference, records][0].tables
        same(run.tables, expected, f"{job} beside {reference}, {records:,} records")
    elif reference:
        raise ResultsDiffer(f"{job}: {reference}, which it must agree with, was not measured.")


def _said(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    about = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("benchmarks.run", description=__doc__, formatter_class=about)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", nargs="+", choices=JOBS, metavar="JOB", help=", ".join(JOBS))
    parser.add_argument("--scale", nargs="+", type=int, default=(), metavar="RECORDS")
    parser.add_argument("--cells", type=int, default=8_000, help="rows of the impact map, about")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=default_folder(), help="folder of the data")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the results there")
    parser.add_argument("--strict", action="store_true", help="exit code 3 if a limit is not met")
    return parser.parse_args()


def _keys(asked: argparse.Namespace) -> list[Key]:
    if asked.scale:
        jobs = with_references(asked.jobs or SCALE_JOBS)
        return [(job, records) for records in sorted(asked.scale) for job in jobs]
    return [(job, asked.records) for job in with_references(asked.jobs or list(JOBS))]


def main() -> int:
    """Measure what was asked for; returns the exit code."""
    asked = _arguments()
    setting = Setting(asked.data.resolve(), asked.records, asked.cells, asked.seed)
    keys = _keys(asked)
    for job, records in keys:
        make_data(job, replace(setting, records=records))
    about = report.machine()
    for name, said in about:
        print(f"{name}: {said}")
    try:
        runs, failed = rounds_of(keys, setting, asked.rounds)
    except ResultsDiffer as error:
        print(f"Results differ, so no time counts.\n{error}", file=sys.stderr)
        return 1
    found = verdicts(runs, asked.records)
    print(f"\n{report.text(report.times(runs))}\n\n{report.text(report.against_limits(found))}")
    for said in failed.values():
        print(f"not measured: {said}")
    if asked.markdown:
        asked.markdown.write_text(report.page(about, runs, found, failed), encoding="utf-8")
    missed = asked.strict and not all(each.met for each in found)
    return 2 if failed else 3 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
