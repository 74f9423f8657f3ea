"""What does a spreadsheet get? The impact map with live formulas, and everything behind it."""

from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from socialvalue.assumptions import TIMING_OFFSET
from socialvalue.files import replace_whole
from socialvalue.prices import schedules
from socialvalue.report import labels
from socialvalue.report import workbook_grid as grid
from socialvalue.report.workbook_sheets import Book
from socialvalue.report.workbook_summary import Layout, add_summary
from socialvalue.results import Result

_ABOUT = (
    ("Summary", "The totals, by live formulas. They follow what you change on other sheets."),
    ("Assumptions", "Every setting behind the figures. Changing one here changes nothing."),
    ("Discounting", "Rates by year (change them) and the factors that follow."),
    ("Impact map", "A row for each kind of outcome. Pale yellow cells can be changed."),
    ("Gross by year", "Gross value by year, from the impact map."),
    ("Net by year", "After all reductions, by year."),
    ("Present value by year", "Discounted, by year."),
    ("Allocation", "Shares of each row over goals. They can be changed."),
    ("Inputs", "What was put in, re-priced and discounted."),
    ("Unpriced", "Outcomes that are counted and told, not priced."),
    ("Findings", "What an assessor would challenge."),
    ("Proxies", "The values used, their sources, licences and how each was checked."),
    ("Adjustments", "What was taken off where records do not say, and why."),
    ("Provenance", "Files, hashes, releases and versions."),
)


