"""What do the tables say once read? Typed columns beside the raw ones, and all that was changed."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.cells import Cell, not_a_value, parse_cell
from socialvalue.columns import NUMERIC, Column, Table, clean_text
from socialvalue.date_cells import TIME_LEFT_OUT, parse_date, refuse_mixed_orders
from socialvalue.plain_cells import is_text, plain_text, read_plain
from socialvalue.progress import step
from socialvalue.raw_tables import (
    Reading,
    filled_cells,
    with_known_headers,
    with_row_names,
    without_blank_rows,
)
from socialvalue.records import (
    NOTE_COLUMNS,
    PROBLEM_COLUMNS,
    Origin,
    Records,
    no_notes,
    no_problems,
)
from socialvalue.schemas import TABLES


@dataclass(frozen=True, repr=False)
class Parsed:
    """Typed tables, the problems met in reading them, and what was changed.

    Attributes
    ----------
    tables : dict of DataFrame
        Every declared table, empty where it was not given; each with all its declared columns,
        typed. The index is the row number as the spreadsheet shows it, or the frame's own.
    problems : DataFrame
        table, row, column, value, rule, what_to_do, source.
    coerced : DataFrame
        table, column, what, count, first_rows: what was written otherwise than it was read.
    given : tuple of str
        Tables that were given.
    weights : Series, optional
        How many records each row of ``outcomes`` stands for; one where not said.
    outcome_records : int, optional
        How many outcome records there are, where ``outcomes`` holds only some of them.
    """

    tables: dict[str, pd.DataFrame]
    problems: pd.DataFrame
    coerced: pd.DataFrame
    given: tuple[str, ...]
    weights: pd.Series | None = None
    outcome_records: int | None = None


def parse_records(records: Records) -> Parsed:
    """Read all tables of records into typed frames.

    Parameters
    ----------
    records : Records

    Returns
    -------
    Parsed

    Examples
    --------
    >>> raw = pd.DataFrame({"outcome_id": ["a"], "quantity": ["1,200"], "date": ["25/03/2024"]})
    >>> parsed = parse_records(Records(outcomes=raw))
    >>> parsed.tables["outcomes"]["quantity"].tolist()
    [1200.0]
    """
    given = records.small
    tables, problems, notes = {}, [records.problems_in_reading], [records.notes_in_reading]
    for name, table in TABLES.items():
        step()
        raw = given.get(name, pd.DataFrame())
        typed, found, changed = parse_table(
            raw, table, records.origin(name), dates=records.dates, given=name in given
        )
        tables[name] = typed
        problems.append(found)
        notes.append(changed)
    names = tuple(records)
    return Parsed(tables, _joined(problems), _joined(notes), names)


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def parse_table(
    raw: pd.DataFrame, table: Table, origin: Origin, *, dates: str = "day-first", given: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Read one raw table by its declaration.

    Parameters
    ----------
    raw : DataFrame
        As it was found; the index is the row shown in messages.
    table : Table
    origin : Origin
    dates : {"day-first", "iso"}
        How dates written as text are read.
    given : bool
        False for a table that is not there: it is returned empty, without problems.

    Returns
    -------
    typed, problems, notes : DataFrame
    """
    if not given:
        return _empty(table).copy(), no_problems(), no_notes()
    in_file = origin.file and isinstance(raw.index, pd.RangeIndex)
    reading = Reading(table, origin, dates, heading=raw.index.start - 1 if in_file else None)
    raw = with_known_headers(with_row_names(raw, table), reading)
    raw = without_blank_rows(raw, reading)
    columns = {}
    for column in table.columns:
        if column.name in raw:
            columns[column.name] = parse_column(raw[column.name], column, reading)
        else:
            if column.required:
                reading.problem(
                    None,
                    column.name,
                    None,
                    "a required column is missing",
                    f"Add a column {column.name}: {column.meaning}.",
                )
            columns[column.name] = pd.Series(None, index=raw.index, dtype=column.dtype)
    for name in raw:
        if name not in columns:
            columns[name] = parse_extra(raw[name])
    typed = pd.DataFrame(columns, index=raw.index)
    problems = pd.DataFrame(reading.problems, columns=list(PROBLEM_COLUMNS), dtype=object)
    return typed, problems, pd.DataFrame(reading.notes, columns=list(NOTE_COLUMNS), dtype=object)


@lru_cache
def _empty(table: Table) -> pd.DataFrame:
    return pd.DataFrame({c.name: pd.Series(dtype=c.dtype) for c in table.columns})


