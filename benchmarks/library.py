"""What is the same job with the library? The few lines that a user writes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

import socialvalue as sv
from benchmarks.factors import BASE_YEAR, MEASURES, PRICE_YEAR

FRAMEWORKS = ("sdg", "marmot")
UNALLOCATED = "unallocated"


def settings() -> sv.Assumptions:
    """The assumptions of every job, by hand or not."""
    return sv.Assumptions(price_year=PRICE_YEAR, base_year=BASE_YEAR)


def records_at(path: Path) -> sv.Records:
    """Records of a file, used where it lies."""
    return sv.Records(outcomes=path)


def frame_at(path: Path) -> pd.DataFrame:
    """Records of a file as a pandas frame, typed as the library types them."""
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype={"person_id": "string"}, parse_dates=["date"])
    frame = pd.read_parquet(path)
    return frame.assign(date=pd.to_datetime(frame["date"]).astype("datetime64[us]"))


def value(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """Value by category and year without the check, and how many rows the impact map has."""
    basis = basis_at(records, proxies)
    return {**after_map(basis), "map": pd.DataFrame({"rows": [len(basis.collapsed.rows)]})}


def basis_at(records: Path, proxies: Any) -> Any:
    """The impact map of records and all that it takes to value it."""
    from socialvalue.appraisal import basis_of
    from socialvalue.file_tables import FileTable
    from socialvalue.outcome_records import outcome_records
    from socialvalue.parse import parse_records
    from socialvalue.schemas import OUTCOMES

    tables = parse_records(sv.Records()).tables
    files = FileTable(records, OUTCOMES)
    held = outcome_records(tables, proxies.units, (), files.relation())
    held = replace(held, source=files)
    return basis_of(tables, proxies, settings(), (), (held, held.collapse(4)))


def after_map(basis: Any) -> dict[str, pd.DataFrame]:
    """Everything after the impact map: value it, allocate it, add it up by category and year."""
    from socialvalue import summary
    from socialvalue.appraisal import appraise
    from socialvalue.frameworks import allocate, used_frameworks

    links = basis.proxies.links
    appraisal = appraise(basis, settings())
    rows = appraisal.valued.rows
    rows = rows[rows["counted"]]
    shares = allocate(rows, links, basis.link_sets, appraisal.assumptions.allocation)
    frameworks = used_frameworks(links)
    tables = {
        name: summary.summarise(appraisal.lines, rows, (name, "year"), shares, frameworks)
        for name in FRAMEWORKS
    }
    return {"value": _stacked(tables)}


def assess(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """Check and assess, then value by category and year."""
    return _by_year(sv.assess(records_at(records), proxies, settings()))


def assess_people(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """The same with a breakdown, and distinct people for each category and decile."""
    result = sv.assess(records_at(records), proxies, settings(), breakdowns=["imd_decile"])
    return {**_by_year(result), "people": _people(result)}


def check(frame: pd.DataFrame, proxies: Any) -> dict[str, pd.DataFrame]:
    """Every problem of a frame in memory, by row and column."""
    problems = sv.check(sv.Records(outcomes=frame), proxies, settings())
    return {"problems": problems[["row", "column"]].astype({"row": "int64", "column": object})}


def read_workbook(path: Path) -> dict[str, pd.DataFrame]:
    """Records of a workbook, as they stand in it."""
    outcomes = sv.read_records(path).outcomes
    return {"sheet": pd.DataFrame({"rows": [len(outcomes)], "columns": [outcomes.shape[1]]})}


def _by_year(result: Any) -> dict[str, pd.DataFrame]:
    return {"value": _stacked({name: result.by(name, "year") for name in FRAMEWORKS})}


def _stacked(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables of several frameworks as one, without what no category got."""
    parts = [
        table.rename(columns={name: "category"}).assign(framework=name)
        for name, table in tables.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table[table["category"] != UNALLOCATED]
    return table[["framework", "category", "year", *MEASURES]].reset_index(drop=True)


def _people(result: Any) -> pd.DataFrame:
    parts = []
    for key in (*FRAMEWORKS, "imd_decile"):
        table = result.by(key).dropna(subset=["people"])
        names = table[key]
        # A decile is a number, and the code of a category a text.
        codes = names.astype("int64").astype(str) if key == "imd_decile" else names.astype(str)
        parts.append(pd.DataFrame({"key": key, "category": codes, "people": table["people"]}))
    table = pd.concat(parts, ignore_index=True)
    return table[table["category"] != UNALLOCATED].reset_index(drop=True)
