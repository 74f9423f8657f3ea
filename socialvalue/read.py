"""Where are the records? Workbooks and folders of CSV or Parquet files, read as they are."""

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue.errors import InputError, SettingsError
from socialvalue.records import NOTE_COLUMNS, PROBLEM_COLUMNS, Origin, Records, did_you_mean
from socialvalue.schemas import TABLES
from socialvalue.spreadsheet_errors import error_cells

WORKBOOKS = (".xlsx", ".xlsm", ".ods")
FILES = (".csv", ".parquet")
IGNORED_SHEETS = ("notes", "readme", "about", "instructions", "lists")
MAX_UNPACKED = 1_000_000_000
MAX_RATIO = 200
DATES = ("day-first", "iso")


def read_records(path: str | Path, *, dates: str = "day-first") -> Records:
    """Read records from a workbook, or from a folder of CSV or Parquet files named by table.

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
    if path.is_dir():
        return _read_folder(path, dates)
    if path.suffix.lower() in WORKBOOKS:
        return _read_workbook(path, dates)
    raise InputError(
        f"{path} is neither a workbook ({', '.join(WORKBOOKS)}) nor a folder of CSV or Parquet "
        "files named by table. Save it as .xlsx, or put it in a folder as outcomes.csv."
    )


class _Found:
    """Tables, origins, problems and notes of one reading."""

    def __init__(self) -> None:
        self.tables: dict[str, pd.DataFrame] = {}
        self.origins: dict[str, Origin] = {}
        self.problems: list[tuple] = []
        self.notes: list[tuple] = []

    def records(self, dates: str) -> Records:
        """The records, with what was noticed."""
        problems = pd.DataFrame(self.problems, columns=list(PROBLEM_COLUMNS), dtype=object)
        notes = pd.DataFrame(self.notes, columns=list(NOTE_COLUMNS), dtype=object)
        return Records.from_files(self.tables, self.origins, problems, notes, dates)


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}). It may be open in another program or not "
            "yours to read."
        ) from error


def _read_workbook(path: Path, dates: str) -> Records:
    from python_calamine import CalamineError, CalamineWorkbook

    sha256 = _sha256(path)
    _refuse_bad_zip(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read as a workbook. If it has a password, take it off; otherwise "
            "open it in a spreadsheet program and save it again as .xlsx."
        ) from error
    found, errors = _Found(), error_cells(path)
    for sheet in names:
        name = sheet.strip().lower().replace(" ", "_")
        if name in IGNORED_SHEETS or name.startswith("_"):
            found.notes.append(("", sheet, "this sheet is not a table and was not read", 1, ""))
        elif name not in TABLES:
            _unknown(found, sheet, f"{path.name}", "sheet")
        else:
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            for row, column, shown in errors.get(sheet, []):
                rows[row - 1][column - 1] = shown
            if rows:
                found.tables[name] = _frame(rows)
                found.origins[name] = Origin(path.name, sheet, sha256)
    if not found.tables:
        raise InputError(
            f"{path} has no sheet with records in it. Name the sheets after the tables "
            f"({', '.join(list(TABLES)[:3])}, ...), with the column names in the first row: "
            "socialvalue template OUT.xlsx makes a blank one."
        )
    return found.records(dates)


def _refuse_bad_zip(path: Path) -> None:
    """Refuse what is no workbook at all, or would unpack to more than a computer holds."""
    if not zipfile.is_zipfile(path):
        raise InputError(
            f"{path} is not a workbook, whatever its name says, or it has a password. Open it in "
            "the program it came from and save it as .xlsx without a password."
        )
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    packed = max(path.stat().st_size, 1)
    if unpacked > MAX_UNPACKED or (unpacked > 50_000_000 and unpacked / packed > MAX_RATIO):
        raise InputError(
            f"{path} would unpack to {unpacked / 1e6:,.0f} MB and was not opened. Save the records "
            "as CSV or Parquet files in a folder instead."
        )


def _frame(rows: list[list[Any]]) -> pd.DataFrame:
    """Rows of a sheet as a frame whose index is the row the spreadsheet shows."""
    header = [cell if cell != "" else None for cell in rows[0]]
    body = [[None if cell == "" else cell for cell in row] for row in rows[1:]]
    frame = pd.DataFrame(body, columns=range(len(header)), dtype=object)
    frame.columns = pd.Index(header, dtype=object)
    frame.index = pd.RangeIndex(2, len(body) + 2)
    return frame


def _unknown(found: _Found, name: str, source: str, what: str) -> None:
    hint = did_you_mean(name, TABLES)
    found.problems.append(
        (
            name,
            None,
            "",
            None,
            f"there is no table of the name of this {what}",
            f"{hint.strip()} Rename the {what}."
            if hint
            else f"Rename the {what} after a table, or start its name with _ to leave it out.",
            source,
        )
    )


def _read_folder(folder: Path, dates: str) -> Records:
    found = _Found()
    for path in sorted(folder.iterdir()):
        name = path.stem.lower()
        if path.suffix.lower() not in FILES or name.startswith(("_", ".")):
            continue
        if name not in TABLES:
            _unknown(found, path.name, folder.name, "file")
        elif name in found.tables:
            raise InputError(
                f"{folder} holds {name} twice, as CSV and as Parquet. Keep one of them."
            )
        else:
            sha256 = _sha256(path)
            found.tables[name] = _read_file(path, found)
            found.origins[name] = Origin(path.name, "", sha256)
    if not found.tables:
        raise InputError(
            f"{folder} holds no table. Name the files after the tables, as outcomes.csv or "
            "outcomes.parquet."
        )
    return found.records(dates)


def _read_file(path: Path, found: _Found) -> pd.DataFrame:
    if path.suffix.lower() == ".parquet":
        try:
            frame = pd.read_parquet(path)
        except ImportError as error:
            raise InputError(
                f"Reading {path} needs pyarrow: pip install 'socialvalue[parquet]'."
            ) from error
        except (OSError, ValueError) as error:
            raise InputError(f"{path} cannot be read as Parquet: {error}.") from error
    else:
        frame = read_csv_as_text(path, found.notes)
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def read_csv_as_text(path: Path, notes: list[tuple]) -> pd.DataFrame:
    """A CSV file with every cell as text, in UTF-8 or, said in the notes, Windows-1252."""
    options: dict[str, Any] = {
        "dtype": str,
        "keep_default_na": False,
        "skip_blank_lines": False,
        "index_col": False,
    }
    try:
        try:
            return pd.read_csv(path, encoding="utf-8-sig", **options)
        except UnicodeDecodeError:
            frame = pd.read_csv(path, encoding="cp1252", **options)
            notes.append(
                (path.stem, "", "the file is not UTF-8 and was read as Windows-1252", 1, "")
            )
            return frame
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError, OSError) as error:
        raise InputError(
            f"{path} cannot be read as CSV: {error}. Save it as CSV (UTF-8) from a spreadsheet."
        ) from error
