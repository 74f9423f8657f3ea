"""What does the first sheet show? Totals by live formulas, goals, and checks that they add up."""

from typing import Any, NamedTuple

import pandas as pd
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from socialvalue.merging import MERGED_LABEL
from socialvalue.report import labels
from socialvalue.report import workbook_grid as grid
from socialvalue.report.workbook_sheets import Book, set_height
from socialvalue.results import Result
from socialvalue.summary import MEASURES
from socialvalue.totals import STEPS

_FIRST = 56
"""Width of the first column. [characters]"""
_PENNY = 0.005
_STATUS_STYLE = "text_after_number"
_ONE_PAGE = 110
"""Rows that can be read on one page; more go over several."""


class Layout(NamedTuple):
    """Where the other sheets hold what the summary adds up.

    Attributes
    ----------
    rows : DataFrame
        Rows of the impact map sheet.
    years : DataFrame
        Year columns of the grids.
    allocation : dict
        Column of each category of each framework.
    inputs : DataFrame
        Rows of the inputs sheet.
    """

    rows: pd.DataFrame
    years: pd.DataFrame
    allocation: dict[str, dict[str, int]]
    inputs: pd.DataFrame

    def map_column(self, field: str) -> str:
        """Address of a field of the impact map."""
        return grid.whole_column(field, max(len(self.rows), 1))

    def cells(self, sheet: str, column: str) -> str:
        """Address of a column of a sheet whose rows are those of the impact map."""
        last = grid.HEADER + 1 + max(len(self.rows), 1)
        return f"'{sheet}'!${column}${grid.HEADER + 2}:${column}${last}"

    def input_column(self, column: str) -> str:
        """Address of a column of the inputs."""
        last = grid.HEADER + 1 + max(len(self.inputs), 1)
        return f"Inputs!${column}${grid.HEADER + 2}:${column}${last}"

    def counted_sum(self, field: str) -> str:
        """Sum of a field over the rows that count, as a formula without its equals sign."""
        return f'SUMIF({self.map_column("counted")},"yes",{self.map_column(field)})'


def _band(page: "_Page", at: int, heads: list[str]) -> None:
    """Headings of a part of the summary, over all its columns; the first is of words."""
    full = [*heads, *[""] * (4 - len(heads))]
    words = [place for place, head in enumerate(full) if head.startswith("Status")]
    numbers = [place for place in (1, 2, 3) if place not in words]
    page.book.headings(page.sheet, at, full, numbers=numbers, after_numbers=words)


class _Page(NamedTuple):
    """The sheet being filled, and what its parts need."""

    book: Book
    sheet: Worksheet
    result: Result
    layout: Layout


def add_summary(book: Book, sheet: Worksheet, result: Result, layout: Layout) -> None:
    """Fill the summary sheet."""
    page = _Page(book, sheet, result, layout)
    sheet.set_column(0, 0, _FIRST)
    sheet.set_column(1, 3, 20)
    if not book.mark:
        book.put(sheet, 1, 0, f"For publication; small groups merged ({result.disclosure}).")
    words = f"As assessed: {labels.headline(result)}"
    sheet.merge_range(2, 0, 2, 3, words, book.styles["note"])
    set_height(sheet, 2, [(words, _FIRST + 60)])
    at = _totals(page) + 1
    if not labels.nothing_priced(result):
        at = _waterfall(page, at) + 1
        at = _by_year(page, at) + 1
    at = _range(page, at) + 1
    for framework in layout.allocation if not labels.nothing_priced(result) else ():
        at = _goals(page, framework, at) + 1
    if at <= _ONE_PAGE:
        sheet.fit_to_pages(1, 1)


def _line(page: _Page, row: int, label: str, *cells: tuple[Any, Any, str]) -> None:
    """A label and its cells: (formula or None, value, style) each."""
    page.book.put(page.sheet, row, 0, label)
    for place, (formula, value, style) in enumerate(cells, start=1):
        if formula is None:
            page.book.put(page.sheet, row, place, value, style)
        else:
            page.book.formula(page.sheet, row, place, formula, value, style)