def write_workbook(result: Result, path: str | Path) -> None:
    """Write a result as a workbook whose values are live formulas.

    Each formula is stored with the number that this library computed, so that previewers and
    other programs show it without recalculating. Rows in which several small groups were merged
    have fixed values by year, because no one formula gives them.

    Parameters
    ----------
    result : Result
        As it is to be shown: published or internal.
    path : str or Path
        Of an .xlsx file.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with replace_whole(path) as made, xlsxwriter.Workbook(str(made), options) as xlsx:
        book = Book(xlsx, labels.currency_of(result))
        rows = grid.map_rows(result)
        years = _years(result)
        # The summary comes first in the book and is filled last, when the rest is known.
        summary = book.sheet("Summary", "Estimated social value", landscape=False)
        _about(book, result)
        _assumptions(book, result)
        _discounting(book, result, years)
        _impact_map(book, result, rows, years)
        _grids(book, result, rows, years)
        allocation = _allocation(book, result, rows)
        spent = _inputs(book, result)
        add_summary(book, summary, result, Layout(max(len(rows), 1), years, allocation, spent))
        _plain_sheets(book, result)
        summary.activate()


def _years(result: Result) -> pd.DataFrame:
    """Years of the grid: label, calendar year they start in, t, and factors."""
    table = result.discount_factors
    return table.assign(start=table["year"].astype(str).str[:4].astype(int))


def _about(book: Book, result: Result) -> None:
    sheet = book.sheet("About", "About this workbook", landscape=False)
    book.headings(sheet, 2, ["Sheet", "What it holds"])
    for place, (name, what) in enumerate(_ABOUT):
        book.put(sheet, 3 + place, 0, name)
        book.put(sheet, 3 + place, 1, what, "note")
    notes = (
        "Pale yellow cells are inputs: change one and the summary follows.",
        "Years beyond the last year column are not counted; the column Check says where.",
        "The range is as assessed and does not follow changes.",
    )
    for place, note in enumerate(notes):
        book.put(sheet, 4 + len(_ABOUT) + place, 1, note, "note")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)


def _assumptions(book: Book, result: Result) -> None:
    table = result.assumptions.to_rows()
    book.table("Assumptions", "Assumptions", table, {"setting": 24, "value": 24, "meaning": 70})


def _discounting(book: Book, result: Result, years: pd.DataFrame) -> None:
    sheet = book.sheet("Discounting", "Discount rates and factors")
    heads = ["Year", "Years from base", "Rate", "Whole-year factor", "Factor used"]
    heads += ["Health rate", "Whole-year factor, health", "Factor used, health"]
    book.headings(sheet, grid.HEADER, heads)
    sheet.set_column(0, 7, 15)
    offset = TIMING_OFFSET[result.assumptions.timing]
    first, last = grid.HEADER + 1, grid.HEADER + len(years)
    both = schedules(result.assumptions)
    times = [*years["t"], int(years["t"].max()) + 1] if len(years) else []
    for place, t in enumerate(times):
        row = first + place
        label = years["year"].iloc[place] if row <= last else "rate of the year after"
        book.put(sheet, row, 0, str(label))
        book.put(sheet, row, 1, t)
        for schedule, column in zip(both, (2, 5), strict=True):
            book.put(sheet, row, column, schedule.rate(max(t, 0)), "rate")
            if row > last:
                continue
            rate, above = _cell(row, column), _cell(row - 1, column + 1)
            chain = f"={above}/(1+{rate})" if place and t > 0 else "=1"
            # A grid that starts after the base year still compounds from it.
            if not place and t > 0:
                chain = f"={float(schedule.factor(t - 1))!r}/(1+{rate})"
            book.formula(sheet, row, column + 1, chain, schedule.factor(t), "factor")
            used, next_rate = _cell(row, column + 1), _cell(row + 1, column)
            formula = f"=IF({_cell(row, 1)}<0,1,{used}/(1+{next_rate})^{offset:g})"
            factor = schedule.factor(t + offset) if t >= 0 else 1.0
            book.formula(sheet, row, column + 2, formula, factor, "factor")


def _cell(row: int, column: int) -> str:
    return str(xl_rowcol_to_cell(row, column))


def _impact_map(book: Book, result: Result, rows: pd.DataFrame, years: pd.DataFrame) -> None:
    note = "Pale yellow cells can be changed. Shares are taken off one after another, multiplied."
    sheet = book.sheet(grid.MAP, "Impact map", note)
    book.headings(sheet, grid.HEADER, [column.heading for column in grid.COLUMNS])
    for place, column in enumerate(grid.COLUMNS):
        sheet.set_column(place, place, column.width)
    last_year = int(years["start"].max()) if len(years) else 0
    for position, row in enumerate(rows.to_dict("records")):
        at = grid.HEADER + 1 + position
        formulas = grid.map_formulas(at, len(years)) if row["live"] else {}
        if row["live"] and row["value_covers"] == "year":
            end = f"{grid.cell('first_year_start', at)}+{grid.cell('starts', at)}"
            end += f"+ROUNDUP({grid.cell('duration_years', at)},0)"
            formulas["beyond"] = f'=IF({end}>{last_year + 1},"years beyond the grid","")'
            row["beyond"] = _beyond(row, last_year)
        for place, column in enumerate(grid.COLUMNS):
            value = grid.value_of(row, column.field)
            if column.field in formulas:
                shown = "" if value is None and column.field == "beyond" else value
                book.formula(sheet, at, place, formulas[column.field], shown, column.style)
            else:
                book.put(sheet, at, place, value, column.style)
    bottom = max(grid.HEADER + len(rows), grid.HEADER + 1)
    first = [c.field for c in grid.COLUMNS].index("deadweight")
    sheet.data_validation(
        grid.HEADER + 1,
        first,
        bottom,
        first + 4,
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": 0,
            "maximum": 1,
            "error_title": "A share",
            "error_message": "Write a share between 0 and 1, such as 0.35.",
        },
    )
    sheet.freeze_panes(grid.HEADER + 1, 5)
    sheet.repeat_rows(grid.HEADER)
    if len(rows):
        sheet.autofilter(grid.HEADER, 0, bottom, len(grid.COLUMNS) - 1)


def _beyond(row: dict[str, Any], last_year: int) -> str:
    end = row["first_year_start"] + row["starts"] + -(-row["duration_years"] // 1)
    return "years beyond the grid" if end > last_year + 1 else ""


def _grids(book: Book, result: Result, rows: pd.DataFrame, years: pd.DataFrame) -> None:
    ratios = grid.carbon_ratios(result, rows)
    values = result.valued.values.groupby(["row_id", "t"])
    sums = values[["gross_value", "net_value", "present_value"]].sum().to_dict("index")
    sheets = {}
    for name, measure in (
        (grid.GROSS, "gross_value"),
        (grid.NET, "net_value"),
        (grid.PRESENT, "present_value"),
    ):
        sheet = book.sheet(name, f"{labels.STEPS[measure]} by year")
        book.headings(sheet, grid.HEADER, ["Row", *years["year"].astype(str)])
        book.put(sheet, 1, 0, "Year starts in")
        for place, start in enumerate(years["start"]):
            book.put(sheet, 1, place + 1, int(start), "text")
        sheet.set_column(1, max(len(years), 1), 14)
        sheet.freeze_panes(grid.HEADER + 1, 1)
        sheets[measure] = sheet
    for position, row in enumerate(rows.to_dict("records")):
        at = grid.HEADER + 1 + position
        for measure, sheet in sheets.items():
            book.put(sheet, at, 0, int(row["row_id"]))
            for place, t in enumerate(years["t"]):
                key = (int(row["row_id"]), int(t))
                value = sums.get(key, {}).get(measure, 0.0)
                if row["live"]:
                    formula = _grid_formula(measure, row, at, place, result)
                    if measure == "gross_value" and key in ratios:
                        formula += f"*{float(ratios[key])!r}"
                    book.formula(sheet, at, place + 1, formula, value, "money")
                else:
                    book.put(sheet, at, place + 1, value, "money")


def _grid_formula(measure: str, row: dict[str, Any], at: int, place: int, result: Result) -> str:
    year_cell = f"{xl_col_to_name(place + 1)}$2"
    here = _cell(at, place + 1)
    if measure == "gross_value":
        return grid.gross_formula(row["value_covers"], at, year_cell, result.assumptions)
    if measure == "net_value":
        gross = f"'{grid.GROSS}'!{here}"
        return grid.net_formula(row["value_covers"], at, year_cell, gross, result.assumptions)
    column = "H" if row["discount_class"] == "health" else "E"
    return f"='{grid.NET}'!{here}*Discounting!${column}${grid.HEADER + 2 + place}"


def _allocation(book: Book, result: Result, rows: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Shares of each row over categories; returns the column of each category."""
    note = "What the shares of a framework leave over is unallocated. Shares can be changed."
    sheet = book.sheet("Allocation", "Allocation to goals", note)
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 34)
    shares = result.allocation.set_index(["row_id", "framework", "category"])["share"].to_dict()
    places: dict[str, dict[str, int]] = {}
    heads = ["Row", "Outcome"]
    for framework, table in result.frameworks.items():
        used = {c for (_, f, c) in shares if f == framework}
        names = [*table["category"], *sorted(used - set(table["category"]))]
        places[framework] = {name: len(heads) + i for i, name in enumerate(names)}
        heads += [f"{framework} {name}" for name in names]
    book.headings(sheet, grid.HEADER, heads)
    for position, row in enumerate(rows.to_dict("records")):
        at = grid.HEADER + 1 + position
        book.put(sheet, at, 0, int(row["row_id"]))
        book.put(sheet, at, 1, grid.value_of(row, "outcome"))
        for framework, columns in places.items():
            for category, column in columns.items():
                share = shares.get((row["row_id"], framework, category), 0.0)
                book.put(sheet, at, column, share, "share")
    sheet.freeze_panes(grid.HEADER + 1, 2)
    return places


