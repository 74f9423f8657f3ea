"""What do the tables say once read? Typed columns beside the raw ones, and all that was changed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.cells import Cell, is_day_first_only, is_either_way, parse_cell
from socialvalue.columns import NUMERIC, Column, Table
from socialvalue.records import (
    NOTE_COLUMNS,
    PROBLEM_COLUMNS,
    Origin,
    Records,
    did_you_mean,
    no_notes,
    no_problems,
)
from socialvalue.schemas import TABLES

HIDDEN = "(hidden)"
_ALIASES = {"attribution": "attribution"}


@dataclass(frozen=True)
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
    """

    tables: dict[str, pd.DataFrame]
    problems: pd.DataFrame
    coerced: pd.DataFrame
    given: tuple[str, ...]


@dataclass
class _Reading:
    """What is noticed while one table is read."""

    table: Table
    origin: Origin
    dates: str
    problems: list[dict] = field(default_factory=list)
    notes: list[dict] = field(default_factory=list)

    def problem(self, row: Any, column: str, value: Any, rule: str, what_to_do: str) -> None:
        declared = column in self.table.names and self.table[column].private
        shown = HIDDEN if declared and value is not None else value
        values = (self.table.name, row, column, shown, rule, what_to_do, str(self.origin))
        self.problems.append(dict(zip(PROBLEM_COLUMNS, values, strict=True)))

    def note(self, column: str, what: str, rows: Sequence[Any]) -> None:
        shown = ", ".join(map(str, list(rows)[:5])) + (", ..." if len(rows) > 5 else "")
        values = (self.table.name, column, what, len(rows), shown)
        self.notes.append(dict(zip(NOTE_COLUMNS, values, strict=True)))


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
    tables, problems, notes = {}, [records.problems_in_reading], [records.notes_in_reading]
    for name, table in TABLES.items():
        raw = records.tables.get(name, pd.DataFrame())
        typed, found, changed = parse_table(
            raw, table, records.origin(name), dates=records.dates, given=name in records.tables
        )
        tables[name] = typed
        problems.append(found)
        notes.append(changed)
    return Parsed(tables, _joined(problems), _joined(notes), tuple(records.tables))


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
    reading = _Reading(table, origin, dates)
    if not given:
        return _empty(table), no_problems(), no_notes()
    raw = _with_known_headers(raw, reading)
    raw = _without_blank_rows(raw, reading)
    columns = {}
    for column in table.columns:
        if column.name in raw:
            columns[column.name] = _parse_column(raw[column.name], column, reading)
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
            columns[name] = _parse_extra(raw[name])
    typed = pd.DataFrame(columns, index=raw.index)
    problems = pd.DataFrame(reading.problems, columns=list(PROBLEM_COLUMNS), dtype=object)
    return typed, problems, pd.DataFrame(reading.notes, columns=list(NOTE_COLUMNS), dtype=object)


def _empty(table: Table) -> pd.DataFrame:
    return pd.DataFrame({c.name: pd.Series(dtype=c.dtype) for c in table.columns})


def _plain(header: Any) -> str:
    return re.sub(r"[\s\-]+", "_", str(header).strip().lower())


def _with_known_headers(raw: pd.DataFrame, reading: _Reading) -> pd.DataFrame:
    table = reading.table
    labels = {_plain(column.label): column.name for column in table.columns}
    names, kept = [], []
    for position, header in enumerate(raw.columns):
        plain = _plain(header)
        name = plain if plain in table.names else labels.get(plain, plain)
        if _is_blank_header(header):
            if _cells(raw.iloc[:, position]).notna().any():
                reading.problem(
                    1,
                    f"column {position + 1}",
                    None,
                    "a column with values has no name",
                    "Give it a name in the first row, or clear it.",
                )
            continue
        if name in names:
            reading.problem(
                1, name, header, "a column stands twice", "Keep one of the two columns."
            )
            continue
        if not _keeps(name, header, reading):
            continue
        if name != str(header) and name in table.names:
            reading.note(name, f"the heading {header!r} read as {name}", [1])
        names.append(name)
        kept.append(position)
    found = raw.iloc[:, kept].copy()
    found.columns = names
    return found


def _is_blank_header(header: Any) -> bool:
    return header is None or str(header).strip() == "" or str(header).startswith("Unnamed:")


def _keeps(name: str, header: Any, reading: _Reading) -> bool:
    """Whether a column is read; what is not is a problem, never dropped in silence."""
    table = reading.table
    if name in table.names:
        return True
    if name == "attribution" and "attribution_to_others" in table.names:
        reading.problem(
            1,
            "attribution",
            header,
            "attribution has two meanings",
            "Is it the share caused by others? Call it attribution_to_others. Is it your own "
            "share? Write 1 minus it in attribution_to_others.",
        )
        return False
    hint = did_you_mean(name, table.names)
    if hint or not table.open:
        reading.problem(
            1,
            str(header),
            None,
            f"{table.name} has no column of this name",
            f"{hint.strip()} Rename the column, or take it out."
            if hint
            else f"Take it out. The columns are: {', '.join(table.names)}.",
        )
        return False
    reading.note(name, "a further column, kept to break down by", [1])
    return True