def _totals(page: _Page) -> int:
    book, result, layout = page.book, page.result, page.layout
    heads = [f"Totals ({result.assumptions.price_year} prices)", "Amount"]
    _band(page, 4, heads)
    totals = result.totals
    at = 5
    for name, label, style in (
        ("gross_value", "Gross value", "money_total"),
        ("net_value", "Net value", "money_total"),
        ("present_value", "Present value", "money_total"),
        ("harm_present_value", labels.harms(result), "money"),
    ):
        if pd.isna(totals[name]):
            _line(page, at, label, (None, "–", style))
            at += 1
            continue
        _line(page, at, label, (f"={layout.counted_sum(name)}", totals[name], style))
        book.book.define_name(name, f"=Summary!$B${at + 1}")
        at += 1
    if len(layout.inputs):
        spent = f"=SUM({layout.input_column('K')})"
        _line(page, at, "Inputs", (spent, totals["input_value"], "money_total"))
        book.book.define_name("input_value", f"=Summary!$B${at + 1}")
        at += 1
    if result.ratio_missing:
        _line(page, at, "Ratio", (None, f"none: {result.ratio_missing}", "text"))
        return at + 1
    return _ratio(page, at)


def _ratio(page: _Page, at: int) -> int:
    """Value and inputs that the ratio compares, and what follows from them."""
    book, result, layout = page.book, page.result, page.layout
    totals = result.totals
    counted, covered, present = map(layout.map_column, ("counted", "in_ratio", "present_value"))
    value = f'SUMIFS({present},{counted},"yes",{covered},"yes")'
    cost = f'SUMIF({layout.input_column("L")},"yes",{layout.input_column("K")})'
    # Merged groups may stand for projects with inputs and without: what of them is outside.
    apart_value, apart_cost = _left_over(result, layout)
    for label, formula, apart, compared in (
        ("Present value in the ratio (projects with inputs)", value, apart_value, "compared_value"),
        ("Inputs in the ratio (projects with outcomes)", cost, apart_cost, "compared_inputs"),
    ):
        less = f"-({apart!r})".upper() if apart else ""
        _line(page, at, label, (f"={formula}{less}", getattr(result, compared), "money"))
        at += 1
    compared, spent = f"$B${at - 1}", f"$B${at}"
    net = (f"={compared}-{spent}", totals["net_present_value"], "money_total")
    _line(page, at, "Net present value", net)
    ratio = f'=IF({spent}>0,{compared}/{spent},"none")'
    sign = labels.symbol(labels.currency_of(result))
    words = (None, f"{labels.ratio_range_words(result)}, as assessed", "text_after_number")
    label = f"Ratio: {sign}1 put in gives"
    _line(page, at + 1, label, (ratio, totals["sroi_ratio"], "ratio"), words)
    payback = totals["payback_years"]
    years = "never" if pd.isna(payback) else float(payback)
    _line(page, at + 2, "Payback (years), as assessed", (None, years, "years"))
    book.book.define_name("net_present_value", f"=Summary!$B${at + 1}")
    book.book.define_name("sroi_ratio", f"=Summary!$B${at + 2}")
    return at + 3


def _left_over(result: Result, layout: Layout) -> tuple[float, float]:
    """Value and inputs of rows marked as in the ratio that are not; almost always nothing."""
    rows, inputs = layout.rows, layout.inputs
    marked = rows["counted"].astype(bool) & rows["in_ratio"].astype(bool)
    value = float(rows.loc[marked, "present_value"].sum() - result.compared_value)
    spent = inputs.loc[inputs["in_ratio"].astype(bool), "present_value"].sum()
    cost = float(spent - result.compared_inputs)
    return (value if abs(value) > _PENNY else 0.0), (cost if abs(cost) > _PENNY else 0.0)


def _by_year(page: _Page, at: int) -> int:
    years, layout = page.layout.years, page.layout
    heads = ["Year", "Gross value", "Net value", "Present value"]
    _band(page, at, heads)
    sums = page.result.by("year").set_index("year")
    counted = layout.map_column("counted")
    for place, year in enumerate(years["year"].astype(str)):
        name = xl_col_to_name(grid.FIRST_YEAR + place)
        cells = [
            (
                f'=SUMIF({counted},"yes",{layout.cells(source, name)})',
                float(sums[measure].get(year, 0.0)),
                "money",
            )
            for source, measure in (
                (grid.GROSS, "gross_value"),
                (grid.NET, "net_value"),
                (grid.PRESENT, "present_value"),
            )
        ]
        _line(page, at + 1 + place, year, *cells)
    last = at + 1 + len(years)
    if MERGED_LABEL not in sums.index:
        return last
    # Groups merged over years have no year of their own: they are what the years leave over.
    left = [
        (
            f"={measure}-SUM({column}{at + 2}:{column}{last})",
            float(sums.loc[MERGED_LABEL, measure]),
            "money",
        )
        for column, measure in zip("BCD", MEASURES, strict=True)
    ]
    _line(page, last, "Small groups, merged over years", *left)
    return last + 1


