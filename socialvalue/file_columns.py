"""Do several files of one table go together? Columns of one name and kind, and those of folders."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from socialvalue.columns import NUMERIC, Table
from socialvalue.engines import quoted
from socialvalue.errors import InputError

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_MOMENT = "TIMESTAMP WITH TIME ZONE"
_A_DAY = 86_400_000_000
"""Microseconds."""

Columns = Mapping[str, str]
"""Type of each column of a file, by its heading."""


def of_folders(file: Path) -> dict[str, str | None]:
    """Columns that a file has from the folders it lies in, as Hive names them: ``ward=Abbey``.

    Examples
    --------
    >>> of_folders(Path("data/ward=St%20Ann/1.csv"))
    {'ward': 'St Ann'}
    """
    pairs = [part.split("=", 1) for part in file.parent.parts if "=" in part]
    return {key: None if value == _NO_VALUE else unquote(value) for key, value in pairs}


def refuse_what_differs(names: Sequence[str], columns: Sequence[Columns], table: Table) -> None:
    """Refuse files of which one column has several headings, or is text here and decimals there.

    Put together, values would stand in two columns, or the number 1 as the text ``1.0``.

    Parameters
    ----------
    names : sequence of str
        What each file is called.
    columns : sequence of mapping of str to str
        Of each file.
    table : Table

    Raises
    ------
    InputError
    """
    first: dict[str, tuple[str, str]] = {}
    kinds: dict[tuple[str, str], str] = {}
    for file, found in zip(names, columns, strict=True):
        for heading, dtype in found.items():
            name = table.name_of(heading)
            known = name in table.names
            other, place = first.setdefault(name, (heading, file)) if known else (heading, file)
            if other.strip().lower() != heading.strip().lower():
                raise InputError(
                    f"{name} is called {other!r} in {place} and {heading!r} in {file}. Give the "
                    f"column one name in all files: {name}."
                )
            if known and table[name].kind in (*NUMERIC, "date"):
                continue
            kind = _kind(dtype)
            if kind:
                kinds.setdefault((name, kind), file)
    for name, kind in kinds:
        if kind == "text" and (name, "decimals") in kinds:
            raise InputError(
                f"{name} is text in {kinds[name, 'text']} and numbers with decimals in "
                f"{kinds[name, 'decimals']}, where 1 is 1.0: one name would be two. Write it as "
                "text in all files."
            )


def _kind(dtype: str) -> str:
    if dtype == "VARCHAR":
        return "text"
    return "decimals" if dtype in ("DOUBLE", "FLOAT") or dtype.startswith("DECIMAL") else ""


def refuse_twice(file: str, headings: Sequence[str], folders: Mapping[str, Any]) -> None:
    """Refuse a file with a column that its folder names too.

    Raises
    ------
    InputError
    """
    there = {heading.strip().lower() for heading in headings}
    twice = [key for key in folders if key.lower() in there]
    if twice:
        raise InputError(
            f"{file} has a column {twice[0]}, and lies in a folder {twice[0]}=...: the two may "
            "differ. Take the column out of the file, or the name out of the folder."
        )


def without_zones(connection: Any, source: str, table: Table, what: str) -> dict[str, str]:
    """Expressions for columns of moments with a time zone: their time in UTC, whoever asks.

    Parameters
    ----------
    connection : DuckDB connection
    source : str
        What is read, as SQL.
    table : Table
    what : str
        What the files are called.

    Returns
    -------
    dict of str to str
        By column.

    Raises
    ------
    InputError
        If a date is a moment that is not midnight in UTC: its day depends on where one is.
    """
    found = connection.query(f"SELECT * FROM {source}")
    moments = [n for n, t in zip(found.columns, found.types, strict=True) if str(t) == _MOMENT]
    for name in moments:
        known = table.name_of(name)
        query = f"SELECT 1 FROM {source} WHERE epoch_us({quoted(name)}) % {_A_DAY} <> 0 LIMIT 1"
        is_date = known in table.names and table[known].kind == "date"
        if is_date and connection.execute(query).fetchone():
            raise InputError(
                f"{what}: {name} is a time with a time zone, and its day depends on the zone. "
                "Write days, or times without a zone, where the file is made."
            )
    return {name: f"make_timestamp(epoch_us({quoted(name)}))" for name in moments}
