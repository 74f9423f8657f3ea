"""What does a spreadsheet get? The impact map with live formulas, and everything behind it."""

from pathlib import Path

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from socialvalue.files import replace_whole
from socialvalue.report import labels, said
from socialvalue.report import workbook_grid as grid
from socialvalue.report.sources import re_pricing, values_in_force
from socialvalue.report.workbook_cases import ABOUT as ABOUT_CASES
from socialvalue.report.workbook_cases import add_cases
from socialvalue.report.workbook_map import add_allocation, add_grids, add_impact_map
from socialvalue.report.workbook_sheets import Book, set_height
from socialvalue.report.workbook_summary import Layout, add_summary
from socialvalue.report.workbook_years import add_discounting, years_of
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
    *ABOUT_CASES,
    ("Unpriced", "Outcomes that are counted and told, not priced."),
    ("Findings", "What an assessor would challenge."),
    ("Proxies", "The values used, their sources, licences and how each was checked."),
    ("Adjustments", "What was taken off where records do not say, and why."),
    ("Re-pricing", "Deflators and incomes behind each price factor."),
    ("Provenance", "Files, hashes, releases and versions."),
)
_PROXY_COLUMNS = {
    "proxy_id": "Proxy",
    "name": "Value of what",
    "unit_value": "Value for one",
    "unit": "Unit",
    "low": "Low",
    "high": "High",
    "currency": "Currency",
    "price_year": "Prices of",
    "value_type": "Type of value",
    "value_covers": "One value covers",
    "discount_class": "Discount class",
    "transfer": "Transfer between people",
    "payer": "Who gains or saves",
    "uprating": "Re-priced by",
    "already_net_of": "Already net of",
    "source_title": "Source",
    "source_publisher": "Publisher",
    "source_year": "Published",
    "page": "Page",
    "source_url": "Address",
    "source_licence": "Licence",
    "evidence": "How the figure was checked",
    "valid_from": "Valid from",
    "valid_to": "Valid to",
    "superseded_by": "Superseded by",
    "notes": "Cautions",
}


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
    mark = labels.NOT_FOR_PUBLICATION if result.profile == "internal" else ""
    with replace_whole(path) as made, xlsxwriter.Workbook(str(made), options) as xlsx:
        book = Book(xlsx, labels.currency_of(result), mark)
        rows = grid.map_rows(result)
        years = years_of(result)
        # The summary comes first in the book and is filled last, when the rest is known.
        summary = book.sheet("Summary", "Estimated social value", landscape=False)
        about = book.sheet("About", "About this workbook", landscape=False)
        _assumptions(book, result)
        add_discounting(book, result, years)
        add_impact_map(book, rows, years)
        add_grids(book, result, rows, years)
        allocation = add_allocation(book, result, rows)
        inputs = _inputs(book, result)
        add_cases(book, result)
        add_summary(book, summary, result, Layout(rows, years, allocation, inputs))
        _plain_sheets(book, result)
        _about(book, about)
        summary.activate()


def _about(book: Book, sheet: Worksheet) -> None:
    """List the sheets that were made, with what each holds."""
    made = {each.get_name() for each in book.book.worksheets()}
    listed = [(name, what) for name, what in _ABOUT if name in made]
    book.headings(sheet, 2, ["Sheet", "What it holds"])
    for place, (name, what) in enumerate(listed):
        book.put(sheet, 3 + place, 0, name)
        book.put(sheet, 3 + place, 1, what, "note")
    notes = (
        "Pale yellow cells are inputs: change one and the summary follows.",
        "Shares are between 0 and 1: write 0.35 for 35%.",
        "Years beyond the last year column are not counted; the column Check says where.",
        "What is called as assessed (the headline, ranges, payback, cases, costs of one) does not "
        "follow changes.",
    )
    for place, note in enumerate(notes):
        book.put(sheet, 4 + len(listed) + place, 1, note, "note")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 76)


def _assumptions(book: Book, result: Result) -> None:
    table = result.assumptions.to_rows()
    table["value"] = table["value"].replace("", "–")
    wide = {"setting": 24, "value": 30, "meaning": 64}
    book.table(("Assumptions", "Assumptions", ""), table, wide)


