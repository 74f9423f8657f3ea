"""What is money of each year worth? The sheet of discount rates, and the years of the grids."""

from typing import NamedTuple

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from socialvalue.assumptions import TIMING_OFFSET
from socialvalue.prices import Schedule, schedules
from socialvalue.provenance import discount_table
from socialvalue.report import workbook_grid as grid
from socialvalue.report.workbook_sheets import Book, set_height
from socialvalue.results import Result

FACTOR_COLUMN = {"standard": "E", "health": "H"}
"""Column of the factor used, by discount class."""
_HEADS = (
    "Year",
    "Years from base year",
    "Rate (share a year)",
    "Whole-year factor",
    "Factor used",
    "Rate, health (share a year)",
    "Whole-year factor, health",
    "Factor used, health",
)


def years_of(result: Result) -> pd.DataFrame:
    """Years of the grids: those of the totals, and of rows that are shown but not counted.

    Returns
    -------
    DataFrame
        year, t [years from the base year], start (calendar year it starts in), kept (within the
        horizon).
    """
    times = pd.concat([result.discount_factors["t"], result.valued.values["t"]])
    span = list(range(int(times.min()), int(times.max()) + 1)) if len(times) else []
    years = discount_table(result.assumptions, span)[["year", "t"]]
    horizon = result.assumptions.horizon_years
    kept = years["t"] < horizon if horizon is not None else True
    return years.assign(start=years["year"].astype(str).str[:4].astype(int), kept=kept)


class _Line(NamedTuple):
    """A row of the sheet: where it is, its year, and whether it is the first of the sheet."""

    row: int
    t: int
    first: bool
    last: bool


def add_discounting(book: Book, result: Result, years: pd.DataFrame) -> None:
    """The sheet of rates, which can be changed, and of the factors that follow."""
    note = "Change a rate and the factors follow. Inputs keep the factors of their own sheet."
    sheet = book.sheet("Discounting", "Discount rates and factors", note)
    book.headings(sheet, grid.HEADER, _HEADS, numbers=range(1, 8))
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 7, 13)
    set_height(sheet, grid.HEADER, [(name, 12) for name in _HEADS])
    times = [*years["t"], int(years["t"].max()) + 1] if len(years) else []
    names = [*years["year"].astype(str), "rate of the year after"]
    for place, t in enumerate(times):
        line = _Line(grid.HEADER + 1 + place, int(t), place == 0, place == len(years))
        book.put(sheet, line.row, 0, names[place])
        book.put(sheet, line.row, 1, int(t), "whole")
        for schedule, column in zip(schedules(result.assumptions), (2, 5), strict=True):
            book.put(sheet, line.row, column, schedule.rate(max(line.t, 0)), "rate")
            if not line.last:
                offset = TIMING_OFFSET[result.assumptions.timing]
                _factors(book, sheet, line, column, (schedule, offset))
    sheet.freeze_panes(grid.HEADER + 1, 1)
    sheet.repeat_rows(grid.HEADER)


def _factors(
    book: Book, sheet: Worksheet, line: _Line, column: int, how: tuple[Schedule, float]
) -> None:
    schedule, offset = how
    row, t = line.row, line.t
    rate, above = xl_rowcol_to_cell(row, column), xl_rowcol_to_cell(row - 1, column + 1)
    chain = f"={above}/(1+{rate})" if not line.first and t > 0 else "=1"
    # A grid that starts after the base year still compounds from it.
    if line.first and t > 0:
        chain = f"={float(schedule.factor(t - 1))!r}/(1+{rate})"
    book.formula(sheet, row, column + 1, chain, schedule.factor(max(t, 0)), "factor")
    used, next_rate = xl_rowcol_to_cell(row, column + 1), xl_rowcol_to_cell(row + 1, column)
    formula = f"=IF({xl_rowcol_to_cell(row, 1)}<0,1,{used}/(1+{next_rate})^{offset:g})"
    factor = schedule.factor(t + offset) if t >= 0 else 1.0
    book.formula(sheet, row, column + 2, formula, factor, "factor")
