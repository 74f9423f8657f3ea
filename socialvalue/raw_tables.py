"""Which rows and columns of a raw table are records? Headings, row numbers, blank rows, notes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.columns import OWN, Table, clean_text
from socialvalue.plain_cells import is_text, surely_filled
from socialvalue.records import NOTE_COLUMNS, PROBLEM_COLUMNS, Origin, did_you_mean

HIDDEN = "(hidden)"


def as_shown(value: Any) -> Any:
    """A value as people write it: whole numbers without a point, days without a time."""
    if isinstance(value, list | dict | set | tuple | np.ndarray):
        return str(value)
    if value is None or pd.isna(value) or _is_blank(value):
        return None
    if isinstance(value, datetime | date):
        # All but a day at midnight keeps its time.
        return re.sub(r"[T ]00:00:00$", "", str(value))
    whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return int(value) if whole else value


@dataclass
class Reading:
    """What is noticed while one table is read; ``heading`` is the row that holds its headings."""

    table: Table
    origin: Origin
    dates: str
    heading: int | None = None
    problems: list[dict] = field(default_factory=list)
    notes: list[dict] = field(default_factory=list)

    @property
    def headings(self) -> list[int]:
        """The row of the headings, as a list; empty where they have none, as in a frame."""
        return [] if self.heading is None else [self.heading]

    def problem(self, row: Any, column: str, value: Any, rule: str, what_to_do: str) -> None:
        """Add a problem; a private value is hidden."""
        declared = column in self.table.names and self.table[column].private
        shown = HIDDEN if declared and value is not None else as_shown(value)
        values = (self.table.name, row, column, shown, rule, what_to_do, str(self.origin))
        self.problems.append(dict(zip(PROBLEM_COLUMNS, values, strict=True)))

    def note(self, column: str, what: str, rows: Sequence[Any]) -> None:
        """Add what was written otherwise than it was read, and in which rows."""
        shown = ", ".join(map(str, list(rows)[:5])) + (", ..." if len(rows) > 5 else "")
        values = (self.table.name, column, what, max(len(rows), 1), shown)
        self.notes.append(dict(zip(NOTE_COLUMNS, values, strict=True)))


def as_written(raw: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Cells of a raw table as they were found, by the rows and columns that messages name."""
    raw = with_row_names(raw, table)
    names = [table.name_of(heading) for heading in raw.columns]
    kept = [at for at, name in enumerate(names) if name in table.names and name not in names[:at]]
    return raw.iloc[:, kept].set_axis([names[at] for at in kept], axis=1)


def with_row_names(raw: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The table with one name for each row; a column that was made the index is one again."""
    named = [n for n in raw.index.names if n is not None and table.name_of(n) in table.names]
    lost = [name for name in named if name not in raw.columns]
    if lost:
        raw = raw.reset_index(level=lost)
    plain = raw.index.nlevels == 1 and raw.index.is_unique and not raw.index.hasnans
    # A label that names two rows names none, and one that is a value may identify somebody: such
    # rows are counted, the first as 0.
    return raw if plain and not named else raw.reset_index(drop=True)


def with_known_headers(raw: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """The columns whose headings are known or welcome, by name; the others are problems."""
    table = reading.table
    names, kept = [], []
    for position, header in enumerate(raw.columns):
        name = table.name_of(header)
        if _is_blank_header(header):
            if filled_cells(raw.iloc[:, position]).notna().any():
                reading.problem(
                    reading.heading,
                    f"column {position + 1}",
                    None,
                    "a column with values has no name",
                    "Give it a name in the first row, or clear it.",
                )
            continue
        if name in names:
            reading.problem(
                reading.heading,
                str(header),
                str(header),
                "a column stands twice",
                "Keep one of the two columns.",
            )
            continue
        if not _keeps(name, header, reading):
            continue
        if name != str(header) and name in table.names:
            reading.note(name, f"the heading {header!r} read as {name}", reading.headings)
        names.append(name)
        kept.append(position)
    found = raw.iloc[:, kept].copy()
    found.columns = names
    return found


def _is_blank_header(header: Any) -> bool:
    return header is None or str(header).strip() == "" or str(header).startswith("Unnamed:")


def _keeps(name: str, header: Any, reading: Reading) -> bool:
    """Whether a column is read; what is not is a problem, never dropped in silence."""
    table = reading.table
    if name in table.names:
        return True
    if name.startswith(OWN):
        rule = f"names that begin with {OWN} are the library's own"
        reading.problem(reading.heading, str(header), str(header), rule, "Rename the column.")
        return False
    if name == "attribution" and "attribution_to_others" in table.names:
        reading.problem(
            reading.heading,
            str(header),
            str(header),
            "attribution has two meanings",
            "Is it the share caused by others? Call it attribution_to_others. Is it your own "
            "share? Write 1 minus it in attribution_to_others.",
        )
        return False
    hint = did_you_mean(name, table.names)
    if hint or not table.open:
        reading.problem(
            reading.heading,
            str(header),
            str(header),
            f"{table.name} has no column of this name",
            f"{hint.strip()} Rename the column, or take it out."
            if hint
            else f"Take it out. The columns are: {', '.join(table.names)}.",
        )
        return False
    reading.note(name, "a further column, kept to break down by", reading.headings)
    return True


def filled_cells(values: pd.Series) -> pd.Series:
    """The cells with blanks as nulls; text is not yet touched otherwise."""
    is_text = pd.api.types.is_string_dtype(values) or isinstance(values.dtype, pd.CategoricalDtype)
    if values.dtype != object and not is_text:
        return values
    values = values.astype(object)
    return values.mask(values.isna() | values.map(_is_blank), None)


def is_filled(values: pd.Series) -> pd.Series:
    """Which cells of a column are not blank."""
    if pd.api.types.infer_dtype(values, skipna=True) == "date":
        return values.notna()
    if not is_text(values):
        return filled_cells(values).notna()
    filled = surely_filled(values)
    rest = values[~filled & values.notna()]
    filled[rest.index] = filled_cells(rest).notna()
    return filled


def _is_blank(cell: Any) -> bool:
    if not isinstance(cell, str):
        return False
    # Text that can all be seen need not be looked at: nearly all is.
    return not cell.strip() or (
        not (cell.isascii() and cell.isprintable()) and not clean_text(cell)
    )


def without_blank_rows(raw: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Blank rows are passed over and said; notes below the table are problems."""
    if raw.empty or not raw.shape[1]:
        return raw
    filled = pd.DataFrame({name: is_filled(raw[name]) for name in raw}).sum(axis=1)
    blank = filled == 0
    if blank.any():
        last = np.flatnonzero(~blank.to_numpy())
        inner = blank.to_numpy() & (np.arange(len(raw)) < (last[-1] if len(last) else 0))
        if inner.any():
            reading.note("", "blank rows passed over", raw.index[inner].tolist())
    notes = _trailing_notes(raw, filled)
    for row in raw.index[notes]:
        cells = filled_cells(raw.loc[row]).dropna()
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
