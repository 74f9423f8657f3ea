"""Where in the workbook is each problem? A copy of it with the cells coloured and commented."""

from pathlib import Path

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from socialvalue.errors import InputError, OutputError
from socialvalue.files import replace_whole

RED = PatternFill("solid", fgColor="FFF4B6A6")
LIST = "_problems"


def annotate(path: str | Path, problems: pd.DataFrame, copy_path: str | Path) -> None:
    """Write a copy of a workbook in which each problem is coloured, with what to do as a comment.

    A sheet ``_problems`` lists them all. The workbook itself is not touched.

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
    if copy_path.resolve() == path.resolve():
        raise OutputError(f"{copy_path} is the input itself. Give the copy another name.")
    if copy_path.suffix.lower() != ".xlsx":
        raise OutputError(f"{copy_path}: the copy is an .xlsx workbook; end its name in .xlsx.")
    book = load_workbook(path)
    for problem in problems.itertuples():
        _mark(book, problem)
    _list(book, problems)
    with replace_whole(copy_path) as made:
        book.save(made)


def _sheet(book: Workbook, table: str) -> Worksheet | None:
    return next((s for s in book.worksheets if _plain(s.title) == _plain(table)), None)


def _plain(name: object) -> str:
    return str(name).strip().lower().replace(" ", "_")


def _mark(book: Workbook, problem: object) -> None:
    sheet = _sheet(book, problem.table)  # type: ignore[attr-defined]
    if sheet is None:
        return
    row = 1 if pd.isna(problem.row) else int(problem.row)  # type: ignore[attr-defined]
    headings = [_plain(cell.value) for cell in sheet[1]]
    column = _plain(problem.column)  # type: ignore[attr-defined]
    # A column that is missing has no cell of its own: the row's first cell carries the comment.
    place = headings.index(column) + 1 if column in headings else 1
    cell = sheet.cell(row=row, column=place)
    cell.fill = RED
    words = f"{problem.column}: {problem.rule}\n{problem.what_to_do}"  # type: ignore[attr-defined]
    before = f"{cell.comment.text}\n\n" if cell.comment else ""
    cell.comment = Comment(before + words, "socialvalue", width=360, height=160)


def _list(book: Workbook, problems: pd.DataFrame) -> None:
    if LIST in book.sheetnames:
        del book[LIST]
    sheet = book.create_sheet(LIST)
    sheet.append(list(problems.columns))
    for row in problems.itertuples(index=False):
        sheet.append([None if pd.isna(value) else str(value) for value in row])
        for cell in sheet[sheet.max_row]:
            # A value that starts with = must not become a formula of the copy.
            cell.data_type = "s" if cell.value is not None else "n"
    for letter, width in zip("ABCDEFG", (16, 8, 22, 22, 44, 60, 32), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
