"""Which table of spreads is given? A frame, or a CSV file whose rows keep their numbers there."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pandas as pd

from socialvalue.csv_files import read_csv_as_text
from socialvalue.errors import InputError, SettingsError

GivenTable: TypeAlias = pd.DataFrame | str | Path
"""A table, or the path of a CSV file."""


class Given(NamedTuple):
    """A table as it was given.

    Attributes
    ----------
    name : str
        For messages: what the table is for, or the name of its file.
    table : DataFrame
    rows : list of int
        Number of each row for messages: from 1 in a frame; in a file, where the headings are row 1.
    """

    name: str
    table: pd.DataFrame
    rows: list[int]

    def row(self, place: int) -> str:
        """Name of the row at a place, for messages."""
        return f"{self.name}, row {self.rows[place]}"


def given_table(table: GivenTable, name: str, columns: Sequence[str]) -> Given:
    """A table of spreads, with no column that would mean nothing.

    Parameters
    ----------
    table : DataFrame or path of a CSV file
        Of a file, rows without anything in them are passed over; what is not filled in is null.
    name : str
        What the table is for.
    columns : sequence of str
        Those that it can have.

    Raises
    ------
    SettingsError
        If it is no table, cannot be read, or has a column that is unknown or there twice.
    """
    if isinstance(table, str | Path):
        given = _of_file(Path(table))
    elif isinstance(table, pd.DataFrame):
        given = Given(name, table, list(range(1, len(table) + 1)))
    else:
        raise SettingsError(
            f"{name} is a {type(table).__name__}: give a DataFrame, or the path of a CSV file."
        )
    heads = [str(each) for each in given.table.columns]
    unknown = sorted(set(heads) - set(columns))
    if unknown:
        raise SettingsError(
            f"{given.name} has the column {', '.join(map(repr, unknown))}, which means nothing "
            f"there. It can have {', '.join(columns)}."
        )
    twice = sorted({each for each in heads if heads.count(each) > 1})
    if twice:
        raise SettingsError(f"{given.name} has several columns {', '.join(twice)}: keep one.")
    return given


def _of_file(path: Path) -> Given:
    notes: list[tuple] = []
    try:
        table = read_csv_as_text(path, notes)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read ({error.strerror}). Give a CSV file with a heading for each "
            "column in its first row."
        ) from error
    except InputError as error:
        raise SettingsError(str(error)) from error
    table = table.fillna("").map(str.strip).replace("", None)
    table.columns = pd.Index([str(head or "").strip() for head in table.columns], dtype=object)
    table = table.loc[:, [bool(head) for head in table.columns] | table.notna().any().to_numpy()]
    table.index = pd.RangeIndex(2, len(table) + 2)
    table = table.dropna(how="all")
    if table.empty:
        raise SettingsError(f"{path} has no row below its headings, so it states nothing.")
    return Given(path.name, table.reset_index(drop=True), list(table.index))
