"""What does a CSV file hold? Every cell as text, in UTF-8 or, said in the notes, Windows-1252."""

import csv
import re
import shutil
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue.columns import LOOKED_AT, Table, heading_position, plain_name
from socialvalue.errors import InputError

_LINE = re.compile(r"CSV Error on Line: (\d+)")
_TOO_LONG = re.compile(r"Expected Number of Columns: (?P<width>\d+) Found: (?P<cells>\d+)")
MEND = "Open it in a spreadsheet program and save it as CSV UTF-8 (comma delimited)."


def read_csv_as_text(path: Path, notes: list[tuple]) -> pd.DataFrame:
    """A CSV file with every cell as text, its first row the headings.

    Parameters
    ----------
    path : Path
    notes : list of tuple
        What was changed in reading is added to it.

    Returns
    -------
    DataFrame

    Raises
    ------
    InputError
        If the file is no CSV file: the message says why, and on which line.
    """
    cells = read_csv_cells(path, notes)
    frame = cells.iloc[1:].reset_index(drop=True)
    frame.columns = pd.Index(cells.iloc[0].tolist(), dtype=object)
    return frame


def read_csv_cells(path: Path, notes: list[tuple]) -> pd.DataFrame:
    """The same with its headings as the first row: row and column numbers are the file's own."""
    encoding = _encoding(path)
    if encoding != "utf-8-sig":
        notes.append((path.stem, "", "the file is not UTF-8 and was read as Windows-1252", 1, ""))
    options: dict[str, Any] = {
        "header": None,
        "dtype": str,
        "keep_default_na": False,
        "skip_blank_lines": False,
        "index_col": False,
    }
    try:
        names = range(_width(path, encoding))
        return pd.read_csv(path, encoding=encoding, names=names, **options)
    except pd.errors.ParserError as error:
        raise InputError(f"{path} cannot be read as CSV: {_why(path, encoding, error)}") from error
    except (pd.errors.EmptyDataError, csv.Error, UnicodeDecodeError, OSError) as error:
        raise InputError(f"{path} cannot be read as CSV: {error}. {MEND}") from error


def _encoding(path: Path) -> str:
    """UTF-8 if all of the file is, else Windows-1252; what is no text at all is refused."""
    content = path.read_bytes()
    _refuse_bytes(path, content)
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def in_utf8(file: Path, folder: Path, notes: list[str]) -> Path:
    """The file, or its copy in UTF-8 where it is in Windows-1252, which is added to the notes."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            while text.read(1 << 24):
                pass
    except UnicodeDecodeError:
        notes.append("the file is not UTF-8 and was read as Windows-1252")
        copy = folder / f"utf8-{len(notes)}.csv"
        try:
            with (
                file.open(encoding="cp1252", newline="") as text,
                copy.open("w", encoding="utf-8", newline="") as out,
            ):
                shutil.copyfileobj(text, out, 1 << 24)
        except UnicodeDecodeError as error:
            raise InputError(f"{file} cannot be read as CSV: {error}. {MEND}") from error
        return copy
    return file


def refuse_what_is_no_text(path: Path) -> None:
    """Refuse a file that is empty, or whose beginning is no text.

    Raises
    ------
    InputError
    """
    with path.open("rb") as stream:
        _refuse_bytes(path, stream.read(1 << 16))


def _refuse_bytes(path: Path, content: bytes) -> None:
    if not content.strip():
        raise InputError(f"{path} is empty. Write the headings in its first row, or delete it.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise InputError(f"{path} is not a CSV file in UTF-8. {MEND}")


def refuse_other_separators(path: Path) -> None:
    """Refuse a file whose cells lie between semicolons or tabs.

    Raises
    ------
    InputError
    """
    _width(path, "utf-8-sig")


def headings_of(path: Path, table: Table) -> list[str]:
    """The headings of a file, which must be in its first row and differ.

    Raises
    ------
    InputError
    """
    first = _first_rows(path, "utf-8-sig")
    headings = first[0] if first else []
    at = heading_position(first, table)
    if at:
        above = f"row{'s 1 to' if at > 1 else ''} {at}"
        raise InputError(
            f"{path}: the headings are in row {at + 1}, not in row 1. Delete {above} above them."
        )
    if not any(cell.strip() for cell in headings):
        raise InputError(f"{path} has no headings. Write them in its first row.")
    if not any(table.name_of(cell) in table.names for cell in headings):
        raise InputError(
            f"{path} has none of the headings of {table.name} in its first row. Write them there, "
            f"such as {', '.join(table.names[:3])}."
        )
    plain = [plain_name(cell) for cell in headings]
    twice = [cell for n, cell in enumerate(headings) if plain[n] and plain[n] in plain[:n]]
    if twice:
        raise InputError(f"{path}: the column {twice[0]!r} stands twice. Keep one of the two.")
    return [cell.strip() for cell in headings]


def _first_rows(path: Path, encoding: str) -> list[list[str]]:
    with path.open(encoding=encoding, errors="replace", newline="") as lines:
        return list(islice(csv.reader(lines), LOOKED_AT))


def _width(path: Path, encoding: str) -> int:
    """How many cells a row has: as many as the first, unless that is a title of one cell."""
    first = _first_rows(path, encoding)
    written = [cell for cell in first[0] if cell.strip()] if first else []
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(written) == 1 and written[0].count(mark) >= 2:
            raise InputError(f"{path} has {name} between its cells, not commas. {MEND}")
    return max(map(len, first)) if len(written) <= 1 else len(first[0])


def _why(path: Path, encoding: str, error: Exception) -> str:
    """Which line does not fit, in words: rows that are too long are the usual reason."""
    width = _width(path, encoding)
    try:
        with path.open(encoding=encoding, newline="") as lines:
            reader = csv.reader(lines, strict=True)
            longer = [(reader.line_num, len(row)) for row in reader if len(row) > width]
    except csv.Error:
        return f"a quotation mark is opened and not closed. {MEND}"
    if not longer:
        return f"{error}. {MEND}"
    line, cells = longer[0]
    more = f", and {len(longer) - 1} more lines likewise" if len(longer) > 1 else ""
    return too_long(f"line {line} has {cells} cells where the headings are {width}{more}")


def too_long(what: str) -> str:
    """What is wrong with a line of more cells than there are headings, and what to do."""
    return f"{what}. Put values that hold a comma in quotation marks. {MEND}"


def why_not_read(said: str) -> str:
    """What is wrong with a file, from what DuckDB says of it, which quotes whole records."""
    line = _LINE.search(said)
    place = f"line {line[1]}" if line else "a line"
    found = _TOO_LONG.search(said)
    if found and int(found["cells"]) > int(found["width"]):
        # DuckDB stops at the first cell too many: how many there are it does not say.
        return too_long(f"{place} has more cells than the headings, which are {found['width']}")
    if "quote" in said:
        return (
            f"{place} has a quotation mark that is opened and not closed, or stands inside a "
            f"value. {MEND}"
        )
    return f"{place} does not fit the headings. {MEND}"
