"""What does a table on an engine hold? Its columns by name, typed where they lie.

Almost all cells are plain (`socialvalue.plain_cells`): the engine casts those itself. The others
are read by `socialvalue.odd_cells`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.columns import NUMERIC, OWN, Column, Table
from socialvalue.engines import Frame, fetch, frame_of, not_nan
from socialvalue.file_tables import ROW
from socialvalue.plain_cells import plain_on_engine
from socialvalue.raw_tables import Reading, with_known_headers
from socialvalue.records import NOTE_COLUMNS, PROBLEM_COLUMNS, Origin
from socialvalue.tables import stacked

RAW = f"{OWN}raw_"
"""Prefix of a column as it was found, where what it says is another column."""
STATE = f"{OWN}state_"
"""Prefix of what became of a cell: 0 plain, 1 read, 2 blank, 3 unread."""
PLAIN, READ, BLANK, UNREAD = 0, 1, 2, 3
_EXACT = 1e15
"""Whole numbers below it are written out by every engine."""
UNREAD_COLUMNS = ("column", "value", "rule", "what_to_do", "records")


@dataclass(frozen=True)
class HeldTable:
    """A table of records on the engine that holds it.

    Attributes
    ----------
    frame : narwhals frame
        Typed columns by name, and those found as text beside them.
    table : Table
    origin : Origin
    dates : str
        How dates as text are read.
    text : tuple of str
        Columns that were found as text.
    problems, notes : DataFrame
        Of headings, types and cells.
    source : object
        What must live as long as the frame does: the files that it reads.
    unread : DataFrame
        column, value, rule, what_to_do, records: cells that cannot be read, each way of writing
        once.
    """

    frame: Frame
    table: Table
    origin: Origin
    dates: str
    text: tuple[str, ...] = ()
    problems: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: pd.DataFrame = field(default_factory=pd.DataFrame)
    source: Any = None
    unread: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(UNREAD_COLUMNS)))

    @property
    def names(self) -> list[str]:
        """Columns of the table that are there, declared or not."""
        marks = (RAW, STATE)
        every = self.frame.collect_schema().names()
        return [name for name in every if name != ROW and not name.startswith(marks)]

    def missing(self, name: str) -> nw.Expr:
        """Records in which nothing is written in a column."""
        blank = nw.col(name).is_null()
        marked = STATE + name in self.frame.collect_schema().names()
        return blank & (nw.col(STATE + name) != UNREAD) if marked else blank

    def noted(self, notes: Sequence[str], count: int = 1) -> "HeldTable":
        """The table with what was noticed in reading it, and of how many records."""
        lines = [(self.table.name, "", what, count, "") for what in notes]
        more = pd.DataFrame(lines, columns=list(NOTE_COLUMNS), dtype=object)
        return replace(self, notes=stacked(more, self.notes))

    def without_blank_rows(self) -> "HeldTable":
        """The table without records in which nothing at all is written."""
        return replace(self, frame=self.frame.filter(~self.blank()))

    def blank(self) -> nw.Expr:
        """Records in which nothing at all is written."""
        there = self.frame.collect_schema().names()
        nothing = []
        for name in self.names:
            empty = nw.col(self.as_found(name)).is_null()
            marked = STATE + name in there
            nothing.append(empty | (nw.col(STATE + name) == BLANK) if marked else empty)
        return nw.all_horizontal(*nothing, ignore_nulls=True)

    def as_found(self, name: str) -> str:
        """Name of the column that holds what was found in a column."""
        return RAW + name if RAW + name in self.frame.collect_schema().names() else name

    @property
    def with_all_required(self) -> Frame:
        """The records with the required columns that are not there, in which nothing is written."""
        there = self.frame.collect_schema().names()
        absent = [c for c in self.table.columns if c.required and c.name not in there]
        nothing = [_nothing(column).alias(column.name) for column in absent]
        return self.frame.with_columns(*nothing) if nothing else self.frame

    def column(self, name: str) -> Column | None:
        """The declaration of a column; None where there is none."""
        return self.table[name] if name in self.table.names else None


def open_table(native: Any, table: Table, origin: Origin, dates: str) -> HeldTable:
    """A table on an engine, its columns by name and typed as far as they are plain.

    Parameters
    ----------
    native : frame of any engine
    table : Table
    origin : Origin
    dates : {"day-first", "iso"}

    Returns
    -------
    HeldTable
    """
    found = frame_of(native)
    reading = Reading(table, origin, dates)
    schema = found.collect_schema()
    names = _named([name for name in schema.names() if name != ROW], reading)
    for column in table.columns:
        if column.required and column.name not in names.values():
            todo = f"Add a column {column.name}: {column.meaning}."
            reading.problem(None, column.name, None, "a required column is missing", todo)
    typed, text = [], []
    for heading, name in names.items():
        declared = table[name] if name in table.names else None
        exprs = _typed(name, nw.col(heading), schema[heading], declared)
        if not exprs and _are_numbers_of_names(found, heading, schema[heading], declared):
            exprs = [_as_whole(nw.col(heading)).alias(name)]
        if not exprs:
            # A column in which nothing is written is of no type on some engines.
            if _filled(found, heading):
                _refuse_type(reading, name, schema[heading])
            exprs = [_nothing(declared).alias(name)]
        typed += exprs
        text += [name] if _is_text(schema[heading]) else []
    numbered = [nw.col(ROW)] if ROW in schema.names() else []
    return HeldTable(
        found.select(*typed, *numbered),
        table,
        origin,
        dates,
        tuple(text),
        pd.DataFrame(reading.problems, columns=list(PROBLEM_COLUMNS), dtype=object),
        pd.DataFrame(reading.notes, columns=list(NOTE_COLUMNS), dtype=object),
    )


def _named(headings: Sequence[str], reading: Reading) -> dict[str, str]:
    """Names of the columns that are read, by heading."""
    # A column without a name is a problem where it holds anything: here it is taken to.
    places = pd.DataFrame([[str(at) for at in range(len(headings))]], columns=list(headings))
    kept = with_known_headers(places, reading)
    return {headings[int(kept[name].iloc[0])]: name for name in kept}


def _are_numbers_of_names(frame: Frame, heading: str, dtype: Any, column: Column | None) -> bool:
    """Whether identifiers were taken for numbers, as pandas does where some are missing."""
    if column is None or column.kind not in ("id", "text", "code", "year") or not dtype.is_float():
        return False
    number = not_nan(nw.col(heading))
    odd = ((number != number.round(0)) | (number.abs() >= _EXACT)) & ~number.is_null()
    return int(fetch(frame.select(odd.cast(nw.Int64).sum())).fillna(0).iloc[0, 0]) == 0


def _as_whole(cell: nw.Expr) -> nw.Expr:
    return not_nan(cell).cast(nw.String).str.replace_all(r"\.0$", "")


def _nothing(column: Column | None) -> nw.Expr:
    """Missing values of a column's own type."""
    if column is not None and column.kind in NUMERIC:
        return nw.lit(None, dtype=nw.Float64)
    is_date = column is not None and column.kind == "date"
    return nw.lit(None, dtype=nw.Datetime("us") if is_date else nw.String)


