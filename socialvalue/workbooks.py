"""What does a workbook hold? A sheet for each table, read as it is, whatever stands above it."""

import zipfile
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.columns import Table, heading_position, plain_name
from socialvalue.errors import InputError
from socialvalue.records import Found, Origin, did_you_mean
from socialvalue.schemas import TABLES
from socialvalue.spreadsheet_errors import Place, unread_cells

WORKBOOKS = (".xlsx", ".xlsm", ".ods")
IGNORED_SHEETS = ("notes", "readme", "about", "instructions", "lists")
MAX_UNPACKED = 1_000_000_000
MAX_RATIO = 200


def read_workbook(path: Path, sha256: str, found: Found) -> None:
    """Add every table of a workbook, and what is noticed on the way, to what was found.

    Parameters
    ----------
    path : Path
    sha256 : str
        Hash of the file.
    found : Found

    Raises
    ------
    InputError
        If the file cannot be read as a workbook.
    """
    _refuse_bad_zip(path)
    unread = unread_cells(path)
    for sheet, hidden in _worksheets(path):
        origin = Origin(path.name, sheet.name, sha256)
        if plain_name(sheet.name) in TABLES:
            _read_sheet(sheet, unread.get(sheet.name, []), origin, found)
            if hidden:
                found.note(plain_name(sheet.name), "the sheet is hidden, and was read")
        else:
            _pass_over(sheet, hidden, origin, found)


def _pass_over(sheet: Any, hidden: bool, origin: Origin, found: Found) -> None:
    """A sheet that is no table: left alone where it cannot have been meant as one."""
    name = plain_name(sheet.name)
    if not sheet.to_python():
        return
    if name == "about":
        # The template's own sheet: nobody keeps records there.
        return
    if name in IGNORED_SHEETS or name.startswith("_"):
        found.note(sheet.name, "this sheet is not a table and was not read")
    elif hidden and not did_you_mean(name, TABLES):
        found.note(sheet.name, "this hidden sheet is not a table and was not read")
    else:
        found.unknown(origin, sheet.name, "hidden sheet" if hidden else "sheet")


def _read_sheet(sheet: Any, unread: list[Place], origin: Origin, found: Found) -> None:
    name, rows = plain_name(sheet.name), sheet.to_python(skip_empty_area=False)
    for row, column, shown in unread:
        if row <= len(rows) and column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = shown
    _say_merged(sheet, name, origin, found)
    if rows:
        found.add(name, table_of(rows, TABLES[name], origin, found), origin)


def _worksheets(path: Path) -> list[tuple[Any, bool]]:
    """Sheets of cells, and whether each is hidden; charts have no cells."""
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_path(str(path))
        return [
            (book.get_sheet_by_name(about.name), about.visible != SheetVisibleEnum.Visible)
            for about in book.sheets_metadata
            if about.typ == SheetTypeEnum.WorkSheet
        ]
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read as a workbook. If it has a password, take it off; otherwise "
            "open it in a spreadsheet program and save it again as .xlsx."
        ) from error


def _refuse_bad_zip(path: Path) -> None:
    """Refuse what is no workbook at all, or would unpack to more than a computer holds."""
    if not zipfile.is_zipfile(path):
        raise InputError(
            f"{path} is not a workbook, whatever its name says, or it has a password. Open it in "
            "the program it came from and save it as .xlsx without a password."
        )
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{path} is damaged: {error}. Take a whole copy of it.") from error
    packed = max(path.stat().st_size, 1)
    if unpacked > MAX_UNPACKED or (unpacked > 50_000_000 and unpacked / packed > MAX_RATIO):
        raise InputError(
            f"{path} would unpack to {unpacked / 1e6:,.0f} MB and was not opened. Save the records "
            "as CSV or Parquet files in a folder instead."
        )


def _say_merged(sheet: Any, name: str, origin: Origin, found: Found) -> None:
    """Merged cells hold one value, and are blank in all their other rows and columns."""
    # Older readers cannot tell, and those of .ods give nothing.
    for (top, left), (bottom, right) in getattr(sheet, "merged_cell_ranges", None) or []:
        if top == 0 or (top, left) == (bottom, right):
            continue
        span = f"rows {top + 1} to {bottom + 1}" if bottom > top else f"{right - left + 1} columns"
        rule = "cells are merged: only the first of them holds the value"
        todo = f"Unmerge them ({span}) and write the value into each."
        found.problem(origin, name, top + 1, f"column {left + 1}", (rule, todo))


def table_of(rows: list[list[Any]], table: Table, origin: Origin, found: Found) -> pd.DataFrame:
    """Rows of a sheet as a frame whose index is the row the spreadsheet shows."""
    at = find_headings(rows, table, origin, found)
    header = [cell if cell != "" else None for cell in rows[at]]
    below = rows[at + 1 :]
    if set(map(len, below)) - {len(header)}:
        raise ValueError("rows of a sheet are of different lengths")
    # All cells in one go: row by row takes twice as long.
    cells = np.fromiter(chain.from_iterable(below), dtype=object, count=len(below) * len(header))
    cells = cells.reshape(len(below), len(header))
    # What is blank is so in all cells at once: one by one takes three times as long.
    cells[cells == ""] = None
    frame = pd.DataFrame(cells, dtype=object, copy=False)
    frame.columns = pd.Index(header, dtype=object)
    frame.index = pd.RangeIndex(at + 2, at + 2 + len(frame))
    return frame


def find_headings(rows: list[list[Any]], table: Table, origin: Origin, found: Found) -> int:
    """Position of the headings; one that is not the first is a problem.

    The rows below them are read all the same, so that all that is wrong is named at once.
    """
    at = heading_position(rows, table)
    if at:
        rule = f"the headings are in row {at + 1}, not in row 1"
        todo = f"Delete row{'s 1 to' if at > 1 else ''} {at} above them."
        found.problem(origin, table.name, at + 1, "", (rule, todo))
    return at
