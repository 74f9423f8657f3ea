"""Where are the records? Workbooks and folders of CSV or Parquet files, read as they are."""

import hashlib
from pathlib import Path

import pandas as pd

from socialvalue.columns import LOOKED_AT, Table, plain_name
from socialvalue.csv_files import read_csv_as_text as read_csv_as_text
from socialvalue.csv_files import read_csv_cells
from socialvalue.errors import InputError, SettingsError
from socialvalue.file_tables import FileTable
from socialvalue.records import Found, Origin, Records
from socialvalue.schemas import OUTCOMES, TABLES
from socialvalue.workbooks import WORKBOOKS, find_headings, read_workbook

FILES = (".csv", ".parquet")
LARGE = 64_000_000
"""Bytes from which a file of outcomes is read where it lies, and not into memory."""
_NOT_READ = (*WORKBOOKS, ".xls", ".xlsb", ".numbers", ".tsv", ".json", ".jsonl", ".feather", ".gz")
DATES = ("day-first", "iso")


def read_records(path: str | Path, *, dates: str = "day-first") -> Records:
    """Read records from a workbook, or from a folder of CSV or Parquet files named by table.

    A file of outcomes of more than 64 megabytes, and a folder called ``outcomes`` with files in
    it, is not read into memory: an embedded DuckDB uses it where it lies.

    Nothing is changed in reading: text stays text and identifiers keep their zeros. What the
    values mean is decided, and said, when they are checked.

    Parameters
    ----------
    path : str or Path
        An .xlsx, .xlsm or .ods workbook with a sheet for each table, or a folder.
    dates : {"day-first", "iso"}
        How dates written as text are read. ISO dates are always read.

    Returns
    -------
    Records

    Raises
    ------
    InputError
        If there is nothing there that can be read.
    SettingsError
        If ``dates`` is neither.
    """
    path = Path(path)
    if dates not in DATES:
        raise SettingsError(f"dates = {dates!r}: choose one of {', '.join(DATES)}.")
    if not path.exists():
        raise InputError(f"There is no file or folder {path}. Check the name and where you are.")
    found = Found()
    if path.is_dir():
        _read_folder(path, found)
    elif path.suffix.lower() in WORKBOOKS:
        read_workbook(path, _sha256(path), found)
    else:
        raise InputError(
            f"{path} is neither a workbook ({', '.join(WORKBOOKS)}) nor a folder of CSV or Parquet "
            f"files named by table. {_instead(path)}"
        )
    if not found.tables:
        raise InputError(_nothing(path, found))
    return found.records(dates)


def _instead(path: Path) -> str:
    """What to do with a file that is no workbook."""
    if path.suffix.lower() == ".parquet":
        return "Put it in a folder as outcomes.parquet, and name that folder."
    return "Save it as .xlsx, or put it in a folder as outcomes.csv."


def _nothing(path: Path, found: Found) -> str:
    """Message of an input in which nothing is named after a table."""
    what = "file" if path.is_dir() else "sheet"
    seen = [problem[0] for problem in found.problems]
    shown = f" It has: {', '.join(seen[:5])}{', ...' if len(seen) > 5 else ''}." if seen else ""
    end = (
        "as outcomes.csv or outcomes.parquet."
        if path.is_dir()
        else "with the column names in the first row: socialvalue template OUT.xlsx makes a blank "
        "workbook."
    )
    return (
        f"{path} has no {what} with records in it.{shown} Name each {what} after its table "
        f"({', '.join(list(TABLES)[:3])}, ...), {end}"
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}). It may be open in another program or not "
            "yours to read."
        ) from error


def _read_folder(folder: Path, found: Found) -> None:
    for path in sorted(folder.iterdir()):
        name, suffix = plain_name(path.stem), path.suffix.lower()
        if path.is_dir() and name == OUTCOMES.name:
            found.add(name, FileTable(path, OUTCOMES), Origin(f"{path.name}/"))
        if name.startswith(("_", ".", "~")) or not path.is_file():
            continue
        if suffix in _NOT_READ:
            found.note(path.name, "this file is neither CSV nor Parquet and was not read")
        if suffix not in FILES:
            continue
        if name not in TABLES:
            found.unknown(Origin(folder.name), path.name, "file")
            continue
        table = TABLES[name]
        if table is OUTCOMES and path.stat().st_size > LARGE:
            found.add(name, FileTable(path, table), Origin(path.name))
            continue
        origin = Origin(path.name, "", _sha256(path))
        frame = _read_csv(path, table, found) if suffix == ".csv" else _read_parquet(path)
        found.add(name, frame, origin)


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(path)
    except ImportError as error:
        raise InputError(
            f"Reading {path} needs pyarrow: pip install 'socialvalue[parquet]'."
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as Parquet: {error}.") from error
    # The rows of such a file have no numbers: they are counted as a spreadsheet would show them.
    named = [level for level in frame.index.names if level is not None]
    frame = frame.reset_index(level=named) if named else frame
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def _read_csv(path: Path, table: Table, found: Found) -> pd.DataFrame:
    cells = read_csv_cells(path, found.notes)
    first = cells.head(LOOKED_AT).to_numpy(dtype=object).tolist()
    at = find_headings(first, table, Origin(path.name), found)
    frame = cells.iloc[at + 1 :]
    frame.columns = pd.Index([cell or None for cell in first[at]], dtype=object)
    frame.index = pd.RangeIndex(at + 2, at + 2 + len(frame))
    return frame