def _inputs(book: Book, result: Result) -> int:
    """Inputs with their present value by formula; returns how many there are."""
    sheet = book.sheet("Inputs", "What was put in")
    heads = ["Project", "Kind", "Payer", "Grant", "Year", "Amount", "Prices of", "Price factor"]
    heads += ["Raised by (share)", "Discount factor", "Present value"]
    book.headings(sheet, grid.HEADER, heads)
    sheet.set_column(0, 10, 16)
    for position, row in enumerate(result.inputs.to_dict("records")):
        at = grid.HEADER + 1 + position
        texts = ("project", "input_type", "payer", "grant_id", "year")
        for place, field in enumerate(texts):
            book.put(sheet, at, place, grid.value_of(row, field))
        book.put(sheet, at, 5, row["amount"], "money_input")
        book.put(sheet, at, 6, row["price_year"])
        for place, field in ((7, "price_factor"), (8, "costs_up"), (9, "discount_factor")):
            book.put(sheet, at, place, row[field], "input")
        formula = f"=F{at + 1}*(1+I{at + 1})*H{at + 1}*J{at + 1}"
        book.formula(sheet, at, 10, formula, row["present_value"], "money")
    sheet.freeze_panes(grid.HEADER + 1, 1)
    return len(result.inputs)


def _plain_sheets(book: Book, result: Result) -> None:
    wide = {"message": 60, "why": 50, "what_to_do": 50, "notes": 60, "outcome": 34, "name": 44}
    wide |= {"reason": 60, "source_title": 44, "source_url": 40, "source_licence": 30}
    book.table("Unpriced", "Counted and told, not priced", result.unpriced, wide)
    book.table("Findings", "What an assessor would challenge", result.findings, wide)
    book.table("Proxies", "Values used and their sources", result.proxies_used, wide)
    book.table("Adjustments", "Adjustments and their reasons", result.adjustments, wide)
    lines = [(name, str(value)) for name, value in result.provenance["prices"].items()]
    about = result.provenance["proxy_set"]
    lines = [
        *(
            (f"input: {each['table']} {each['file']} {each['sheet']}".strip(), each["sha256"])
            for each in result.provenance["inputs"]
        ),
        ("proxy set", f"{about['name']} {about['version']}"),
        ("proxy set SHA-256", about["sha256"]),
        *lines,
        ("socialvalue", result.provenance["package_version"]),
        ("made", result.provenance["time"]),
    ]
    table = pd.DataFrame(lines, columns=["what", "value"])
    book.table("Provenance", "Where this came from", table, {"what": 44, "value": 80})
