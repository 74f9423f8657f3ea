"""What was recorded? Tables by name, as they were found, and where they were found."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from socialvalue.columns import plain_name
from socialvalue.engines import engine_of, fetch, frame_of, is_frame
from socialvalue.errors import InputError
from socialvalue.file_tables import FileTable
from socialvalue.large_frames import LargeFrame, is_large
from socialvalue.schemas import OUTCOMES, TABLES

MOST_FETCHED = 1_000_000
"""Rows of a table other than outcomes: those are looked at one by one in memory."""

NOTE_COLUMNS = ("table", "column", "what", "count", "first_rows")
PROBLEM_COLUMNS = ("table", "row", "column", "value", "rule", "what_to_do", "source")


@dataclass(frozen=True)
class Origin:
    """Where a table was found: file and sheet, and the file's hash."""

    file: str = ""
    sheet: str = ""
    sha256: str = ""

    def __str__(self) -> str:
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file or "data frame"


class Records:
    """Tables of records by name, as they were found.

    Parameters
    ----------
    **tables : frame of any engine
        By the names of the tables: outcomes, activities, inputs, ... A pandas frame may hold text
        as a spreadsheet would; it is read by the same rules. ``outcomes`` may be a Polars frame or
        lazy frame, a DuckDB relation, a Dask or PySpark frame or an Ibis table: it is checked and
        collapsed where it lies. So are files: a path, a pattern, a folder or a list of them, all
        CSV or all Parquet, read by an embedded DuckDB. Other tables of such engines or files are
        fetched, for they are small.

    Raises
    ------
    InputError
        If there is no table of a name, or one that is to be fetched is too large.
    EngineError
        If a table is no frame that can be read, or its engine cannot hand it over.

    Examples
    --------
    >>> records = Records(outcomes=pd.DataFrame({"outcome_id": ["a"], "quantity": [1]}))
    >>> records
    Records(outcomes: 1 row)
    """

    def __init__(self, *unnamed: object, **tables: Any) -> None:
        if unnamed:
            raise InputError(
                "Name each table: sv.Records(outcomes=frame), or read files with sv.read_records."
            )
        for name in tables:
            if name not in TABLES:
                raise InputError(f"There is no table called {name!r}.{did_you_mean(name, TABLES)}")
        tables = {name: _opened(name, table) for name, table in tables.items()}
        held = {name: frame for name, frame in tables.items() if _stays(name, frame)}
        self._held: dict[str, Any] = held
        self._names = tuple(tables)
        rest = {name: frame for name, frame in tables.items() if name not in held}
        self._tables = {name: _own(_fetched(name, frame)) for name, frame in rest.items()}
        files = {name: table for name, table in tables.items() if isinstance(table, FileTable)}
        self._origins: dict[str, Origin] = {
            name: Origin(repr(table)) for name, table in files.items()
        }
        self._found: tuple[pd.DataFrame, pd.DataFrame] = (no_problems(), no_notes())
        self.dates = "day-first"

    @classmethod
    def from_files(
        cls,
        tables: Mapping[str, Any],
        origins: Mapping[str, Origin],
        problems: pd.DataFrame,
        notes: pd.DataFrame,
        dates: str,
    ) -> "Records":
        """Records read from files, with what was noticed in reading."""
        records = cls(**tables)
        records._origins |= origins
        records._found = (problems, notes)
        records.dates = dates
        return records

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables held in pandas, by name; changing one changes nothing here."""
        large = {n: t.frame for n, t in self._held.items() if isinstance(t, LargeFrame)}
        frames = {**self._tables, **large}
        return MappingProxyType({n: _own(frames[n]) for n in self._names if n in frames})

    @property
    def small(self) -> Mapping[str, pd.DataFrame]:
        """The tables that are read here, by name; the others stay on their engine."""
        return MappingProxyType({name: _own(frame) for name, frame in self._tables.items()})

    @property
    def held(self) -> Mapping[str, Any]:
        """The tables that stay on their engine, by name, as they were given."""
        return MappingProxyType(self._held)

    @property
    def problems_in_reading(self) -> pd.DataFrame:
        """Problems noticed before any table was looked into, such as a sheet of unknown name."""
        return self._found[0]

    @property
    def notes_in_reading(self) -> pd.DataFrame:
        """What was changed in reading, such as the encoding of a file."""
        return self._found[1]

    def origin(self, table: str) -> Origin:
        """Where a table was found."""
        return self._origins.get(table, Origin())

    def sha256(self, table: str) -> str:
        """Hash of the file a table was found in; empty for a frame."""
        held = self._held.get(table)
        return held.sha256 if isinstance(held, FileTable) else self.origin(table).sha256

    def __getattr__(self, name: str) -> Any:
        held = self.__dict__.get("_held", {}).get(name)
        if held is not None:
            return _own(held.frame) if isinstance(held, LargeFrame) else held
        tables = self.__dict__.get("_tables", {})
        if name in tables:
            return _own(tables[name])
        raise AttributeError(f"These records have no table {name!r}.")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._names]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __repr__(self) -> str:
        return f"Records({', '.join(f'{name}: {self._size(name)}' for name in self._names)})"

    def _size(self, name: str) -> str:
        held = self._held.get(name)
        if isinstance(held, FileTable):
            return f"in {held}"
        if held is not None and not isinstance(held, LargeFrame):
            return f"on {engine_of(frame_of(held))}"
        rows = len(self.tables[name])
        return f"{rows:,} row{'s' * (rows != 1)}"


def _opened(name: str, table: Any) -> Any:
    """The table, where it is given by the path of its files or is too large for pandas."""
    if name == OUTCOMES.name and isinstance(table, pd.DataFrame):
        return LargeFrame(_own(table)) if is_large(table) else table
    paths = [table] if isinstance(table, str | Path) else table
    are_paths = isinstance(paths, list | tuple) and all(isinstance(p, str | Path) for p in paths)
    return FileTable(paths, TABLES[name]) if are_paths and paths else table


def _stays(name: str, frame: Any) -> bool:
    """Whether a table is used where it lies: outcome records that are in no pandas frame."""
    if name != OUTCOMES.name or isinstance(frame, pd.DataFrame):
        return False
    return isinstance(frame, FileTable | LargeFrame) or is_frame(frame)


def _fetched(name: str, frame: Any) -> pd.DataFrame:
    """A table as a pandas frame."""
    if isinstance(frame, pd.DataFrame):
        return frame
    if isinstance(frame, FileTable):
        return _not_too_large(name, frame.frame())
    if not is_frame(frame):
        raise InputError(
            f"{name} is a {type(frame).__name__}; give a frame of pandas, Polars, DuckDB, Dask, "
            "PySpark or Ibis, or the path of its files."
        )
    return _not_too_large(name, fetch(frame_of(frame).head(MOST_FETCHED + 1)))


def _not_too_large(name: str, table: pd.DataFrame) -> pd.DataFrame:
    if len(table) > MOST_FETCHED:
        raise InputError(
            f"{name} has more than {MOST_FETCHED:,} rows: only outcomes may be larger. Give what "
            "the analysis needs of it: the rows of its programmes and years."
        )
    return table


def _own(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of one's own: where pandas copies on write, nothing is copied until it is changed."""
    copies_on_write = int(pd.__version__.partition(".")[0]) >= 3
    return frame.copy(deep=not copies_on_write)


