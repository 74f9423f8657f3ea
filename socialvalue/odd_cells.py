"""Which cells of a table on an engine are not plain, and what do they say?

Only what is written differently comes here, each way of writing once; it is read as in a
spreadsheet, and goes back as a few choices, or a small table to join by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.columns import NUMERIC, OWN
from socialvalue.engine_tables import (
    BLANK,
    PLAIN,
    RAW,
    READ,
    STATE,
    UNREAD,
    UNREAD_COLUMNS,
    HeldTable,
)
from socialvalue.engines import Frame, carry, fetch
from socialvalue.errors import InputError
from socialvalue.parse import parse_column, parse_extra
from socialvalue.plain_cells import plain_on_engine
from socialvalue.raw_tables import Reading
from socialvalue.records import NOTE_COLUMNS, PROBLEM_COLUMNS

MOST_ODD = 200_000
_FEW = 20
_ODD, _READ = f"{OWN}odd", f"{OWN}read"


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
    odd = {name: is_odd(held, name) for name in columns}
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


def is_odd(held: HeldTable, name: str) -> nw.Expr:
    """Which cells of a column found as text are neither plain nor blank."""
    cell = nw.col(held.as_found(name))
    return ~plain_on_engine(held.column(name), cell).fill_null(True) & ~cell.is_null()


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
        state = pd.Series(READ, index=values.index).mask(read.isna(), BLANK)
        state[bad.index] = UNREAD
        lost = values.loc[bad.index].assign(
            column=name, rule=bad["rule"], what_to_do=bad["what_to_do"]
        )
        unread.append(lost[list(UNREAD_COLUMNS)])
        same = (read.astype(object) == values["value"]).fillna(False) & (state == READ)
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
    small = pd.DataFrame({_ODD: values["value"].astype("string"), _READ: filled})
    small[STATE + name] = state
    if held.as_found(name) == name:
        frame = frame.with_columns(nw.col(name).alias(RAW + name))
    joined = _chosen(frame, name, small) if len(small) <= _FEW else _joined(frame, name, small)
    typed = nw.when(nw.col(STATE + name) == READ).then(nw.col(_READ)).otherwise(None)
    if kind == "date":
        typed = typed.str.to_datetime(format="%Y-%m-%d")
    else:
        typed = nw.when(nw.col(STATE + name) == PLAIN).then(nw.col(name)).otherwise(typed)
    return joined.with_columns(typed.alias(name)).drop(_READ)


def _joined(frame: Frame, name: str, small: pd.DataFrame) -> Frame:
    beside = frame.with_columns(nw.col(RAW + name).fill_null("").alias(_ODD))
    joined = beside.join(carry(small, frame), on=_ODD, how="left").drop(_ODD)  # type: ignore[arg-type]
    return joined.with_columns(nw.col(STATE + name).fill_null(PLAIN))


def _chosen(frame: Frame, name: str, small: pd.DataFrame) -> Frame:
    """The same without a join: few values are chosen between where they stand."""
    is_number = pd.api.types.is_float_dtype(small[_READ])
    read: Any = nw.lit(None, dtype=nw.Float64 if is_number else nw.String)
    state: Any = nw.lit(PLAIN)
    for odd, value, mark in small.itertuples(index=False):
        here = nw.col(RAW + name) == odd
        read = nw.when(here).then(nw.lit(value)).otherwise(read)
        state = nw.when(here).then(nw.lit(mark)).otherwise(state)
    return frame.with_columns(read.alias(_READ), state.alias(STATE + name))
