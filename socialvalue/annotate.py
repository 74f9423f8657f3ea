"""Where in the workbook is each problem? A copy of it with the cells coloured and commented."""

import re
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from socialvalue.columns import LOOKED_AT, heading_position, plain_name
from socialvalue.errors import InputError, OutputError
from socialvalue.files import replace_whole
from socialvalue.schemas import TABLES

RED = PatternFill("solid", fgColor="FFF4B6A6")
LIST = "_problems"


def annotate(path: str | Path, problems: pd.DataFrame, copy_path: str | Path) -> None:
    """Write a copy of a workbook in which each problem is coloured, with what to do as a comment.

    A sheet ``_problems`` lists them all. The workbook itself is not touched. Formulas, formats and
    other sheets are in the copy; charts, pictures and macros are not.

    Parameters
    ----------
    path : str or Path
        An .xlsx or .xlsm workbook that was checked.
    problems : DataFrame
        From `socialvalue.check`.
    copy_path : str or Path
        Of the copy, an .xlsx file.

    Raises
    ------
    InputError
        If the input is not a workbook that can be copied so.
    OutputError
        If the copy would overwrite the input, or cannot be written.
    """
    path, copy_path = Path(path), Path(copy_path)
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise InputError(
            f"{path} is not an .xlsx workbook, so its cells cannot be marked. Run the check "
            "without --annotate: the list it prints names each file, row and column."
        )
    same = copy_path.exists() and path.exists() and copy_path.samefile(path)
    if same or copy_path.resolve() == path.resolve():
        raise OutputError(f"{copy_path} is the input itself. Give the copy another name.")
    if copy_path.suffix.lower() != ".xlsx":
        raise OutputError(f"{copy_path}: the copy is an .xlsx workbook; end its name in .xlsx.")
    book = _loaded(path)
    sheets = {plain_name(sheet.title): _Sheet(sheet) for sheet in book.worksheets}
    for problem in problems.itertuples():
        sheet = sheets.get(plain_name(problem.table))
        if sheet is not None:
            sheet.mark(problem)
    _list(book, problems)
    with replace_whole(copy_path) as made:
        book.save(made)


def _loaded(path: Path) -> Workbook:
    try:
        return load_workbook(path)
    except (InvalidFileException, BadZipFile, OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} holds something that cannot be copied, so its cells cannot be marked. Run the "
            "check without --annotate: the list it prints names each sheet, row and column."
        ) from error


class _Sheet:
    """A sheet whose headings are found as the reader finds them."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        table = TABLES.get(plain_name(sheet.title))
        rows = [list(row) for row in sheet.iter_rows(max_row=LOOKED_AT, values_only=True)]
        self.heading = heading_position(rows, table) if table and rows else 0
        headings = rows[self.heading] if rows else []
        # A problem names a column as the table calls it, or a heading nobody knows as it stands.
        self.places: dict[str, int] = {}
        for place, heading in enumerate(headings, start=1):
            for name in (str(heading), table.name_of(heading) if table else ""):
                self.places.setdefault(name, place)

    def mark(self, problem: Any) -> None:
        """Colour the cell of a problem and say in a comment what to do."""
        row = self.heading + 1 if pd.isna(problem.row) else int(problem.row)
        unnamed = re.fullmatch(r"column (\d+)", str(problem.column))
        # A column that is missing has no cell of its own: the row's first cell carries the comment.
        place = int(unnamed[1]) if unnamed else self.places.get(str(problem.column), 1)
        cell = self._writable(row, place)
        cell.fill = RED
        about = f"{problem.column}: " if problem.column else ""
        words = _written(f"{about}{problem.rule}\n{problem.what_to_do}")
        before = f"{cell.comment.text}\n\n" if cell.comment else ""
        cell.comment = Comment(before + words, "socialvalue", width=360, height=160)

    def _writable(self, row: int, place: int) -> Any:
        """The cell, or the one that holds the value of the merged cells it is among."""
        cell = self.sheet.cell(row=row, column=place)
        if isinstance(cell, MergedCell):
            merged = next(
                each for each in self.sheet.merged_cells.ranges if cell.coordinate in each
            )
            return self.sheet.cell(row=merged.min_row, column=merged.min_col)
        return cell


def _written(text: str) -> str:
    """Text without the control characters that a workbook cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)


def _list(book: Workbook, problems: pd.DataFrame) -> None:
    if LIST in book.sheetnames:
        del book[LIST]
    sheet = book.create_sheet(LIST)
    sheet.append(list(problems.columns))
    for row in problems.itertuples(index=False):
        sheet.append([None if pd.isna(value) else _written(str(value)) for value in row])
        for cell in sheet[sheet.max_row]:
            # A value that starts with = must not become a formula of the copy.
            cell.data_type = "s" if cell.value is not None else "n"
    for letter, width in zip("ABCDEFGH", (16, 8, 22, 22, 44, 60, 32, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