def _cells(values: pd.Series) -> pd.Series:
    """The cells with blanks as nulls; text is not yet touched otherwise."""
    if values.dtype != object and not pd.api.types.is_string_dtype(values):
        return values
    values = values.astype(object)
    blank = values.isna() | values.map(lambda cell: isinstance(cell, str) and not cell.strip())
    return values.mask(blank, None)


def _without_blank_rows(raw: pd.DataFrame, reading: _Reading) -> pd.DataFrame:
    """Blank rows are passed over and said; notes below the table are problems."""
    if raw.empty or not raw.shape[1]:
        return raw
    filled = pd.DataFrame({name: _cells(raw[name]).notna() for name in raw}).sum(axis=1)
    blank = filled == 0
    if blank.any():
        last = np.flatnonzero(~blank.to_numpy())
        inner = blank.to_numpy() & (np.arange(len(raw)) < (last[-1] if len(last) else 0))
        if inner.any():
            reading.note("", "blank rows passed over", raw.index[inner].tolist())
    notes = _trailing_notes(raw, filled)
    for row in raw.index[notes]:
        cells = _cells(raw.loc[row]).dropna()
        reading.problem(
            row,
            str(cells.index[0]),
            cells.iloc[0],
            "a note stands below the table",
            "Move it to a sheet called notes, or to the note column of a record.",
        )
    return raw[~blank & ~notes]


def _trailing_notes(raw: pd.DataFrame, filled: pd.Series) -> pd.Series:
    """Rows with one cell filled, after the last real record and a blank row."""
    notes = pd.Series(False, index=raw.index)
    if raw.shape[1] < 3:
        return notes
    records = np.flatnonzero((filled > 1).to_numpy())
    last = records[-1] if len(records) else -1
    after = np.arange(len(raw)) > last
    gap = after & (filled == 0).to_numpy()
    if gap.any():
        notes[:] = after & (np.arange(len(raw)) > np.argmax(gap)) & (filled == 1).to_numpy()
    return notes


def _parse_extra(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.astype("float64")
    cells = _cells(values)
    texts = cells.map(lambda cell: None if cell is None or pd.isna(cell) else _as_text(cell))
    return texts.astype("string")


def _as_text(cell: Any) -> str:
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell)) if whole else str(cell).strip()


def _parse_column(values: pd.Series, column: Column, reading: _Reading) -> pd.Series:
    ready = _already_typed(values, column)
    if ready is not None:
        return ready
    cells = _cells(values).astype(object)
    filled = cells[cells.notna()]
    # Equal numbers of different types (1, 1.0, True) must not share one answer.
    keys = [(type(cell), cell) for cell in filled]
    answers = {key: parse_cell(key[1], column, reading.dates) for key in dict.fromkeys(keys)}
    found = [answers[key] for key in keys]
    _say(filled, found, column, reading)
    typed = pd.Series(None, index=values.index, dtype=object)
    values_found = [cell.value for cell in found]
    typed[filled.index] = pd.Series(values_found, index=filled.index, dtype=object)
    if column.kind == "date":
        return pd.to_datetime(typed).astype("datetime64[us]")
    if column.kind in NUMERIC:
        return pd.to_numeric(typed).astype("float64")
    return typed.astype(column.dtype)


def _already_typed(values: pd.Series, column: Column) -> pd.Series | None:
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if column.kind in NUMERIC and is_number:
        return values.astype("float64")
    if column.kind == "date" and pd.api.types.is_datetime64_dtype(values):
        return values.dt.normalize().astype("datetime64[us]")
    if column.kind == "yes_no" and pd.api.types.is_bool_dtype(values):
        return values.astype("boolean")
    return None


def _say(filled: pd.Series, found: list[Cell], column: Column, reading: _Reading) -> None:
    changed: dict[str, list[Any]] = {}
    orders = _mixed_orders(filled, found) if column.kind == "date" else ""
    for row, raw, cell in zip(filled.index, filled, found, strict=True):
        if cell.rule:
            reading.problem(row, column.name, raw, cell.rule + orders, cell.what_to_do)
        elif cell.note:
            changed.setdefault(cell.note, []).append(row)
    for what, rows in changed.items():
        reading.note(column.name, what, rows)


def _mixed_orders(filled: pd.Series, found: list[Cell]) -> str:
    if not any("month-first" in cell.rule for cell in found):
        return ""
    if not any(is_day_first_only(cell) for cell in filled):
        return ""
    unsure = sum(is_either_way(cell) for cell in filled)
    return f" (the column mixes orders; {unsure} other dates in it can be read either way)"