def _range(page: _Page, at: int) -> int:
    book, sheet, found = page.book, page.sheet, page.result.range
    _band(page, at, ["Range, as assessed", "Low", "High"])
    if found.missing:
        words = f"none: {found.missing}"
        book.put(sheet, at + 1, 0, words, "note")
        set_height(sheet, at + 1, [(words, _FIRST)])
        return at + 2
    ends = (found.present_value_low, found.present_value_high)
    _line(page, at + 1, "Present value", *((None, end, "money") for end in ends))
    ends = (found.sroi_ratio_low, found.sroi_ratio_high)
    _line(page, at + 2, "Ratio", *((None, end, "ratio") for end in ends))
    fixed = (None, found.share_without_range, "percent")
    _line(page, at + 3, "Part of the value without a range", fixed)
    _line(page, at + 4, "What the range is", (None, labels.range_kind(page.result), "text"))
    return at + 5


def _goals(page: _Page, framework: str, at: int) -> int:
    layout = page.layout
    title = labels.WORDS.get(framework, framework)
    heads = [title, "Present value", "Status, as assessed"]
    _band(page, at, heads)
    table = page.result.by(framework).set_index(framework)
    counted, present = layout.map_column("counted"), layout.map_column("present_value")
    first = place = at + 1
    for category, row in table.drop(index="unallocated").iterrows():
        name = row[f"{framework}_title"]
        shares = layout.cells("Allocation", xl_col_to_name(layout.allocation[framework][category]))
        formula = f'SUMPRODUCT(({counted}="yes")*{present}*{shares})'
        value = row["present_value"]
        # What nobody looked for is not nothing: no figure until a share is given to it.
        missing = pd.isna(value)
        formula = f'=IF(SUM({shares})=0,"–",{formula})' if missing else f"={formula}"
        _line(
            page,
            place,
            str(name) if category == "merged" else f"{category} {name}",
            (formula, "–" if missing else float(value), "money"),
            (None, "" if category == "merged" else labels.STATUS[row["status"]], _STATUS_STYLE),
        )
        place += 1
    left = float(table.loc["unallocated", "present_value"])
    total = float(page.result.totals["present_value"])
    rest = (f"=present_value-SUM(B{first + 1}:B{place})", left, "money")
    _line(page, place, "Not allocated to a category", rest)
    _line(page, place + 1, "Total", (f"=SUM(B{first + 1}:B{place + 1})", total, "money_total"))
    return place + 2


def _waterfall(page: _Page, at: int) -> int:
    heads = ["From gross to present value", "Change", "Value after it"]
    _band(page, at, heads)
    totals = ("gross_value", "net_value", "present_value")
    steps = page.result.waterfall()
    merged = bool((steps["step"] == "small_groups").any())
    for row, step in enumerate(steps.itertuples(), start=at + 1):
        after = f"={_after(page.layout, STEPS[step.step], merged)}"
        change = f"=C{row + 1}" if step.step in totals else f"=C{row + 1}-C{row}"
        cells = ((change, step.change, "money"), (after, step.value, "money"))
        _line(page, row, labels.STEPS[step.step], *cells)
    return at + 1 + len(steps)


def _after(layout: Layout, leaves: str, merged: bool) -> str:
    """What a step leaves of all rows; merged rows without steps stand at their gross value."""
    net = "net_value" if leaves == "after_optimism" else leaves
    if not merged or leaves in MEASURES:
        return layout.counted_sum(net)
    counted, known = layout.map_column("counted"), layout.map_column("after_drop_off")
    gross = f'SUMPRODUCT(({counted}="yes")*({known}="")*{layout.map_column("gross_value")})'
    if net == leaves:
        return f"{layout.counted_sum(net)}+{gross}"
    return f'SUMIFS({layout.map_column(net)},{counted},"yes",{known},"<>")+{gross}'
