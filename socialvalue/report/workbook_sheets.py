"""How is a sheet written? Typed cells, styles, print set-up, and tables of plain values."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from socialvalue.report import labels

INPUT_COLOUR = "#FFF8DC"
LONGEST_TEXT = 32_767
"""Characters that a cell can hold."""
_LINE = 15
"""Height of one line of text [points]."""
_TALLEST = 409
"""Height that a row can have [points]."""

# "0.####" would show 1 as "1.", so whole numbers and numbers of unknown length are General.
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "note": {"text_wrap": True, "valign": "top"},
    "warning": {"bold": True, "font_color": "#B3261E"},
    "heading": {
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "bg_color": "#E8EEF2",
        "bottom": 1,
    },
    "text": {"valign": "top"},
    "note_after_number": {"text_wrap": True, "valign": "top", "align": "left", "indent": 1},
    "text_after_number": {"valign": "top", "align": "left", "indent": 1},
    "row": {"num_format": "0", "valign": "top", "align": "left"},
    "count": {"num_format": "#,##0", "valign": "top"},
    "whole": {"num_format": "0", "valign": "top"},
    "number": {"valign": "top", "align": "right"},
    "input": {"bg_color": INPUT_COLOUR, "valign": "top", "align": "right"},
    "share": {"num_format": "0.00##", "bg_color": INPUT_COLOUR, "valign": "top"},
    "some_share": {"num_format": '0.00##;-0.00##;"–"', "bg_color": INPUT_COLOUR, "align": "right"},
    "percent": {"num_format": "0%", "valign": "top"},
    "plain_share": {"num_format": "0.00##", "valign": "top"},
    "two_decimals": {"num_format": "#,##0.00", "valign": "top", "align": "right"},
    "years": {"num_format": "0.0", "align": "right"},
    "factor": {"num_format": "0.000000", "valign": "top"},
    "factor_input": {"num_format": "0.0000##", "bg_color": INPUT_COLOUR, "valign": "top"},
    "rate": {"num_format": "0.000##", "bg_color": INPUT_COLOUR},
}


def money_styles(currency: str) -> dict[str, dict[str, Any]]:
    """Styles of money: minus sign as well as red, because colour alone says nothing in print."""
    sign = labels.symbol(currency)
    money = f'"{sign}"#,##0.00;[Red]-"{sign}"#,##0.00'
    return {
        "money": {"num_format": money, "valign": "top", "align": "right"},
        "some_money": {"num_format": f'{money};"–"', "valign": "top", "align": "right"},
        "ratio": {"num_format": money, "bold": True, "align": "right"},
        "money_total": {"num_format": money, "bold": True, "align": "right"},
        "money_input": {"num_format": money, "bg_color": INPUT_COLOUR, "valign": "top"},
    }


class Book:
    """A workbook being written, with its styles.

    Parameters
    ----------
    book : Workbook
    currency : str
        Code of the currency of all money.
    mark : str
        Words that every sheet carries, such as that it is not for publication.
    """

    def __init__(self, book: Workbook, currency: str, mark: str = "") -> None:
        self.book, self.mark = book, mark
        styles = {**_STYLES, **money_styles(currency)}
        self.styles = {name: book.add_format(style) for name, style in styles.items()}
        head = dict(_STYLES["heading"], align="right")
        self.styles["heading_of_numbers"] = book.add_format(head)
        self.styles["heading_after_numbers"] = book.add_format(dict(_STYLES["heading"], indent=1))

    def sheet(self, name: str, title: str, note: str = "", *, landscape: bool = True) -> Worksheet:
        """A new sheet with its title and a note in the first two rows, one page wide."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self.styles["title"])
        if self.mark:
            sheet.write_string(1, 0, self.mark, self.styles["warning"])
            note = f"{self.mark}. {note}" if note else ""
        if note:
            sheet.write_string(1, 0, note, self.styles["warning"] if self.mark else None)
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_header(f"&L&B{self.mark}" if self.mark else "")
        sheet.set_footer("&L&A&RPage &P of &N")
        return sheet

    def put(self, sheet: Worksheet, row: int, column: int, value: Any, style: str = "text") -> None:
        """Write one value by its type; text is never taken for a formula."""
        format_ = self.styles[style]
        if value is None or (not isinstance(value, str) and pd.isna(value)):
            sheet.write_blank(row, column, None, format_)
        elif isinstance(value, str):
            sheet.write_string(row, column, value[:LONGEST_TEXT], format_)
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

    def headings(
        self,
        sheet: Worksheet,
        row: int,
        names: Sequence[str],
        *,
        numbers: Sequence[int] = (),
        after_numbers: Sequence[int] = (),
    ) -> None:
        """Write a row of headings; those over numbers stand to the right, as the numbers do."""
        for column, name in enumerate(names):
            style = "heading_of_numbers" if column in numbers else "heading"
            style = "heading_after_numbers" if column in after_numbers else style
            sheet.write_string(row, column, name, self.styles[style])

    def table(
        self,
        about: tuple[str, str, str],
        table: pd.DataFrame,
        widths: Mapping[str, int],
        styles: Mapping[str, str] | None = None,
    ) -> Worksheet:
        """A sheet with a table of plain values, its rows high enough for their text.

        Parameters
        ----------
        about : tuple of str
            The sheet's name, its title and a note, which may be blank.
        table : DataFrame
        widths : mapping
            Widths of columns that are not to be as wide as their values. [characters]
        styles : mapping, optional
            Styles of columns that are not to follow from their values.
        """
        sheet = self.sheet(*about)
        columns = [str(column) for column in table]
        wide = [widths.get(column, _width(table[column])) for column in columns]
        cells = {column: styles_of(table[column], (styles or {}).get(column)) for column in columns}
        numbers = [place for place, column in enumerate(columns) if cells[column][1] != "note"]
        after = [place for place in range(1, len(columns)) if place - 1 in numbers]
        after = [place for place in after if place not in numbers]
        names = [labels.heading(column) for column in columns]
        self.headings(sheet, 2, names, numbers=numbers, after_numbers=after)
        set_height(sheet, 2, list(zip(names, wide, strict=True)))
        for place, column in enumerate(columns):
            sheet.set_column(place, place, wide[place])
            values, style = cells[column]
            style = "note_after_number" if place in after else style
            for row, value in enumerate(values):
                self.put(sheet, 3 + row, place, value, style)
        for row, record in enumerate(table.itertuples(index=False)):
            set_height(sheet, 3 + row, list(zip(record, wide, strict=True)))
        sheet.freeze_panes(3, 1)
        sheet.repeat_rows(2)
        if len(table):
            sheet.autofilter(2, 0, 2 + len(table), max(table.shape[1] - 1, 0))
        else:
            self.put(sheet, 3, 0, "None.")
        return sheet


