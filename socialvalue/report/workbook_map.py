"""What do the live sheets hold? The impact map, its value by year, and its shares over goals."""

from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from socialvalue.report import labels
from socialvalue.report import workbook_grid as grid
from socialvalue.report.workbook_sheets import Book, set_height
from socialvalue.report.workbook_years import FACTOR_COLUMN
from socialvalue.results import Result

_SHORT = {"sdg": "SDG", "marmot": "Marmot", "marmot-8": "Marmot (eight)"}
BEYOND = "years beyond the grid"


def add_impact_map(book: Book, rows: pd.DataFrame, years: pd.DataFrame) -> None:
    """The impact map: what can be changed in pale yellow, and formulas."""
    note = "Pale yellow cells can be changed. Shares are taken off one after another, multiplied."
    sheet = book.sheet(grid.MAP, "Impact map", note)
    numbers = [
        place
        for place, each in enumerate(grid.COLUMNS)
        if each.style not in ("text", "text_after_number", "row")
    ]
    book.headings(sheet, grid.HEADER, [each.heading for each in grid.COLUMNS], numbers=numbers)
    for place, column in enumerate(grid.COLUMNS):
        sheet.set_column(place, place, column.width)
    set_height(sheet, grid.HEADER, [(each.heading, each.width) for each in grid.COLUMNS])
    last_year = int(years["start"].max()) if len(years) else 0
    for position, row in enumerate(rows.to_dict("records")):
        at = grid.HEADER + 1 + position
        cut_whole = row["after_drop_off"] if row["optimism_bias"] == 1 else 0.0
        formulas = grid.map_formulas(at, len(years), cut_whole) if row["live"] else {}
        if row["live"] and row["value_covers"] == "year":
            end = f"{grid.cell('first_year_start', at)}+{grid.cell('starts', at)}"
            end += f"+ROUNDUP({grid.cell('duration_years', at)},0)"
            formulas["beyond"] = f'=IF({end}>{last_year + 1},"{BEYOND}","")'
            row["beyond"] = _beyond(row, last_year)
        for place, column in enumerate(grid.COLUMNS):
            value = grid.value_of(row, column.field)
            if column.field in formulas:
                shown = "" if value is None and column.field == "beyond" else value
                book.formula(sheet, at, place, formulas[column.field], shown, column.style)
            else:
                book.put(sheet, at, place, value, column.style)
    bottom = max(grid.HEADER + len(rows), grid.HEADER + 1)
    _shares_only(sheet, bottom)
    sheet.freeze_panes(grid.HEADER + 1, 2)
    _print_over_pages(sheet, 5)
    if len(rows):
        sheet.autofilter(grid.HEADER, 0, bottom, len(grid.COLUMNS) - 1)


def _shares_only(sheet: Worksheet, bottom: int) -> None:
    first = [column.field for column in grid.COLUMNS].index("deadweight")
    rule = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": 1,
        "error_title": "A share",
        "error_message": "Write a share between 0 and 1, such as 0.35.",
    }
    sheet.data_validation(grid.HEADER + 1, first, bottom, first + 4, rule)


def _print_over_pages(sheet: Worksheet, pages: int) -> None:
    """Print a wide sheet over several pages, each with the row and its outcome in front."""
    sheet.fit_to_pages(pages, 0)
    sheet.repeat_rows(grid.HEADER)
    sheet.repeat_columns(0, 1)


