"""How is a sheet written? Typed cells, styles, and tables of plain values."""

import math
from typing import Any

import pandas as pd
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from socialvalue.report import labels

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "note": {"text_wrap": True, "valign": "top"},
    "warning": {"bold": True, "font_color": "#B3261E", "text_wrap": True},
    "heading": {
        "bold": True,
        "text_wrap": True,
        "valign": "top",
        "bg_color": "#E8EEF2",
        "bottom": 1,
    },
    "text": {"valign": "top"},
    "number": {"num_format": "#,##0.####", "valign": "top"},
    "input": {"num_format": "#,##0.####", "bg_color": "#FFF8DC", "valign": "top"},
    "share": {"num_format": "0.####", "bg_color": "#FFF8DC", "valign": "top"},
    "formula_share": {"num_format": "0.0000", "valign": "top"},
    "formula": {"num_format": "#,##0.####", "valign": "top"},
    "ratio": {"num_format": "0.00", "bold": True},
    "factor": {"num_format": "0.000000"},
    "rate": {"num_format": "0.0000", "bg_color": "#FFF8DC"},
}


class Book:
    """A workbook being written, with its styles."""

    def __init__(self, book: Workbook, currency: str) -> None:
        symbol = labels.SYMBOLS.get(currency, "")
        money = f'"{symbol}"#,##0.00;[Red]-"{symbol}"#,##0.00'
        self.book = book
        self.styles = {name: book.add_format(style) for name, style in _STYLES.items()}
        self.styles["money"] = book.add_format({"num_format": money, "valign": "top"})
        self.styles["money_total"] = book.add_format({"num_format": money, "bold": True})
        self.styles["money_input"] = book.add_format(
            {"num_format": money, "bg_color": "#FFF8DC", "valign": "top"}
        )

    def sheet(self, name: str, title: str, note: str = "", *, landscape: bool = True) -> Worksheet:
        """A new sheet with its title and a note in the first two rows."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self.styles["title"])
        if note:
            sheet.write_string(1, 0, note)
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        return sheet

    def put(self, sheet: Worksheet, row: int, column: int, value: Any, style: str = "text") -> None:
        """Write one value by its type; text is never taken for a formula."""
        format_ = self.styles[style]
        if value is None or (not isinstance(value, str) and pd.isna(value)):
            sheet.write_blank(row, column, None, format_)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, format_)
        elif isinstance(value, bool):
            sheet.write_string(row, column, "yes" if value else "no", format_)
        elif isinstance(value, pd.Timestamp):
            sheet.write_string(row, column, f"{value:%Y-%m-%d}", format_)
        else:
            sheet.write_number(row, column, float(value), format_)

    def formula(
        self, sheet: Worksheet, row: int, column: int, formula: str, value: Any, style: str
    ) -> None:
        """Write a formula together with our computed result, which previewers show."""
        missing = value is None or (not isinstance(value, str) and math.isnan(value))
        shown = "" if missing else value
        sheet.write_formula(row, column, formula, self.styles[style], shown)

    def headings(self, sheet: Worksheet, row: int, names: list[str]) -> None:
        """Write a row of headings."""
        for column, name in enumerate(names):
            sheet.write_string(row, column, name, self.styles["heading"])

    def table(
        self, name: str, title: str, table: pd.DataFrame, widths: dict[str, int], note: str = ""
    ) -> Worksheet:
        """A sheet with a table of plain values."""
        sheet = self.sheet(name, title, note)
        self.headings(sheet, 2, [labels.name(column) for column in table])
        for place, column in enumerate(table):
            sheet.set_column(place, place, widths.get(str(column), 16))
            for row, value in enumerate(table[column].tolist()):
                style = "number" if isinstance(value, int | float) else "note"
                self.put(sheet, 3 + row, place, value, style)
        sheet.freeze_panes(3, 1)
        sheet.repeat_rows(2)
        if len(table):
            sheet.autofilter(2, 0, 2 + len(table), max(table.shape[1] - 1, 0))
        return sheet