def _inputs(book: Book, result: Result) -> pd.DataFrame:
    """Inputs with their present value by formula; returns them with which are in the ratio."""
    sheet = book.sheet("Inputs", "What was put in")
    heads = ["Project", "Kind", "Payer", "Grant", "Year", "Amount", "Prices of", "Price factor"]
    heads += ["Raised by (share)", "Discount factor", "Present value", "In the ratio"]
    book.headings(sheet, grid.HEADER, heads, numbers=(5, 7, 8, 9, 10))
    for first, last, width in ((0, 0, 32), (1, 1, 16), (2, 2, 30), (3, 4, 12), (5, 11, 14)):
        sheet.set_column(first, last, width)
    set_height(sheet, grid.HEADER, [(name, 13) for name in heads])
    inputs = result.inputs.assign(in_ratio=grid.inputs_in_ratio(result))
    for position, row in enumerate(inputs.to_dict("records")):
        at = grid.HEADER + 1 + position
        for place, field in enumerate(("project", "input_type", "payer", "grant_id", "year")):
            value = grid.value_of(row, field)
            book.put(sheet, at, place, labels.name(value, "") if field == "input_type" else value)
        book.put(sheet, at, 5, row["amount"], "money_input")
        book.put(sheet, at, 6, row["price_year"], "text_after_number")
        book.put(sheet, at, 7, row["price_factor"], "factor_input")
        book.put(sheet, at, 8, row["costs_up"], "share")
        book.put(sheet, at, 9, row["discount_factor"], "factor_input")
        formula = f"=F{at + 1}*(1+I{at + 1})*H{at + 1}*J{at + 1}"
        book.formula(sheet, at, 10, formula, row["present_value"], "money")
        book.put(sheet, at, 11, grid.value_of(row, "in_ratio"), "text_after_number")
    sheet.freeze_panes(grid.HEADER + 1, 1)
    sheet.repeat_rows(grid.HEADER)
    if inputs.empty:
        book.put(sheet, grid.HEADER + 1, 0, "None recorded, so there is no ratio.")
    return inputs


def _plain_sheets(book: Book, result: Result) -> None:
    unpriced = result.unpriced.assign(
        stakeholder_group=result.unpriced["stakeholder_group"].map(labels.name),
        unit=result.unpriced["unit"].map(labels.unit),
    )
    book.table(("Unpriced", "Counted and told, not priced", ""), unpriced, {"outcome": 40})
    findings = result.findings[
        [
            "severity",
            "message",
            "accepted_because",
            "why",
            "what_to_do",
            "rule",
            "value_at_stake",
            "rows",
        ]
    ]
    if findings["accepted_because"].isna().all():
        findings = findings.drop(columns="accepted_because")
    wide = {"severity": 10, "message": 54, "value_at_stake": 18, "why": 44, "what_to_do": 44}
    about = ("Findings", "What an assessor would challenge", "")
    book.table(about, findings, {**wide, "rows": 10, "accepted_because": 44})
    used = values_in_force(result).rename(columns=_PROXY_COLUMNS)
    used = used[[heading for heading in _PROXY_COLUMNS.values() if heading in used]]
    wide = {"Value of what": 44, "Source": 44, "Cautions": 100, "How the figure was checked": 40}
    sheet = book.table(("Proxies", "Values used and their sources", ""), used, wide)
    sheet.freeze_panes(3, 2)
    sheet.fit_to_pages(2, 0)
    sheet.repeat_columns(0, 0)
    adjustments = said.adjustments(result).dropna(axis=1, how="all")
    about = ("Adjustments", "Adjustments and their reasons", "")
    book.table(about, adjustments, {"reason": 70})
    prices = re_pricing(result)
    if len(prices):
        note = "Factor = (deflator now / then) × (income now / then) ^ income elasticity."
        about = ("Re-pricing", "How figures were brought to the prices of the result", note)
        book.table(about, prices.dropna(axis=1, how="all"), {})
    wide = {"what": 44, "value": 80}
    book.table(("Provenance", "Where this came from", ""), _provenance(result), wide)


def _provenance(result: Result) -> pd.DataFrame:
    about = result.provenance["proxy_set"]
    lines = [
        *(
            (
                " ".join(filter(None, ("input:", each["table"], each["file"], each["sheet"]))),
                each["sha256"] or "a data frame",
            )
            for each in result.provenance["inputs"]
        ),
        ("proxy set", f"{about['name']} {about['version'] or ''}".strip()),
        ("proxy set SHA-256", about["sha256"]),
        *((name, str(value)) for name, value in result.provenance["prices"].items()),
        ("socialvalue", result.provenance["package_version"]),
        ("made", result.provenance["time"]),
    ]
    return pd.DataFrame(lines, columns=["what", "value"])