def _beyond(row: dict[str, Any], last_year: int) -> str:
    end = row["first_year_start"] + row["starts"] + -(-row["duration_years"] // 1)
    return BEYOND if end > last_year + 1 else ""


def add_grids(book: Book, result: Result, rows: pd.DataFrame, years: pd.DataFrame) -> None:
    """Gross, net and present value of each row in each year."""
    ratios = grid.carbon_ratios(result, rows)
    values = result.valued.values.groupby(["row_id", "t"])
    sums = values[["gross_value", "net_value", "present_value"]].sum().to_dict("index")
    dated = {row_id for row_id, _ in sums}
    sheets = {
        measure: _grid_sheet(book, name, f"{labels.STEPS[measure]} by year", years)
        for name, measure in (
            (grid.GROSS, "gross_value"),
            (grid.NET, "net_value"),
            (grid.PRESENT, "present_value"),
        )
    }
    for position, row in enumerate(rows.to_dict("records")):
        at = grid.HEADER + 1 + position
        for measure, sheet in sheets.items():
            book.put(sheet, at, 0, int(row["row_id"]), "row")
            book.put(sheet, at, 1, grid.value_of(row, "outcome"))
            for place, year in enumerate(years.itertuples()):
                key = (int(row["row_id"]), int(year.t))
                # What was merged over years has no year: its cells stay empty.
                nothing = 0.0 if row["live"] or int(row["row_id"]) in dated else None
                value = sums.get(key, {}).get(measure, nothing)
                column = grid.FIRST_YEAR + place
                # Years after the horizon stay empty whatever is changed.
                if row["live"] and year.kept:
                    formula = _grid_formula(measure, row, (at, place), result)
                    if measure == "gross_value" and key in ratios:
                        formula += f"*{float(ratios[key])!r}".upper()
                    book.formula(sheet, at, column, formula, value, "some_money")
                else:
                    book.put(sheet, at, column, value, "some_money")


def _grid_sheet(book: Book, name: str, title: str, years: pd.DataFrame) -> Worksheet:
    sheet = book.sheet(name, title)
    numbers = range(grid.FIRST_YEAR, grid.FIRST_YEAR + len(years))
    heads = ["Row", "Outcome", *years["year"].astype(str)]
    book.headings(sheet, grid.HEADER, heads, numbers=numbers)
    book.put(sheet, 1, 1, f"{book.mark}. Year starts in" if book.mark else "Year starts in")
    for place, start in enumerate(years["start"]):
        book.put(sheet, 1, grid.FIRST_YEAR + place, int(start), "whole")
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 34)
    if len(years):
        sheet.set_column(numbers[0], numbers[-1], 18)
    sheet.freeze_panes(grid.HEADER + 1, grid.FIRST_YEAR)
    sheet.repeat_rows(1, grid.HEADER)
    return sheet


def _grid_formula(measure: str, row: dict[str, Any], where: tuple[int, int], result: Result) -> str:
    at, place = where
    column = grid.FIRST_YEAR + place
    year_cell = f"{xl_col_to_name(column)}$2"
    here = xl_rowcol_to_cell(at, column)
    if measure == "gross_value":
        return grid.gross_formula(row["value_covers"], at, year_cell, result.assumptions)
    if measure == "net_value":
        gross = f"'{grid.GROSS}'!{here}"
        return grid.net_formula(row["value_covers"], at, year_cell, gross, result.assumptions)
    factor = FACTOR_COLUMN["health" if row["discount_class"] == "health" else "standard"]
    return f"='{grid.NET}'!{here}*Discounting!${factor}${grid.HEADER + 2 + place}"


def add_allocation(book: Book, result: Result, rows: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Shares of each row over categories; returns the column of each category."""
    note = "What the shares of a framework leave over is unallocated. Shares can be changed."
    sheet = book.sheet("Allocation", "Allocation to goals (shares)", note)
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 34)
    shares = result.allocation.set_index(["row_id", "framework", "category"])["share"].to_dict()
    places: dict[str, dict[str, int]] = {}
    heads = ["Row", "Outcome"]
    for framework, table in result.frameworks.items():
        used = {c for (_, f, c) in shares if f == framework}
        names = [*table["category"], *sorted(used - set(table["category"]))]
        places[framework] = {name: len(heads) + i for i, name in enumerate(names)}
        heads += [f"{_SHORT.get(framework, framework)} {name}" for name in names]
    book.headings(sheet, grid.HEADER, heads, numbers=range(2, len(heads)))
    sheet.set_column(2, max(len(heads) - 1, 2), 9)
    set_height(sheet, grid.HEADER, [(name, 9) for name in heads])
    for position, row in enumerate(rows.to_dict("records")):
        at = grid.HEADER + 1 + position
        book.put(sheet, at, 0, int(row["row_id"]), "row")
        book.put(sheet, at, 1, grid.value_of(row, "outcome"))
        for framework, columns in places.items():
            for category, column in columns.items():
                share = shares.get((row["row_id"], framework, category), 0.0)
                book.put(sheet, at, column, share, "some_share")
    sheet.freeze_panes(grid.HEADER + 1, 2)
    _print_over_pages(sheet, 2)
    return places