def parse_extra(values: pd.Series) -> pd.Series:
    """Read a column that no table declares: numbers stay numbers, all else is text."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.astype("float64")
    texts = pd.Series(None, index=values.index, dtype="string")
    if is_text(values):
        plain = plain_text(values)
        texts = values.where(plain, None).astype("string")
        values = values[~plain & values.notna()]
    cells = filled_cells(values)
    filled = cells[cells.notna()]
    texts[filled.index] = [_as_text(cell) for cell in filled]
    return texts


def _as_text(cell: Any) -> str:
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell)) if whole else clean_text(str(cell))


def parse_column(values: pd.Series, column: Column, reading: Reading) -> pd.Series:
    """Read one column by its declaration; problems and what was changed go to ``reading``."""
    ready = _already_typed(values, column, reading)
    if ready is not None:
        return ready
    if not is_text(values):
        return _parse_cells(values, column, reading)
    plain = read_plain(values, column)
    rest = values[plain.isna() & values.notna()]
    if len(rest):
        # Order of days and months is a matter of the cells that are not plain alone.
        plain[rest.index] = _parse_cells(rest, column, reading)
    return plain


def _parse_cells(values: pd.Series, column: Column, reading: Reading) -> pd.Series:
    """Read cells one by one; what is written alike is looked at once."""
    cells = filled_cells(values).astype(object)
    filled = cells[cells.notna()]
    # Equal numbers of different types (1, 1.0, True) must not share one answer.
    keys = [(type(cell), cell if isinstance(cell, Hashable) else id(cell)) for cell in filled]
    cells_of = dict(zip(keys, filled, strict=True))
    answers = {key: _parse_cell(cell, column, reading.dates) for key, cell in cells_of.items()}
    found = [answers[key] for key in keys]
    if column.kind == "date":
        found = refuse_mixed_orders(list(filled), found)
    _say(filled, found, column, reading)
    typed = pd.Series(None, index=values.index, dtype=object)
    values_found = [cell.value for cell in found]
    typed[filled.index] = pd.Series(values_found, index=filled.index, dtype=object)
    if column.kind == "date":
        return _as_days(typed)
    if column.kind in NUMERIC:
        return pd.to_numeric(typed).astype("float64")
    return typed.astype(column.dtype)


def _parse_cell(cell: Any, column: Column, dates: str) -> Cell:
    if isinstance(cell, list | dict | set | tuple | np.ndarray):
        return Cell(rule="is a list where one value belongs", what_to_do="Write one value.")
    refused = not_a_value(cell)
    if refused:
        return refused
    return parse_date(cell, dates) if column.kind == "date" else parse_cell(cell, column)


def _as_days(days: pd.Series) -> pd.Series:
    """Days as microseconds: a slip such as the year 9999 is out of reach of nanoseconds."""
    plain = days.astype(object).where(days.notna(), None)
    return pd.Series(np.array(plain, dtype="datetime64[us]"), index=days.index)


def _already_typed(values: pd.Series, column: Column, reading: Reading) -> pd.Series | None:
    is_number = pd.api.types.is_any_real_numeric_dtype(values)
    if column.kind in NUMERIC and is_number:
        return values.astype("float64")
    if column.kind == "date" and pd.api.types.infer_dtype(values, skipna=True) == "date":
        return _as_days(values)
    if column.kind == "date" and isinstance(values.dtype, np.dtype | pd.DatetimeTZDtype):
        if values.dtype.kind != "M":
            return None
        # The day that the clock of the place shows: a time zone is put aside, not converted.
        local = values.astype(values.dtype) if values.dt.tz is None else values.dt.tz_localize(None)
        days = local.dt.normalize()
        timed = local.notna() & (local != days)
        if timed.any():
            reading.note(column.name, TIME_LEFT_OUT, values.index[timed].tolist())
        return days.astype("datetime64[us]")
    if column.kind == "yes_no" and pd.api.types.is_bool_dtype(values):
        return values.astype("boolean")
    return None


def _say(filled: pd.Series, found: list[Cell], column: Column, reading: Reading) -> None:
    changed: dict[str, list[Any]] = {}
    for row, raw, cell in zip(filled.index, filled, found, strict=True):
        if cell.rule:
            reading.problem(row, column.name, raw, cell.rule, cell.what_to_do)
        elif cell.note:
            changed.setdefault(cell.note, []).append(row)
    for what, rows in changed.items():
        reading.note(column.name, what, rows)
