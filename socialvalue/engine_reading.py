"""What does a table on an engine say? Typed where it lies; odd cells are read by the parsers.

Almost all cells are plain (`socialvalue.plain_cells`): the engine casts those itself. Of the rest,
only what is written differently comes here, each once, is read as in a spreadsheet, and goes back
as a small table to join by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.columns import NUMERIC, Column, Table
from socialvalue.engines import Frame, carry, fetch, frame_of, not_nan
from socialvalue.errors import InputError
from socialvalue.file_tables import ROW
from socialvalue.parse import parse_column, parse_extra
from socialvalue.plain_cells import plain_on_engine
from socialvalue.raw_tables import Reading, with_known_headers
from socialvalue.records import NOTE_COLUMNS, PROBLEM_COLUMNS, Origin

_RAW = "raw_"
"""Prefix of a column as it was found, where what it says is another column."""
STATE = "state_"
"""Prefix of what became of a cell: 0 plain, 1 read, 2 blank, 3 unread."""
MOST_ODD = 200_000
_PLAIN, _READ, _BLANK, _UNREAD = 0, 1, 2, 3
_FEW = 20
_UNREAD_COLUMNS = ("column", "value", "rule", "what_to_do", "records")


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
    unread: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=list(_UNREAD_COLUMNS))
    )

    @property
    def names(self) -> list[str]:
        """Columns of the table that are there, declared or not."""
        marks = (_RAW, STATE)
        every = self.frame.collect_schema().names()
        return [name for name in every if name != ROW and not name.startswith(marks)]

    def missing(self, name: str) -> nw.Expr:
        """Records in which nothing is written in a column."""
        blank = nw.col(name).is_null()
        marked = STATE + name in self.frame.collect_schema().names()
        return blank & (nw.col(STATE + name) != _UNREAD) if marked else blank

    def without_blank_rows(self) -> "HeldTable":
        """The table without records in which nothing at all is written."""
        return replace(self, frame=self.frame.filter(~self.blank()))

    def blank(self) -> nw.Expr:
        """Records in which nothing at all is written."""
        nothing = [nw.col(self.as_found(name)).is_null() for name in self.names]
        return nw.all_horizontal(*nothing, ignore_nulls=True)

    def as_found(self, name: str) -> str:
        """Name of the column that holds what was found in a column."""
        return _RAW + name if _RAW + name in self.frame.collect_schema().names() else name

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
        if not exprs:
            # A column in which nothing is written is of no type on some engines.
            if _filled(found, heading):
                _refuse_type(reading, name, schema[heading])
            exprs = [nw.lit(None, dtype=nw.String).alias(name)]
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
    found = text.alias(_RAW + name)
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


def odd_cells(held: HeldTable, columns: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Cells that are not plain, of some columns found as text: each way of writing once.

    Parameters
    ----------
    held : HeldTable
    columns : sequence of str

    Returns
    -------
    dict of str to DataFrame
        By column: value, records. Columns in which every cell is plain are left out.

    Raises
    ------
    InputError
        If a column has too many ways of writing to be read one by one.
    """
    columns = [name for name in columns if name in held.text]
    if not columns:
        return {}
    cells = {name: nw.col(held.as_found(name)) for name in columns}
    odd = {
        name: ~plain_on_engine(held.column(name), cell).fill_null(True) & ~cell.is_null()
        for name, cell in cells.items()
    }
    sums = [expr.cast(nw.Int64).sum().alias(name) for name, expr in odd.items()]
    counts = fetch(held.frame.select(*sums)).iloc[0].fillna(0)
    found = {}
    for name in counts.index[counts > 0]:
        cell = held.as_found(name)
        lines = held.frame.filter(odd[name]).group_by(cell).agg(nw.len().alias("records"))
        values = fetch(lines.head(MOST_ODD + 1)).rename(columns={cell: "value"})
        if len(values) > MOST_ODD:
            raise InputError(
                f"{held.table.name}.{name} has more than {MOST_ODD:,} different values that must "
                "be read one by one. Write it plainly where the table is made: numbers without "
                "pound signs or commas, days as 2024-03-25, identifiers of letters and digits."
            )
        found[name] = values
    return found


