"""What does a blank workbook look like? Sheets, notes and drop-downs from the declarations."""

from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from socialvalue.columns import Column, Table
from socialvalue.errors import InputError, OutputError, SettingsError
from socialvalue.files import replace_whole
from socialvalue.records import did_you_mean
from socialvalue.schemas import TABLES

_ROWS = 1000
_WORDS = {
    "text": "text",
    "id": "identifier (text)",
    "number": "number",
    "integer": "whole number",
    "share": "share, 0 to 1",
    "money": "money",
    "date": "date",
    "year": "year, 2024-25 or 2024",
    "yes_no": "yes or no",
    "code": "one of a list",
}
_NUMBERS = {"date": "yyyy-mm-dd", "share": "0.00", "money": "#,##0.00", "id": "@", "year": "@"}


def describe(table: str) -> pd.DataFrame:
    """Columns of a table: name, whether required, kind, unit, label, meaning.

    Raises
    ------
    SettingsError
        If there is no such table.

    Examples
    --------
    >>> describe("inputs")["column"].tolist()[:3]
    ['input_id', 'amount', 'date']
    """
    if table not in TABLES:
        raise SettingsError(
            f"There is no table called {table!r}.{did_you_mean(table, TABLES)} The tables are "
            f"{', '.join(TABLES)}."
        )
    rows = [
        (
            column.name,
            "required" if column.required else "",
            _WORDS[column.kind],
            column.unit,
            column.label,
            _meaning(column),
        )
        for column in TABLES[table].columns
    ]
    return pd.DataFrame(rows, columns=["column", "required", "kind", "unit", "label", "meaning"])


def _meaning(column: Column) -> str:
    codes = f" ({', '.join(column.codes)})" if column.codes else ""
    return f"{column.meaning}{codes}"


def write_template(path: str | Path) -> None:
    """Write a blank workbook: a sheet for each table, with notes, formats and drop-downs.

    Parameters
    ----------
    path : str or Path
        Of an .xlsx file that does not exist yet: what somebody filled in is never overwritten.

    Raises
    ------
    InputError
        If the file is there already.
    OutputError
        If its name does not end in .xlsx, or it cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise OutputError(f"{path}: the template is an .xlsx workbook; end its name in .xlsx.")
    if path.suffix.lower() != ".xlsx":
        raise InputError(f"{path}: the blank workbook is an .xlsx file; end its name in .xlsx.")
    if path.exists():
        raise InputError(f"{path} is there already and is never overwritten. Give another name.")
    with replace_whole(path) as made, xlsxwriter.Workbook(str(made)) as book:
        about = book.add_worksheet("about")
        for table in TABLES.values():
            _table_sheet(book, table)
        _about(book, about)


def _table_sheet(book: xlsxwriter.Workbook, table: Table) -> None:
    sheet = book.add_worksheet(table.name)
    needed = book.add_format({"bold": True, "bg_color": "#CFE3EE", "bottom": 1})
    optional = book.add_format({"bold": True, "bg_color": "#F0F0EC", "bottom": 1})
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.name, needed if column.required else optional)
        must = "Required. " if column.required else ""
        note = f"{column.label}. {must}{_meaning(column)}. {_WORDS[column.kind].capitalize()}."
        sheet.write_comment(0, place, note, {"x_scale": 2, "y_scale": 1.4})
        form = book.add_format({"num_format": _NUMBERS.get(column.kind, "General")})
        sheet.set_column(place, place, max(12, len(column.name) + 2), form)
        _validate(sheet, place, column)
    sheet.freeze_panes(1, 1)


def _validate(sheet: Worksheet, place: int, column: Column) -> None:
    codes = list(column.codes) or (["yes", "no"] if column.kind == "yes_no" else [])
    if codes and len(",".join(codes)) <= 255:
        rule: dict[str, Any] = {"validate": "list", "source": codes}
    elif column.kind == "share":
        rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
        rule["error_message"] = "Write a share between 0 and 1: 35% is 0.35."
    else:
        return
    sheet.data_validation(1, place, _ROWS, place, rule)


def _about(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
    bold = book.add_format({"bold": True, "bg_color": "#F0F0EC"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, "Records for socialvalue", book.add_format({"bold": True}))
    sheet.write_string(
        1, 0, "One sheet for each table; only outcomes is needed. Shares are 0 to 1."
    )
    heads = ["table", "column", "required", "kind", "unit", "label", "meaning"]
    for place, name in enumerate(heads):
        sheet.write_string(3, place, name, bold)
    row = 4
    for table in TABLES:
        for line in describe(table).itertuples(index=False):
            for place, value in enumerate([table, *line]):
                sheet.write_string(row, place, value, wrap)
            row += 1
    for place, width in enumerate((18, 22, 10, 20, 10, 22, 70)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(4, 2)
