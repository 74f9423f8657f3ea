"""Which jobs are measured? Each by name: its data, what is made ready, and what is timed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import bad_rows, bare, by_hand, draws_by_hand, library, plain_pandera
from benchmarks.generate import Recipe, records_file, workbook_file

Result = dict[str, pd.DataFrame]
Ready = tuple[Any, ...]
WORKBOOK_ROWS = 100_000


@dataclass(frozen=True)
class Setting:
    """Where the data lies, and how many records of which kind."""

    folder: Path
    records: int
    cells: int = 8_000
    seed: int = 1

    def recipe(self, **options: bool) -> Recipe:
        """The recipe of the records, with optional columns."""
        return Recipe(self.records, self.cells, self.seed, **options)


@dataclass(frozen=True)
class Job:
    """One thing that is measured.

    Attributes
    ----------
    what : str
        In words, for the table of results.
    data : callable
        Setting to the path of its data, written if it is not there.
    run : callable
        What is timed: takes what ``ready`` returned and returns tables to compare.
    ready : callable
        Path and proxy set to the arguments of ``run``; not timed.
    agrees_with : str
        The job whose results these must equal; empty where there is nothing to compare.
    """

    what: str
    data: Callable[[Setting], Path]
    run: Callable[..., Result]
    ready: Callable[[Path, Any], Ready] = lambda path, proxies: (path, proxies)
    agrees_with: str = ""


def plain(setting: Setting) -> Path:
    """Records without optional columns, Parquet."""
    return records_file(setting.recipe(), setting.folder)


def plain_csv(setting: Setting) -> Path:
    """The same as CSV."""
    return records_file(setting.recipe(), setting.folder, "csv")


def people(setting: Setting) -> Path:
    """Records with people, deciles and places, Parquet."""
    return records_file(setting.recipe(people=True), setting.folder)


def people_csv(setting: Setting) -> Path:
    """The same as CSV."""
    return records_file(setting.recipe(people=True), setting.folder, "csv")


def shares(setting: Setting) -> Path:
    """Records that state their own deadweight and displacement, Parquet."""
    return records_file(setting.recipe(shares=True), setting.folder)


def workbook(setting: Setting) -> Path:
    """A workbook of at most 100,000 records."""
    recipe = Recipe(min(setting.records, WORKBOOK_ROWS), setting.cells, setting.seed)
    return workbook_file(recipe, setting.folder)


def _map(path: Path, proxies: Any) -> Ready:
    return (library.basis_at(path, proxies),)


def _frame(path: Path, proxies: Any) -> Ready:
    return bad_rows.typed(library.frame_at(path)), proxies


def _bad_frame(path: Path, proxies: Any) -> Ready:
    return bad_rows.with_bad_rows(bad_rows.typed(library.frame_at(path))), proxies


def _path(path: Path, proxies: Any) -> Ready:
    del proxies
    return (path,)


BY_HAND = "duckdb_rows"
JOBS = {
    "duckdb_rows": Job("DuckDB by hand, row-wise, one join", plain, by_hand.duckdb_rows),
    "duckdb_links_apart": Job(
        "DuckDB by hand, row-wise, links joined apart",
        plain,
        by_hand.duckdb_links_apart,
        agrees_with=BY_HAND,
    ),
    "duckdb_collapsed": Job(
        "DuckDB by hand, added up first (not row-wise)",
        plain,
        by_hand.duckdb_collapsed,
        agrees_with=BY_HAND,
    ),
    "polars_rows": Job(
        "Polars by hand, row-wise, lazy and streaming",
        plain,
        by_hand.polars_rows,
        agrees_with=BY_HAND,
    ),
    "pandas_merge": Job(
        "pandas by hand, merge and group-by", plain, by_hand.pandas_merge, agrees_with=BY_HAND
    ),
    "pandas_coded": Job(
        "pandas by hand, the same on whole-number keys",
        plain,
        by_hand.pandas_coded,
        agrees_with=BY_HAND,
    ),
    "library_value": Job(
        "socialvalue, value from Parquet, no check", plain, library.value, agrees_with=BY_HAND
    ),
    "library_after_map": Job(
        "socialvalue, everything after the impact map",
        plain,
        library.after_map,
        ready=_map,
        agrees_with=BY_HAND,
    ),
    "numpy_draws": Job(
        "numpy by hand, 10,000 draws of every row of the map",
        plain,
        draws_by_hand.numpy_draws,
        ready=draws_by_hand.with_draws,
    ),
    "library_simulate": Job(
        "socialvalue, 10,000 draws after the assessment",
        plain,
        draws_by_hand.library_simulate,
        ready=draws_by_hand.assessed,
        agrees_with="numpy_draws",
    ),
    "duckdb_repeated_ids": Job(
        "DuckDB, repeated ids of the Parquet file", plain, bare.repeated_ids
    ),
    "duckdb_scan_csv": Job("DuckDB, bare scan of the CSV file", plain_csv, bare.scan_csv),
    "library_assess_parquet": Job(
        "socialvalue, check and assess from Parquet", plain, library.assess, agrees_with=BY_HAND
    ),
    "library_assess_csv": Job(
        "socialvalue, check and assess from CSV", plain_csv, library.assess, agrees_with=BY_HAND
    ),
    "duckdb_people": Job("DuckDB by hand, with people counted", people, by_hand.duckdb_people),
    "duckdb_repeated_ids_people": Job(
        "DuckDB, repeated ids, records with people", people, bare.repeated_ids
    ),
    "duckdb_scan_csv_people": Job(
        "DuckDB, bare scan of the CSV file with people", people_csv, bare.scan_csv
    ),
    "library_people_parquet": Job(
        "socialvalue, the same with people, from Parquet",
        people,
        library.assess_people,
        agrees_with="duckdb_people",
    ),
    "library_people_csv": Job(
        "socialvalue, the same with people, from CSV",
        people_csv,
        library.assess_people,
        agrees_with="duckdb_people",
    ),
    "duckdb_shares": Job("DuckDB by hand, shares of records", shares, by_hand.duckdb_shares),
    "library_shares": Job(
        "socialvalue, value, shares of records",
        shares,
        library.value,
        agrees_with="duckdb_shares",
    ),
    "pandera_frame": Job("pandera, frame without problems", people, plain_pandera.check, _frame),
    "library_frame": Job(
        "socialvalue, check of the same frame",
        people,
        library.check,
        _frame,
        agrees_with="pandera_frame",
    ),
    "pandera_bad_frame": Job(
        "pandera, frame with 200 bad cells", people, plain_pandera.check, _bad_frame
    ),
    "library_bad_frame": Job(
        "socialvalue, check of the same frame with bad cells",
        people,
        library.check,
        _bad_frame,
        agrees_with="pandera_bad_frame",
    ),
    "calamine_workbook": Job(
        "calamine, bare read of a workbook", workbook, bare.read_workbook, _path
    ),
    "library_workbook": Job(
        "socialvalue, read_records of the same workbook",
        workbook,
        library.read_workbook,
        _path,
        agrees_with="calamine_workbook",
    ),
}