class Found:
    """Tables, where they were found, problems and notes of one reading of files."""

    def __init__(self) -> None:
        self.tables: dict[str, pd.DataFrame] = {}
        self.origins: dict[str, Origin] = {}
        self.problems: list[tuple] = []
        self.notes: list[tuple] = []

    def add(self, name: str, frame: pd.DataFrame, origin: Origin) -> None:
        """Add a table; two of one name are refused, for one of them would be lost."""
        if name in self.tables:
            raise InputError(
                f"The table {name} stands twice: {self.origins[name]} and {origin}. Keep one of "
                "them, or start the name of the other with _."
            )
        self.tables[name], self.origins[name] = frame, origin

    def problem(
        self, origin: Origin, table: str, row: int | None, column: str, words: tuple[str, str]
    ) -> None:
        """Add a problem of a place in a file, its rule and what to do."""
        self.problems.append((table, row, column, None, *words, str(origin)))

    def unknown(self, origin: Origin, name: str, what: str) -> None:
        """Add the problem of a sheet or file that is named after no table."""
        hint = did_you_mean(plain_name(name.rpartition(".")[0] or name), TABLES)
        todo = f"{hint.strip()} " if hint else ""
        todo += f"Rename the {what} after its table, or start its name with _ to leave it out."
        rule = f"there is no table of the name of this {what}"
        self.problem(origin, name, None, "", (rule, todo))

    def note(self, table: str, what: str, rows: Sequence[object] = ()) -> None:
        """Add what was changed, or left out, in reading."""
        shown = ", ".join(str(row) for row in rows[:5])
        self.notes.append((table, "", what, max(len(rows), 1), shown))

    def records(self, dates: str) -> Records:
        """The records, with what was noticed."""
        problems = pd.DataFrame(self.problems, columns=list(PROBLEM_COLUMNS), dtype=object)
        notes = pd.DataFrame(self.notes, columns=list(NOTE_COLUMNS), dtype=object)
        return Records.from_files(self.tables, self.origins, problems, notes, dates)


def did_you_mean(name: str, known: object) -> str:
    """A hint at the nearest known name, with a space before it; empty where none is near.

    Names with other numbers are other names: MA-98 is no slip for MA-99, but O-13 may be for O-013.
    """
    numbers = _numbers(name)
    like = {str(each).lower(): str(each) for each in known if _numbers(each) == numbers}  # type: ignore[attr-defined]
    near = get_close_matches(str(name).lower(), list(like), n=1, cutoff=0.7)
    return f" Did you mean {like[near[0]]}?" if near else ""


def _numbers(name: object) -> list[int]:
    return [int(digits) for digits in re.findall(r"[0-9]+", str(name))]


def no_problems() -> pd.DataFrame:
    """An empty table of problems."""
    return pd.DataFrame(columns=list(PROBLEM_COLUMNS), dtype=object)


def no_notes() -> pd.DataFrame:
    """An empty table of what was changed in reading."""
    return pd.DataFrame(columns=list(NOTE_COLUMNS), dtype=object)
