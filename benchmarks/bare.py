"""What does the least possible cost? Bare scans and reads that no check or valuation can beat."""

from pathlib import Path
from typing import Any

import pandas as pd


def scan_csv(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """Read every column of a CSV file with DuckDB, which finds the types, and count the cells."""
    del proxies
    return {"scan": _answer(f"SELECT count(COLUMNS(*)) FROM read_csv('{records}')")}


def repeated_ids(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """Find the identifiers that stand more than once with DuckDB, and nothing else."""
    del proxies
    query = f"SELECT outcome_id FROM '{records}' GROUP BY 1 HAVING count(*) > 1"
    return {"repeated": _answer(query)}


def _answer(query: str) -> pd.DataFrame:
    import duckdb

    with duckdb.connect(config={"preserve_insertion_order": False}) as base:
        return base.execute(query).df()


def read_workbook(path: Path) -> dict[str, pd.DataFrame]:
    """Read the cells of a workbook's first sheet with calamine into Python lists."""
    import python_calamine

    with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
        rows = book.get_sheet_by_index(0).to_python()
    return {"sheet": pd.DataFrame({"rows": [len(rows) - 1], "columns": [len(rows[0])]})}