def styles_of(values: pd.Series, asked: str | None = None) -> tuple[list[Any], str]:
    """Cells of a column and their style: whole numbers without decimals, others in full."""
    found = values.tolist()
    if asked is not None:
        return found, asked
    known = [value for value in found if value is not None and not pd.isna(value)]
    if not known or not all(isinstance(value, int | float) for value in known):
        return [_words(value) for value in found], "note"
    if str(values.name) == "value_at_stake":
        return found, "money"
    return found, "count" if all(float(value).is_integer() for value in known) else "number"


def _words(value: Any) -> Any:
    return "yes" if value is True else "no" if value is False else value


def _width(values: pd.Series) -> int:
    """Width of a column that shows most of its values on one line [characters]."""
    longest = max((len(str(value)) for value in values.dropna()), default=0)
    return min(max(longest + 2, 13), 36)


def set_height(sheet: Worksheet, row: int, cells: Sequence[tuple[Any, int]]) -> None:
    """Make a row high enough for wrapped text: not every program does so on opening."""
    lines = max((lines_of(value, width) for value, width in cells), default=1)
    if lines > 1:
        sheet.set_row(row, min(lines * _LINE, _TALLEST))


def lines_of(value: Any, width: int) -> int:
    """Lines that a text takes in a column of so many characters."""
    if not isinstance(value, str):
        return 1
    room = max(width - 1, 1)
    return sum(max(math.ceil(len(part) / room), 1) for part in value.split("\n"))
