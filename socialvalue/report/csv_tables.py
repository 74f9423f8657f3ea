"""Which tables go out as CSV? One file each, safe to open in a spreadsheet."""

import csv
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue.files import replace_whole
from socialvalue.report.said import adjustments, has_importance
from socialvalue.report.sources import re_pricing
from socialvalue.report.tornado import is_drawn, tested
from socialvalue.results import Result

# The last four are the wide forms of the first four, which some programs take for them.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
STANDARD_KEYS = ("stakeholder_group", "value_type", "year", "project")


def keys_of(result: Result) -> list[str]:
    """Keys by which every file splits a result: the standard ones and those asked for, once."""
    keys = [*result.frameworks, *STANDARD_KEYS, *result.breakdowns, *result.also_by]
    return list(dict.fromkeys(keys))


def tables_of(result: Result) -> dict[str, pd.DataFrame]:
    """All tables of a result, by the name of their file."""
    tables = {"impact_map": result.impact_map, "values_by_year": result.values}
    tables |= {f"by_{key}": result.by(key) for key in keys_of(result)}
    tables |= {f"by_{name}_and_year": result.by(name, "year") for name in result.frameworks}
    tables |= {
        "cases": result.cases(),
        "cost_effectiveness": result.cost_effectiveness(),
        "unpriced": result.unpriced,
        "inputs": result.inputs,
        "findings": result.findings,
        "adjustments": adjustments(result),
        "proxies_used": result.proxies_used,
        "re_pricing": re_pricing(result),
        "assumptions": result.assumptions.to_rows(),
        "waterfall": result.waterfall(),
        "discount_factors": result.discount_factors,
        "read_otherwise": result.coerced,
    }
    if is_drawn(result):
        tables["sensitivity"] = tested(result)
    if result.simulation is not None and len(result.simulation.spreads):
        tables["spreads"] = result.simulation.spreads
    if len(result.survey_change):
        tables["survey_change"] = result.survey_change
    if result.shown_conventions is not None:
        tables["conventions"] = result.shown_conventions
    if has_importance(result):
        tables["weighted"] = result.weighted()
        tables |= {f"weighted_by_{each}": result.weighted_by(each) for each in result.frameworks}
    return tables


def write_tables(result: Result, folder: str | Path) -> None:
    """Write every table of a result as CSV.

    UTF-8 with a byte order mark, without which spreadsheet programs misread pound signs. Text that
    a spreadsheet would take for a formula gets an apostrophe in front, and all text is quoted, so
    that none is split where a program divides at semicolons. Numbers are untouched.

    Parameters
    ----------
    result : Result
    folder : str or Path
    """
    for name, table in tables_of(result).items():
        with replace_whole(Path(folder) / f"{file_name(name)}.csv") as made:
            harmless(table).to_csv(
                made, index=False, encoding="utf-8-sig", quoting=csv.QUOTE_NONNUMERIC
            )


def file_name(name: str) -> str:
    """A table's name as one that every system takes for a file.

    Examples
    --------
    >>> file_name("by_../Age: group"), file_name("by_imd_decile")
    ('by_.._Age_ group', 'by_imd_decile')
    """
    return "".join("_" if sign in '<>:"/\\|?*' or ord(sign) < 32 else sign for sign in name)


def harmless(table: pd.DataFrame) -> pd.DataFrame:
    """The table with text, and headings, that would act as formulas made plain text."""
    safe = table.copy()
    for column in safe:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].astype(object).map(_plain)
    return safe.rename(columns=_plain)


def _plain(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value