def _filled(frame: Frame, heading: str) -> bool:
    filled = (~nw.col(heading).is_null()).cast(nw.Int64).sum()
    return bool(fetch(frame.select(filled)).iloc[0, 0])


def _refuse_type(reading: Reading, name: str, dtype: Any) -> None:
    reading.problem(
        None,
        name,
        None,
        f"is a column of type {dtype}, which cannot hold such values",
        "Change its type where the table is made: text for names and identifiers.",
    )


def _typed(name: str, cell: nw.Expr, dtype: Any, column: Column | None) -> list[nw.Expr]:
    """A typed column, with its text beside it if it was found as text; empty if it does not fit."""
    if _is_text(dtype):
        text = cell if isinstance(dtype, nw.String | nw.Object) else cell.cast(nw.String)
        return _from_text(name, text, column)
    if dtype.is_numeric():
        return _from_numbers(name, cell, dtype, column)
    is_day = isinstance(dtype, nw.Date | nw.Datetime)
    if column is None and (is_day or isinstance(dtype, nw.Boolean)):
        return [_as_words(cell, dtype).alias(name)]
    if column is not None and column.kind == "date" and is_day:
        return [cell.alias(name)]
    fits = column is not None and column.kind == "yes_no" and isinstance(dtype, nw.Boolean)
    return [cell.alias(name)] if fits else []


def _is_text(dtype: Any) -> bool:
    return isinstance(dtype, nw.String | nw.Categorical | nw.Enum | nw.Object)


def _from_text(name: str, text: nw.Expr, column: Column | None) -> list[nw.Expr]:
    kind = column.kind if column else "text"
    found = text.alias(RAW + name)
    if kind in NUMERIC:
        plain = nw.when(plain_on_engine(column, text)).then(text).otherwise(None)
        return [plain.cast(nw.Float64).alias(name), found]
    if kind == "date":
        return [nw.lit(None, dtype=nw.Datetime("us")).alias(name), found]
    if kind == "yes_no":
        return [nw.lit(None, dtype=nw.String).alias(name), found]
    # Text that stands for itself is kept once: planners lose themselves in columns under two names.
    return [text.alias(name)]


def _from_numbers(name: str, cell: nw.Expr, dtype: Any, column: Column | None) -> list[nw.Expr]:
    number = cell.cast(nw.Float64)
    number = not_nan(number) if dtype.is_float() else number
    if column is None or column.kind in NUMERIC:
        return [number.alias(name)]
    if column.kind in ("date", "yes_no") or not dtype.is_integer():
        return []
    return [cell.cast(nw.String).alias(name)]


def _as_words(cell: nw.Expr, dtype: Any) -> nw.Expr:
    if not isinstance(dtype, nw.Boolean):
        return cell.cast(nw.String)
    words = nw.when(cell).then(nw.lit("True")).otherwise(nw.lit("False"))
    return nw.when(~cell.is_null()).then(words)