class _Weighed(Reading):
    """What is noticed in values of which each stands for several records."""

    def __init__(self, held: HeldTable, records: pd.Series) -> None:
        super().__init__(held.table, held.origin, held.dates)
        self.records = records

    def note(self, column: str, what: str, rows: Sequence[Any]) -> None:
        """Add what was written otherwise than it was read, and of how many records."""
        count = int(self.records.loc[list(rows)].sum())
        values = (self.table.name, column, what, count, "")
        self.notes.append(dict(zip(NOTE_COLUMNS, values, strict=True)))


def mended(held: HeldTable, odd: Mapping[str, pd.DataFrame]) -> HeldTable:
    """The table with its odd cells read as in a spreadsheet.

    Parameters
    ----------
    held : HeldTable
    odd : mapping of str to DataFrame
        By column: value, records. Values that stand for themselves change nothing.
    """
    frame, problems, notes, unread = held.frame, [held.problems], [held.notes], [held.unread]
    for name, values in odd.items():
        values = values.sort_values("value").reset_index(drop=True)
        read, found = _read(held, name, values)
        notes.append(pd.DataFrame(found.notes, columns=list(NOTE_COLUMNS), dtype=object))
        bad = pd.DataFrame(found.problems, columns=list(PROBLEM_COLUMNS), dtype=object)
        bad = bad.drop_duplicates("row").set_index("row")
        state = pd.Series(_READ, index=values.index).mask(read.isna(), _BLANK)
        state[bad.index] = _UNREAD
        lost = values.loc[bad.index].assign(
            column=name, rule=bad["rule"], what_to_do=bad["what_to_do"]
        )
        unread.append(lost[list(_UNREAD_COLUMNS)])
        same = (read.astype(object) == values["value"]).fillna(False) & (state == _READ)
        if not same.all():
            frame = _with_readings(frame, held, name, values[~same], read[~same], state[~same])
    return replace(
        held,
        frame=frame,
        problems=_stacked(problems),
        notes=_stacked(notes),
        unread=_stacked(unread),
    )


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([each for each in frames if len(each)] or frames[:1], ignore_index=True)


def _read(held: HeldTable, name: str, values: pd.DataFrame) -> tuple[pd.Series, Reading]:
    reading = _Weighed(held, values["records"])
    column = held.column(name)
    written = values["value"].astype("string")
    read = parse_column(written, column, reading) if column else parse_extra(written)
    return read, reading


def _with_readings(
    frame: Frame,
    held: HeldTable,
    name: str,
    values: pd.DataFrame,
    read: pd.Series,
    state: pd.Series,
) -> Frame:
    column = held.column(name)
    kind = column.kind if column else "text"
    if kind in NUMERIC:
        filled = read.astype("float64").fillna(0.0)
    elif kind == "date":
        filled = read.dt.strftime("%Y-%m-%d").astype("string").fillna("")
    else:
        filled = read.astype("string").fillna("")
    small = pd.DataFrame({"odd_": values["value"].astype("string"), "read_": filled})
    small[STATE + name] = state
    if held.as_found(name) == name:
        frame = frame.with_columns(nw.col(name).alias(_RAW + name))
    joined = _chosen(frame, name, small) if len(small) <= _FEW else _joined(frame, name, small)
    typed = nw.when(nw.col(STATE + name) == _READ).then(nw.col("read_")).otherwise(None)
    if kind == "date":
        typed = typed.str.to_datetime(format="%Y-%m-%d")
    else:
        typed = nw.when(nw.col(STATE + name) == _PLAIN).then(nw.col(name)).otherwise(typed)
    return joined.with_columns(typed.alias(name)).drop("read_")


def _joined(frame: Frame, name: str, small: pd.DataFrame) -> Frame:
    beside = frame.with_columns(nw.col(_RAW + name).fill_null("").alias("odd_"))
    joined = beside.join(carry(small, frame), on="odd_", how="left").drop("odd_")  # type: ignore[arg-type]
    return joined.with_columns(nw.col(STATE + name).fill_null(_PLAIN))


def _chosen(frame: Frame, name: str, small: pd.DataFrame) -> Frame:
    """The same without a join: few values are chosen between where they stand."""
    is_number = pd.api.types.is_float_dtype(small["read_"])
    read: Any = nw.lit(None, dtype=nw.Float64 if is_number else nw.String)
    state: Any = nw.lit(_PLAIN)
    for odd, value, mark in small.itertuples(index=False):
        here = nw.col(_RAW + name) == odd
        read = nw.when(here).then(nw.lit(value)).otherwise(read)
        state = nw.when(here).then(nw.lit(mark)).otherwise(state)
    return frame.with_columns(read.alias("read_"), state.alias(STATE + name))
