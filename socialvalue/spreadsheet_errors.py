"""Which cells of a workbook hold an error such as #REF!? The fast reader shows them as blank."""

import zipfile
from pathlib import Path

from socialvalue.errors import InputError

_MARKS = {".ods": b'value-type="error"'}
_MARK = b't="e"'


def error_cells(path: Path) -> dict[str, list[tuple[int, int, str]]]:
    """Error cells of a workbook by sheet: row and column from 1, and the error.

    The slow reader is only asked where the file has such cells at all.

    Raises
    ------
    InputError
        If an .ods workbook has errors: they cannot be located in one.
    """
    mark = _MARKS.get(path.suffix.lower(), _MARK)
    with zipfile.ZipFile(path) as archive:
        parts = [name for name in archive.namelist() if name.endswith(".xml")]
        sheets = [name for name in parts if "worksheets/" in name or name == "content.xml"]
        if not any(mark in archive.read(name) for name in sheets):
            return {}
    if path.suffix.lower() == ".ods":
        raise InputError(
            f"{path} has cells with spreadsheet errors, which would be read as blank. Mend them, "
            "or save it as .xlsx: then each of them can be named."
        )
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    found = {
        sheet.title: [
            (cell.row, cell.column, str(cell.value))
            for row in sheet.iter_rows()
            for cell in row
            if getattr(cell, "data_type", "") == "e"
        ]
        for sheet in book.worksheets
    }
    book.close()
    return {sheet: cells for sheet, cells in found.items() if cells}
