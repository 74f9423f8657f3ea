"""What does the first sheet show? Totals by live formulas, goals, and checks that they add up."""

from typing import Any, NamedTuple

import pandas as pd
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from socialvalue.report import labels
from socialvalue.report import workbook_grid as grid
from socialvalue.report.workbook_sheets import Book
from socialvalue.results import Result


class Layout(NamedTuple):
    """Where the other sheets hold what the summary adds up.

    Attributes
    ----------
    rows : int
        Rows of the impact map.
    years : DataFrame
        Year columns of the grids.
    allocation : dict
        Column of each category of each framework.
    inputs : int
        Rows of the inputs.
    """

    rows: int
    years: pd.DataFrame
    allocation: dict[str, dict[str, int]]
    inputs: int


def add_summary(book: Book, sheet: Worksheet, result: Result, layout: Layout) -> None:
    """Fill the summary sheet."""
    sheet.set_column(0, 0, 52)
    sheet.set_column(1, 3, 20)
    if result.profile == "internal":
        book.put(sheet, 1, 0, "NOT FOR PUBLICATION: small groups are shown.", "warning")
    else:
        book.put(sheet, 1, 0, f"For publication; small groups merged ({result.disclosure}).")
    sheet.merge_range(2, 0, 2, 3, labels.headline(result), book.styles["note"])
    sheet.set_row(2, 66)
    at = _totals(book, sheet, result, layout)
    at = _by_year(book, sheet, result, layout, at + 1)
    at = _range(book, sheet, result, at + 1)
    for framework in layout.allocation:
        at = _goals(book, sheet, result, layout, framework, at + 1)
    _waterfall(book, sheet, result, layout.rows, at + 1)


def _counted_sum(field: str, rows: int) -> str:
    where, what = grid.whole_column("counted", rows), grid.whole_column(field, rows)
    return f'SUMIF({where},"yes",{what})'


def _totals(book: Book, sheet: Worksheet, result: Result, layout: Layout) -> int:
    rows, inputs = layout.rows, layout.inputs
    heads = [f"Totals ({result.assumptions.price_year} prices)", "Amount"]
    book.headings(sheet, 4, heads)
    totals = result.totals
    outside = float(totals["present_value"] - result.compared_value)
    unused = float(totals["input_value"] - result.compared_inputs) if inputs else 0.0
    spent = f"SUM(Inputs!$K${grid.HEADER + 2}:$K${grid.HEADER + 1 + max(inputs, 1)})"
    lines: list[tuple[str, str, Any, str, str]] = [
        (
            "Gross value",
            f"={_counted_sum('gross_value', rows)}",
            totals["gross_value"],
            "money_total",
            "gross_value",
        ),
        (
            "Net value",
            f"={_counted_sum('net_value', rows)}",
            totals["net_value"],
            "money_total",
            "net_value",
        ),
        (
            "Present value",
            f"={_counted_sum('present_value', rows)}",
            totals["present_value"],
            "money_total",
            "present_value",
        ),
        (
            "of which harms",
            f"={_counted_sum('harm_present_value', rows)}",
            totals["harm_present_value"],
            "money",
            "harm_present_value",
        ),
    ]
    if inputs:
        lines.append(("Inputs", f"={spent}", totals["input_value"], "money_total", "input_value"))
    for place, (label, formula, value, style, name) in enumerate(lines):
        book.put(sheet, 5 + place, 0, label)
        book.formula(sheet, 5 + place, 1, formula, value, style)
        book.book.define_name(name, f"=Summary!$B${6 + place}")
    at = 5 + len(lines)
    if result.ratio_missing:
        book.put(sheet, at, 0, "Ratio")
        book.put(sheet, at, 1, f"none: {result.ratio_missing}")
        return at + 1
    for label, amount in (
        ("Value of projects without inputs (not in the ratio)", outside),
        ("Inputs of projects without outcomes (not in the ratio)", unused),
    ):
        book.put(sheet, at, 0, label)
        book.put(sheet, at, 1, amount, "money")
        at += 1
    compared, cost = f"(present_value-$B${at - 1})", f"(input_value-$B${at})"
    book.put(sheet, at, 0, "Net present value")
    book.formula(sheet, at, 1, f"={compared}-{cost}", totals["net_present_value"], "money_total")
    book.put(sheet, at + 1, 0, "Ratio: present value for each 1 put in")
    book.formula(sheet, at + 1, 1, f"={compared}/{cost}", totals["sroi_ratio"], "ratio")
    book.put(sheet, at + 2, 0, "Payback (years), as assessed")
    payback = totals["payback_years"]
    book.put(sheet, at + 2, 1, "never" if pd.isna(payback) else float(payback), "number")
    book.book.define_name("sroi_ratio", f"=Summary!$B${at + 2}")
    return at + 3


def _by_year(book: Book, sheet: Worksheet, result: Result, layout: Layout, at: int) -> int:
    years, rows = layout.years, layout.rows
    book.headings(sheet, at, ["Year", "Gross value", "Net value", "Present value"])
    sums = result.by("year").set_index("year")
    counted = grid.whole_column("counted", rows)
    for place, year in enumerate(years["year"].astype(str)):
        row, name = at + 1 + place, xl_col_to_name(place + 1)
        book.put(sheet, row, 0, year)
        for column, (source, measure) in enumerate(
            ((grid.GROSS, "gross_value"), (grid.NET, "net_value"), (grid.PRESENT, "present_value"))
        ):
            cells = f"'{source}'!${name}${grid.HEADER + 2}:${name}${grid.HEADER + 1 + rows}"
            value = float(sums[measure].get(year, 0.0))
            formula = f'=SUMIF({counted},"yes",{cells})'
            book.formula(sheet, row, column + 1, formula, value, "money")
    return at + 1 + len(years)


def _range(book: Book, sheet: Worksheet, result: Result, at: int) -> int:
    book.headings(sheet, at, ["Range, as assessed", "Low", "High"])
    if result.range.missing:
        book.put(sheet, at + 1, 0, f"none: {result.range.missing}", "note")
        return at + 2
    found = result.range
    book.put(sheet, at + 1, 0, f"Present value ({found.kind})", "note")
    book.put(sheet, at + 1, 1, found.present_value_low, "money")
    book.put(sheet, at + 1, 2, found.present_value_high, "money")
    book.put(sheet, at + 2, 0, "Ratio")
    book.put(sheet, at + 2, 1, found.sroi_ratio_low, "ratio")
    book.put(sheet, at + 2, 2, found.sroi_ratio_high, "ratio")
    book.put(sheet, at + 3, 0, "Share of value without a published range")
    book.put(sheet, at + 3, 1, found.share_without_range, "formula_share")
    return at + 4


def _goals(
    book: Book, sheet: Worksheet, result: Result, layout: Layout, framework: str, at: int
) -> int:
    columns, rows = layout.allocation[framework], layout.rows
    title = labels.WORDS.get(framework, framework)
    book.headings(sheet, at, [title, "Present value", "Status"])
    table = result.by(framework).set_index(framework)
    counted, present = (grid.whole_column(f, rows) for f in ("counted", "present_value"))
    first = at + 1
    place = first
    for category, row in table.iterrows():
        if category == "unallocated":
            continue
        name = row[f"{framework}_title"]
        book.put(sheet, place, 0, name if category == "merged" else f"{category} {name}")
        cells = xl_col_to_name(columns[category])
        shares = f"Allocation!${cells}${grid.HEADER + 2}:${cells}${grid.HEADER + 1 + rows}"
        value = 0.0 if pd.isna(row["present_value"]) else float(row["present_value"])
        formula = f'=SUMPRODUCT(({counted}="yes")*{present}*{shares})'
        book.formula(sheet, place, 1, formula, value, "money")
        book.put(sheet, place, 2, row["status"])
        place += 1
    left = float(table.loc["unallocated", "present_value"])
    book.put(sheet, place, 0, "Not allocated to a category")
    book.formula(sheet, place, 1, f"=present_value-SUM(B{first + 1}:B{place})", left, "money")
    book.put(sheet, place + 1, 0, "Total")
    total = float(result.totals["present_value"])
    formula = f"=SUM(B{first + 1}:B{place + 1})"
    book.formula(sheet, place + 1, 1, formula, total, "money_total")
    return place + 2


def _waterfall(book: Book, sheet: Worksheet, result: Result, rows: int, at: int) -> None:
    book.headings(sheet, at, ["From gross to present value", "Change", "Value after it"])
    fields = {
        "gross_value": "gross_value",
        "deadweight": "after_deadweight",
        "displacement": "after_displacement",
        "attribution_to_others": "after_attribution",
        "drop_off": "after_drop_off",
        "optimism_bias": "net_value",
        "net_value": "net_value",
        "discounting": "present_value",
        "present_value": "present_value",
    }
    totals = ("gross_value", "net_value", "present_value")
    for place, step in enumerate(result.waterfall().itertuples()):
        row = at + 1 + place
        book.put(sheet, row, 0, labels.STEPS[step.step])
        after = f"={_counted_sum(fields[step.step], rows)}"
        book.formula(sheet, row, 2, after, step.value, "money")
        change = f"=C{row + 1}" if step.step in totals else f"=C{row + 1}-C{row}"
        book.formula(sheet, row, 1, change, step.change, "money")
